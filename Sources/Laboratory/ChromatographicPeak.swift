/// A point of a baseline.
public struct BaselinePoint: Sendable, Hashable, Codable {
  /// When, in seconds.
  public var time: Double
  /// The level there, in the unit of the signal.
  public var level: Double

  /// Makes a point.
  public init(time: Double, level: Double) {
    self.time = time
    self.level = level
  }
}

/// An integrated peak of a trace, with all that is needed to compute its area again: the trapezoid
/// over the trace from `start` to `end`, both ends interpolated, minus the baseline.
public struct ChromatographicPeak: Sendable, Hashable, Codable {
  /// How it begins and ends: B baseline, V valley, P penetration, S skim (`BV`).
  public var code: String
  /// Where it begins, s.
  public var start: Double
  /// Where it ends, s.
  public var end: Double
  /// The retention time of its parabola, s.
  public var retentionTime: Double
  /// The baseline below it: at least its levels at start and end, points between where it bends.
  public var baseline: [BaselinePoint]
  /// The lines that cut riders off this peak, each over its own stretch of time.
  ///
  /// What the signal has above such a line belongs to the rider: the area of this peak is that over
  /// its baseline, less that of the signal over each of these lines.
  public var skims: [[BaselinePoint]]
  /// The area over the baseline, unit of the signal times s; negative for a negative peak.
  public var area: Double
  /// The height of the parabola over the baseline, unit of the signal.
  public var height: Double
  /// The width at half height, s; none where a side does not fall to it within the peak.
  public var widthAtHalf: Double?
  /// Plates by the half height, 5.54 (t/w)^2.
  public var plates: Double?
  /// Tailing (symmetry) by the width at 5 %.
  public var tailing: Double?
  /// Asymmetry b/a at 10 %.
  public var asymmetry: Double?
  /// Resolution from the peak before, by the half-height widths.
  public var resolution: Double?
  /// Signal to noise, 2H/h.
  public var signalToNoise: Double?
  /// The retention index; none without a ladder or outside it.
  public var retentionIndex: Double?
  /// What else must be known (`clipped`, `saturated`, `smoothed-widths`, `few-points`).
  public var flags: [String]

  /// Makes a peak; what is not given is not known.
  public init(
    code: String, start: Double, end: Double, retentionTime: Double, baseline: [BaselinePoint],
    area: Double, height: Double, flags: [String] = []
  ) {
    self.code = code
    self.start = start
    self.end = end
    self.retentionTime = retentionTime
    self.baseline = baseline
    self.area = area
    self.height = height
    self.flags = flags
    skims = []
    widthAtHalf = nil
    plates = nil
    tailing = nil
    asymmetry = nil
    resolution = nil
    signalToNoise = nil
    retentionIndex = nil
  }

  private enum CodingKeys: String, CodingKey {
    case code, baseline, skims, area, height, plates, tailing, asymmetry, resolution, flags
    case start = "start_s"
    case end = "end_s"
    case retentionTime = "retention_s"
    case widthAtHalf = "width_half_s"
    case signalToNoise = "signal_to_noise"
    case retentionIndex = "retention_index"
  }
}
