/// Round places for the marks of an axis.
struct Ticks {
  /// The marks within the range, rising.
  var values: [Double]
  /// How many digits stand behind the point.
  var digits: Int

  /// About `count` marks between two finite numbers, at steps of 1, 2 or 5 times a power of ten.
  init(from low: Double, to high: Double, about count: Int) {
    let span = high - low
    guard span > 0, span.isFinite, count > 0 else {
      (values, digits) = ([low], 0)
      return
    }
    // Powers of ten by multiplication and division: no maths library decides where a mark stands.
    var power = 1.0
    var exponent = 0
    let wanted = span / Double(count)
    while power * 10 <= wanted, exponent < 308 { (power, exponent) = (power * 10, exponent + 1) }
    while power > wanted, exponent > -300 { (power, exponent) = (power / 10, exponent - 1) }
    let steps: [(Double, Int)] = [(1, 0), (2, 0), (5, 0), (10, 1)]
    let (factor, more) = steps.first { $0.0 * power >= wanted } ?? (10, 1)
    let step = factor * power
    digits = max(0, -(exponent + more))
    values = []
    var index = (low / step).rounded(.up)
    while index * step <= high + step * 1e-9, values.count < 100 {
      values.append(index * step)
      index += 1
    }
  }

  /// A mark as text: with the digits of the step and a true minus sign; an exponent only where the
  /// numbers are very small or large.
  func label(_ value: Double) -> String {
    if digits > 6 || abs(value) >= 1e9 { return value == 0 ? "0" : Float(value).description }
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && whole != 0 ? "\u{2212}" : ""
    guard digits > 0 else { return sign + String(whole) }
    let text = String(whole)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }
}
