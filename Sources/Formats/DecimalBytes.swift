/// Numbers in tables of millions of lines, read without a text for each.
enum DecimalBytes {
  /// The powers of ten that a Double holds exactly.
  private static let powers: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1.0) { power, _ in power * 10 }
  }

  /// Reads a finite decimal number, rounded once as `Double` reads it; nil for anything else.
  ///
  /// Up to 15 digits and 22 places are one exact division; what is longer goes the long way.
  static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
    var mantissa: UInt64 = 0
    var (digits, places) = (0, 0)
    var behindPoint = false
    for byte in bytes {
      if byte >= 0x30, byte <= 0x39 {
        mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
        digits += 1
        if behindPoint { places += 1 }
        if digits > 15 { return long(bytes) }
      } else if byte == UInt8(ascii: "."), !behindPoint {
        behindPoint = true
      } else {
        return long(bytes)
      }
    }
    guard digits > 0 else { return nil }
    return Double(mantissa) / powers[places]
  }

  private static func long(_ bytes: ArraySlice<UInt8>) -> Double? {
    bytes.count > 400 ? nil : DecimalText.number(String(decoding: bytes, as: UTF8.self))
  }
}
