public import Laboratory

/// Integrates one peak over a window anchored at its apex: no detection, the same points every time.
///
/// The peak runs from the first point not before `apex - before` to the first not before
/// `apex + after`; the baseline is the line between the levels there, each the mean or the median of a
/// few points; the area is the trapezoid between. For targets whose time is known: the ions of a
/// quantitation, or a peak on a quiet baseline.
public struct AnchoredIntegration: Sendable, Hashable, Codable {
  /// What is made of the points at an end.
  public enum Level: String, Sendable, Hashable, Codable {
    /// Their mean.
    case mean
    /// Their median; of an even number the mean of the middle two.
    case median
  }
  /// Where the points of an end's level lie.
  public enum Side: String, Sendable, Hashable, Codable {
    /// Away from the apex, the end itself the nearest.
    case outward
    /// Around the end; of an even number one more away from the apex.
    case centred
    /// Towards the apex, the end itself the farthest.
    case inward
  }

  /// How long before the apex it begins, s; above 0.
  public var before: Double
  /// How long behind the apex it ends, s; above 0.
  public var after: Double
  /// How many points make an end's level; at least 1.
  public var levelPoints: Int
  /// What is made of them.
  public var level: Level
  /// Where they lie.
  public var side: Side

  /// Makes parameters; by default the medians of four points away from the apex.
  public init(
    before: Double, after: Double, levelPoints: Int = 4, level: Level = .median,
    side: Side = .outward
  ) {
    self.before = before
    self.after = after
    self.levelPoints = levelPoints
    self.level = level
    self.side = side
  }

  private enum CodingKeys: String, CodingKey {
    case level, side
    case before = "before_s"
    case after = "after_s"
    case levelPoints = "level_points"
  }

  /// Refuses numbers that mean nothing, by name.
  public func check() throws(ChromatographyError) {
    for (name, value) in [("before_s", before), ("after_s", after)]
    where !(value.isFinite && value > 0) {
      throw .parameter(name: name, value: value, allowed: "above 0")
    }
    guard (1...10_000).contains(levelPoints) else {
      throw .parameter(name: "level_points", value: Double(levelPoints), allowed: "1 to 10000")
    }
  }

  /// Integrates the peak whose apex is the largest point within a window of time, s (the first of
  /// equal ones).
  ///
  /// Refuses a trace that does not cover the window, its ends and their points, or that has a gap
  /// among them. Whether it is a peak at all is not judged: look at its height.
  public func peak(in trace: Trace, apexWithin window: ClosedRange<Double>)
    throws(ChromatographyError) -> ChromatographicPeak
  {
    try TraceCheck.check(times: trace.times, values: trace.values, for: "an anchored peak")
    let first = PeakArea.firstIndex(in: trace.times, notBefore: window.lowerBound)
    var apex: Int?
    var index = first
    while index < trace.times.count, trace.times[index] <= window.upperBound {
      if apex.map({ trace.values[index] > trace.values[$0] }) ?? true { apex = index }
      index += 1
    }
    guard let apex else {
      throw .outsideTrace(from: window.lowerBound, to: window.upperBound)
    }
    return try peak(times: trace.times, values: trace.values, apex: apex, flags: trace.flags)
  }

  /// Integrates the peak with its apex at a given point.
  ///
  /// - `flags`: what is known of the points besides; those not given have none.
  public func peak(
    times: [Double], values: [Double], apex: Int, flags: [Trace.Flags] = []
  ) throws(ChromatographyError) -> ChromatographicPeak {
    try check()
    try TraceCheck.check(times: times, values: values, for: "an anchored peak")
    guard values.indices.contains(apex) else {
      throw .parameter(name: "apex", value: Double(apex), allowed: "a point of the trace")
    }
    let (from, to) = (times[apex] - before, times[apex] + after)
    let start = PeakArea.firstIndex(in: times, notBefore: from)
    let end = PeakArea.firstIndex(in: times, notBefore: to)
    let (startPoints, endPoints) = points(start: start, end: end)
    guard times[0] <= from, end < times.count, startPoints.lowerBound >= 0,
      startPoints.upperBound <= times.count, endPoints.upperBound <= times.count,
      endPoints.lowerBound >= 0
    else { throw .outsideTrace(from: from, to: to) }
    try Self.refuseGap(
      times, flags,
      min(startPoints.lowerBound, start)...max(endPoints.upperBound - 1, end))
    let baseline = [
      BaselinePoint(time: times[start], level: level(values[startPoints])),
      BaselinePoint(time: times[end], level: level(values[endPoints])),
    ]
    let area = PeakArea.trapezoid(
      times: times, values: values, from: times[start], to: times[end], over: baseline)
    let top = PeakApex(
      times: times, values: values, apex: apex, within: start...end, baseline: baseline, sign: 1)
    return ChromatographicPeak(
      code: "BB", start: times[start], end: times[end], retentionTime: top.time,
      baseline: baseline, area: area, height: top.height)
  }

  /// Refuses points with a gap between two of them: flagged, or more than three times their median
  /// interval (of an even number the lower of the middle two).
  private static func refuseGap(
    _ times: [Double], _ flags: [Trace.Flags], _ points: ClosedRange<Int>
  ) throws(ChromatographyError) {
    let behind = points.dropFirst()
    let steps = behind.map { times[$0] - times[$0 - 1] }.sorted()
    guard !steps.isEmpty else { return }
    let longest = 3 * steps[(steps.count - 1) / 2]
    for point in behind {
      let isFlagged = point < flags.count && flags[point].contains(.afterGap)
      guard !isFlagged, times[point] - times[point - 1] <= longest else {
        throw .gapInPeak(from: times[point - 1], to: times[point])
      }
    }
  }

  private func points(start: Int, end: Int) -> (Range<Int>, Range<Int>) {
    let more = levelPoints - 1
    switch side {
    case .outward: return (start - more..<start + 1, end..<end + more + 1)
    case .inward: return (start..<start + more + 1, end - more..<end + 1)
    case .centred:
      let (near, far) = (more / 2, more - more / 2)
      return (start - far..<start + near + 1, end - near..<end + far + 1)
    }
  }

  private func level(_ points: ArraySlice<Double>) -> Double {
    switch level {
    case .mean: return points.reduce(0, +) / Double(points.count)
    case .median:
      var window = RunningMedian(capacity: points.count)
      for value in points { window.insert(value) }
      return window.median
    }
  }
}
