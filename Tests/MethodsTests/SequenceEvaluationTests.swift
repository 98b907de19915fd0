import Laboratory
import Methods
import Processing
import Testing

@Suite struct SequenceEvaluationTests {
  private func sequence(
    _ more: [(facts: EvaluatedRun, evaluation: RunEvaluation)] = []
  ) throws -> SequenceResult {
    let made = try Made.sequence(more)
    return try #require(made, "the made-up method is not read")
  }

  private func answer(_ name: String, _ result: SequenceResult) throws -> AnalyteAnswer {
    let run = try #require(result.runs.first { $0.facts.run == name })
    return try #require(run.answers.first { $0.analyte == "Target" })
  }

  @Test func aSampleBetweenStandardsHasItsContent() throws {
    let result = try sequence([Made.run("A", .sample, target: 35)])
    let found = try answer("A", result)
    #expect(found.state == .value)
    let value = try #require(found.value)
    #expect(abs(value - 35) < 0.2)
    let uncertainty = try #require(found.uncertainty)
    #expect(uncertainty > 0 && uncertainty < 2)
    #expect(found.unit == "ug/mL")
  }

  @Test func moreSampleInjectedIsNoMoreContent() throws {
    // Everything twice as high: the internal standard takes it out.
    let result = try sequence([Made.run("A", .sample, target: 70, standard: 200)])
    let value = try #require(try answer("A", result).value)
    #expect(abs(value - 35) < 0.2)
  }

  @Test func aDilutedSampleIsGivenAsItWas() throws {
    let result = try sequence([Made.run("A", .sample, target: 35, dilution: 4)])
    let found = try answer("A", result)
    #expect(abs(try #require(found.value) - 140) < 0.8)
    let plain = try answer("B", try sequence([Made.run("B", .sample, target: 35)]))
    #expect(abs(try #require(found.uncertainty) - 4 * (try #require(plain.uncertainty))) < 1e-9)
  }

  @Test func nothingIsNotDetectedAndNoNumber() throws {
    let result = try sequence([Made.run("A", .sample, target: 0)])
    let found = try answer("A", result)
    #expect(found.state == .notDetected)
    #expect(found.value == nil)
  }

  @Test func whatLiesBesideTheRangeIsNoNumber() throws {
    let result = try sequence([
      Made.run("low", .sample, target: 6), Made.run("high", .sample, target: 300),
    ])
    let (low, high) = (try answer("low", result), try answer("high", result))
    #expect(low.state == .belowRange && low.value == nil)
    #expect(high.state == .aboveRange && high.value == nil)
  }

  @Test func withoutInternalStandardThereIsNoAnswer() throws {
    let result = try sequence([Made.run("A", .sample, target: 35, standard: 0)])
    let found = try answer("A", result)
    #expect(found.state == .notEvaluated)
    #expect(found.reason.contains("Standard"))
    #expect(found.value == nil)
  }

  @Test func aFailedCheckHoldsTheSamplesBeforeIt() throws {
    let good = try sequence([
      Made.run("A", .sample, target: 35), Made.run("C", .check, level: 50, target: 51),
    ])
    #expect(try answer("C", good).passes == true)
    #expect(good.runs.first { $0.facts.run == "A" }?.holds == [])
    let bad = try sequence([
      Made.run("A", .sample, target: 35), Made.run("C", .check, level: 50, target: 60),
    ])
    let check = try answer("C", bad)
    #expect(check.passes == false)
    #expect(abs(try #require(check.deviation) - 20) < 1)
    let holds = try #require(bad.runs.first { $0.facts.run == "A" }?.holds)
    #expect(holds.count == 1)
    #expect(holds[0].contains("C"))
  }

  @Test func aBlankThatShowsTheAnalyteFails() throws {
    let result = try sequence([Made.run("B", .blank, target: 40)])
    #expect(try answer("B", result).passes == false)
  }

  @Test func aStandardWithoutLevelTakesNoPart() throws {
    let result = try sequence([Made.run("S?", .standard, target: 70)])
    #expect(result.curves.first?.curve?.count == 4)
    #expect(result.warnings.contains { $0.contains("S?") })
  }

  @Test func withoutStandardsThereIsNoCurveAndItSaysWhy() throws {
    let method = try #require(Made.method)
    let result = SequenceEvaluation(method: method).evaluate(
      [try Made.run("A", .sample, target: 35)], libraries: [], computedBy: "test")
    #expect(result.curves.first?.curve == nil)
    #expect(result.curves.first?.reason.isEmpty == false)
    #expect(result.runs[0].answers[0].state == .notEvaluated)
    #expect(result.runs[0].answers[0].value == nil)
  }

  @Test func anIncompleteRunIsHeld() throws {
    let result = try sequence([Made.run("A", .sample, target: 35, complete: false)])
    #expect(result.runs.last?.holds.contains("the run is incomplete") == true)
  }

  @Test func anAreaCanBeComputedAgainFromItsBaseline() throws {
    let run = try Made.run("A", .sample, target: 35)
    let trace = Made.trace(standard: 100, target: 35)
    let peak = try #require(run.evaluation.readings.last?.peak)
    // The test's own trapezoid over the points between, both ends interpolated, less the line.
    func value(_ time: Double) -> Double {
      let after = trace.times.firstIndex { $0 >= time } ?? trace.times.count - 1
      guard after > 0, trace.times[after] != time else { return trace.values[after] }
      let part = (time - trace.times[after - 1]) / (trace.times[after] - trace.times[after - 1])
      return trace.values[after - 1] + part * (trace.values[after] - trace.values[after - 1])
    }
    var places = trace.times.filter { $0 > peak.start && $0 < peak.end }
    places = [peak.start] + places + [peak.end]
    var area = 0.0
    for (left, right) in zip(places, places.dropFirst()) {
      area += (value(left) + value(right)) / 2 * (right - left)
    }
    for (left, right) in zip(peak.baseline, peak.baseline.dropFirst()) {
      area -= (left.level + right.level) / 2 * (right.time - left.time)
    }
    #expect(abs(area - peak.area) < 1e-9 * peak.area)
  }

  @Test func theSameRunsGiveTheSameBits() throws {
    let more = [try Made.run("A", .sample, target: 35)]
    var (one, two) = (try sequence(more), try sequence(more))
    for index in one.runs.indices { one.runs[index].facts.started = two.runs[index].facts.started }
    #expect(one == two)
    two.runs[0].facts.run = "other"
    #expect(one != two)
  }

  @Test func whatChangedIsNamedWithBothValues() throws {
    let old = try sequence([Made.run("A", .sample, target: 35)])
    let new = try sequence([Made.run("A", .sample, target: 36)])
    #expect(old.changes(from: old).isEmpty)
    let change = try #require(
      new.changes(from: old).first { $0.subject.hasSuffix("Target value") })
    #expect(change.subject.hasPrefix("A A "))
    let (was, now) = (
      Double(change.old ?? "") ?? 0, Double(change.new ?? "") ?? 0
    )
    #expect(abs(was - 35) < 0.2 && abs(now - 36) < 0.2)
  }
}
