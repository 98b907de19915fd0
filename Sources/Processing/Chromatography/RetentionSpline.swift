/// The cubic spline through the standards of a retention scale with not-a-knot ends, as slopes.
///
/// The slopes solve the tridiagonal system of C. de Boor, A Practical Guide to Splines, chapter IV,
/// whose end rows say that the third derivative does not jump at the second and last but one knot.
enum RetentionSpline {
  /// The slope at each of at least four standards, numbers per second.
  static func slopes(_ standards: [RetentionLadder.Standard]) -> [Double] {
    let last = standards.count - 1
    let steps = (0..<last).map { standards[$0 + 1].time - standards[$0].time }
    let rises = (0..<last).map { (standards[$0 + 1].number - standards[$0].number) / steps[$0] }
    var (lower, diagonal, upper, right) = (
      [Double](repeating: 0, count: last + 1), [Double](repeating: 0, count: last + 1),
      [Double](repeating: 0, count: last + 1), [Double](repeating: 0, count: last + 1)
    )
    diagonal[0] = steps[1]
    upper[0] = steps[0] + steps[1]
    right[0] =
      ((steps[0] + 2 * upper[0]) * steps[1] * rises[0] + steps[0] * steps[0] * rises[1]) / upper[0]
    for row in 1..<last {
      lower[row] = steps[row]
      diagonal[row] = 2 * (steps[row - 1] + steps[row])
      upper[row] = steps[row - 1]
      right[row] = 3 * (steps[row] * rises[row - 1] + steps[row - 1] * rises[row])
    }
    let (a, b) = (steps[last - 1], steps[last - 2])
    diagonal[last] = b
    lower[last] = a + b
    right[last] =
      (a * a * rises[last - 2] + (2 * (a + b) + a) * b * rises[last - 1]) / (a + b)
    for row in 1...last {
      let factor = lower[row] / diagonal[row - 1]
      diagonal[row] -= factor * upper[row - 1]
      right[row] -= factor * right[row - 1]
    }
    var slopes = right
    slopes[last] = right[last] / diagonal[last]
    for row in stride(from: last - 1, through: 0, by: -1) {
      slopes[row] = (right[row] - upper[row] * slopes[row + 1]) / diagonal[row]
    }
    return slopes
  }

  /// The number at a time between two standards with the given slopes.
  static func value(
    _ low: RetentionLadder.Standard, _ high: RetentionLadder.Standard, _ slopeLow: Double,
    _ slopeHigh: Double, at time: Double
  ) -> Double {
    let step = high.time - low.time
    let x = time - low.time
    let rise = (high.number - low.number) / step
    let curve = (3 * rise - 2 * slopeLow - slopeHigh) / step
    let twist = (slopeLow + slopeHigh - 2 * rise) / (step * step)
    return low.number + x * (slopeLow + x * (curve + x * twist))
  }
}
