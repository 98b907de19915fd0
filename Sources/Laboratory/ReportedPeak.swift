/// A peak as another data system reported it: its own numbers, nothing computed here.
///
/// What the file leaves out, or marks as absent (-9999, -1 for a height), is not known.
public struct ReportedPeak: Sendable, Hashable, Codable {
  /// The name it was given; none where it has none.
  public var name: String?
  /// Which trace of the measurement it is of.
  public var trace: String
  /// The retention time, s.
  public var retentionTime: Double
  /// Where it begins, s.
  public var start: Double?
  /// Where it ends, s.
  public var end: Double?
  /// The area in `areaUnit`.
  public var area: Double?
  /// What the area is in: `AU*s`, or `counts` where the system has a scale of its own.
  public var areaUnit: String
  /// The height, unit of the signal.
  public var height: Double?
  /// The width as that system understands it, s.
  public var width: Double?
  /// The area in percent of all.
  public var areaPercent: Double?
  /// The amount, in the unit that the file's facts name.
  public var amount: Double?
  /// The baseline at both ends; empty where the file gives none.
  public var baseline: [BaselinePoint]
  /// How it begins and ends, by that system's letters (`BV`).
  public var code: String?
  /// Whether a person drew it.
  public var isManual: Bool

  /// Makes a peak of which only place and trace are known.
  public init(trace: String, retentionTime: Double, areaUnit: String) {
    self.trace = trace
    self.retentionTime = retentionTime
    self.areaUnit = areaUnit
    baseline = []
    isManual = false
  }

  /// The same as a peak of ours; nil where begin, end, area, height or baseline are not reported.
  public var integrated: ChromatographicPeak? {
    guard let start, let end, let area, let height, baseline.count >= 2 else { return nil }
    return ChromatographicPeak(
      code: code ?? "", start: start, end: end, retentionTime: retentionTime, baseline: baseline,
      area: area, height: height, flags: ["reported"])
  }

  private enum CodingKeys: String, CodingKey {
    case name, trace, area, height, amount, baseline, code
    case retentionTime = "retention_s"
    case start = "start_s"
    case end = "end_s"
    case areaUnit = "area_unit"
    case width = "width_s"
    case areaPercent = "area_percent"
    case isManual = "manual"
  }
}
