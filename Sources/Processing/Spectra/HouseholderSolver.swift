/// Least squares of few unknowns by Householder's orthogonal reflections.
///
/// For the small problems of this folder (a cubic through lamp lines, a step of a band fit). Uses
/// `+ - * /` and square roots in a fixed order: the same bits everywhere.
struct HouseholderSolver {
  /// The solution, one value a column.
  private(set) var solution: [Double]
  /// (X'X)^-1, row by row.
  private(set) var inverse: [[Double]]

  /// Solves min |X b - y|^2; none where the columns are not independent.
  ///
  /// - `rows`: X, each row one value a column, at least as many rows as columns; all finite.
  init?(rows: [[Double]], values: [Double]) {
    let columns = rows.first?.count ?? 0
    guard columns > 0, rows.count >= columns, values.count == rows.count else { return nil }
    var (matrix, right) = (rows, values)
    var diagonal = [Double](repeating: 0, count: columns)
    let scale = (0..<columns).map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }
    for column in 0..<columns {
      var square = 0.0
      for row in column..<rows.count { square += matrix[row][column] * matrix[row][column] }
      let norm = square.squareRoot()
      // What is left of a column that depends on the others is rounding alone.
      guard norm.isFinite, norm > 1e-13 * scale[column] else { return nil }
      let head = matrix[column][column] >= 0 ? -norm : norm
      diagonal[column] = head
      matrix[column][column] -= head
      let half = -head * matrix[column][column]
      for other in (column + 1)..<(columns + 1) {
        var product = 0.0
        for row in column..<rows.count {
          product += matrix[row][column] * (other < columns ? matrix[row][other] : right[row])
        }
        let factor = product / half
        for row in column..<rows.count {
          if other < columns {
            matrix[row][other] -= factor * matrix[row][column]
          } else {
            right[row] -= factor * matrix[row][column]
          }
        }
      }
    }
    func solved(_ right: [Double]) -> [Double] {
      var answer = [Double](repeating: 0, count: columns)
      for row in (0..<columns).reversed() {
        var sum = right[row]
        for other in (row + 1)..<columns { sum -= matrix[row][other] * answer[other] }
        answer[row] = sum / diagonal[row]
      }
      return answer
    }
    solution = solved(right)
    // The inverse of R, column by column; then R^-1 R^-T.
    let unit = (0..<columns).map { column in
      solved((0..<columns).map { $0 == column ? 1 : 0 })
    }
    inverse = (0..<columns).map { row in
      (0..<columns).map { column in
        (0..<columns).reduce(0) { $0 + unit[$1][row] * unit[$1][column] }
      }
    }
    guard solution.allSatisfy(\.isFinite) else { return nil }
  }
}
