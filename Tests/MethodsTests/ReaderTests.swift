import Instruments
import Laboratory
import Methods
import Processing
import Testing

@Suite struct ReaderTests {
  static let etizolam =
    (try? MethodFiles.text("Tests/Support/Proofs/Methods/etizolam-gcms.yaml")) ?? ""

  static func separation(_ text: String) throws -> SeparationMethod {
    guard case .separation(let body) = try MethodReader.read(text: text, file: "m.yaml").body else {
      Issue.record("no separation")
      return SeparationMethod()
    }
    return body
  }

  @Test func everyPartOfASequenceMethodIsRead() throws {
    let method = try MethodReader.read(text: Self.etizolam, file: "e.yaml")
    #expect(method.name == "etizolam-gcms")
    #expect(method.version == "1")
    #expect(method.technique == .gcms)
    #expect(method.state == .validated)
    #expect(method.text == MethodText(text: Self.etizolam, file: "e.yaml"))
    #expect(method.sha256.count == 64)
    #expect(
      method.reference
        == MethodReference(name: "etizolam-gcms", version: "1", sha256: method.sha256))
    #expect(method.outputs == Outputs(report: true, peakTable: true))

    let body = try Self.separation(Self.etizolam)
    #expect(body.signals.map(\.name) == ["total", "standard-140", "etizolam-342"])
    #expect(body.signals[2].source == .ion(massToCharge: 342.1, tolerance: 0.5))
    #expect(body.analytes.map(\.name) == ["Internal standard", "Etizolam"])
    let target = body.analytes[1]
    #expect(target.keyword == "ETIZOLAM")
    #expect(target.window == 608...624)
    #expect(target.minimumHeight == 300)
    #expect(target.internalStandard == "Internal standard")
    #expect(
      target.measure
        == .anchored(
          AnchoredIntegration(before: 5, after: 8, levelPoints: 4, level: .median, side: .outward)))
    #expect(target.identity?.library == "swgdrug")
    #expect(target.identity?.expected == "Etizolam")
    #expect(target.identity?.search == MassSearch())
    let calibration = try #require(target.calibration)
    #expect(calibration.models == [CalibrationModel(degree: 2)])
    #expect(calibration.unit == "ug/mL")
    #expect(calibration.levels == [25, 50, 75, 100, 150, 200, 250])
    #expect(calibration.rules.backCalculationPercent == 15)
    #expect(calibration.rules.lowestBackCalculationPercent == 20)
    #expect(calibration.rules.limits == .residuals)
    #expect(body.acceptance.checkPercent == 5)
    #expect(body.acceptance.openEnd == .flag)
  }

  /// The digest of the three bytes `abc` in FIPS 180-2, appendix B.1.
  @Test func theHashIsThatOfTheBytes() {
    #expect(
      MethodReader.sha256(of: "abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func minutesAndSecondsAreTheSameTime() throws {
    let minutes = Self.etizolam.replacing("window_s: [608, 624]", with: "window_min: [10.25, 10.5]")
    #expect(try Self.separation(minutes).analytes[1].window == 615...630)
    let error = refusal(
      of: Self.etizolam, "window_s: [608, 624]",
      "window_s: [608, 624]\n    window_min: [10.1, 10.4]")
    #expect(error?.code == .contradiction)
    #expect(error?.problem == "analytes.Etizolam.window_min stands beside window_s")
  }

  @Test(arguments: [
    ("window_s: [608, 624]", "window_s: [624, 608]", "is empty", MethodError.Code.badValue),
    ("window_s: [608, 624]", "window_s: [608, 608]", "is empty", .badValue),
    ("window_s: [608, 624]", "window_s: [608]", "must be a list of two numbers", .badValue),
    ("signal: etizolam-342", "signal: etizolam-343", "names the signal", .unknownName),
    (
      "internal_standard: Internal standard", "internal_standard: Internal standart",
      "names the internal standard", .unknownName
    ),
    (
      "internal_standard: Internal standard", "internal_standard: Etizolam",
      "which is not an internal standard", .contradiction
    ),
    ("keyword: ETIZOLAM", "keyword: ISTD", "is the same substance", .contradiction),
    ("unit: ug/mL", "unit: 7", "must be a text", .badValue),
    ("unit: ug/mL", "unite: ug/mL", "is not a key", .unknownKey),
    ("curve: quadratic", "curve: cubic", "must be one of linear, quadratic", .badValue),
    ("weights: 1", "weights: 1/x3", "must be one of 1, 1/x", .badValue),
    ("weights: 1", "weights: [1, 1]", "stands twice", .contradiction),
    (
      "levels: [25, 50, 75, 100, 150, 200, 250]", "levels: [25, 50, 75, 75, 150, 200]", "must rise",
      .badValue
    ),
    (
      "levels: [25, 50, 75, 100, 150, 200, 250]", "levels: [25, 50, 75, 100, 150]",
      "this curve needs 6", .contradiction
    ),
    ("back_calculation_percent: 15", "back_calculation_percent: 0", "above 0", .badValue),
    (
      "back_calculation_percent: 15",
      "back_calculation_percent: 15\n      lowest_back_calculation_percent: 10",
      "less than the 15", .contradiction
    ),
    ("expected: Etizolam", "expect: Etizolam", "is not a key", .unknownKey),
    ("library: swgdrug\n      ", "", "stands without a `library`", .contradiction),
    (
      "measure: anchored\n    anchors: { before_s: 5", "anchors: { before_s: 5",
      "stands beside `measure: peak-area`", .contradiction
    ),
    ("before_s: 5, ", "", "lacks the key 'before_s' (or 'before_min')", .missingKey),
    ("ion_mz: 342.1", "ion_mz: -342.1", "above 0", .badValue),
    ("ion_mz: 342.1", "ion_mz: .nan", "must be a number", .badValue),
    ("technique: gc-ms", "technique: gc", "which needs mass spectra", .contradiction),
    ("technique: gc-ms", "technique: gcms", "must be one of raman", .badValue),
    ("name: etizolam-gcms", "name: Etizolam GC", "must be lower-case kebab-case", .badValue),
    ("schema: 1", "schema: 2", "is 2, but this program reads 1", .unknownSchema),
    (
      "role: internal-standard", "role: internal-standard\n    internal_standard: Etizolam",
      "stands at an internal standard", .contradiction
    ),
    ("check_percent: 5", "check_percent: 500", "at most 100", .badValue),
  ])
  func whatCannotBeMeantIsRefused(
    old: String, new: String, words: String, code: MethodError.Code
  ) throws {
    let error = try #require(refusal(of: Self.etizolam, old, new), "\(new) is taken")
    #expect(error.code == code)
    #expect(error.problem.contains(words), "\(error.problem)")
    #expect(error.line > 0 && error.column > 0)
    #expect(error.failure.what.hasPrefix("m.yaml:\(error.line):\(error.column): "))
    #expect(!error.failure.why.isEmpty && !error.failure.next.isEmpty)
  }

  @Test func anAnalyteTwiceIsRefused() throws {
    let text = Self.etizolam.replacing("  Etizolam:\n", with: "  Internal standard:\n")
    #expect(refusal(text)?.code == .syntax)
    let capitals = Self.etizolam.replacing("  Etizolam:\n", with: "  INTERNAL STANDARD:\n")
    #expect(refusal(capitals)?.code == .contradiction)
  }

  @Test func aPeakAreaNeedsDetection() throws {
    let text = """
      schema: 1
      name: m
      version: 1
      title: M
      technique: gc
      signals:
        fid: { from: trace }
      analytes:
        A: { window_s: [1, 2] }
      """
    let error = refusal(text)
    #expect(error?.code == .contradiction)
    #expect(error?.line == 9)
    let better = text.replacing(
      "from: trace", with: "from: trace, detection: { expected_width_s: 2 }")
    let body = try Self.separation(better)
    #expect(body.analytes[0].signal == "fid")
    #expect(body.analytes[0].keyword == "A")
    #expect(body.signals[0].detection == PeakDetection(expectedWidth: 2))
    #expect(
      refusal(better.replacing("analytes:\n  A: { window_s: [1, 2] }", with: ""))?.code
        == .contradiction)
  }

  @Test func timedEventsAreReadInTheirOrder() throws {
    let text = """
      schema: 1
      name: m
      version: 1.10
      title: M
      technique: lc
      area_percent: true
      signals:
        uv:
          from: trace
          trace: 254 nm
          detection: { expected_width_min: 0.1, rise_factor: 5, fall_factor: 3 }
          events:
            - { at_min: 0, event: off }
            - { at_s: 90, event: minimum-height, height: 2.5 }
            - { at_s: 91, event: minimum-area, area: 10 }
            - { at_min: 2, event: manual-peak, end_min: 2.5, start_level: 1, end_level: -1, code: BV }
      noise_window_min: [0.5, 1]
      """
    let method = try MethodReader.read(text: text, file: "m.yaml")
    #expect(method.version == "1.10")
    let body = try Self.separation(text)
    #expect(body.signals[0].source == .trace("254 nm"))
    #expect(body.signals[0].detection?.expectedWidth == 6)
    #expect(
      body.signals[0].events == [
        IntegrationEvent(at: 0, .off), IntegrationEvent(at: 90, .minimumHeight, value: 2.5),
        IntegrationEvent(at: 91, .minimumArea, value: 10),
        IntegrationEvent(
          at: 120, .manualPeak, end: 150, startLevel: 1, endLevel: -1, code: "BV"),
      ])
    #expect(body.noiseWindow == 30...60)
    #expect(refusal(of: text, "end_min: 2.5", "end_min: 1.5")?.code == .contradiction)
    #expect(refusal(of: text, ", height: 2.5", "")?.code == .missingKey)
    #expect(refusal(of: text, "code: BV", "code: BVX")?.code == .badValue)
    #expect(refusal(of: text, "fall_factor: 3", "fall_factor: 6")?.code == .contradiction)
    #expect(refusal(of: text, "event: off", "event: of")?.next == "Did you mean 'off'?")
  }

  @Test func aLadderMustRise() throws {
    let text = """
      schema: 1
      name: m
      version: 1
      title: M
      technique: gc
      area_percent: true
      signals: { fid: { from: trace, detection: { expected_width_s: 2 } } }
      retention_index:
        scale: alkanes
        standards:
          - { number: 10, retention_min: 1 }
          - { number: 12, retention_min: 2 }
      """
    let body = try Self.separation(text)
    #expect(body.ladder?.index(at: 90) == 1100)
    let error = refusal(of: text, "retention_min: 2", "retention_min: 1")
    #expect(error?.code == .contradiction)
    #expect(error?.line == 12)
    #expect(refusal(of: text, "    - { number: 12, retention_min: 2 }", "")?.code == .contradiction)
    #expect(refusal(of: text, "scale: alkanes", "interpolation: cubic")?.code == .contradiction)
    #expect(refusal(of: text, "scale: alkanes", "dead_time_s: 3")?.code == .contradiction)
  }

  @Test func limitsOfGasesSayTheirUnit() throws {
    let text = try MethodFiles.text("MethodTemplates/residual-gas.yaml")
    guard case .residualGas(let body) = try MethodReader.read(text: text, file: "m").body else {
      Issue.record("no residual gas")
      return
    }
    #expect(
      body.limits[0] == .init(keyword: "WATER", mass: 18, over: nil, allowed: -.infinity...1e-7))
    #expect(body.limits[2].over == 28)
    #expect(body.limits[2].allowed.upperBound == 0.1)
    #expect(
      refusal(of: text, "over_mass_u: 28, at_most", "over_mass_u: 28, at_most_torr")?.code
        == .unknownKey)
    #expect(refusal(of: text, "over_mass_u: 28", "over_mass_u: 32")?.code == .contradiction)
    #expect(refusal(of: text, "keyword: NITROGEN", "keyword: WATER")?.code == .contradiction)
    #expect(refusal(of: text, ", at_most_torr: 1.0e-7", "")?.code == .missingKey)
    #expect(
      refusal(of: text, "at_most_torr: 1.0e-7", "at_most_torr: 1.0e-7, at_least_torr: 1.0e-6")?.code
        == .contradiction)
  }
}
