/// One point of a chromatogram.
public struct TracePoint: Sendable, Hashable {
  /// When, s; strictly rising from point to point.
  public var time: Double
  /// The signal.
  public var value: Double
  /// Whether points are missing before it; a peak is never carried across a gap.
  public var isAfterGap: Bool

  /// Makes a point.
  public init(time: Double, value: Double, isAfterGap: Bool = false) {
    self.time = time
    self.value = value
    self.isAfterGap = isAfterGap
  }
}

/// A peak as the detector saw it: three points by their numbers in the trace, from 0.
public struct DetectedPeak: Sendable, Hashable, Codable {
  /// Its first point; the end of the peak before where both share a valley.
  public var start: Int
  /// The largest point of the smoothed signal.
  public var apex: Int
  /// Its last point.
  public var end: Int

  /// Makes a peak.
  public init(start: Int, apex: Int, end: Int) {
    self.start = start
    self.apex = apex
    self.end = end
  }
}

/// Peaks that touch each other, and the noise that decided about them.
public struct DetectedCluster: Sendable, Hashable, Codable {
  /// The peaks in the order of time, at least one; each ends where the next starts.
  public var peaks: [DetectedPeak]
  /// Whether it ended because the trace, its gapless piece or the largest length of a cluster did.
  public var isClipped: Bool
  /// Whether its peaks point downwards.
  public var isNegative: Bool
  /// The noise of the slope before it (g), signal per point.
  public var slopeNoise: Double
  /// The noise of the signal around its smoothed self before it (sigma_h), unit of the signal.
  public var residualNoise: Double
  /// The half window of the filter, points (m).
  public var halfWindow: Int

  /// Makes a cluster.
  public init(
    peaks: [DetectedPeak], isClipped: Bool = false, isNegative: Bool = false, slopeNoise: Double,
    residualNoise: Double, halfWindow: Int
  ) {
    self.peaks = peaks
    self.isClipped = isClipped
    self.isNegative = isNegative
    self.slopeNoise = slopeNoise
    self.residualNoise = residualNoise
    self.halfWindow = halfWindow
  }
}

/// What the detector says while the signal comes in.
public enum DetectorEvent: Sendable, Hashable {
  /// An apex was passed; its peak is still open. For the live view: no decision hangs on it.
  case provisionalApex(point: Int, time: Double, smoothed: Double)
  /// A cluster is over; this is final.
  case cluster(DetectedCluster)
  /// A point was left out, and the signal treated as interrupted there.
  case leftOut(point: Int, reason: LeftOutPoint)
}

/// Why a point did not enter.
public enum LeftOutPoint: String, Sendable, Hashable, Codable {
  /// Its time or value is NaN, infinite or beyond 1e100.
  case notFinite = "not-finite"
  /// Its time is not behind that of the point before.
  case timeNotRising = "time-not-rising"
}
