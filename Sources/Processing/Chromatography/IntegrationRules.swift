/// How baselines are drawn and which peaks are kept; the order of the rules is fixed.
///
/// Order: timed events, solvent, straight or drop, penetration, valley to valley, skims.
public struct IntegrationRules: Sendable, Hashable, Codable {
  /// Which line a rider is cut off by.
  public enum Skim: String, Sendable, Hashable, Codable {
    /// None; a vertical drop at every valley.
    case none
    /// The straight line that touches the signal behind the rider.
    case tangent
    /// An exponential through the valley and that touching point.
    case exponential
  }

  /// Whether a baseline's end is the mean of the raw points around it, `2 m + 1` of them, and not the
  /// raw point itself.
  public var averagesEnds = false
  /// A valley lower than this fraction of its lower neighbour's height becomes a baseline point.
  ///
  /// From 0 to 1; none: the baseline goes below all valleys (drop).
  public var valleyToValleyBelow: Double?
  /// Whether a baseline that the signal crosses is bent below it.
  public var correctsPenetration = true
  /// The line below riders.
  public var skim = Skim.tangent
  /// A rider's parent must be higher than it by more than this factor.
  public var skimHeightRatio = 10.0
  /// A rider must stand less than this factor above its valley.
  public var skimValleyRatio = 20.0
  /// The largest peak before this time, s, is the solvent's: all riders on its tail are skimmed.
  public var solventBefore: Double?
  /// A peak that reaches this signal is saturated, and taken as solvent too.
  public var saturation: Double?
  /// Peaks less high are rejected, unit of the signal.
  public var minimumHeight = 0.0
  /// Peaks of less area are rejected, unit of the signal times s.
  public var minimumArea = 0.0
  /// Peaks narrower than this multiple of the expected width are rejected.
  public var minimumWidthFactor = 0.2
  /// Peaks wider than this multiple of the expected width are rejected.
  public var maximumWidthFactor = 5.0
  /// Peaks of less signal to noise are rejected; 0: none is.
  ///
  /// The noise is that beside the peak, or of the method's noise range; 3 detects, 10 quantifies.
  public var minimumSignalToNoise = 0.0

  /// Makes the default rules.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case skim, saturation
    case averagesEnds = "averaged_ends"
    case valleyToValleyBelow = "valley_to_valley_below"
    case correctsPenetration = "penetration"
    case skimHeightRatio = "skim_height_ratio"
    case skimValleyRatio = "skim_valley_ratio"
    case solventBefore = "solvent_before_s"
    case minimumHeight = "minimum_height"
    case minimumArea = "minimum_area"
    case minimumWidthFactor = "minimum_width_factor"
    case maximumWidthFactor = "maximum_width_factor"
    case minimumSignalToNoise = "minimum_signal_to_noise"
  }

  /// Reads rules; what is not given is the default.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ standard: Value) throws -> Value {
      try box.decodeIfPresent(Value.self, forKey: key) ?? standard
    }
    averagesEnds = try read(.averagesEnds, averagesEnds)
    valleyToValleyBelow = try box.decodeIfPresent(Double.self, forKey: .valleyToValleyBelow)
    correctsPenetration = try read(.correctsPenetration, correctsPenetration)
    skim = try read(.skim, skim)
    skimHeightRatio = try read(.skimHeightRatio, skimHeightRatio)
    skimValleyRatio = try read(.skimValleyRatio, skimValleyRatio)
    solventBefore = try box.decodeIfPresent(Double.self, forKey: .solventBefore)
    saturation = try box.decodeIfPresent(Double.self, forKey: .saturation)
    minimumHeight = try read(.minimumHeight, minimumHeight)
    minimumArea = try read(.minimumArea, minimumArea)
    minimumWidthFactor = try read(.minimumWidthFactor, minimumWidthFactor)
    maximumWidthFactor = try read(.maximumWidthFactor, maximumWidthFactor)
    minimumSignalToNoise = try read(.minimumSignalToNoise, minimumSignalToNoise)
  }

  /// Refuses numbers that mean nothing, by name.
  public func check() throws(ChromatographyError) {
    let limits = [
      ("valley_to_valley_below", valleyToValleyBelow ?? 0), ("skim_height_ratio", skimHeightRatio),
      ("skim_valley_ratio", skimValleyRatio), ("minimum_height", minimumHeight),
      ("minimum_area", minimumArea), ("minimum_width_factor", minimumWidthFactor),
      ("minimum_signal_to_noise", minimumSignalToNoise),
    ]
    for (name, value) in limits where !(value.isFinite && value >= 0) {
      throw .parameter(name: name, value: value, allowed: "a number of at least 0")
    }
    guard maximumWidthFactor > minimumWidthFactor else {
      throw .parameter(
        name: "maximum_width_factor", value: maximumWidthFactor,
        allowed: "above minimum_width_factor")
    }
    for (name, value) in [("solvent_before_s", solventBefore), ("saturation", saturation)] {
      if let value, !value.isFinite {
        throw .parameter(name: name, value: value, allowed: "a finite number")
      }
    }
  }
}
