/// A calibration: coefficients, how sure they are, and what the standards say of it.
///
/// Everything needed to recompute a result is in it. Coefficients stand in the order of rising
/// powers, `b0` first; a curve through zero has `b0 = 0` with no error. Levels are in the unit of
/// `unit`; responses are areas or ratios of areas.
public struct CalibrationCurve: Sendable, Hashable, Codable {
  /// The model that was fitted.
  public var model: CalibrationModel
  /// The rules that it was judged by.
  public var rules: CalibrationRules
  /// The unit of the levels, by its spelling (`ug_per_mL`).
  public var unit: String
  /// `b0`, `b1` and, of a quadratic, `b2`.
  public var coefficients: [Double]
  /// The standard error of each coefficient; empty without degrees of freedom.
  public var standardErrors: [Double]
  /// The covariance of the coefficients, row by row; empty without degrees of freedom.
  public var covariance: [[Double]]
  /// `1 - sum w r^2 / sum w (y - ybar_w)^2`, through zero without `ybar_w`.
  ///
  /// Reported, no criterion.
  public var rSquared: Double
  /// `sqrt(sum w r^2 / (n - p))`, in the scale of the weights; none without degrees of freedom.
  public var residualDeviation: Double?
  /// How many standards took part.
  public var count: Int
  /// How many coefficients were fitted.
  public var coefficientCount: Int
  /// The lowest and the highest level that took part.
  public var calibrated: LevelRange
  /// From which to which level results are released; none where no two levels pass.
  public var working: LevelRange?
  /// Below which response the analyte counts as not detected.
  public var detectionResponse: Double
  /// The limits of detection and quantitation, where a rule states them.
  public var limits: DetectionLimits?
  /// Every standard calculated back, in the order given, also those left out.
  public var standards: [CalculatedStandard]
  /// Variances of the response by level under weights `1/s2`, rising levels; else empty.
  public var variances: [LevelVariance]
  /// What else must be known (`range-limited`, `few-levels`, `no-degrees-of-freedom`).
  public var flags: [String]

  /// `n - p`.
  public var degreesOfFreedom: Int { count - coefficientCount }

  /// The response that the curve gives at a level.
  public func response(at level: Double) -> Double {
    Polynomial.value(coefficients, at: level)
  }

  /// The slope of the curve at a level, response per unit of level.
  public func slope(at level: Double) -> Double {
    let b2 = coefficients.count > 2 ? coefficients[2] : 0
    return coefficients[1] + 2 * b2 * level
  }

  private enum CodingKeys: String, CodingKey {
    case model, rules, unit, coefficients, covariance, calibrated, working, limits, standards
    case variances, flags
    case standardErrors = "standard_errors"
    case rSquared = "r_squared"
    case residualDeviation = "residual_sd"
    case count = "n"
    case coefficientCount = "p"
    case detectionResponse = "detection_response"
  }
}

/// Levels from the lowest to the highest, both included.
public struct LevelRange: Sendable, Hashable, Codable {
  /// The lowest level.
  public var lowest: Double
  /// The highest level.
  public var highest: Double

  /// Makes a range.
  public init(lowest: Double, highest: Double) {
    self.lowest = lowest
    self.highest = highest
  }
}

/// A standard beside what the curve makes of its response.
public struct CalculatedStandard: Sendable, Hashable, Codable {
  /// The standard as given.
  public var point: CalibrationPoint
  /// Its weight in the fit; none where it took no part.
  public var weight: Double?
  /// The response minus the curve's value at the level.
  public var residual: Double
  /// The level that the curve gives for its response; none where no root of the rising branch is.
  public var found: Double?
  /// `100 (found - level) / level`; none at level 0 or without `found`.
  public var relativeErrorPercent: Double?
  /// The limit that it was judged by, percent; none at level 0.
  public var limitPercent: Double?
  /// Whether it is within the limit; level 0 is not judged.
  public var passes: Bool?

  private enum CodingKeys: String, CodingKey {
    case point, weight, residual, found, passes
    case relativeErrorPercent = "relative_error_percent"
    case limitPercent = "limit_percent"
  }
}

/// The variance of the response at a level.
public struct LevelVariance: Sendable, Hashable, Codable {
  /// The level.
  public var level: Double
  /// The variance of the response there.
  public var variance: Double

  /// Makes an entry.
  public init(level: Double, variance: Double) {
    self.level = level
    self.variance = variance
  }
}
