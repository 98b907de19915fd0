/// Linear least squares over a few columns, solved for many right sides.
///
/// By Cholesky's decomposition of the normal matrix; sums run down the columns in order.
struct NormalEquations: Sendable {
  private let columns: [[Double]]
  /// The lower triangle of the decomposition, row by row.
  private let factor: [[Double]]
  /// The largest over the smallest eigenvalue of the normal matrix.
  let condition: Double

  /// Decomposes; nil where the columns depend on one another.
  init?(_ columns: some Collection<[Double]>) {
    let columns = Array(columns)
    let count = columns.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0...i {
        var sum = 0.0
        for (a, b) in zip(columns[i], columns[j]) { sum += a * b }
        (matrix[i][j], matrix[j][i]) = (sum, sum)
      }
    }
    var factor = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0...i {
        var sum = matrix[i][j]
        for k in 0..<j { sum -= factor[i][k] * factor[j][k] }
        if i == j {
          guard sum > 0, sum.isFinite else { return nil }
          factor[i][i] = sum.squareRoot()
        } else {
          factor[i][j] = sum / factor[j][j]
        }
      }
    }
    let eigenvalues = Self.eigenvalues(matrix)
    guard let least = eigenvalues.min(), let most = eigenvalues.max(), least > 0 else { return nil }
    (self.columns, self.factor, condition) = (columns, factor, most / least)
  }

  /// The coefficients of the columns for one right side.
  func solve(_ y: ArraySlice<Double>) -> [Double] {
    var x = columns.map { column in
      var sum = 0.0
      for (a, b) in zip(column, y) { sum += a * b }
      return sum
    }
    for i in x.indices {
      for k in 0..<i { x[i] -= factor[i][k] * x[k] }
      x[i] /= factor[i][i]
    }
    for i in x.indices.reversed() {
      for k in i + 1..<x.count { x[i] -= factor[k][i] * x[k] }
      x[i] /= factor[i][i]
    }
    return x
  }

  /// The eigenvalues of a symmetric matrix by Jacobi's rotations, at most 60 sweeps.
  private static func eigenvalues(_ matrix: [[Double]]) -> [Double] {
    var a = matrix
    let count = a.count
    for _ in 0..<60 {
      var rest = 0.0
      for i in 0..<count { for j in 0..<i { rest += a[i][j] * a[i][j] } }
      var trace = 0.0
      for i in 0..<count { trace += a[i][i] * a[i][i] }
      if rest <= 1e-30 * trace { break }
      for p in 0..<count {
        for q in p + 1..<max(p + 1, count) where a[p][q] != 0 {
          let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<count {
            let (x, y) = (a[k][p], a[k][q])
            (a[k][p], a[k][q]) = (c * x - s * y, s * x + c * y)
          }
          for k in 0..<count {
            let (x, y) = (a[p][k], a[q][k])
            (a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y)
          }
        }
      }
    }
    return (0..<count).map { a[$0][$0] }
  }
}
