import Foundation
import Testing

@testable import Processing

@Suite struct ControlChartTests {
  private func one(_ z: [Double]) -> [ControlResult] {
    z.enumerated().map { ControlResult(run: "\($0)", material: "low", z: $1) }
  }

  private func fired(_ results: [ControlResult]) throws -> [Int: [Westgard.Rule]] {
    Dictionary(
      uniqueKeysWithValues: try Westgard.evaluate(results).map { ($0.index, $0.rules) })
  }

  @Test func resultsThatAreNoNumbersAreRefused() {
    for z in [Double.nan, .infinity] {
      #expect(throws: Westgard.NotANumber(index: 1)) { try Westgard.evaluate(one([0, z])) }
    }
    #expect(throws: Never.self) { try Westgard.evaluate([]) }
  }

  @Test func eachRuleFiresWhereItIsPlantedAndNoOther() throws {
    let quiet = [0.3, -0.5, 0.9, -0.2, 0.4]
    #expect(try fired(one(quiet)).isEmpty)
    #expect(try fired(one(quiet + [2.1, -0.1])) == [5: [.warning2s]])
    #expect(try fired(one(quiet + [-3.1, 0.1])) == [5: [.warning2s, .one3s]])
    #expect(
      try fired(one(quiet + [2.1, 2.2, -0.1])) == [5: [.warning2s], 6: [.warning2s, .two2s]])
    #expect(try fired(one(quiet + [2.1, -2.2, 0.1])) == [5: [.warning2s], 6: [.warning2s]])
    #expect(try fired(one([-0.1, 1.1, 1.2, 1.3, 1.4, 0.2])) == [4: [.four1s]])
    #expect(try fired(one([0.1, -1.1, -1.2, -1.3, -1.4])) == [4: [.four1s]])
    let ten = Array(repeating: 0.2, count: 10)
    #expect(try fired(one(ten)) == [9: [.ten]])
    #expect(try fired(one([-0.1] + ten + [-0.1])) == [10: [.ten]])
  }

  @Test func inequalitiesAreStrict() throws {
    #expect(try fired(one([2, 2, -2, 0])).isEmpty)
    #expect(try fired(one([3, 0])) == [0: [.warning2s]])
    #expect(try fired(one([-0.1, 1, 1, 1, 1])).isEmpty)
    var ten = Array(repeating: 0.2, count: 10)
    ten[5] = 0
    #expect(try fired(one(ten)).isEmpty, "0 is on no side")
  }

  @Test func twoMaterialsOfOneRunCount() throws {
    func results(_ list: [(String, String, Double)]) -> [ControlResult] {
      list.map { ControlResult(run: $0.0, material: $0.1, z: $0.2) }
    }
    let across = results([("1", "low", 2.1), ("1", "high", 2.3), ("2", "low", 0), ("2", "high", 0)])
    #expect(try fired(across) == [0: [.warning2s], 1: [.warning2s, .two2s]])
    let range = results([("1", "low", 2.1), ("1", "high", -2.3)])
    #expect(try fired(range) == [0: [.warning2s], 1: [.warning2s, .range4s]])
    // The variant "range above 4" would fire here; this rule does not.
    #expect(
      try fired(results([("1", "low", 1.9), ("1", "high", -2.3)])) == [1: [.warning2s]])
    let between = results([
      ("1", "low", 0), ("1", "high", 2.1), ("2", "low", 2.2), ("2", "high", 0),
    ])
    #expect(
      try fired(between) == [1: [.warning2s], 2: [.warning2s]],
      "different materials of different runs are not consecutive")
    let same = results([("1", "low", 2.1), ("1", "high", 0), ("2", "low", 2.2), ("2", "high", 0)])
    #expect(try fired(same) == [0: [.warning2s], 2: [.warning2s, .two2s]])
    let rangeApart = results([("1", "low", 2.1), ("2", "low", -2.3)])
    #expect(try fired(rangeApart) == [0: [.warning2s], 1: [.warning2s]])
    let ten = (1...5).flatMap { [("\($0)", "low", 0.5), ("\($0)", "high", 0.4)] }
    #expect(try fired(results(ten)) == [9: [.ten]])
    #expect(Westgard.Rule.allCases.filter { !$0.rejects } == [.warning2s])
  }

  @Test func aShewhartChartHasItsLimits() throws {
    let values = [9.0, 11, 10, 10, 9, 11, 10, 10, 9, 11, 10, 10, 9, 11, 10, 10, 9, 11, 10, 10]
    let chart = try #require(ControlChart(values))
    #expect(chart.mean == 10)
    #expect(abs(chart.standardDeviation - (10.0 / 19).squareRoot()) < 1e-15)
    #expect(chart.flags.isEmpty)
    let s = chart.standardDeviation
    #expect(chart.state(10 + 1.99 * s) == .inControl)
    #expect(chart.state(10 - 2.01 * s) == .warning)
    #expect(chart.state(10 + 3.01 * s) == .action)
    #expect(chart.state(.nan) == nil)
    #expect(try #require(ControlChart([1, 2, 3])).flags == ["few-runs"])
    #expect(ControlChart([1]) == nil)
    #expect(ControlChart([]) == nil)
    #expect(ControlChart([2, 2, 2]) == nil)
    #expect(ControlChart([1, .nan, 2]) == nil)
    #expect(ControlChart(mean: 1, standardDeviation: 0, count: 30) == nil)
  }

  @Test func aRangeChartHasTheTabledFactors() throws {
    let chart = try #require(RangeChart([(10, 11), (9, 8), (10, 10.5), (7, 8.5)]))
    #expect(chart.meanRange == 1)
    #expect(abs(chart.standardDeviation - 1 / 1.128) < 5e-4)
    #expect(abs(chart.action - 3.267) < 5e-4)
    #expect(abs(chart.warning - 2.512) < 1.5e-3)
    #expect(RangeChart([]) == nil)
    #expect(RangeChart([(1, 1)]) == nil)
    #expect(RangeChart([(1, .nan)]) == nil)
  }

  @Test func aCusumAlarmsAndStartsAnew() {
    var chart = CusumChart()
    var alarms: [Int] = []
    for step in 0..<24 where chart.step(1.5) != nil { alarms.append(step) }
    // 1 a step: above 5 at the sixth.
    #expect(alarms == [5, 11, 17, 23])
    #expect(chart.upward == 0)
    var down = CusumChart()
    #expect(down.step(-5.6) == .downward)
    var other = CusumChart()
    #expect(other.step(5.5) == nil, "5 is not above 5")
    #expect(other.step(.nan) == nil)
    #expect(other.upward == 5)
  }

  @Test func anEwmaHasWideningLimits() {
    var chart = EwmaChart()
    #expect(chart.limit == 0)
    _ = chart.step(1)
    #expect(chart.average == 0.2)
    #expect(abs(chart.limit - 2.9 * 0.2) < 1e-15)
    for _ in 0..<100 { _ = chart.step(0) }
    #expect(abs(chart.limit - 2.9 / 3) < 1e-12)
    let before = chart
    #expect(chart.step(.nan) == false)
    #expect(chart == before)
  }

  /// The mean number of steps to an alarm over seeded rounds.
  private func runLength(shift: Double, rounds: Int, _ alarm: () -> (Double) -> Bool) -> Double {
    var numbers = NormalNumbers(state: 20)
    var total = 0
    for _ in 0..<rounds {
      let step = alarm()
      repeat { total += 1 } while !step(numbers.normal() + shift)
    }
    return Double(total) / Double(rounds)
  }

  private func cusum() -> (Double) -> Bool {
    var chart = CusumChart()
    return { chart.step($0) != nil }
  }

  private func ewma() -> (Double) -> Bool {
    var chart = EwmaChart()
    return { chart.step($0) }
  }

  /// Three standard errors; run lengths are nearly geometric, so their deviation is their mean.
  @Test func chartsAlarmAsSeldomAsTheyShould() {
    #expect(abs(runLength(shift: 0, rounds: 3000, cusum) - 465) < 3 * 465 / 3000.0.squareRoot())
    #expect(abs(runLength(shift: 1, rounds: 3000, cusum) - 10.4) < 0.3)
    #expect(abs(runLength(shift: 0, rounds: 3000, ewma) - 416) < 3 * 416 / 3000.0.squareRoot())
  }

  /// The same by a Markov chain over 200 states, with the charts' own constants.
  @Test func theRunLengthsAreThoseOfAMarkovChain() throws {
    func below(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }
    let (k, h) = (CusumChart().reference, CusumChart().interval)
    func oneSided(_ shift: Double) -> Double {
      let count = 200
      let width = 2 * h / Double(2 * count - 1)
      return meanSteps(count, from: 0) { from, to in
        let low = Double(to - from) * width - width / 2 + k
        return to == 0
          ? below(low + width - shift) : below(low + width - shift) - below(low - shift)
      }
    }
    // Both sides: rates add.
    let still = 1 / (2 / oneSided(0))
    #expect(abs(still - 465) < 1)
    let shifted = 1 / (1 / oneSided(1) + 1 / oneSided(-1))
    #expect(abs(shifted - 10.4) < 0.05)
    let (weight, width) = (EwmaChart().weight, EwmaChart().width)
    let limit = width * (weight / (2 - weight)).squareRoot()
    let count = 201
    let cell = 2 * limit / Double(count)
    let steady = meanSteps(count, from: count / 2) { from, to in
      let at = -limit + (Double(from) + 0.5) * cell
      let low = -limit + Double(to) * cell
      return below((low + cell - (1 - weight) * at) / weight)
        - below((low - (1 - weight) * at) / weight)
    }
    #expect(abs(steady - 416) < 3, "with the limits of many values")
  }

  /// Solves `m = 1 + P m` by elimination.
  private func meanSteps(_ count: Int, from start: Int, _ probability: (Int, Int) -> Double)
    -> Double
  {
    var rows = (0..<count).map { from in
      (0..<count).map { to in (from == to ? 1 : 0) - probability(from, to) } + [1]
    }
    for pivot in 0..<count {
      let row = rows[pivot].map { $0 / rows[pivot][pivot] }
      rows[pivot] = row
      for other in 0..<count where other != pivot {
        let factor = rows[other][pivot]
        if factor == 0 { continue }
        for column in pivot...count { rows[other][column] -= factor * row[column] }
      }
    }
    return rows[start][count]
  }

  @Test func scoresOfProficiencyRoundsHaveTheirFormulas() {
    #expect(ProficiencyScore.z(11, assigned: 10, sigma: 0.5) == 2)
    #expect(ProficiencyScore.zPrime(12, assigned: 10, sigma: 3, assignedUncertainty: 4) == 0.4)
    #expect(
      ProficiencyScore.zeta(12, uncertainty: 3, assigned: 10, assignedUncertainty: 4) == 0.4)
    #expect(ProficiencyScore.en(13, expanded: 3, assigned: 10, assignedExpanded: 4) == 0.6)
    #expect(ProficiencyScore.z(11, assigned: 10, sigma: 0) == nil)
    #expect(ProficiencyScore.z(.nan, assigned: 10, sigma: 1) == nil)
    #expect(ProficiencyScore.en(1, expanded: 0, assigned: 1, assignedExpanded: 0) == nil)
  }
}
