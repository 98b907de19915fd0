internal import ScanRing

/// The numbers of the journal's format; the article `JournalFormat` describes it.
enum JournalFormat {
  static let version = 1
  /// `GAUGERJ1`.
  static let magic: [UInt8] = Array("GAUGERJ1".utf8)
  /// Magic and length in front of the header's text.
  static let prefixSize = 12
  static let largestHeader = 16 << 20
  static let recordHeaderSize = 64
  /// Bounds what a damaged length can make a reader allocate.
  static let largestContent = 64 << 20

  /// Calls `write` with the 60 bytes of a record's header that stand before its checksum.
  static func encode(_ header: RecordHeader) -> [60 of UInt8] {
    var bytes = [60 of UInt8](repeating: 0)
    func put(_ value: UInt64, _ size: Int, at offset: Int) {
      for byte in 0..<size {
        bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
      }
    }
    put(UInt64(header.byteCount), 4, at: 0)
    put(UInt64(header.kind.rawValue), 2, at: 4)
    put(UInt64(header.flags), 2, at: 6)
    put(header.sequence, 8, at: 8)
    put(header.requested, 8, at: 16)
    put(header.firstByte, 8, at: 24)
    put(header.lastByte, 8, at: 32)
    put(header.detail, 8, at: 40)
    return bytes
  }

  /// Reads a little-endian number of `size` bytes.
  static func number(_ bytes: Span<UInt8>, _ offset: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
  }

  /// Reads the fields of a record's header; the text says what cannot be right.
  static func decode(_ bytes: Span<UInt8>) throws(Implausible) -> RecordHeader {
    let kindNumber = UInt16(number(bytes, 4, 2))
    guard let kind = RecordKind(rawValue: kindNumber) else {
      throw Implausible(why: "there is no record kind \(kindNumber)")
    }
    for place in 48..<60 where bytes[place] != 0 {
      throw Implausible(why: "a reserved byte is not zero")
    }
    let size = UInt32(number(bytes, 0, 4))
    guard Int(size) <= largestContent else {
      throw Implausible(why: "a content of \(size) bytes is beyond the limit")
    }
    return RecordHeader(
      kind: kind, flags: UInt16(number(bytes, 6, 2)), requested: number(bytes, 16, 8),
      firstByte: number(bytes, 24, 8), lastByte: number(bytes, 32, 8),
      detail: number(bytes, 40, 8), byteCount: size, sequence: number(bytes, 8, 8))
  }

  /// What bytes cannot be a record.
  struct Implausible: Error { var why: String }

  /// Whether a kind counts as a frame, believed or not.
  static func isFrame(_ kind: RecordKind) -> Bool {
    switch kind {
    case .frame, .refused, .dark, .reference: true
    case .settings, .command, .gap, .clock, .event, .end: false
    }
  }
}

extension CRC32C {
  /// The checksum of a record: its 60 bytes, four zeros in the checksum's place, its content.
  static func ofRecord(_ head: Span<UInt8>, _ content: Span<UInt8>) -> UInt32 {
    let zeros = [4 of UInt8](repeating: 0)
    var sum = CRC32C()
    sum.update(head)
    sum.update(zeros.span)
    sum.update(content)
    return sum.value
  }
}
