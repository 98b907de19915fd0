/// Noise and drift of a stretch of signal without peaks.
///
/// After ASTM E685 (liquid chromatography) and E594 (flame ionisation) as data systems document them:
/// the least-squares line of the whole range is taken away; short-term noise is the mean of the
/// peak-to-peak over at least ten segments of one minute, long-term noise that over at least six
/// segments of ten minutes within at least an hour, drift the slope of the line. An incomplete last
/// segment is dropped. A value whose segments are not there is none.
public struct NoiseReport: Sendable, Hashable, Codable {
  /// The first and the last time used, s.
  public var from: Double
  /// The last time used, s.
  public var to: Double
  /// How many points.
  public var points: Int
  /// Points per second, over the whole range.
  public var rate: Double
  /// The slope of the least-squares line, unit of the signal per hour.
  public var driftPerHour: Double
  /// The standard deviation around that line, with n - 2 degrees of freedom.
  public var deviation: Double
  /// Largest minus smallest distance from that line.
  public var peakToPeak: Double
  /// Short-term noise; none with fewer than ten segments.
  public var shortTerm: Double?
  /// How many whole short segments there are.
  public var shortSegments: Int
  /// Long-term noise; none with fewer than six segments or less than an hour.
  public var longTerm: Double?
  /// How many whole long segments there are.
  public var longSegments: Int
  /// The standard deviation by the median of absolute residuals, floored at the step of the signal.
  public var robustDeviation: Double
  /// The same by first differences, only where the noise is white.
  ///
  /// Detectors that filter make first differences far too quiet, 16 to 50 times in real recordings:
  /// so the value is none unless the lag-1 autocorrelation of the differences is -0.5 +- 0.15.
  public var differenceDeviation: Double?
  /// The lag-1 autocorrelation of the first differences; none of a constant.
  public var differenceCorrelation: Double?
  /// The smallest step between neighbours that is not zero; 0 of a constant.
  public var quantum: Double

  /// The segments of short-term noise, s.
  public static let shortSegment = 60.0
  /// The segments of long-term noise, s.
  public static let longSegment = 600.0

  /// Reports on the points within a range of time, s; both ends are inside.
  ///
  /// - `shortSegment`: 30 to 60 s by the standards.
  ///
  /// Refuses fewer than three points, numbers that are not finite and times that do not rise.
  public init(
    times allTimes: [Double], values allValues: [Double], within range: ClosedRange<Double>,
    shortSegment: Double = NoiseReport.shortSegment
  ) throws(ChromatographyError) {
    try TraceCheck.check(times: allTimes, values: allValues, for: "a noise report")
    guard shortSegment.isFinite, shortSegment > 0 else {
      throw .parameter(name: "short_segment_s", value: shortSegment, allowed: "above 0")
    }
    let first = PeakArea.firstIndex(in: allTimes, notBefore: range.lowerBound)
    let behind = PeakArea.firstIndex(in: allTimes, notBefore: range.upperBound.nextUp)
    guard behind - first >= 3 else {
      throw .tooFewPoints(found: max(0, behind - first), needed: 3, for: "a noise report")
    }
    let times = Array(allTimes[first..<behind])
    let values = Array(allValues[first..<behind])
    let line = StraightLine(times, values)
    let residuals = times.indices.map { values[$0] - line.value(at: times[$0]) }
    let steps = zip(values, values.dropFirst()).map { $1 - $0 }
    quantum = steps.map(abs).filter { $0 > 0 }.min() ?? 0
    let floor = quantum / 12.0.squareRoot()
    from = times[0]
    to = times[times.count - 1]
    points = times.count
    rate = Double(points - 1) / (to - from)
    driftPerHour = line.slope * 3600
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    deviation = (squares / Double(points - 2)).squareRoot()
    peakToPeak = Self.extent(residuals[...])
    let short = Self.segments(times, residuals, of: shortSegment)
    shortSegments = short.count
    shortTerm = short.count >= 10 ? short.reduce(0, +) / Double(short.count) : nil
    let long = Self.segments(times, residuals, of: Self.longSegment)
    longSegments = long.count
    longTerm = long.count >= 6 ? long.reduce(0, +) / Double(long.count) : nil
    robustDeviation = max(1.4826 * Self.medianDistance(residuals), floor)
    differenceCorrelation = Self.correlation(steps)
    let isWhite = differenceCorrelation.map { abs($0 + 0.5) <= 0.15 } ?? false
    differenceDeviation =
      isWhite ? max(1.4826 * Self.medianDistance(steps) / 2.0.squareRoot(), floor) : nil
  }

  private enum CodingKeys: String, CodingKey {
    case points, deviation, quantum
    case from = "from_s"
    case to = "to_s"
    case rate = "rate_hz"
    case driftPerHour = "drift_per_h"
    case peakToPeak = "peak_to_peak"
    case shortTerm = "short_term"
    case shortSegments = "short_segments"
    case longTerm = "long_term"
    case longSegments = "long_segments"
    case robustDeviation = "robust_deviation"
    case differenceDeviation = "difference_deviation"
    case differenceCorrelation = "difference_correlation"
  }

  /// Largest minus smallest.
  static func extent(_ values: ArraySlice<Double>) -> Double {
    (values.max() ?? 0) - (values.min() ?? 0)
  }

  /// The median of the distances from the median.
  private static func medianDistance(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    var scratch = values
    let centre = Selection.median(&scratch)
    scratch = values.map { abs($0 - centre) }
    return Selection.median(&scratch)
  }

  /// The extent of every whole segment.
  private static func segments(_ times: [Double], _ values: [Double], of length: Double) -> [Double]
  {
    var extents: [Double] = []
    var first = 0
    // A sampling interval more or less at the end is no missing part of a segment.
    let step = (times[times.count - 1] - times[0]) / Double(times.count - 1)
    let whole = Int(((times[times.count - 1] - times[0] + step * 1.000001) / length).rounded(.down))
    for segment in 0..<max(0, whole) {
      let end = times[0] + Double(segment + 1) * length
      var last = first
      while last < times.count, times[last] < end - step * 1e-6 { last += 1 }
      if last > first { extents.append(extent(values[first..<last])) }
      first = last
    }
    return extents
  }

  private static func correlation(_ values: [Double]) -> Double? {
    guard values.count > 2 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    var (products, squares) = (0.0, 0.0)
    for index in values.indices {
      let distance = values[index] - mean
      squares += distance * distance
      if index > 0 { products += distance * (values[index - 1] - mean) }
    }
    return squares > 0 ? products / squares : nil
  }
}

/// The least-squares line of a stretch, centred so that nothing cancels.
struct StraightLine {
  /// The rise per second.
  let slope: Double
  private let centre: (time: Double, value: Double)

  /// Fits at least two points with times that rise.
  init(_ times: [Double], _ values: [Double]) {
    let count = Double(times.count)
    let meanTime = times.reduce(0, +) / count
    let meanValue = values.reduce(0, +) / count
    var (products, squares) = (0.0, 0.0)
    for index in times.indices {
      let distance = times[index] - meanTime
      products += distance * (values[index] - meanValue)
      squares += distance * distance
    }
    slope = squares > 0 ? products / squares : 0
    centre = (meanTime, meanValue)
  }

  /// The line at a time.
  func value(at time: Double) -> Double { centre.value + slope * (time - centre.time) }
}
