internal import Instruments

/// The bytes of the open stream protocol as an instrument makes and takes them.
///
/// Source: the protocol's page. Written for the emulator alone: the driver has its own reading.
enum OpenStreamBytes {
  static let start: [UInt8] = [0x47, 0xA5]
  static let question = Array("OPEN-STREAM?\r".utf8)

  /// A whole frame.
  static func frame(_ type: UInt8, _ sequence: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let head = start + [type, 0] + number(sequence) + number(UInt32(payload.count))
    return head + number(checksum(head)) + payload + number(checksum(head + payload))
  }

  static func number(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }

  static func number(_ value: UInt32) -> [UInt8] {
    number(UInt16(truncatingIfNeeded: value)) + number(UInt16(truncatingIfNeeded: value >> 16))
  }

  static func number(_ value: UInt64) -> [UInt8] {
    number(UInt32(truncatingIfNeeded: value)) + number(UInt32(truncatingIfNeeded: value >> 32))
  }

  static func number(_ value: Double) -> [UInt8] { number(value.bitPattern) }

  /// A length byte and the characters, cut where there are too many.
  static func text(_ text: String, most: Int = 64) -> [UInt8] {
    let bytes = text.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }.prefix(most)
    return [UInt8(bytes.count)] + bytes
  }

  /// What an unsigned number of four bytes is.
  static func word(_ bytes: ArraySlice<UInt8>, _ place: Int) -> UInt32 {
    bytes.dropFirst(place).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// CRC-32C by the long division of its definition, nibble by nibble.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var rest = ~UInt32(0)
    for byte in bytes {
      rest ^= UInt32(byte)
      rest = rest >> 4 ^ nibbles[Int(rest & 15)]
      rest = rest >> 4 ^ nibbles[Int(rest & 15)]
    }
    return ~rest
  }

  /// 0x1EDC6F41 mirrored, times each number of four bits.
  private static let nibbles: [UInt32] = [
    0x0000_0000, 0x105E_C76F, 0x20BD_8EDE, 0x30E3_49B1, 0x417B_1DBC, 0x5125_DAD3, 0x61C6_9362,
    0x7198_540D, 0x82F6_3B78, 0x92A8_FC17, 0xA24B_B5A6, 0xB215_72C9, 0xC38D_26C4, 0xD3D3_E1AB,
    0xE330_A81A, 0xF36E_6F75,
  ]
}

/// What a host sends, cut into orders; what is none is passed over byte by byte.
struct OpenStreamOrders: Sendable {
  enum Order: Sendable, Equatable {
    case text
    case frame(type: UInt8, sequence: UInt32, payload: [UInt8])
    /// A frame longer than it may be.
    case tooLong(sequence: UInt32)
  }

  static let largestPayload = 4096
  private var bytes: [UInt8] = []

  mutating func add(_ more: [UInt8]) { bytes += more }

  /// The next order; nil where more bytes are needed.
  mutating func next() -> Order? {
    var skipped = 0
    defer { bytes.removeFirst(skipped) }
    while skipped < bytes.count {
      let rest = bytes[skipped...]
      if rest.starts(with: OpenStreamBytes.question) {
        skipped += OpenStreamBytes.question.count
        return .text
      }
      // What may become the question or a frame waits for its rest.
      if OpenStreamBytes.question.starts(with: rest) { return nil }
      guard rest.first == OpenStreamBytes.start[0] else {
        skipped += 1
        continue
      }
      guard rest.count >= 16 else {
        if rest.count < 2 || rest.dropFirst().first == OpenStreamBytes.start[1] { return nil }
        skipped += 1
        continue
      }
      let (sequence, length) = (
        OpenStreamBytes.word(rest, 4), Int(OpenStreamBytes.word(rest, 8))
      )
      guard rest.dropFirst().first == OpenStreamBytes.start[1],
        OpenStreamBytes.checksum(rest.prefix(12)) == OpenStreamBytes.word(rest, 12)
      else {
        skipped += 1
        continue
      }
      guard length <= Self.largestPayload else {
        skipped += 16
        return .tooLong(sequence: sequence)
      }
      guard rest.count >= 20 + length else { return nil }
      let payload = rest.dropFirst(16).prefix(length)
      let sum = OpenStreamBytes.checksum(Array(rest.prefix(12)) + payload)
      guard sum == OpenStreamBytes.word(rest, 16 + length) else {
        skipped += 1
        continue
      }
      skipped += 20 + length
      return .frame(
        type: bytes[skipped - 20 - length + 2], sequence: sequence, payload: Array(payload))
    }
    return nil
  }
}
