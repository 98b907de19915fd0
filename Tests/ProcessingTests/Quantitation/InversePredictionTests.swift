import Foundation
import Testing

@testable import Processing

/// Seeded numbers, the same on every machine.
struct NormalNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A standard normal number, by Box and Muller.
  mutating func normal() -> Double {
    let u = Double((next() >> 11) + 1) * 0x1p-53
    let v = Double(next() >> 11) * 0x1p-53
    return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
  }
}

@Suite struct InversePredictionTests {
  private func isNotDetected(_ outcome: QuantitationOutcome) -> Bool {
    if case .notDetected = outcome { true } else { false }
  }

  private func isBelow(_ outcome: QuantitationOutcome) -> Double? {
    if case .belowRange(let bound) = outcome { bound.limit } else { nil }
  }

  private func isAbove(_ outcome: QuantitationOutcome) -> Double? {
    if case .aboveRange(let bound) = outcome { bound.limit } else { nil }
  }

  /// Bends down: rises to its top of 82 at level 9.
  private func bentDown() throws -> CalibrationCurve {
    try CalibrationCurve.fit(
      standards([1, 2, 3, 4, 5, 6, 7, 8].map { ($0, 1 + 18 * $0 - $0 * $0) }),
      model: CalibrationModel(degree: 2))
  }

  /// Bends up, falls before level 2 where it is 3.
  private func bentUp() throws -> CalibrationCurve {
    try CalibrationCurve.fit(
      standards([3, 4, 5, 6, 7, 8].map { ($0, 3 + ($0 - 2) * ($0 - 2)) }),
      model: CalibrationModel(degree: 2))
  }

  @Test func responsesThatAreNoneGetNoNumber() throws {
    let curve = try bentDown()
    #expect(curve.outcome(of: .nan) == .refused(.responseNotFinite))
    #expect(curve.outcome(of: .infinity) == .refused(.responseNotFinite))
    #expect(curve.outcome(of: 20, replicates: 0) == .refused(.noReplicates))
    #expect(isNotDetected(curve.outcome(of: nil)))
    #expect(isNotDetected(curve.outcome(of: 0)))
    #expect(isNotDetected(curve.outcome(of: -5)))
  }

  @Test func theRootIsThatOfTheRisingBranch() throws {
    let curve = try bentDown()
    for x in [1, 2.5, 4, 7.999] {
      let y = 1 + 18 * x - x * x
      let value = try #require(curve.outcome(of: y).quantified)
      #expect(abs(value.value - x) < 1e-12)
    }
    // The other branch has the same response at level 10: it must never be told.
    #expect(try abs(#require(curve.estimate(of: 81)) - 8) < 1e-12)
    let up = try bentUp()
    #expect(try abs(#require(up.estimate(of: 7)) - 4) < 1e-12)
    #expect(try abs(#require(up.outcome(of: 7).quantified).value - 4) < 1e-12)
  }

  @Test func aboveTheTopOfABentCurveIsAboveTheRange() throws {
    let curve = try bentDown()
    #expect(curve.estimate(of: 83) == nil)
    #expect(isAbove(curve.outcome(of: 83)) == 8)
    #expect(isAbove(curve.outcome(of: 81.5)) == 8, "on the branch, above the last standard")
    #expect(isAbove(curve.outcome(of: 1e300)) == 8)
  }

  @Test func belowTheBottomOfACurveIsNotDetectedOrBelowTheRange() throws {
    let curve = try bentUp()
    #expect(curve.estimate(of: 2.9) == nil)
    #expect(isNotDetected(curve.outcome(of: 2.9)), "D < 0 is not always above the range")
    #expect(isBelow(curve.outcome(of: 3.5)) == 3, "between bottom and lowest standard")
    let line = try CalibrationCurve.fit(standards([(1, 6), (2, 7), (3, 8)]))
    #expect(isNotDetected(line.outcome(of: 4.9)), "less than the intercept")
    #expect(isBelow(line.outcome(of: 5.5)) == 1)
  }

  @Test func anInterceptBelowZeroMakesNoContentOfNothing() throws {
    // The line reads 22 at a response of 0.
    let curve = try CalibrationCurve.fit(
      standards([25, 50, 75, 100, 150, 200].map { ($0, 0.004 * ($0 - 22)) }))
    #expect(try abs(#require(curve.estimate(of: 1.3e-5)) - 22.00325) < 1e-9)
    #expect(isNotDetected(curve.outcome(of: 1.3e-5)))
    #expect(isNotDetected(curve.outcome(of: 0)))
    #expect(isBelow(curve.outcome(of: 0.008)) == 25, "two thirds of the lowest standard")
    #expect(curve.outcome(of: 0.04).quantified != nil)
  }

