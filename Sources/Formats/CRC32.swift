/// CRC-32 as of ISO 3309 and zlib over all bytes as they are, at the speed of libdeflate.
///
/// Pieces that were counted apart can be put behind one another, so that a file whose parts are
/// written in any order has its checksum when the last of them is done.
struct CRC32: Sendable, Hashable {
  /// The value so far.
  var value: UInt32 = 0
  /// How many bytes it is of.
  var count = 0

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Puts the bytes of another one behind these.
  mutating func append(_ other: CRC32) {
    value = Self.product(value, Self.power(of: other.count)) ^ other.value
    count += other.count
  }

  /// Puts zeros behind these bytes.
  mutating func append(zeros: Int) {
    append(CRC32(value: ~Self.product(~0, Self.power(of: zeros)), count: zeros))
  }

  /// x to the 8 `count`, modulo the polynomial; bits reversed, as the checksum has them.
  private static func power(of count: Int) -> UInt32 {
    var (result, square, rest) = (UInt32(0x8000_0000), UInt32(0x0080_0000), count)
    while rest > 0 {
      if rest & 1 == 1 { result = product(result, square) }
      square = product(square, square)
      rest >>= 1
    }
    return result
  }

  /// The product of two polynomials modulo that of the checksum.
  private static func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var (result, factor) = (UInt32(0), b)
    for bit in stride(from: 31, through: 0, by: -1) {
      if a >> UInt32(bit) & 1 == 1 { result ^= factor }
      factor = factor & 1 == 1 ? 0xedb8_8320 ^ (factor >> 1) : factor >> 1
    }
    return result
  }
}
