internal import Foundation

/// The incomplete beta and gamma functions, regularized, each with its complement.
///
/// Prefactors by Loader's saddle-point form, which keeps all digits for large arguments; then a
/// continued fraction (Lentz) or a series. Better than 1e-11 of the smaller of the two values for
/// arguments up to 1e5.
///
/// - Sources: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000); Abramowitz and
///   Stegun 6.5.29, 6.5.31, 26.5.8.
enum IncompleteFunctions {
  /// `I_x(a, b)` and `1 - I_x(a, b)`; `y` is `1 - x`, given so that no digits are lost.
  static func beta(_ a: Double, _ b: Double, x: Double, y: Double) -> (
    lower: Double, upper: Double
  ) {
    guard x > 0 else { return (0, 1) }
    guard y > 0 else { return (1, 0) }
    let n = a + b
    let logarithm =
      stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x)
      - deviance(b, n * y)
    // x^a y^b / B(a, b)
    let factor = exp(logarithm) * (a * (b / n) / (2 * Double.pi)).squareRoot()
    if x < (a + 1) / (n + 2) {
      let lower = factor / a * betaFraction(a, b, x)
      return (lower, 1 - lower)
    }
    let upper = factor / b * betaFraction(b, a, y)
    return (1 - upper, upper)
  }

  /// `P(a, x)` and `Q(a, x)`.
  static func gamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard x > 0 else { return (0, 1) }
    guard x.isFinite else { return (1, 0) }
    // x^a exp(-x) / Gamma(a + 1)
    let factor = exp(-stirlingError(a) - deviance(a, x)) / (2 * Double.pi * a).squareRoot()
    if x < a + 1 {
      var term = 1.0
      var sum = 1.0
      var n = a
      while term > sum * 0x1p-56 {
        n += 1
        term *= x / n
        sum += term
      }
      let lower = factor * sum
      return (lower, 1 - lower)
    }
    let upper = factor * a * gammaFraction(a, x)
    return (1 - upper, upper)
  }

  /// `log Gamma(n + 1)` minus Stirling's formula for it; `n` above 0.
  static func stirlingError(_ n: Double) -> Double {
    var sum = 0.0
    var m = n
    while m < 16 {
      sum += (m + 0.5) * log1p(1 / m) - 1
      m += 1
    }
    let q = 1 / (m * m)
    let series =
      1.0 / 12 + q
      * (-1.0 / 360 + q * (1.0 / 1260 + q * (-1.0 / 1680 + q * (1.0 / 1188 - q * 691.0 / 360360))))
    return sum + series / m
  }

  /// `x log(x / m) + m - x`, without cancellation where `x` is near `m`.
  static func deviance(_ x: Double, _ m: Double) -> Double {
    guard m > 0 else { return .infinity }
    guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    let v = (x - m) / (x + m)
    var sum = (x - m) * v
    var term = 2 * x * v
    var odd = 3.0
    while true {
      term *= v * v
      let next = sum + term / odd
      if next == sum { return sum }
      sum = next
      odd += 2
    }
  }

  private static let limit = 1_000_000
  private static let tiny = 1e-300

  private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / guarded(1 - (a + b) * x / (a + 1))
    var h = d
    for step in 1...limit {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / guarded(1 + even * d)
      c = guarded(1 + even / c)
      h *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / guarded(1 + odd * d)
      c = guarded(1 + odd / c)
      h *= d * c
      if abs(d * c - 1) < 0x1p-50 { break }
    }
    return h
  }

  private static func gammaFraction(_ a: Double, _ x: Double) -> Double {
    func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / guarded(b)
    var h = d
    for step in 1...limit {
      let n = Double(step)
      let numerator = -n * (n - a)
      b += 2
      d = 1 / guarded(numerator * d + b)
      c = guarded(b + numerator / c)
      h *= d * c
      if abs(d * c - 1) < 0x1p-50 { break }
    }
    return h
  }
}
