/// Numbers as text: the shortest decimal that reads back the same bits, never dependent on a
/// locale.
public enum DecimalText {
  /// The shortest decimal of a finite number, without exponent where 40 characters suffice.
  public static func shortest(_ value: Double) -> String {
    var text = value.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...])
    else { return text }
    let mantissa = text[..<mark]
    let sign = mantissa.hasPrefix("-") ? "-" : ""
    let digits = mantissa.filter(\.isNumber)
    // The point stands behind the first digit, and moves by the exponent.
    let point = 1 + exponent
    let plain: String
    if point <= 0 {
      guard -point < 40 else { return text }
      plain = "0." + String(repeating: "0", count: -point) + digits
    } else if point >= digits.count {
      guard point < 40 else { return text }
      plain = digits + String(repeating: "0", count: point - digits.count)
    } else {
      let split = digits.index(digits.startIndex, offsetBy: point)
      plain = digits[..<split] + "." + digits[split...]
    }
    return plain.count < 40 ? sign + plain : text
  }

  /// Reads a finite decimal number; nil for anything else, `nan`, `inf` and `0x` included.
  static func number(_ text: some StringProtocol) -> Double? {
    guard !text.isEmpty, text.utf8.count <= 400,
      text.utf8.allSatisfy({
        ($0 >= 48 && $0 <= 57) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 69 || $0 == 101
      }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }
}
