internal import Foundation

/// Centroids of profile spectra by our own definition, for instruments of unit resolution and above.
///
/// A local maximum above a level is a peak; it reaches down both sides while the signal falls and is
/// above the level. Its place is the top of the parabola through the logarithms of its highest point and
/// the two beside it, which is exact for a Gauss curve on any axis, or the mean of the places above
/// half of its height, weighted by intensity.
public struct ProfileCentroids: Sendable, Hashable {
  /// How the place is computed.
  public enum Centre: Sendable, Hashable {
    /// By a parabola in the logarithm; where one of the three points is not above 0, or they do not
    /// bend down, by the weighted mean.
    case parabola
    /// By the weighted mean of the points with at least half of the highest point's value.
    case weightedMean
  }

  /// How the place is computed.
  public let centre: Centre
  /// What a maximum must be above, in the unit of the signal.
  public let level: Double

  /// Describes the picking; the level is 0 or more.
  ///
  /// - Throws: `parameter`.
  public init(centre: Centre = .parabola, level: Double = 0) throws(KernelError) {
    guard level >= 0, level.isFinite else {
      throw .parameter(name: "level", value: level, allowed: "0 or more")
    }
    self.centre = centre
    self.level = level
  }

  /// The centroids in rising order.
  ///
  /// - Throws: `countsDiffer`, `notFinite`, `notIncreasing`.
  public func pick(_ x: [Double], _ y: [Double]) throws(KernelError) -> [Centroid] {
    guard x.count == y.count else {
      throw .countsDiffer(what: "axis and spectrum", x.count, y.count)
    }
    try Interpolation.requireIncreasing(x)
    let maxima = try LocalMaxima(height: level.nextUp...Double.infinity).find(in: y)
    return maxima.map { peak in
      var (first, last) = (peak.leftEdge, peak.rightEdge)
      while first > 0, y[first - 1] < y[first], y[first - 1] > level { first -= 1 }
      while last < y.count - 1, y[last + 1] < y[last], y[last + 1] > level { last += 1 }
      var area = 0.0
      for i in first..<last { area += (y[i] + y[i + 1]) / 2 * (x[i + 1] - x[i]) }
      let top =
        (centre == .parabola ? Self.parabola(x, y, peak.index) : nil)
        ?? (Self.mean(x, y, peak.index, first, last), peak.height)
      return Centroid(
        place: top.0, height: top.1, area: area, first: first, last: last, apex: peak.index,
        isFlat: peak.rightEdge > peak.leftEdge)
    }
  }

  /// Place and height of the top of the parabola in the logarithm.
  private static func parabola(_ x: [Double], _ y: [Double], _ i: Int) -> (Double, Double)? {
    guard y[i - 1] > 0, y[i + 1] > 0 else { return nil }
    let (left, right) = (x[i] - x[i - 1], x[i + 1] - x[i])
    let middle = log(y[i])
    let before = (middle - log(y[i - 1])) / left
    let behind = (log(y[i + 1]) - middle) / right
    let bend = (behind - before) / (left + right)
    guard bend < 0 else { return nil }
    let slope = (before * right + behind * left) / (left + right)
    let t = -slope / (2 * bend)
    return (x[i] + t, exp(middle + t * slope / 2))
  }

  private static func mean(
    _ x: [Double], _ y: [Double], _ apex: Int, _ first: Int, _ last: Int
  ) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for i in first...last where y[i] >= y[apex] / 2 {
      // From the highest point on, so that large places cost no digits.
      sum += y[i] * (x[i] - x[apex])
      weight += y[i]
    }
    return x[apex] + sum / weight
  }
}
