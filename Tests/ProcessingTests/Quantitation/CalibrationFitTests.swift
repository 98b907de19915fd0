import Foundation
import Laboratory
import Testing

@testable import Processing

/// Standards made for tests: one a level, named by it.
func standards(_ pairs: [(Double, Double)]) -> [CalibrationPoint] {
  pairs.map { CalibrationPoint(name: "\($0.0)", level: $0.0, response: $0.1) }
}

/// Responses of a curve at levels, with fixed small errors.
func madeStandards(
  _ levels: [Double], _ b0: Double, _ b1: Double, _ b2: Double = 0, error: Double = 0.01
) -> [CalibrationPoint] {
  let wobble = [0.7, -0.4, 0.1, -0.9, 0.5, 0.3, -0.6, 0.8, -0.2]
  return standards(
    levels.enumerated().map { index, x in
      let y = b0 + b1 * x + b2 * x * x
      return (x, y * (1 + error * wobble[index % wobble.count]))
    })
}

/// What a fit is refused with; none where it is not.
func refusal(_ body: () throws(CalibrationError) -> CalibrationCurve) -> CalibrationError? {
  do throws(CalibrationError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

@Suite struct CalibrationFitTests {
  private func refused(
    _ points: [CalibrationPoint], _ model: CalibrationModel = CalibrationModel(),
    _ rules: CalibrationRules = CalibrationRules()
  ) -> CalibrationError? {
    refusal { () throws(CalibrationError) in
      try CalibrationCurve.fit(points, model: model, rules: rules)
    }
  }

  // Bad input first.

  @Test func standardsThatAreNoNumbersAreRefused() {
    for (level, response) in [
      (Double.nan, 1.0), (.infinity, 1), (-1, 1), (1, .nan), (1, .infinity), (1, -.infinity),
    ] {
      let points = standards([(1, 1), (2, 2), (level, response)])
      guard case .unusableStandard? = refused(points) else {
        Issue.record("\(level), \(response) is taken")
        continue
      }
    }
  }

  @Test func fewerStandardsThanCoefficientsAreRefused() {
    #expect(refused([]) == .tooFewStandards(found: 0, needed: 2, distinct: false))
    #expect(
      refused(standards([(1, 1)])) == .tooFewStandards(found: 1, needed: 2, distinct: false))
    #expect(
      refused(standards([(1, 1), (2, 2)]), CalibrationModel(degree: 2))
        == .tooFewStandards(found: 2, needed: 3, distinct: false))
    let left = standards([(1, 1), (2, 2), (3, 3)]).map { $0.leftOut(because: "test") }
    #expect(refused(left) == .tooFewStandards(found: 0, needed: 2, distinct: false))
  }

  @Test func equalLevelsAreRefused() {
    #expect(
      refused(standards([(5, 1), (5, 2), (5, 3)]))
        == .tooFewStandards(found: 1, needed: 2, distinct: true))
    #expect(
      refused(standards([(1, 1), (1, 1.1), (2, 2), (2, 2.1)]), CalibrationModel(degree: 2))
        == .tooFewStandards(found: 2, needed: 3, distinct: true))
    #expect(
      refused(standards([(0, 0), (0, 0.1), (0, 0.2)]), CalibrationModel(throughZero: true))
        == .tooFewStandards(found: 0, needed: 1, distinct: true))
  }

  @Test func aQuadraticNeedsSixLevelsUnlessTheMethodFlags() throws {
    let points = madeStandards([1, 2, 3, 4, 5], 0.1, 1, 0.01)
    let model = CalibrationModel(degree: 2)
    #expect(refused(points, model) == .tooFewLevels(found: 5, needed: 6))
    let curve = try CalibrationCurve.fit(
      points, model: model, rules: CalibrationRules(fewLevels: .flag))
    #expect(curve.flags == ["few-levels"])
    #expect(refused(madeStandards([1, 2, 3, 4, 5, 6], 0.1, 1, 0.01), model) == nil)
  }

  @Test func weightsThatAreNoneAreRefused() {
    let zero = standards([(1, 0), (2, 2), (3, 3)])
    let below = standards([(1, -1), (2, 2), (3, 3)])
    for points in [zero, below] {
      guard
        case .unusableWeight("1.0", _)? = refused(
          points, CalibrationModel(weighting: .inverseResponse))
      else {
        Issue.record("1/y of \(points[0].response) is taken")
        continue
      }
    }
    guard
      case .unusableWeight? = refused(
        standards([(1e-160, 1), (2, 2), (3, 3)]),
        CalibrationModel(weighting: .inverseLevelSquared))
    else {
      Issue.record("an infinite weight is taken")
      return
    }
    for deviation in [0, -1, Double.nan, .infinity] {
      let points = [1.0, 2, 3].map {
        CalibrationPoint(level: $0, response: $0, standardDeviation: $0 == 2 ? deviation : 0.1)
      }
      guard
        case .unusableWeight? = refused(points, CalibrationModel(weighting: .inverseVariance))
      else {
        Issue.record("a standard deviation of \(deviation) is taken")
        continue
      }
    }
  }

  @Test func weightsByVarianceNeedReplicatesThatDiffer() {
    let model = CalibrationModel(weighting: .inverseVariance)
    for points in [
      standards([(1, 1), (2, 2), (3, 3)]), standards([(1, 1), (1, 1), (2, 2), (2, 2.1)]),
    ] {
      guard case .unusableWeight? = refused(points, model) else {
        Issue.record("taken")
        continue
      }
    }
    var mixed = standards([(1, 1), (2, 2), (3, 3)])
    mixed[0].standardDeviation = 0.1
    guard case .unusableWeight("2.0", _)? = refused(mixed, model) else {
      Issue.record("some with and some without a standard deviation are taken")
      return
    }
  }

  @Test func rulesThatCannotBeAreRefused() {
    let points = standards([(1, 1), (2, 2), (3, 3)])
    for degree in [-1, 0, 3] {
      guard case .unusableRule? = refused(points, CalibrationModel(degree: degree)) else {
        Issue.record("degree \(degree) is taken")
        continue
      }
    }
    for rules in [
      CalibrationRules(confidence: 1), CalibrationRules(confidence: .nan),
      CalibrationRules(backCalculationPercent: 0),
      CalibrationRules(lowestBackCalculationPercent: .infinity),
      CalibrationRules(passingShareOfLevel: 1.1), CalibrationRules(passingShareOfAll: -0.1),
    ] {
      guard case .unusableRule? = refused(points, CalibrationModel(), rules) else {
        Issue.record("taken")
        continue
      }
    }
  }

  @Test func aCurveThatDoesNotRiseIsRefused() {
    guard case .notRising? = refused(standards([(1, 3), (2, 2), (3, 1)])) else {
      Issue.record("a falling line is taken")
      return
    }
    guard case .notRising? = refused(standards([(1, 2), (2, 2), (3, 2)])) else {
      Issue.record("a constant is taken")
      return
    }
    let arch = standards([1, 2, 3, 4, 5, 6].map { ($0, 10 - ($0 - 4) * ($0 - 4)) })
    guard case .notRising(let level, let slope)? = refused(arch, CalibrationModel(degree: 2)) else {
      Issue.record("an arch is taken")
      return
    }
    #expect(level == 6)
    #expect(abs(slope + 4) < 1e-12)
    let valley = standards([1, 2, 3, 4, 5, 6].map { ($0, 1 + ($0 - 2) * ($0 - 2)) })
    guard case .notRising(1, _)? = refused(valley, CalibrationModel(degree: 2)) else {
      Issue.record("a valley is taken")
      return
    }
  }

  @Test func throughZeroOnlyWhereTheInterceptMayBeZero() throws {
    let model = CalibrationModel(throughZero: true)
    let fair = madeStandards([1, 2, 4, 8, 16], 0, 3)
    let curve = try CalibrationCurve.fit(fair, model: model)
    // sum x y / sum x^2, by hand.
    let slope =
      fair.reduce(0) { $0 + $1.level * $1.response } / fair.reduce(0) { $0 + $1.level * $1.level }
    #expect(abs(curve.coefficients[1] / slope - 1) < 1e-15)
    let squares = fair.reduce(0) { $0 + $1.response * $1.response }
    let rest = fair.reduce(0) {
      $0 + ($1.response - slope * $1.level) * ($1.response - slope * $1.level)
    }
    #expect(abs(curve.rSquared - (1 - rest / squares)) < 1e-15, "compared with 0, not the mean")
    #expect(curve.coefficients[0] == 0)
    #expect(curve.standardErrors[0] == 0)
    #expect(curve.covariance.count == 2)
    #expect(curve.covariance[0] == [0, 0])
    #expect(curve.degreesOfFreedom == 4)
    guard
      case .zeroNotCovered(let intercept, let half?)? = refused(
        madeStandards([1, 2, 4, 8, 16], 5, 3), model)
    else {
      Issue.record("an intercept of 5 is forced to 0")
      return
    }
    #expect(abs(intercept - 5) < 0.3)
    #expect(half < 1)
    #expect(
      refused(standards([(1, 1), (2, 2)]), model)
        == .zeroNotCovered(intercept: 0, halfWidth: nil), "no spare standards, no proof")
    #expect(refused(standards([(1, 2), (2, 4), (3, 6)]), model) == nil, "exact data may pass zero")
  }

  @Test func levelZeroIsLeftOutOrWeighsAsTheLowest() throws {
    let points = madeStandards([0, 2, 4, 8, 16], 0.5, 3)
    for weighting in [CalibrationModel.Weighting.inverseLevel, .inverseLevelSquared] {
      let left = try CalibrationCurve.fit(points, model: CalibrationModel(weighting: weighting))
      #expect(left.count == 4)
      #expect(left.flags == ["zero-level-left-out"])
      #expect(left.standards[0].weight == nil)
      #expect(left.standards[0].point.used == false)
      #expect(left.standards[0].point.reason == "level 0 has no weight \(weighting.rawValue)")
      #expect(left.calibrated.lowest == 2)
      let kept = try CalibrationCurve.fit(
        points, model: CalibrationModel(weighting: weighting, zeroLevel: .lowestLevelWeight))
      #expect(kept.count == 5)
      let weights = weighting == .inverseLevel ? (0.5, 1.0 / 16) : (0.25, 1.0 / 256)
      #expect(kept.standards[0].weight == weights.0)
      #expect(kept.standards[1].weight == weights.0)
      #expect(kept.standards[4].weight == weights.1)
    }
    let equal = try CalibrationCurve.fit(points)
    #expect(equal.count == 5, "equal weights have no trouble with level 0")
  }

  @Test func theChoiceIsTheSmallestSumOfRelativeErrors() throws {
    // Errors in proportion to the response: equal weights fail at the low end.
    let points = madeStandards([1, 2, 5, 10, 50, 200, 1000], 0.2, 2, error: 0.03)
    let models = CalibrationModel.Weighting.allCases.filter { $0 != .inverseVariance }.map {
      CalibrationModel(weighting: $0)
    }
    let best = try CalibrationCurve.best(of: models, for: points)
    let sums = try models.map { try CalibrationCurve.fit(points, model: $0).relativeErrorSum }
    #expect(best.model.weighting == .inverseLevelSquared)
    #expect(best.relativeErrorSum == sums.min())
    #expect(sums[0] > 10 * best.relativeErrorSum)
    // Refused ones are passed over, equal ones give the first.
    let twice = try CalibrationCurve.best(
      of: [CalibrationModel(degree: 3), models[2], models[2]], for: points)
    #expect(twice.model == models[2])
    let none = refusal { () throws(CalibrationError) in
      try CalibrationCurve.best(of: [CalibrationModel(degree: 3)], for: points)
    }
    #expect(none == .noModel("degree 3, weight 1: calibration-rule"))
    let empty = refusal { () throws(CalibrationError) in
      try CalibrationCurve.best(of: [], for: points)
    }
    #expect(empty == .noModel("none is allowed"))
  }

  @Test func asManyStandardsAsCoefficientsHaveNoUncertainty() throws {
    let curve = try CalibrationCurve.fit(standards([(1, 2), (3, 6.5)]))
    #expect(curve.flags == ["no-degrees-of-freedom"])
    #expect(curve.degreesOfFreedom == 0)
    #expect(curve.residualDeviation == nil)
    #expect(curve.standardErrors.isEmpty)
    let value = try #require(curve.outcome(of: 4.25).quantified)
    #expect(abs(value.value - 2) < 1e-12)
    #expect(value.standardUncertainty == nil)
    #expect(value.lower == nil)
    #expect(value.flags.contains("no-uncertainty"))
  }

  @Test func everyRefusalHasFourParts() {
    let errors: [CalibrationError] = [
      .unusableRule("x"), .unusableStandard("a", "b"),
      .tooFewStandards(found: 1, needed: 2, distinct: true), .tooFewLevels(found: 5, needed: 6),
      .unusableWeight("a", "b"), .zeroNotCovered(intercept: 1, halfWidth: nil),
      .notRising(at: 1, slope: -1), .notFinite, .noModel("x"), .unusableLimitRule("x"),
    ]
    #expect(Set(errors.map(\.failure.code)).count == errors.count)
    for failure in errors.map(\.failure) {
      #expect(failure.code.hasPrefix("calibration-"))
      for part in [failure.what, failure.why, failure.next] { #expect(part.hasSuffix(".")) }
    }
  }

  @Test func aCurveComesBackFromItsReport() throws {
    let curve = try CalibrationCurve.fit(
      madeStandards([1, 2, 3, 5, 8, 13], 0.1, 2, 0.01),
      model: CalibrationModel(degree: 2, weighting: .inverseLevel),
      rules: CalibrationRules(detection: .blanks([0.1, 0.2, 0.3], factor: 3), limits: .residuals),
      unit: "ug_per_mL")
    let data = try JSONEncoder().encode(curve)
    #expect(try JSONDecoder().decode(CalibrationCurve.self, from: data) == curve)
    let text = String(decoding: data, as: UTF8.self)
    for key in ["residual_sd", "relative_error_percent", "r_squared", "detection_response"] {
      #expect(text.contains("\"\(key)\""))
    }
    for rule in [
      DetectionRule.response(2), .shareOfLowest(0.1), .blanks([1, 2, 4], factor: 3),
      .limitOfDetection,
    ] {
      let back = try JSONDecoder().decode(
        DetectionRule.self, from: JSONEncoder().encode(rule))
      #expect(back == rule)
    }
    for rule in [
      LimitRule.residuals, .intercept, .blanks([1, 2, 4]), .signalToNoise(20, atLevel: 5),
    ] {
      #expect(
        try JSONDecoder().decode(LimitRule.self, from: JSONEncoder().encode(rule)) == rule)
    }
    for outcome in [
      curve.outcome(of: 8), curve.outcome(of: nil), curve.outcome(of: 1.9),
      curve.outcome(of: 1e6), curve.outcome(of: .nan),
    ] {
      let back = try JSONDecoder().decode(
        QuantitationOutcome.self, from: JSONEncoder().encode(outcome))
      #expect(back == outcome)
    }
  }
}
