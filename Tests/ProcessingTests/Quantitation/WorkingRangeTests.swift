import Testing

@testable import Processing

@Suite struct WorkingRangeTests {
  @Test func theLowestLevelMayErrMore() throws {
    let points = standards([(10, 12.2), (20, 20), (40, 40), (80, 80), (1000, 1000), (2000, 2000)])
    let curve = try CalibrationCurve.fit(points)
    #expect(try abs(#require(curve.standards[0].relativeErrorPercent)) < 20)
    #expect(try abs(#require(curve.standards[0].relativeErrorPercent)) > 15)
    #expect(curve.standards[0].limitPercent == 20)
    #expect(curve.standards[0].passes == true)
    #expect(curve.standards[1].limitPercent == 15)
    #expect(curve.working == LevelRange(lowest: 10, highest: 2000))
    #expect(curve.flags.isEmpty)
    let strict = try CalibrationCurve.fit(
      points, rules: CalibrationRules(lowestBackCalculationPercent: 15))
    #expect(strict.working == LevelRange(lowest: 20, highest: 2000))
    #expect(strict.standards[0].passes == false)
    #expect(strict.flags == ["range-limited"])
    let bound = strict.outcome(of: 15)
    guard case .belowRange(let below) = bound else {
      Issue.record("15 is released")
      return
    }
    #expect(below.limit == 20)
    #expect(below.flags == ["range-limited"])
  }

  @Test func aFailureInTheMiddleLeavesTheLongerRow() throws {
    // 1 and 2 pass, 5 fails by 40 %, 100 to 1000 pass.
    let points = standards([
      (1, 1), (2, 2), (5, 7), (100, 100), (200, 200), (500, 500), (1000, 1000), (1e5, 1e5),
    ])
    let curve = try CalibrationCurve.fit(
      points, model: CalibrationModel(weighting: .equal),
      rules: CalibrationRules(backCalculationPercent: 30, lowestBackCalculationPercent: 30))
    #expect(curve.working == LevelRange(lowest: 100, highest: 1e5))
    #expect(curve.flags == ["range-limited"])
  }

  @Test func onlyTheLowestLevelOfARangeMayErrMore() throws {
    // Level 4 errs by 17 % and weighs nothing: it may begin a range and not stand within one.
    let points = [1.0, 2, 4, 8, 16].map {
      CalibrationPoint(
        level: $0, response: $0 == 4 ? 4.68 : $0, standardDeviation: $0 == 4 ? 1e6 : 1)
    }
    let model = CalibrationModel(weighting: .inverseVariance)
    let curve = try CalibrationCurve.fit(points, model: model)
    #expect(curve.working == LevelRange(lowest: 4, highest: 16))
    #expect(curve.flags == ["range-limited"])
    let wide = try CalibrationCurve.fit(
      points, model: model, rules: CalibrationRules(backCalculationPercent: 20))
    #expect(wide.working == LevelRange(lowest: 1, highest: 16))
  }

  @Test func lessThanTwoLevelsAreNoRange() throws {
    let points = standards([(1, 5), (2, 1), (3, 6), (4, 2), (5, 9)])
    let curve = try CalibrationCurve.fit(
      points, rules: CalibrationRules(backCalculationPercent: 1, lowestBackCalculationPercent: 1))
    #expect(curve.working == nil)
    #expect(curve.flags == ["no-working-range", "few-standards-pass"])
    #expect(curve.outcome(of: 4) == .refused(.noWorkingRange))
    #expect(curve.outcome(of: nil) == .refused(.noWorkingRange), "nor is nothing a finding")
  }

  @Test func replicatesOfALevelPassByTheirShare() throws {
    let points = standards([
      (10, 10), (10, 10), (10, 14), (100, 100), (100, 100), (1000, 1000), (1000, 1000),
      (9000, 9000),
    ])
    let half = try CalibrationCurve.fit(points)
    #expect(half.working == LevelRange(lowest: 10, highest: 9000))
    #expect(half.standards.map(\.passes) == [true, true, false, true, true, true, true, true])
    let all = try CalibrationCurve.fit(points, rules: CalibrationRules(passingShareOfLevel: 1))
    #expect(all.working == LevelRange(lowest: 100, highest: 9000))
    let share = try CalibrationCurve.fit(points, rules: CalibrationRules(passingShareOfAll: 0.9))
    #expect(share.flags == ["few-standards-pass"])
  }

  @Test func standardsLeftOutAreShownAndDoNotCount() throws {
    var points = standards([(1, 1), (2, 2), (3, 3), (4, 9)])
    points[3] = points[3].leftOut(because: "vial not closed")
    let curve = try CalibrationCurve.fit(points)
    #expect(curve.count == 3)
    #expect(curve.standards.count == 4)
    #expect(curve.standards[3].weight == nil)
    #expect(curve.standards[3].point.reason == "vial not closed")
    #expect(try abs(#require(curve.standards[3].relativeErrorPercent) - 125) < 1e-9)
    #expect(curve.calibrated.highest == 3)
    #expect(curve.working == LevelRange(lowest: 1, highest: 3))
  }

  @Test func levelZeroIsNotJudgedAndNotInTheRange() throws {
    let curve = try CalibrationCurve.fit(standards([(0, 0.5), (1, 1.5), (2, 2.5), (3, 3.5)]))
    #expect(curve.standards[0].passes == nil)
    #expect(curve.standards[0].relativeErrorPercent == nil)
    #expect(curve.working == LevelRange(lowest: 1, highest: 3))
    #expect(curve.calibrated.lowest == 0)
    #expect(curve.flags.isEmpty)
  }
}
