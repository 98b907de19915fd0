/// Numbers times a power of ten, exactly, by moving the decimal point of their text.
///
/// A product in binary rounds; the shortest decimal of a number with its point moved does not, and
/// moving it back gives the same bits. So absorbance stands in mAU and current in pA without loss.
enum DecimalShift {
  /// The shortest decimal of a finite number, its point moved; a negative zero keeps its sign.
  static func text(_ value: Double, by exponent: Int) -> String {
    let plain = DecimalText.shortest(value)
    if value == 0 { return value.sign == .minus ? "-0.0" : "0" }
    guard exponent != 0 else { return plain }
    return moved(plain, by: exponent)
  }

  /// Reads a JSON number with its point moved; nil where it is none or not finite.
  static func number(_ bytes: ArraySlice<UInt8>, by exponent: Int) -> Double? {
    guard exponent != 0 else { return DecimalBytes.number(bytes) }
    guard bytes.count <= 400, let first = bytes.first, first != UInt8(ascii: "+") else {
      return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
    let old = parts.count == 2 ? Int(parts[1]) : 0
    guard let old, let whole = parts.first, abs(old) < 100_000 else { return nil }
    return DecimalText.number("\(whole)e\(old + exponent)")
  }

  private static func moved(_ text: String, by exponent: Int) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let parts = text.dropFirst(sign.count).split(separator: "e")
    let mantissa = parts.first ?? ""
    let own = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    let whole = mantissa.prefix { $0 != "." }
    let fraction = mantissa.dropFirst(whole.count + 1)
    let leading = (whole + fraction).prefix { $0 == "0" }.count
    let digits = String((whole + fraction).dropFirst(leading))
    // Where the point stands, counted from the first digit that is not zero.
    let point = whole.count - leading + own + exponent
    let trimmed = String(digits.reversed().drop { $0 == "0" }.reversed())
    if point > 0, point <= 21 {
      let filled = trimmed + String(repeating: "0", count: max(0, point - trimmed.count))
      let rest = filled.dropFirst(point)
      return sign + filled.prefix(point) + (rest.isEmpty ? "" : "." + rest)
    }
    if point <= 0, point > -12 {
      return sign + "0." + String(repeating: "0", count: -point) + trimmed
    }
    let rest = trimmed.dropFirst()
    return sign + trimmed.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(point - 1)"
  }
}
