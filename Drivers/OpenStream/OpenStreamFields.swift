internal import Instruments

/// Takes the fields of a payload one after the other; never beyond its end.
struct OpenStreamFields {
  private let bytes: [UInt8]
  private var place = 0
  private let what: String

  init(_ bytes: [UInt8], of what: String) {
    self.bytes = bytes
    self.what = what
  }

  /// Bytes that were not taken.
  var left: Int { bytes.count - place }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(DriverError) -> Number {
    let size = Number.bitWidth / 8
    guard left >= size else {
      throw .truncated(what: what, got: bytes.count, expected: place + size)
    }
    var value: Number = 0
    for index in 0..<size {
      value |= Number(truncatingIfNeeded: bytes[place + index]) << (8 * index)
    }
    place += size
    return value
  }

  /// A Double; refused where it is no number or infinite.
  mutating func finite(_ name: String) throws(DriverError) -> Double {
    let value = Double(bitPattern: try number(UInt64.self))
    guard value.isFinite else { throw refused("\(name) is \(value)") }
    return value
  }

  /// A text of at most `most` printable ASCII characters, its length in the byte before.
  mutating func text(_ name: String, most: Int = 64) throws(DriverError) -> String {
    let count = Int(try number(UInt8.self))
    guard left >= count else {
      throw .truncated(what: what, got: bytes.count, expected: place + count)
    }
    let text = bytes[place..<place + count]
    place += count
    guard count <= most, text.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw refused("\(name) is no text of at most \(most) printable ASCII characters")
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A text that stands in keys and file names: letters, digits, `_`, `-` and `.`.
  mutating func word(_ name: String, most: Int = 32) throws(DriverError) -> String {
    let text = try text(name, most: most)
    let isPlain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x5F || byte == 0x2D || byte == 0x2E
    }
    guard isPlain, !text.isEmpty else {
      throw refused("\(name) is '\(text)', not letters, digits, _, - and . alone")
    }
    return text
  }

  func refused(_ detail: String) -> DriverError { .unexpectedAnswer(what: what, detail: detail) }
}
