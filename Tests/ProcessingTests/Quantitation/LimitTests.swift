import Testing

@testable import Processing

@Suite struct LimitTests {
  private func refusedRule(_ body: () throws(CalibrationError) -> Void) -> Bool {
    do throws(CalibrationError) {
      try body()
      return false
    } catch {
      if case .unusableLimitRule = error { return true }
      return false
    }
  }

  @Test func limitsFollowTheStatedRule() throws {
    let points = madeStandards([1, 2, 4, 8, 16], 0.3, 2.5, error: 0.02)
    let curve = try CalibrationCurve.fit(points)
    let b1 = curve.coefficients[1]
    let s = try #require(curve.residualDeviation)
    let residuals = try curve.detectionLimits(by: .residuals)
    #expect(residuals.detection == 3.3 * s / b1)
    #expect(residuals.quantitation == 10 * s / b1)
    let intercept = try curve.detectionLimits(by: .intercept)
    #expect(intercept.detection == 3.3 * curve.standardErrors[0] / b1)
    let blanks = try curve.detectionLimits(by: .blanks([0.1, 0.2, 0.3]))
    #expect(abs(blanks.detection - 3.3 * 0.1 / b1) < 1e-14)
    let noise = try curve.detectionLimits(by: .signalToNoise(25, atLevel: 2))
    #expect(noise.detection == 0.24)
    #expect(noise.quantitation == 0.8)
  }

  @Test func aWeightedFitStatesItsLimitAtTheLowestLevel() throws {
    let points = madeStandards([0.5, 1, 2, 4, 8, 16], 0.3, 2.5, error: 0.02)
    let curve = try CalibrationCurve.fit(
      points, model: CalibrationModel(weighting: .inverseLevelSquared),
      rules: CalibrationRules(limits: .residuals))
    let s = try #require(curve.residualDeviation)
    // sqrt(1/w) at 0.5 is 0.5.
    #expect(
      abs(try #require(curve.limits).detection / (3.3 * s * 0.5 / curve.coefficients[1]) - 1)
        < 1e-15)
  }

  @Test func rulesWithoutTheirMaterialAreRefused() throws {
    let exact = try CalibrationCurve.fit(standards([(1, 1), (2, 2.1)]))
    let line = try CalibrationCurve.fit(madeStandards([1, 2, 3, 4], 0, 1))
    let zero = try CalibrationCurve.fit(
      madeStandards([1, 2, 3, 4], 0, 1), model: CalibrationModel(throughZero: true))
    #expect(
      refusedRule { () throws(CalibrationError) in _ = try exact.detectionLimits(by: .residuals) })
    #expect(
      refusedRule { () throws(CalibrationError) in _ = try exact.detectionLimits(by: .intercept) })
    #expect(
      refusedRule { () throws(CalibrationError) in _ = try zero.detectionLimits(by: .intercept) })
    for blanks in [[], [1, 2], [1, 2, .nan]] as [[Double]] {
      #expect(
        refusedRule { () throws(CalibrationError) in
          _ = try line.detectionLimits(by: .blanks(blanks))
        })
      #expect(
        refusedRule { () throws(CalibrationError) in
          _ = try CalibrationCurve.fit(
            madeStandards([1, 2, 3, 4], 0, 1),
            rules: CalibrationRules(detection: .blanks(blanks, factor: 3)))
        })
    }
    for (ratio, level) in [(0, 1), (-1, 1), (.nan, 1), (10, 0), (10, .infinity)]
      as [(Double, Double)]
    {
      #expect(
        refusedRule { () throws(CalibrationError) in
          _ = try line.detectionLimits(by: .signalToNoise(ratio, atLevel: level))
        })
    }
    for rule in [DetectionRule.limitOfDetection, .response(.nan), .shareOfLowest(.infinity)] {
      #expect(
        refusedRule { () throws(CalibrationError) in
          _ = try CalibrationCurve.fit(
            madeStandards([1, 2, 3, 4], 0, 1), rules: CalibrationRules(detection: rule))
        })
    }
  }

  @Test func detectionFollowsTheStatedRule() throws {
    let points = standards([(10, 20), (20, 40), (40, 80.1), (80, 159.9)])
    func response(_ rule: DetectionRule, _ limits: LimitRule? = nil) throws -> Double {
      try CalibrationCurve.fit(
        points, rules: CalibrationRules(detection: rule, limits: limits)
      ).detectionResponse
    }
    #expect(try response(.response(3)) == 3)
    #expect(try response(.shareOfLowest(0.3)) == 6)
    #expect(try abs(response(.blanks([1, 2, 3], factor: 3)) - 5) < 1e-14)
    let curve = try CalibrationCurve.fit(
      points, rules: CalibrationRules(detection: .limitOfDetection, limits: .residuals))
    let limits = try #require(curve.limits)
    #expect(curve.detectionResponse == curve.response(at: limits.detection))
    guard case .notDetected(let below) = curve.outcome(of: curve.detectionResponse * 0.999) else {
      Issue.record("below the detection response is detected")
      return
    }
    #expect(below.limit == limits.detection)
    guard case .belowRange = curve.outcome(of: curve.detectionResponse) else {
      Issue.record("the detection response itself is not detected")
      return
    }
  }

  /// `t_0.95 s sqrt(1/m + 1/n + xbar^2/Sxx) / b1`, as ISO 11843-2 has it for equal weights.
  @Test func theDecisionLimitHasItsClosedForm() throws {
    let curve = try CalibrationCurve.fit(madeStandards([1, 2, 4, 8, 16], 0.3, 2.5, error: 0.02))
    let s = try #require(curve.residualDeviation)
    let x = 31.0 / 5
    let sxx = 341 - 5 * x * x
    let t = try #require(Distributions.studentQuantile(0.95, degreesOfFreedom: 3))
    let expected = t * s * (1.0 / 2 + 1.0 / 5 + x * x / sxx).squareRoot() / curve.coefficients[1]
    #expect(try abs(#require(curve.decisionLimit(replicates: 2)) / expected - 1) < 1e-12)
    #expect(curve.decisionLimit(alpha: 0) == nil)
    #expect(curve.decisionLimit(replicates: 0) == nil)
  }
}
