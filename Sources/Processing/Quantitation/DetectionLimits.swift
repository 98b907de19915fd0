/// The limits of detection and quantitation, with the rule that gave them.
public struct DetectionLimits: Sendable, Hashable, Codable {
  /// The rule.
  public var rule: LimitRule
  /// The limit of detection, unit of the levels.
  public var detection: Double
  /// The limit of quantitation, unit of the levels.
  public var quantitation: Double

  /// Makes limits.
  public init(rule: LimitRule, detection: Double, quantitation: Double) {
    self.rule = rule
    self.detection = detection
    self.quantitation = quantitation
  }
}

extension CalibrationCurve {
  /// The limits of detection and quantitation by a rule: `3.3 s/b1` and `10 s/b1`.
  public func detectionLimits(by rule: LimitRule) throws(CalibrationError) -> DetectionLimits {
    let b1 = coefficients[1]
    func limits(_ s: Double) throws(CalibrationError) -> DetectionLimits {
      guard b1 > 0, s.isFinite else { throw .unusableLimitRule("the slope at 0 is \(b1)") }
      return DetectionLimits(rule: rule, detection: 3.3 * s / b1, quantitation: 10 * s / b1)
    }
    switch rule {
    case .residuals:
      guard let s = residualDeviation else {
        throw .unusableLimitRule("there are no more standards than coefficients")
      }
      return try limits(s / weight(at: lowestWeighed).squareRoot())
    case .intercept:
      guard !model.throughZero, let s = standardErrors.first else {
        throw .unusableLimitRule("the intercept has no standard error")
      }
      return try limits(s)
    case .blanks(let responses):
      guard responses.count >= 3, responses.allSatisfy(\.isFinite),
        let s = Statistics.deviation(responses)
      else { throw .unusableLimitRule("fewer than three blanks, or a response that is no number") }
      return try limits(s)
    case .signalToNoise(let ratio, let level):
      guard ratio.isFinite, ratio > 0, level.isFinite, level > 0 else {
        throw .unusableLimitRule("signal to noise \(ratio) at level \(level)")
      }
      return DetectionLimits(
        rule: rule, detection: 3 / ratio * level, quantitation: 10 / ratio * level)
    }
  }

  /// The smallest level that is told from 0 with an error of `alpha` (decision limit, ISO 11843-2).
  ///
  /// `t sqrt(s^2/(w m) + V00) / b1`, one-sided, `m` replicates; none without degrees of freedom.
  public func decisionLimit(alpha: Double = 0.05, replicates: Int = 1) -> Double? {
    guard let s = residualDeviation, replicates >= 1, alpha > 0, alpha < 1, coefficients[1] > 0,
      let t = Distributions.studentQuantile(
        1 - alpha, degreesOfFreedom: Double(degreesOfFreedom))
    else { return nil }
    let noise = s * s / (weight(at: 0) * Double(replicates))
    return t * (noise + covariance[0][0]).squareRoot() / coefficients[1]
  }

  /// States limits and the detection response by the rules.
  mutating func stateLimits() throws(CalibrationError) {
    if let rule = rules.limits { limits = try detectionLimits(by: rule) }
    switch rules.detection {
    case .response(let response): detectionResponse = response
    case .shareOfLowest(let share):
      let level = working?.lowest ?? lowestWeighed
      detectionResponse = share * (meanResponse(at: level) ?? 0)
    case .blanks(let responses, let factor):
      guard responses.count >= 3, let mean = Statistics.mean(responses),
        let deviation = Statistics.deviation(responses)
      else { throw .unusableLimitRule("detection by blanks needs three of them") }
      detectionResponse = mean + factor * deviation
    case .limitOfDetection:
      guard let limits else {
        throw .unusableLimitRule("detection by the limit of detection needs a rule for that limit")
      }
      detectionResponse = response(at: limits.detection)
    }
    guard detectionResponse.isFinite else {
      throw .unusableLimitRule("the detection response is \(detectionResponse)")
    }
  }
}
