/// Polynomials with coefficients of rising power, evaluated by Horner's rule.
///
/// One multiplication and one addition a coefficient, each rounded, from the highest power down:
/// anyone who does the same in IEEE 754 binary64 gets the same bits.
public enum Polynomial {
  /// The value of `c[0] + c[1] x + c[2] x^2 + ...` at `x`; 0 where there are no coefficients.
  public static func value(_ coefficients: [Double], at x: Double) -> Double {
    var sum = 0.0
    for coefficient in coefficients.reversed() { sum = sum * x + coefficient }
    return sum
  }
}
