/// A curve of cubic pieces through points, with continuous slope and curvature.
///
/// The slopes at the points solve one tridiagonal system. Outside the points there is no value.
public struct CubicSpline: Sendable, Hashable {
  /// What is asked of the two ends.
  public enum Ends: Sendable, Hashable {
    /// No curvature at the first and last point.
    case natural
    /// The first two pieces are one cubic, and the last two; with 3 points one parabola, with 2 a
    /// straight line. As `scipy.interpolate.CubicSpline` does it.
    case notAKnot
  }

  /// The places of the points, strictly rising.
  public let x: [Double]
  /// The values at the points.
  public let y: [Double]
  /// The slopes at the points.
  public let slopes: [Double]

  /// Lays the curve through points.
  ///
  /// - Throws: `countsDiffer`, `tooShort` for fewer than 2 points, `notFinite`, `notIncreasing`.
  public init(_ x: [Double], _ y: [Double], ends: Ends) throws(KernelError) {
    guard x.count == y.count else {
      throw .countsDiffer(what: "axis and values", x.count, y.count)
    }
    guard x.count >= 2 else { throw .tooShort(what: "a spline", points: x.count, needed: 2) }
    try Interpolation.requireIncreasing(x)
    try Finite.check(y.span, "the values")
    self.x = x
    self.y = y
    slopes = Self.slopes(x, y, ends)
  }

  /// The value at a place; nil outside the points.
  public func value(at place: Double) -> Double? {
    guard let (i, t, h) = locate(place) else { return nil }
    let (a, b) = pieces(i, h)
    return y[i] + t * (slopes[i] + t * (b + t * a))
  }

  /// The slope at a place; nil outside the points.
  public func slope(at place: Double) -> Double? {
    guard let (i, t, h) = locate(place) else { return nil }
    let (a, b) = pieces(i, h)
    return slopes[i] + t * (2 * b + t * (3 * a))
  }

  private func locate(_ place: Double) -> (Int, Double, Double)? {
    guard place >= x[0], place <= x[x.count - 1] else { return nil }
    let i = Interpolation.interval(x, holding: place)
    return (i, place - x[i], x[i + 1] - x[i])
  }

  /// The factors of the cube and the square on piece `i`.
  private func pieces(_ i: Int, _ h: Double) -> (Double, Double) {
    let chord = (y[i + 1] - y[i]) / h
    let bend = (slopes[i] + slopes[i + 1] - 2 * chord) / h
    return (bend / h, (chord - slopes[i]) / h - bend)
  }

  private static func slopes(_ x: [Double], _ y: [Double], _ ends: Ends) -> [Double] {
    let n = x.count
    let h = (0..<n - 1).map { x[$0 + 1] - x[$0] }
    let chord = (0..<n - 1).map { (y[$0 + 1] - y[$0]) / h[$0] }
    if n == 2 { return [chord[0], chord[0]] }
    if ends == .notAKnot, n == 3 {
      // One parabola: its slope in the middle is the chords' mean, weighted by the other interval.
      let middle = (h[1] * chord[0] + h[0] * chord[1]) / (h[0] + h[1])
      return [2 * chord[0] - middle, middle, 2 * chord[1] - middle]
    }
    // Rows below[i] s[i-1] + diagonal[i] s[i] + above[i] s[i+1] = right[i].
    var below = [Double](repeating: 0, count: n)
    var diagonal = below
    var above = below
    var right = below
    for i in 1..<n - 1 {
      below[i] = h[i]
      diagonal[i] = 2 * (h[i - 1] + h[i])
      above[i] = h[i - 1]
      right[i] = 3 * (h[i] * chord[i - 1] + h[i - 1] * chord[i])
    }
    switch ends {
    case .natural:
      (diagonal[0], above[0], right[0]) = (2, 1, 3 * chord[0])
      (below[n - 1], diagonal[n - 1], right[n - 1]) = (1, 2, 3 * chord[n - 2])
    case .notAKnot:
      let first = h[0] + h[1]
      (diagonal[0], above[0]) = (h[1], first)
      right[0] = ((h[0] + 2 * first) * h[1] * chord[0] + h[0] * h[0] * chord[1]) / first
      let last = h[n - 2] + h[n - 3]
      (below[n - 1], diagonal[n - 1]) = (last, h[n - 3])
      right[n - 1] =
        (h[n - 2] * h[n - 2] * chord[n - 3] + (2 * last + h[n - 2]) * h[n - 3] * chord[n - 2])
        / last
    }
    for i in 1..<n {
      let factor = below[i] / diagonal[i - 1]
      diagonal[i] -= factor * above[i - 1]
      right[i] -= factor * right[i - 1]
    }
    right[n - 1] /= diagonal[n - 1]
    for i in stride(from: n - 2, through: 0, by: -1) {
      right[i] = (right[i] - above[i] * right[i + 1]) / diagonal[i]
    }
    return right
  }
}
