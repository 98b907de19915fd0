/// Weighted linear least squares by Householder reflections, computed with about 31 digits.
///
/// The design's rows are multiplied by `sqrt(w)`, its columns scaled by powers of two, then
/// reduced to a triangle; normal equations, which square the condition, are never formed. Sums run in
/// the order of the rows. Data read as decimals give results to all digits of a `Double`.
public enum LeastSquares {
  /// What is wrong with a system that has no solution.
  public enum Problem: Error, Hashable {
    /// Fewer rows than columns, rows of different lengths, or nothing at all.
    case shape
    /// A number is infinite or none, or became so.
    case notFinite
    /// A weight is not above 0.
    case weight(row: Int)
    /// A column depends on those before it.
    case dependent(column: Int)
  }

  /// Coefficients and how sure they are.
  public struct Solution: Sendable, Hashable {
    /// One a column.
    public var coefficients: [Double]
    /// The standard error of each; empty without degrees of freedom.
    public var standardErrors: [Double]
    /// `s^2 (X'WX)^-1`, row by row; empty without degrees of freedom.
    public var covariance: [[Double]]
    /// `y - X b`, one a row, not weighted.
    public var residuals: [Double]
    /// `sqrt(sum w r^2 / (n - p))`; none without degrees of freedom.
    public var residualDeviation: Double?
    /// `1 - sum w r^2 / sum w (y - ybar_w)^2`, not centred on request; none where `y` is constant.
    public var rSquared: Double?
    /// `n - p`.
    public var degreesOfFreedom: Int
  }

  /// Solves `y = X b` for the smallest `sum w r^2`.
  ///
  /// - Parameters:
  ///   - design: `X` by rows.
  ///   - response: `y`.
  ///   - weights: one a row, above 0; none: all 1.
  ///   - centred: whether `rSquared` compares with the weighted mean of `y` (with an intercept) or
  ///     with 0 (without).
  public static func solve(
    design: [[DoubleDouble]], response: [DoubleDouble], weights: [DoubleDouble]? = nil,
    centred: Bool = true
  ) throws(Problem) -> Solution {
    let n = design.count
    guard let p = design.first?.count, p > 0, n >= p, response.count == n,
      weights?.count ?? n == n, design.allSatisfy({ $0.count == p })
    else { throw .shape }
    let weights = weights ?? Array(repeating: .one, count: n)
    for (row, weight) in weights.enumerated() {
      guard weight.isFinite else { throw .notFinite }
      guard weight.value > 0 else { throw .weight(row: row) }
    }
    var triangle = try Triangle(design: design, response: response, weights: weights)
    try triangle.reduce()
    let scaled = triangle.solved()
    let b = (0..<p).map { scaled[$0].scaled(by: triangle.rise - triangle.columns[$0]) }
    var squares = triangle.tailSquares
    let magnitude = triangle.magnitude(of: scaled)
    // Below the rounding of the arithmetic the fit is exact, and so are its errors of 0.
    if squares.squareRoot().value <= magnitude * 0x1p-88 { squares = .zero }
    let freedom = n - p
    var deviation: DoubleDouble?
    var covariance: [[Double]] = []
    if freedom > 0 {
      let s2 = squares / DoubleDouble(freedom)
      deviation = s2.squareRoot().scaled(by: triangle.rise)
      covariance = triangle.covariance(s2)
    }
    let residuals = (0..<n).map { i in
      (0..<p).reduce(response[i]) { $0 - design[i][$1] * b[$1] }.value
    }
    let total = triangle.totalSquares(response, weights, centred: centred)
    let solution = Solution(
      coefficients: b.map(\.value),
      standardErrors: covariance.indices.map { covariance[$0][$0].squareRoot() },
      covariance: covariance, residuals: residuals, residualDeviation: deviation?.value,
      rSquared: total.value > 0 ? (DoubleDouble.one - squares / total).value : nil,
      degreesOfFreedom: freedom)
    let numbers = solution.coefficients + solution.residuals + solution.covariance.flatMap { $0 }
    guard numbers.allSatisfy(\.isFinite), deviation?.isFinite ?? true else { throw .notFinite }
    return solution
  }

  /// The rows of a polynomial: powers of `x` from `lowest` to `degree`.
  public static func polynomial(_ x: [DoubleDouble], degree: Int, from lowest: Int = 0)
    -> [[DoubleDouble]]
  {
    x.map { value in
      var power = DoubleDouble.one
      var row: [DoubleDouble] = []
      for exponent in 0...max(0, degree) {
        if exponent >= lowest { row.append(power) }
        power = power * value
      }
      return row
    }
  }
}
