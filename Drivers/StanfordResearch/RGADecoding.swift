internal import Instruments

/// From bytes to numbers: frames and answers.
enum RGADecoding {
  /// Bytes of one ion current.
  static let word = 4

  /// Decodes a frame into `counts`, one point a place; returns the total current where carried.
  ///
  /// Points first, in the order of the layout, then one word for the total current:
  ///
  ///     AA BB CC DD  AA BB CC DD  ...  TT TT TT TT
  ///
  /// - AA BB CC DD: one ion current, `Int32` little endian, unit 1e-16 A
  /// - TT: the total current, likewise; behind analog and histogram scans also with the multiplier
  ///   on, when it says nothing (0); behind selected masses only with the multiplier off
  ///
  /// No mark, no length, no terminator: a frame is whole when it has its bytes, and no byte follows.
  static func decode(
    _ bytes: Span<UInt8>, _ layout: MassScanLayout, into counts: inout MutableSpan<Double>
  ) throws(DriverError) -> Double? {
    guard bytes.count == layout.byteCount else {
      throw .truncated(what: "frame", got: bytes.count, expected: layout.byteCount)
    }
    let points = layout.massToCharge.count
    guard counts.count == points else {
      throw .truncated(what: "counts", got: counts.count, expected: points)
    }
    guard bytes.count >= word * (points + (layout.carriesTotal ? 1 : 0)) else {
      throw .truncated(what: "frame", got: bytes.count, expected: word * (points + 1))
    }
    for i in counts.indices { counts[i] = current(bytes, at: word * i) }
    return layout.carriesTotal ? current(bytes, at: word * points) : nil
  }

  /// The raw ion current whose four bytes begin at `place`.
  static func current(_ bytes: Span<UInt8>, at place: Int) -> Double {
    let bits =
      UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
      | UInt32(bytes[place + 3]) << 24
    return Double(Int32(bitPattern: bits))
  }

  /// The number that an answer states, without its LF CR; nil where it is no plain decimal number.
  static func number(_ text: Span<UInt8>) -> Double? {
    guard (1...24).contains(text.count) else { return nil }
    var characters = ""
    for i in text.indices {
      switch text[i] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
        characters.unicodeScalars.append(Unicode.Scalar(text[i]))
      default: return nil
      }
    }
    guard let value = Double(characters), value.isFinite else { return nil }
    return value
  }

  /// The byte that an answer states in decimal digits, without its LF CR.
  ///
  /// Allocates nothing.
  static func byte(_ text: Span<UInt8>) -> UInt8? {
    guard (1...3).contains(text.count) else { return nil }
    var value = 0
    for i in text.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[i]) else { return nil }
      value = 10 * value + Int(text[i] - UInt8(ascii: "0"))
    }
    return UInt8(exactly: value)
  }

  /// The answer to `ID?`, without its LF CR: `SRSRGA200VER0.24SN12226`.
  ///
  /// Version and serial number are digits, in the version with a point; anything else is damage.
  static func identity(
    _ text: [UInt8], begins: String
  ) -> (model: String, firmware: String, serialNumber: String)? {
    let head = Array(begins.utf8)
    guard text.count <= 40, text.starts(with: head),
      text.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    let rest = text.dropFirst(head.count)
    let (model, behind) = (rest.prefix(3), rest.dropFirst(3))
    guard model.count == 3, behind.starts(with: Array("VER".utf8)) else { return nil }
    let tail = behind.dropFirst(3)
    guard let s = tail.firstIndex(of: UInt8(ascii: "S")), tail[s...].starts(with: Array("SN".utf8)),
      s + 2 < tail.endIndex
    else { return nil }
    // A byte too many in the middle must not become part of the name that the record bears.
    func areDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
      !bytes.isEmpty && bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    let version = tail[..<s].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard version.count == 2, version.allSatisfy(areDigits), areDigits(tail[(s + 2)...]) else {
      return nil
    }
    return (
      String(decoding: model, as: UTF8.self), String(decoding: tail[..<s], as: UTF8.self),
      String(decoding: tail[(s + 2)...], as: UTF8.self)
    )
  }
}
