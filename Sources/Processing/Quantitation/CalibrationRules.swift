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
