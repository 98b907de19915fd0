internal import Foundation

/// Probabilities and quantiles of the distributions that intervals and tests need.
///
/// Everything gives none outside its domain: degrees of freedom at or below 0, probabilities outside
/// 0 to 1, no numbers. Better than 1e-11 relative; infinite degrees of freedom of Student's t are the
/// normal distribution.
public enum Distributions {
  /// The probability that a standard normal variable is at most `z`.
  public static func normal(below z: Double) -> Double? {
    z.isNaN ? nil : 0.5 * erfc(-z / 2.0.squareRoot())
  }

  /// The `z` below which a standard normal variable stays with probability `p`.
  public static func normalQuantile(_ p: Double) -> Double? {
    symmetricQuantile(p) { 0.5 * erfc($0 / 2.0.squareRoot()) }
  }

  /// The probability that Student's t of so many degrees of freedom is at most `t`.
  public static func student(below t: Double, degreesOfFreedom nu: Double) -> Double? {
    guard nu > 0, !t.isNaN else { return nil }
    let tail = studentTail(abs(t), nu)
    return t > 0 ? 1 - tail : tail
  }

  /// The `t` below which Student's t stays with probability `p`.
  public static func studentQuantile(_ p: Double, degreesOfFreedom nu: Double) -> Double? {
    guard nu > 0 else { return nil }
    return symmetricQuantile(p) { studentTail($0, nu) }
  }

  /// The factor of a two-sided interval: `t` at `(1 + confidence) / 2`.
  public static func coverageFactor(confidence: Double, degreesOfFreedom nu: Double) -> Double? {
    guard confidence > 0, confidence < 1 else { return nil }
    return studentQuantile((1 + confidence) / 2, degreesOfFreedom: nu)
  }

  /// The probability that chi squared of so many degrees of freedom is at most `x`.
  public static func chiSquared(below x: Double, degreesOfFreedom nu: Double) -> Double? {
    guard nu > 0, nu.isFinite, !x.isNaN else { return nil }
    return IncompleteFunctions.gamma(nu / 2, x / 2).lower
  }

  /// The `x` below which chi squared stays with probability `p`.
  public static func chiSquaredQuantile(_ p: Double, degreesOfFreedom nu: Double) -> Double? {
    guard nu > 0, nu.isFinite else { return nil }
    return positiveQuantile(p) { IncompleteFunctions.gamma(nu / 2, $0 / 2) }
  }

  /// The probability that F of `first` over `second` degrees of freedom is at most `f`.
  public static func fisher(below f: Double, _ first: Double, _ second: Double) -> Double? {
    guard first > 0, second > 0, first.isFinite, second.isFinite, !f.isNaN else { return nil }
    return fisherParts(f, first, second).lower
  }

  /// The `f` below which F of `first` over `second` degrees of freedom stays with probability `p`.
  public static func fisherQuantile(_ p: Double, _ first: Double, _ second: Double) -> Double? {
    guard first > 0, second > 0, first.isFinite, second.isFinite else { return nil }
    return positiveQuantile(p) { fisherParts($0, first, second) }
  }

  /// The probability above `t`, `t` at or above 0.
  private static func studentTail(_ t: Double, _ nu: Double) -> Double {
    guard t.isFinite else { return 0 }
    // Far out the series fails first, and there the fraction converges at once.
    if nu > 1e5, t < 12 || nu > 1e10 {
      let tail = 0.5 * erfc(t / 2.0.squareRoot())
      guard nu.isFinite else { return tail }
      // Fisher's expansion, Abramowitz and Stegun 26.7; the next term is below 1e-13 of the tail.
      let density = exp(-t * t / 2) / (2 * Double.pi).squareRoot()
      let s = t * t
      let first = t * (s + 1) / 4
      let second = t * (((3 * s - 7) * s - 5) * s - 3) / 96
      let third = t * (((((s - 11) * s + 14) * s + 6) * s - 3) * s - 15) / 384
      return tail + density * (first + (second + third / nu) / nu) / nu
    }
    // nu / (nu + t^2) without overflow of the square
    let ratio = t / nu.squareRoot()
    let x = ratio > 1e150 ? 0 : 1 / (1 + ratio * ratio)
    let y = ratio > 1e150 ? 1 : ratio * ratio / (1 + ratio * ratio)
    return 0.5 * IncompleteFunctions.beta(nu / 2, 0.5, x: x, y: y).lower
  }

  private static func fisherParts(_ f: Double, _ first: Double, _ second: Double) -> (
    lower: Double, upper: Double
  ) {
    guard f > 0 else { return (0, 1) }
    guard f.isFinite else { return (1, 0) }
    let ratio = first / second * f
    return IncompleteFunctions.beta(
      first / 2, second / 2, x: ratio / (1 + ratio), y: 1 / (1 + ratio))
  }

  /// Inverts the upper tail of a distribution that is symmetric about 0.
  private static func symmetricQuantile(_ p: Double, tail: (Double) -> Double) -> Double? {
    guard p > 0, p < 1 else { return nil }
    guard p != 0.5 else { return 0 }
    let wanted = min(p, 1 - p)
    let size = root { tail($0) > wanted }
    return p < 0.5 ? -size : size
  }

  /// Inverts a distribution of values above 0 by its smaller side.
  private static func positiveQuantile(
    _ p: Double, parts: (Double) -> (lower: Double, upper: Double)
  ) -> Double? {
    guard p > 0, p < 1 else { return nil }
    return p <= 0.5 ? root { parts($0).lower < p } : root { parts($0).upper > 1 - p }
  }

  /// The place above 0 where `isBelow` turns false, to the last bit.
  private static func root(isBelow: (Double) -> Bool) -> Double {
    var low = 1.0
    var high = 1.0
    while isBelow(high), high < 1e300 { (low, high) = (high, high * 4) }
    while low == high || (low > 1e-300 && !isBelow(low)) { (high, low) = (low, low / 4) }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if isBelow(middle) { low = middle } else { high = middle }
    }
  }
}
