/// What a method asks of a calibration, beside its model.
///
/// Shares are fractions of 1; errors are percent of the nominal level.
public struct CalibrationRules: Sendable, Hashable, Codable {
  /// What happens to a curve that a rule objects to but that can be computed.
  public enum Objection: String, Sendable, Hashable, Codable {
    /// It is refused.
    case refuse
    /// It is used, and the flag goes into every result.
    case flag
  }

  /// The two-sided confidence of intervals.
  public var confidence: Double
  /// How far a standard may be from its level when calculated back, percent.
  public var backCalculationPercent: Double
  /// The same for the lowest level of the working range, percent.
  public var lowestBackCalculationPercent: Double
  /// Which share of the replicates of a level must pass for the level to pass.
  public var passingShareOfLevel: Double
  /// Which share of all standards above 0 must pass, else the curve is flagged.
  public var passingShareOfAll: Double
  /// How many distinct levels a quadratic needs.
  public var quadraticLevels: Int
  /// What happens to a quadratic with fewer.
  public var fewLevels: Objection
  /// Below which response an analyte counts as not detected.
  public var detection: DetectionRule
  /// By which rule limits of detection and quantitation are stated; none: not stated.
  public var limits: LimitRule?

  /// Makes the rules of bioanalysis: +-15 %, +-20 % at the lowest level.
  public init(
    confidence: Double = 0.95, backCalculationPercent: Double = 15,
    lowestBackCalculationPercent: Double = 20, passingShareOfLevel: Double = 0.5,
    passingShareOfAll: Double = 0.75, quadraticLevels: Int = 6, fewLevels: Objection = .refuse,
    detection: DetectionRule = .shareOfLowest(0.01), limits: LimitRule? = nil
  ) {
    self.confidence = confidence
    self.backCalculationPercent = backCalculationPercent
    self.lowestBackCalculationPercent = lowestBackCalculationPercent
    self.passingShareOfLevel = passingShareOfLevel
    self.passingShareOfAll = passingShareOfAll
    self.quadraticLevels = quadraticLevels
    self.fewLevels = fewLevels
    self.detection = detection
    self.limits = limits
  }

  private enum CodingKeys: String, CodingKey {
    case confidence, detection, limits
    case backCalculationPercent = "back_calculation_percent"
    case lowestBackCalculationPercent = "lowest_back_calculation_percent"
    case passingShareOfLevel = "passing_share_of_level"
    case passingShareOfAll = "passing_share_of_all"
    case quadraticLevels = "quadratic_levels"
    case fewLevels = "few_levels"
  }
}

/// From which response on an analyte counts as detected.
///
/// A response at or below 0, or not above the curve's value at level 0, is never detected, whatever
/// the rule. A stage that found no peak at all says so by giving no response.
public enum DetectionRule: Sendable, Hashable, Codable {
  /// This response.
  case response(Double)
  /// This share of the mean response of the lowest level of the working range.
  case shareOfLowest(Double)
  /// The mean of these blank responses plus `factor` times their standard deviation.
  case blanks([Double], factor: Double)
  /// The curve's value at the limit of detection by the rule of `CalibrationRules.limits`.
  case limitOfDetection
}

/// By which rule the limits of detection and quantitation are computed (ICH Q2(R2)).
///
/// `LOD = 3.3 s/b1`, `LOQ = 10 s/b1`; the rules differ in `s`.
public enum LimitRule: Sendable, Hashable, Codable {
  /// The residual standard deviation; of a weighted fit at the lowest level, `s sqrt(1/w)`.
  case residuals
  /// The standard error of the intercept.
  case intercept
  /// The standard deviation of these blank responses, at least 3.
  case blanks([Double])
  /// The signal-to-noise ratio seen at a level: 3 for detection, 10 for quantitation.
  case signalToNoise(Double, atLevel: Double)
}

extension DetectionRule {
  private enum CodingKeys: String, CodingKey {
    case response, blanks, factor, rule
    case shareOfLowest = "share_of_lowest"
  }

  private static let byLimit = "limit_of_detection"

  /// Reads a rule by the one key that it has; `blanks` come with their `factor`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let response = try container.decodeIfPresent(Double.self, forKey: .response) {
      self = .response(response)
    } else if let share = try container.decodeIfPresent(Double.self, forKey: .shareOfLowest) {
      self = .shareOfLowest(share)
    } else if let blanks = try container.decodeIfPresent([Double].self, forKey: .blanks) {
      self = .blanks(blanks, factor: try container.decode(Double.self, forKey: .factor))
    } else if try container.decode(String.self, forKey: .rule) == Self.byLimit {
      self = .limitOfDetection
    } else {
      throw DecodingError.dataCorruptedError(
        forKey: .rule, in: container, debugDescription: "no rule of that name")
    }
  }

  /// Writes a rule under its key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .response(let response): try container.encode(response, forKey: .response)
    case .shareOfLowest(let share): try container.encode(share, forKey: .shareOfLowest)
    case .blanks(let blanks, let factor):
      try container.encode(blanks, forKey: .blanks)
      try container.encode(factor, forKey: .factor)
    case .limitOfDetection: try container.encode(Self.byLimit, forKey: .rule)
    }
  }
}

extension LimitRule {
  private enum CodingKeys: String, CodingKey {
    case rule, blanks, level
    case signalToNoise = "signal_to_noise"
  }

  /// Reads a rule: `rule` names `residuals` or `intercept`, the others have keys of their own.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let blanks = try container.decodeIfPresent([Double].self, forKey: .blanks) {
      self = .blanks(blanks)
    } else if let ratio = try container.decodeIfPresent(Double.self, forKey: .signalToNoise) {
      self = .signalToNoise(ratio, atLevel: try container.decode(Double.self, forKey: .level))
    } else {
      switch try container.decode(String.self, forKey: .rule) {
      case "residuals": self = .residuals
      case "intercept": self = .intercept
      default:
        throw DecodingError.dataCorruptedError(
          forKey: .rule, in: container, debugDescription: "no rule of that name")
      }
    }
  }

  /// Writes a rule under its key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .residuals: try container.encode("residuals", forKey: .rule)
    case .intercept: try container.encode("intercept", forKey: .rule)
    case .blanks(let blanks): try container.encode(blanks, forKey: .blanks)
    case .signalToNoise(let ratio, let level):
      try container.encode(ratio, forKey: .signalToNoise)
      try container.encode(level, forKey: .level)
    }
  }
}