  @Test func standardsOnTheCurveAreWithinTheRangeTheyBound() throws {
    let points = standards([0.1, 0.2, 0.3, 0.7, 1.1].map { ($0, 0.3 + 7 * $0) })
    let curve = try CalibrationCurve.fit(points)
    for point in points { #expect(curve.outcome(of: point.response).quantified != nil) }
  }

  @Test func theUncertaintyOfALineHasItsClosedForm() throws {
    let points = madeStandards([1, 2, 4, 6, 8, 10], 0.5, 3, error: 0.03)
    let curve = try CalibrationCurve.fit(points)
    let n = 6.0
    let x = points.reduce(0) { $0 + $1.level } / n
    let y = points.reduce(0) { $0 + $1.response } / n
    let sxx = points.reduce(0) { $0 + ($1.level - x) * ($1.level - x) }
    let s = try #require(curve.residualDeviation)
    let b1 = curve.coefficients[1]
    for replicates in [1, 3] {
      let value = try #require(curve.outcome(of: 14, replicates: replicates).quantified)
      let u =
        s / b1
        * (1 / Double(replicates) + 1 / n + (14 - y) * (14 - y) / (b1 * b1 * sxx)).squareRoot()
      #expect(abs(try #require(value.standardUncertainty) / u - 1) < 1e-12)
      #expect(value.degreesOfFreedom == 4)
      #expect(abs(try #require(value.coverageFactor) - 2.7764451051977934) < 1e-11)
      #expect(value.interval == .student)
      #expect(abs(try #require(value.upper) - value.value - 2.7764451051977934 * u) < 1e-12)
      #expect(abs(try #require(value.expandedUncertainty) - 2.7764451051977934 * u) < 1e-12)
    }
  }

  @Test func theUncertaintyOfAQuadraticIsByTheSlopeAtTheContent() throws {
    let curve = try CalibrationCurve.fit(
      madeStandards([1, 2, 4, 6, 8, 10, 12], 0.5, 3, 0.2, error: 0.02),
      model: CalibrationModel(degree: 2, weighting: .inverseLevel))
    let s = try #require(curve.residualDeviation)
    let t = try #require(curve.coverageFactor)
    let value = try #require(curve.outcome(of: 30, replicates: 2, exactInterval: true).quantified)
    let x = value.value
    let mean = try #require(curve.mean(at: x))
    let half = (mean.upper - mean.lower) / 2 / t
    let slope = (curve.response(at: x + 1e-4) - curve.response(at: x - 1e-4)) / 2e-4
    let u = (s * s * x / 2 + half * half).squareRoot() / slope
    #expect(abs(try #require(value.standardUncertainty) / u - 1) < 1e-7)
  }

  @Test func theExactIntervalOfALineHasItsClosedForm() throws {
    let points = madeStandards([1, 2, 4, 6, 8, 10], 0.5, 3, error: 0.15)
    let curve = try CalibrationCurve.fit(
      points,
      rules: CalibrationRules(backCalculationPercent: 90, lowestBackCalculationPercent: 90))
    let doubt = try #require(curve.slopeDoubt)
    #expect(doubt > 0.01 && doubt < 0.2)
    let n = 6.0
    let x = points.reduce(0) { $0 + $1.level } / n
    let sxx = points.reduce(0) { $0 + ($1.level - x) * ($1.level - x) }
    let s = try #require(curve.residualDeviation)
    let t = try #require(curve.coverageFactor)
    let b1 = curve.coefficients[1]
    // The last reaches beyond the highest standard.
    for (response, replicates) in [(14.0, 1), (20, 4), (9, 2), (28.5, 1)] {
      let outcome = curve.outcome(of: response, replicates: replicates, exactInterval: true)
      let value = try #require(outcome.quantified)
      let x0 = value.value
      let root =
        t * s / b1
        * ((1 / Double(replicates) + 1 / n) * (1 - doubt) + (x0 - x) * (x0 - x) / sxx).squareRoot()
      #expect(value.interval == .fieller)
      #expect(abs(try #require(value.lower) - (x + (x0 - x - root) / (1 - doubt))) < 1e-9)
      #expect(abs(try #require(value.upper) - (x + (x0 - x + root) / (1 - doubt))) < 1e-9)
    }
  }

  @Test func aDoubtfulSlopeAsksForTheExactIntervalAndANullSlopeForNone() throws {
    let loose = CalibrationRules(backCalculationPercent: 400, lowestBackCalculationPercent: 400)
    let doubtful = try CalibrationCurve.fit(
      madeStandards([1, 2, 4, 6, 8, 10], 2, 3, error: 0.25), rules: loose)
    #expect(try #require(doubtful.slopeDoubt) > 0.05)
    let value = try #require(doubtful.outcome(of: 15).quantified)
    #expect(value.interval == .fieller)
    let lower = try #require(value.lower)
    let upper = try #require(value.upper)
    #expect(lower < value.value && value.value < upper)
    #expect(abs((upper - value.value) - (value.value - lower)) > 0.01, "not symmetric")
    let none = try CalibrationCurve.fit(
      standards([(1, 5), (2, 9), (3, 4), (4, 8), (5, 6.5)]), rules: loose)
    #expect(try #require(none.slopeDoubt) > 1)
    if none.working != nil {
      #expect(none.outcome(of: 7) == .refused(.slopeNotSignificant))
    }
  }

  @Test func anEndThatIsNotThereIsOpenAndSaid() throws {
    let curve = try CalibrationCurve.fit(
      madeStandards([1, 2, 4, 6, 8, 10], 2, 3, error: 0.6),
      rules: CalibrationRules(backCalculationPercent: 900, lowestBackCalculationPercent: 900))
    let value = try #require(curve.outcome(of: 26).quantified)
    #expect(value.upper == nil)
    #expect(value.flags.contains("interval-open"))
  }

  @Test func theWeightAtALevelIsOnTheScaleOfTheStandards() throws {
    let points = madeStandards([2, 4, 8, 16, 32, 64], 0.5, 3)
    func fit(_ weighting: CalibrationModel.Weighting) throws -> CalibrationCurve {
      try CalibrationCurve.fit(points, model: CalibrationModel(weighting: weighting))
    }
    #expect(try fit(.equal).weight(at: 9) == 1)
    #expect(try fit(.inverseLevel).weight(at: 10) == 0.1)
    #expect(try fit(.inverseLevelSquared).weight(at: 10) == 0.01)
    #expect(try fit(.inverseLevel).weight(at: 0) == 0.5, "not infinite below the lowest level")
    #expect(try fit(.inverseLevel).weight(at: -3) == 0.5)
    let y = try fit(.inverseResponse)
    #expect(y.weight(at: 10) == 1 / y.response(at: 10))
    let replicates = [1.0, 1, 3, 3, 5, 5].enumerated().map {
      CalibrationPoint(
        level: $1, response: 2 * $1, standardDeviation: $1 == 1 ? 1 : $1 == 3 ? 2 : 4)
    }
    let variances = try CalibrationCurve.fit(
      replicates, model: CalibrationModel(weighting: .inverseVariance))
    #expect(variances.variances.map(\.variance) == [1, 4, 16])
    #expect(variances.weight(at: 0) == 1)
    #expect(variances.weight(at: 1) == 1)
    #expect(variances.weight(at: 1.5) == 1 / 1.75)
    #expect(variances.weight(at: 2) == 1 / 2.5)
    #expect(variances.weight(at: 4) == 0.1)
    #expect(variances.weight(at: 9) == 1.0 / 16)
  }

  /// The share of intervals that hold the true content, with noise in proportion to the level.
  private func coverage(_ interval: (CalibrationCurve, Double) -> ClosedRange<Double>?) throws
    -> Double
  {
    var numbers = NormalNumbers(state: 11)
    let levels = [1.0, 2, 5, 10, 20, 50, 100]
    let truth = 40.0
    var held = 0
    let rounds = 1500
    for _ in 0..<rounds {
      let points = levels.map {
        CalibrationPoint(level: $0, response: (1 + 2 * $0) + 0.02 * $0 * numbers.normal())
      }
      let curve = try CalibrationCurve.fit(
        points, model: CalibrationModel(weighting: .inverseLevelSquared))
      let response = (1 + 2 * truth) + 0.02 * truth * numbers.normal()
      if interval(curve, response)?.contains(truth) ?? false { held += 1 }
    }
    return Double(held) / Double(rounds)
  }

  @Test func intervalsHoldTheTruthAsOftenAsTheySay() throws {
    let share = try coverage { curve, response in
      curve.outcome(of: response).quantified.flatMap { value in
        value.lower.flatMap { lower in value.upper.map { lower...$0 } }
      }
    }
    #expect(abs(share - 0.95) < 0.015)
    let forgotten = try coverage { curve, response in
      guard let x = curve.estimate(of: response), let s = curve.residualDeviation,
        let t = curve.coverageFactor, let variance = curve.variance(at: x)
      else { return nil }
      let u = (s * s + variance).squareRoot() / curve.slope(at: x)
      return (x - t * u)...(x + t * u)
    }
    #expect(forgotten < 0.8, "the same with the weight of the response forgotten")
  }
}
