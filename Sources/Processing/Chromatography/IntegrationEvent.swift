/// What a person asks of the integration at a time, as the timed events of a method.
///
/// Events are applied in the order of their times; of equal times, in the order of the list.
public struct IntegrationEvent: Sendable, Hashable, Codable {
  /// What is asked.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// From here on no peak is integrated; peaks with their apex behind it are left out.
    case off
    /// From here on peaks are integrated again.
    case on
    /// The baseline touches the signal here; a peak across it is split.
    case baselineNow = "baseline-now"
    /// The baseline is horizontal at the signal's level here, until `hold-off`.
    case holdOn = "hold-on"
    /// The baseline is straight again.
    case holdOff = "hold-off"
    /// A peak across it is split by a vertical drop.
    case split
    /// Peaks with their apex from here on and a smaller area than `value` are rejected.
    case minimumArea = "minimum-area"
    /// Peaks with their apex from here on and less height than `value` are rejected.
    case minimumHeight = "minimum-height"
    /// From here on peaks that point downwards are looked for, and no others.
    case negativeOn = "negative-on"
    /// From here on peaks that point upwards are looked for again.
    case negativeOff = "negative-off"
    /// A peak from here to `end`, over a line from `start_level` to `end_level`.
    case manualPeak = "manual-peak"
  }

  /// When, s.
  public var time: Double
  /// What.
  public var kind: Kind
  /// The least area (unit of the signal times s) or height (unit of the signal), at least 0.
  public var value: Double?
  /// Where a manual peak ends, s; behind `time`.
  public var end: Double?
  /// The baseline's level at the start of a manual peak; none: the signal's, interpolated.
  public var startLevel: Double?
  /// The baseline's level at its end; none: the signal's, interpolated.
  public var endLevel: Double?
  /// The code of a manual peak, two letters; none: `MM`.
  public var code: String?

  /// Makes an event.
  public init(
    at time: Double, _ kind: Kind, value: Double? = nil, end: Double? = nil,
    startLevel: Double? = nil, endLevel: Double? = nil, code: String? = nil
  ) {
    self.time = time
    self.kind = kind
    self.value = value
    self.end = end
    self.startLevel = startLevel
    self.endLevel = endLevel
    self.code = code
  }

  private enum CodingKeys: String, CodingKey {
    case value, code
    case time = "time_s"
    case kind = "event"
    case end = "end_s"
    case startLevel = "start_level"
    case endLevel = "end_level"
  }

  /// Refuses an event that lacks a number of its kind or has one that cannot be.
  public func check() throws(ChromatographyError) {
    guard time.isFinite else {
      throw .parameter(name: "time_s", value: time, allowed: "a finite number")
    }
    switch kind {
    case .minimumArea, .minimumHeight:
      guard let value, value.isFinite, value >= 0 else {
        throw .parameter(
          name: "\(kind.rawValue) value", value: value ?? .nan, allowed: "a number of at least 0")
      }
    case .manualPeak:
      guard let end, end.isFinite, end > time else {
        throw .parameter(name: "manual-peak end_s", value: end ?? .nan, allowed: "behind time_s")
      }
      for level in [startLevel, endLevel].compactMap({ $0 }) where !level.isFinite {
        throw .parameter(name: "manual-peak level", value: level, allowed: "a finite number")
      }
    default: break
    }
  }
}
