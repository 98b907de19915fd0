/// Smooths and differentiates by fitting a polynomial to a moving window of equally spaced points.
///
/// A. Savitzky, M. J. E. Golay, Anal. Chem. 36 (1964) 1627. The coefficients come from polynomials
/// orthogonal on the window, by their three-term recurrence. A point inside is
/// `c[m] y[i] + sum over k = 1...m of c[m+k] (y[i+k] +- y[i-k])`, in that order, minus for odd
/// derivatives: the same bits whether a trace comes as a whole or point by point.
public struct SavitzkyGolay: Sendable, Hashable {
  /// How the first and last half window are computed.
  public enum Edges: Sendable, Hashable {
    /// The polynomial fitted to the first and last whole window, evaluated there: the default.
    case fitted
    /// The signal mirrored at its first and last point, which are not repeated.
    case mirrored
    /// The first and last value repeated.
    case nearest
    /// One value everywhere outside.
    case constant(Double)
    /// The signal as one period.
    case wrapped
  }

  /// The points of a window, odd.
  public let window: Int
  /// The degree of the polynomial.
  public let order: Int
  /// Which derivative is computed; 0 smooths.
  public let derivative: Int
  /// The distance of the points, in the unit of the axis.
  public let spacing: Double
  /// The factors of a window's points from the first to the last.
  public let coefficients: [Double]

  /// The orthogonal polynomials at the window's points, one after the other.
  let polynomials: [Double]
  /// Their derivatives there.
  let derivatives: [Double]
  /// Their sums of squares.
  let norms: [Double]
  /// The middle coefficient and those behind it.
  let folded: [Double]

  /// Makes a filter.
  ///
  /// - Throws: `parameter`: the window is odd, 1 to 100001; the order 0 to 20 and below the window;
  ///   the derivative 0 to the order; the spacing above 0.
  public init(window: Int, order: Int, derivative: Int = 0, spacing: Double = 1)
    throws(KernelError)
  {
    guard window >= 1, window % 2 == 1, window <= 100_001 else {
      throw .parameter(name: "window", value: Double(window), allowed: "odd, 1 to 100001")
    }
    guard order >= 0, order < window, order <= 20 else {
      throw .parameter(
        name: "order", value: Double(order), allowed: "0 to \(min(20, window - 1))")
    }
    guard derivative >= 0, derivative <= order else {
      throw .parameter(
        name: "derivative", value: Double(derivative), allowed: "0 to \(order), the order")
    }
    guard spacing > 0, spacing.isFinite else {
      throw .parameter(name: "spacing", value: spacing, allowed: "above 0")
    }
    self.window = window
    self.order = order
    self.derivative = derivative
    self.spacing = spacing
    let m = window / 2
    (polynomials, derivatives, norms) = Self.basis(m, order, derivative)
    var scale = 1.0
    for _ in 0..<derivative { scale *= spacing }
    var coefficients = [Double](repeating: 0, count: window)
    for j in 0..<window {
      var sum = 0.0
      for k in 0...order {
        sum += polynomials[k * window + j] * (derivatives[k * window + m] / norms[k])
      }
      coefficients[j] = sum / scale
    }
    self.coefficients = coefficients
    folded = Array(coefficients[m...])
  }

  /// The points on each side of the middle: so many later a value is known in a stream.
  public var halfWindow: Int { window / 2 }

  /// By how much the filter changes the standard deviation of white noise: the root of the sum of
  /// squared coefficients.
  public var noiseGain: Double {
    var sum = 0.0
    for coefficient in coefficients { sum += coefficient * coefficient }
    return sum.squareRoot()
  }

  /// The polynomials orthogonal on -m...m, their derivatives there, and their sums of squares.
  private static func basis(_ m: Int, _ order: Int, _ derivative: Int)
    -> ([Double], [Double], [Double])
  {
    let window = 2 * m + 1
    // One table a derivative, as the recurrence of each needs the one before it.
    var tables = [[Double]](
      repeating: [Double](repeating: 0, count: (order + 1) * window), count: derivative + 1)
    var norms = [Double](repeating: 0, count: order + 1)
    for j in 0..<window { tables[0][j] = 1 }
    norms[0] = Double(window)
    for k in stride(from: 1, through: order, by: 1) {
      let ratio = k > 1 ? norms[k - 1] / norms[k - 2] : 0
      for s in 0...derivative {
        for j in 0..<window {
          let x = Double(j - m)
          var value = x * tables[s][(k - 1) * window + j]
          if s > 0 { value += Double(s) * tables[s - 1][(k - 1) * window + j] }
          if k > 1 { value -= ratio * tables[s][(k - 2) * window + j] }
          tables[s][k * window + j] = value
        }
      }
      var sum = 0.0
      for j in 0..<window { sum += tables[0][k * window + j] * tables[0][k * window + j] }
      norms[k] = sum
    }
    return (tables[0], tables[derivative], norms)
  }
}
