internal import Foundation

/// A band with a straight line below it, laid through the points of a window by least squares.
///
/// y = h s((x - c) / w) + a + b (x - m), m the middle of the window, w the full width at half height.
/// Levenberg and Marquardt's method, our own; standard errors from the curvature at the answer,
/// with the residual variance over (points - 5). Points count alike.
public struct BandFit: Sendable, Hashable {
  /// The shape of a band, 1 at its centre and 1/2 at half its width.
  public enum Shape: String, Sendable, Hashable, Codable {
    /// 1 / (1 + 4 u^2): a band of one lifetime.
    case lorentz
    /// exp(-4 ln 2 u^2): a band broadened by the instrument.
    case gauss

    /// The value and its slope by u, the distance from the centre in widths.
    func value(_ u: Double) -> (value: Double, slope: Double) {
      switch self {
      case .lorentz:
        let value = 1 / (1 + 4 * u * u)
        return (value, -8 * u * value * value)
      case .gauss:
        let k = 2.772_588_722_239_781
        let value = exp(-k * u * u)
        return (value, -2 * k * u * value)
      }
    }

    /// The area below a band of height 1 and width 1.
    var unitArea: Double {
      switch self {
      case .lorentz: 1.570_796_326_794_896_6
      case .gauss: 1.064_467_019_431_226_2
      }
    }
  }

  /// The shape.
  public var shape: Shape
  /// The centre, in units of the axis.
  public var centre: Double
  /// The standard error of the centre.
  public var centreError: Double
  /// The full width at half height, above 0.
  public var width: Double
  /// The standard error of the width.
  public var widthError: Double
  /// The height over the line; below 0 for a dip.
  public var height: Double
  /// The standard error of the height.
  public var heightError: Double
  /// The line at the middle of the window.
  public var level: Double
  /// The slope of the line, a unit of the axis.
  public var slope: Double
  /// The standard deviation of the points about the fit, divisor points - 5.
  public var residualSigma: Double
  /// How many points there were.
  public var points: Int
  /// How many rounds it took.
  public var rounds: Int

  /// The area of the band alone.
  public var area: Double { height * width * shape.unitArea }

  /// Fits a band to the points with `low` <= x <= `high`, in either order of the axis.
  ///
  /// - Refused: fewer than 7 points in the window, nothing that stands out, or an answer whose
  ///   centre is outside the window or whose width is more than twice the window.
  /// - `excluded`: points that are not looked at (saturated), by index.
  public static func fit(
    x: [Double], y: [Double], from low: Double, to high: Double, shape: Shape = .lorentz,
    excluded: Set<Int> = []
  ) throws(SpectrumError) -> BandFit {
    let window = try SpectrumWindow(
      x: x, y: y, from: low, to: high, needed: 7, excluded: excluded)
    var problem = BandProblem(window: window, shape: shape)
    return try problem.solved()
  }
}

/// The points of a window, x rising.
struct SpectrumWindow {
  var x: [Double]
  var y: [Double]
  var low: Double
  var high: Double

  init(
    x: [Double], y: [Double], from low: Double, to high: Double, needed: Int,
    excluded: Set<Int> = []
  ) throws(SpectrumError) {
    try SpectrumInput.sameCount(y, "spectrum", x, "axis")
    try SpectrumInput.axis(x)
    guard low.isFinite, high.isFinite, low < high, let first = x.first, let last = x.last,
      low <= max(first, last), high >= min(first, last)
    else {
      throw .windowOutside(from: low, to: high, axisFrom: x.first ?? 0, axisTo: x.last ?? 0)
    }
    var inside = x.indices.filter { x[$0] >= low && x[$0] <= high && !excluded.contains($0) }
    guard inside.count >= needed else {
      throw .tooFewPoints(what: "window", count: inside.count, needed: needed)
    }
    for index in inside where !y[index].isFinite {
      throw .notFinite(what: "spectrum", index: index)
    }
    if last < first { inside.reverse() }
    self.x = inside.map { x[$0] }
    self.y = inside.map { y[$0] }
    self.low = low
    self.high = high
  }
}
