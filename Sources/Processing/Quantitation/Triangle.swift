/// The scaled system while Householder reflections turn it into a triangle.
struct Triangle {
  /// The powers of two by which the columns were divided.
  let columns: [Int]
  /// The power of two by which the response was divided.
  let rise: Int
  private let n: Int
  private let p: Int
  private var a: [[DoubleDouble]]
  private var y: [DoubleDouble]

  init(design: [[DoubleDouble]], response: [DoubleDouble], weights: [DoubleDouble])
    throws(LeastSquares.Problem)
  {
    n = design.count
    p = design[0].count
    let finite = design.allSatisfy { $0.allSatisfy(\.isFinite) }
    guard finite, response.allSatisfy(\.isFinite) else { throw .notFinite }
    func exponent(_ values: some Sequence<DoubleDouble>) -> Int {
      let largest = values.reduce(0.0) { max($0, abs($1.value)) }
      return largest == 0 ? 0 : Int(largest.exponent)
    }
    let scales = (0..<p).map { j in exponent(design.lazy.map { $0[j] }) }
    let rise = exponent(response)
    let roots = weights.map { $0.squareRoot() }
    columns = scales
    self.rise = rise
    a = zip(design, roots).map { row, root in
      zip(row, scales).map { $0.scaled(by: -$1) * root }
    }
    y = zip(response, roots).map { $0.scaled(by: -rise) * $1 }
  }

  /// Turns the columns into an upper triangle, the response with them.
  mutating func reduce() throws(LeastSquares.Problem) {
    for k in 0..<p {
      let whole = (0..<n).reduce(0.0) { max($0, abs(a[$1][k].value)) }
      var squares = DoubleDouble.zero
      for i in k..<n { squares = squares + a[i][k] * a[i][k] }
      let norm = squares.squareRoot()
      guard norm.isFinite else { throw .notFinite }
      // What is left of a column that depends on the others is rounding alone.
      guard norm.value > whole * 0x1p-80 else { throw .dependent(column: k) }
      let pivot = a[k][k]
      let alpha = pivot.value > 0 ? -norm : norm
      a[k][k] = pivot - alpha
      let half = squares - alpha * pivot
      for j in (k + 1)..<max(p, k + 1) {
        var product = DoubleDouble.zero
        for i in k..<n { product = product + a[i][k] * a[i][j] }
        let factor = product / half
        for i in k..<n { a[i][j] = a[i][j] - factor * a[i][k] }
      }
      var product = DoubleDouble.zero
      for i in k..<n { product = product + a[i][k] * y[i] }
      let factor = product / half
      for i in k..<n { y[i] = y[i] - factor * a[i][k] }
      a[k][k] = alpha
    }
  }

  /// The coefficients of the scaled system.
  func solved() -> [DoubleDouble] {
    var b = Array(y[..<p])
    for k in (0..<p).reversed() {
      for j in (k + 1)..<max(p, k + 1) { b[k] = b[k] - a[k][j] * b[j] }
      b[k] = b[k] / a[k][k]
    }
    return b
  }

  /// The weighted sum of squared residuals of the scaled system.
  var tailSquares: DoubleDouble {
    y[p...].reduce(.zero) { $0 + $1 * $1 }
  }

  /// How large the terms are of which the residuals are the difference.
  func magnitude(of b: [DoubleDouble]) -> Double {
    var sum = 0.0
    for i in 0..<n { sum += y[i].value * y[i].value }
    sum = sum.squareRoot()
    for k in 0..<p {
      for i in 0...k { sum += abs(a[i][k].value * b[k].value) }
    }
    return sum
  }

  /// The weighted sum of squares of the response, scaled, about its weighted mean or about 0.
  func totalSquares(_ response: [DoubleDouble], _ weights: [DoubleDouble], centred: Bool)
    -> DoubleDouble
  {
    var mean = DoubleDouble.zero
    if centred {
      var total = DoubleDouble.zero
      for (value, weight) in zip(response, weights) {
        mean = mean + weight * value.scaled(by: -rise)
        total = total + weight
      }
      mean = mean / total
    }
    var squares = DoubleDouble.zero
    for (value, weight) in zip(response, weights) {
      let difference = value.scaled(by: -rise) - mean
      squares = squares + weight * difference * difference
    }
    return squares
  }

  /// `s2 (R'R)^-1` in the scale of the data.
  func covariance(_ s2: DoubleDouble) -> [[Double]] {
    var inverse = Array(repeating: Array(repeating: DoubleDouble.zero, count: p), count: p)
    for column in 0..<p {
      inverse[column][column] = DoubleDouble.one / a[column][column]
      for k in (0..<column).reversed() {
        var sum = DoubleDouble.zero
        for j in (k + 1)...column { sum = sum + a[k][j] * inverse[j][column] }
        inverse[k][column] = -(sum / a[k][k])
      }
    }
    return (0..<p).map { i in
      (0..<p).map { j in
        var sum = DoubleDouble.zero
        for k in max(i, j)..<p { sum = sum + inverse[i][k] * inverse[j][k] }
        return (sum * s2).scaled(by: rise - columns[i]).scaled(by: rise - columns[j]).value
      }
    }
  }
}
