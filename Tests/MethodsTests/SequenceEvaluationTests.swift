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

  @Test func aBoundOfADilutedSampleIsThatOfTheSample() throws {
    let result = try sequence([Made.run("A", .sample, target: 6, dilution: 10)])
    let found = try answer("A", result)
    #expect(found.state == .belowRange)
    #expect(found.reason == "below 100 ug/mL")
  }

  @Test func aDirtyBlankWithoutInternalStandardFails() throws {
    let result = try sequence([
      Made.run("B", .blank, target: 150, standard: 0), Made.run("A", .sample, target: 35),
    ])
    #expect(try answer("B", result).passes == false)
    #expect(result.runs.last?.holds.isEmpty == false)
    // The solvent alone is clean.
    let clean = try sequence([Made.run("B", .blank, target: 0, standard: 0)])
    #expect(try answer("B", clean).passes == true)
  }

  @Test func anInjectionThatFailedIsNoProofOfAbsence() throws {
    let result = try sequence([Made.run("A", .sample, target: 0, standard: 0)])
    let found = try answer("A", result)
    #expect(found.state == .notEvaluated)
    #expect(found.reason.contains("internal standard"))
  }

  @Test func aRunThatEndsBeforeTheWindowSaysNothing() throws {
    let method = try #require(Made.method)
    let whole = Made.trace(standard: 100, target: 35)
    var cut = Trace(name: whole.name, unit: whole.unit)
    for index in 0..<850 {
      cut.append(
        scan: index, time: whole.times[index], value: whole.values[index], flags: [])
    }
    let found = try method.outcome(
      of: Measurement(traces: [cut]), libraries: MethodLibraries()
    ).evaluation.readings.last
    #expect(found?.state == .notEvaluated)
    #expect(found?.reason.contains("does not cover") == true)
  }

  @Test func replicatesOfOneDilutionShareTheirMeanAndTheirHolds() throws {
    let text = Made.text.replacing("unit: ug/mL", with: "unit: ug/mL\n      replicates: 2")
    let method = try MethodReader.read(text: text, file: "made.yaml")
    var runs: [(facts: EvaluatedRun, evaluation: RunEvaluation)] = []
    for level in [10.0, 20, 50, 100] {
      runs.append(try Made.run("S\(Int(level))", .standard, level: level, target: level))
    }
    func sample(_ name: String, _ target: Double, _ dilution: Double?, complete: Bool = true) throws
      -> (facts: EvaluatedRun, evaluation: RunEvaluation)
    {
      var run = try Made.run(
        name, .sample, target: target, dilution: dilution, complete: complete)
      run.facts.sample.id = "U"
      return run
    }
    let all =
      runs
      + [
        try sample("U1", 60, 1), try sample("U2", 64, 1), try sample("U3", 16, 10),
        try sample("U4", 90, 1, complete: false),
      ]
    let result = SequenceEvaluation(method: method).evaluate(
      all, libraries: [], computedBy: "test")
    #expect(abs(try #require(try answer("U1", result).value) - 62) < 0.3)
    #expect(try answer("U1", result).value == answer("U2", result).value)
    // Another dilution is another preparation, and half a run is none.
    #expect(abs(try #require(try answer("U3", result).value) - 160) < 1)
    #expect(abs(try #require(try answer("U4", result).value) - 90) < 0.5)
  }

  @Test func aLevelThatTheMethodNamesAndTheSequenceLacksMakesNoCurve() throws {
    let method = try #require(Made.method)
    let runs = try [10.0, 20, 50].map {
      try Made.run("S\(Int($0))", .standard, level: $0, target: $0)
    }
    let result = SequenceEvaluation(method: method).evaluate(
      runs, libraries: [], computedBy: "test")
    #expect(result.curves.first?.curve == nil)
    #expect(result.curves.first?.reason == "the sequence has no standard of 100 ug/mL")
  }

  @Test func anIncompleteStandardTakesNoPart() throws {
    let result = try sequence([
      Made.run("S0", .standard, level: 50, target: 90, complete: false)
    ])
    #expect(result.curves.first?.curve?.count == 4)
  }

  @Test func dataOfEmulatedStandardsAreEmulated() throws {
    var standard = try Made.run("S0", .standard, level: 50, target: 50)
    standard.facts.emulated = true
    let result = try sequence([standard, Made.run("A", .sample, target: 35)])
    let sample = try #require(result.runs.last)
    #expect(!sample.facts.emulated)
    #expect(result.isEmulated(sample))
  }

  @Test func anIonRatioUnlikeThatOfTheStandardsHoldsItsRun() throws {
    var method = try #require(Made.method)
    guard case .separation(var body) = method.body else { return }
    for index in body.analytes.indices where body.analytes[index].name == "Target" {
      body.analytes[index].identity = PeakIdentity(
        ratios: [.init(signal: "qualifier", tolerance: 0.2)])
    }
    method.body = .separation(body)
    func run(_ name: String, _ kind: RunKind, _ level: Double?, _ ratio: Double?) throws -> (
      facts: EvaluatedRun, evaluation: RunEvaluation
    ) {
      var run = try Made.run(name, kind, level: level, target: level ?? 35)
      for index in run.evaluation.readings.indices {
        run.evaluation.readings[index].ionRatios = ratio.map { ["qualifier": $0] } ?? [:]
      }
      return run
    }
    let runs = try [
      run("S10", .standard, 10, 0.5), run("S20", .standard, 20, 0.52),
      run("S50", .standard, 50, 0.48), run("S100", .standard, 100, 0.5),
      run("like", .sample, nil, 0.58), run("unlike", .sample, nil, 0.62),
      run("without", .sample, nil, nil),
    ]
    let result = SequenceEvaluation(method: method).evaluate(
      runs, libraries: [], computedBy: "test")
    func holds(_ name: String) -> [String] {
      (result.runs.first { $0.facts.run == name }?.holds ?? []).filter { $0.contains("ratio") }
    }
    #expect(holds("like") == [])
    #expect(holds("unlike") == ["Target: the ratio of qualifier is not that of the standards"])
    #expect(holds("without") == ["Target: the ratio of qualifier is not compared"])
    #expect(try answer("unlike", result).flags.contains("ion-ratio-out-qualifier"))
  }

  @Test func nothingFoundWhereTheDetectorWasBlindIsNotNothing() throws {
    let method = try #require(Made.method)
    let whole = Made.trace(standard: 100, target: 35)
    var torn = Trace(name: whole.name, unit: whole.unit)
    for index in whole.times.indices where !(965...1035).contains(index) {
      let flags: Trace.Flags = index == 1036 ? .afterGap : []
      torn.append(
        scan: index, time: whole.times[index], value: whole.values[index], flags: flags)
    }
    let found = try method.outcome(
      of: Measurement(traces: [torn]), libraries: MethodLibraries()
    ).evaluation.readings.last
    #expect(found?.state == .notEvaluated)
  }
}
