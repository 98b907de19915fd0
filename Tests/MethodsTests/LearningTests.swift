import Foundation
import Instruments
import Laboratory
import Methods
import Processing
import Testing

/// Methods learned from runs that are made up, so that the answers are known.
@Suite struct LearningTests {
  static let template = (try? MethodFiles.text("MethodTemplates/gcms-quantitation.yaml")) ?? ""

  /// A run with Gaussian peaks of given ions on a little noise that is always the same.
  static func massRun(
    _ name: String, peaks: [(time: Double, height: Double, ions: [(Double, Double)])]
  ) -> LearningRun {
    var series = MassScanSeries()
    var state: UInt64 = 7
    func noise() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) * 20
    }
    for scan in 0..<2000 {
      let time = 180 + Double(scan) * 0.3
      var pairs: [Double: Double] = [44.0: 100 + noise(), 207.1: 200 + noise(), 150.1: noise()]
      for peak in peaks {
        let distance = (time - peak.time) / 1.7
        guard abs(distance) < 6 else { continue }
        for (mass, part) in peak.ions {
          pairs[mass, default: 0] += peak.height * part * exp(-distance * distance / 2)
        }
      }
      let masses = pairs.keys.sorted()
      series.append(
        time: time, massToCharge: masses, intensity: masses.map { pairs[$0] ?? 0 })
    }
    return LearningRun(name: name, measurement: Measurement(massScans: series))
  }

  static let standard: [(Double, Double)] = [(140.2, 1), (84.1, 0.1), (207.1, 0.05)]
  static let target: [(Double, Double)] = [(342.1, 1), (207.1, 0.9), (313.1, 0.5), (140.2, 0.4)]

  static func runs() -> [LearningRun] {
    [
      massRun("run-1", peaks: [(390, 20_000, standard), (614, 30_000, target)]),
      massRun("run-2", peaks: [(390.6, 20_000, standard), (618, 60_000, target)]),
    ]
  }

  static let known = [
    LearningTarget(name: "Bupivacaine", time: 390, role: .internalStandard),
    LearningTarget(name: "Etizolam: 2nd", time: 615),
  ]

  @Test func windowsIonsAndWidthsAreThoseOfTheRuns() throws {
    let method = try MethodReader.read(text: Self.template, file: "t.yaml")
    let text = try MethodDraft(from: method, name: "learned", title: "Learned: it").text(
      learnedFrom: Self.runs(), targets: Self.known)
    let learned = try MethodReader.read(text: text, file: "learned.yaml")
    #expect(learned.name == "learned")
    #expect(learned.title == "Learned: it")
    #expect(learned.state == .draft)
    let body = try ReaderTests.separation(text)
    #expect(body.signals.map(\.name) == ["total", "ion-140.2", "ion-342.1"])
    let (standard, target) = (body.analytes[0], body.analytes[1])
    #expect(standard.name == "Bupivacaine")
    #expect(standard.role == .internalStandard)
    #expect(target.name == "Etizolam: 2nd")
    #expect(target.internalStandard == "Bupivacaine")
    // Full width at half height of the Gaussian: 2.3548 * 1.7 = 4.0 s, three of them beside the apexes.
    #expect(abs(target.window.lowerBound - 602) < 1)
    #expect(abs(target.window.upperBound - 630) < 1)
    #expect(abs(standard.window.lowerBound - 378) < 1)
    #expect(target.identity?.expected == "Etizolam: 2nd")
    #expect(target.identity?.library == "drugs")
    #expect(target.calibration?.levels.count == 7)
    #expect(text.contains("# learned from run-1, run-2: apex 614 to 618 s"))
    #expect(text.contains("other ions: 313.1 ("))
  }

  @Test func theLearnedIonIsNotOneThatComesElsewhere() throws {
    let method = try MethodReader.read(text: Self.template, file: "t.yaml")
    // 360.2 is the strongest and heaviest ion of the target, and another substance has more of it.
    let run = Self.massRun(
      "run-3",
      peaks: [
        (500, 90_000, [(360.2, 1), (91.1, 0.5)]),
        (616, 30_000, [(360.2, 1), (342.1, 0.6), (207.1, 0.9)]),
      ])
    let text = try MethodDraft(from: method, name: "learned").text(
      learnedFrom: [run], targets: [LearningTarget(name: "Target", time: 616)])
    #expect(text.contains("ion_mz: 342.1"))
    #expect(text.contains("other ions: ") && text.contains("360.2 (100 %, 0.25 selective)"))
    #expect(!text.contains("ion_mz: 207.1"))
  }

  @Test func withoutNamesThePeaksAreProposed() throws {
    let method = try MethodReader.read(text: Self.template, file: "t.yaml")
    let text = try MethodDraft(from: method, name: "learned").text(learnedFrom: Self.runs())
    let body = try ReaderTests.separation(text)
    #expect(body.analytes.map(\.name) == ["Peak at 390 s", "Peak at 614 s"])
    #expect(body.analytes[1].identity?.expected == nil)
    #expect(body.analytes.allSatisfy { $0.minimumHeight ?? 0 >= 0 })
  }

  @Test func aFlameMethodLearnsWidthAndLeastHeight() throws {
    var trace = Trace(name: "FID1A", unit: Unit("pA"))
    var state: UInt64 = 3
    for point in 0..<6000 {
      let time = Double(point) * 0.2
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var value = 5 + Double(state >> 40) / Double(1 << 24) - 0.5
      for (apex, height) in [(400.0, 200.0), (600, 400), (800, 100)] {
        let distance = (time - apex) / 3
        value += height * exp(-distance * distance / 2)
      }
      trace.append(scan: point, time: time, value: value, flags: [])
    }
    let run = LearningRun(name: "run-9", measurement: Measurement(traces: [trace]))
    let template = try MethodReader.read(
      text: MethodFiles.text("MethodTemplates/fid-area-percent.yaml"), file: "t.yaml")
    let text = try MethodDraft(from: template, name: "oil").text(learnedFrom: [run])
    let body = try ReaderTests.separation(text)
    let width = try #require(body.signals[0].detection?.expectedWidth)
    #expect(abs(width - 7.06) < 0.3)
    let least = body.signals[0].integration.minimumHeight
    // Noise of 1 peak to peak: 2H/h = 3 at 1.5.
    #expect(least > 0.8 && least < 3, "\(least)")
    #expect(body.areaPercent)
    #expect(text.contains("learned from run-9: median of 3 peaks"))
    #expect(text.contains("# behind the solvent"), "comments of the template stay")
  }

  @Test func whatShowsNothingIsRefusedByName() throws {
    let method = try MethodReader.read(text: Self.template, file: "t.yaml")
    let draft = try MethodDraft(from: method, name: "learned")
    let empty = LearningRun(name: "empty", measurement: Measurement())
    #expect(throws: MethodError.self) { try draft.text(learnedFrom: [empty]) }
    let flat = Self.massRun("flat", peaks: [])
    #expect(throws: MethodError.self) { try draft.text(learnedFrom: [flat]) }
    do {
      _ = try draft.text(
        learnedFrom: Self.runs(), targets: [LearningTarget(name: "X", time: 500)])
      Issue.record("a peak where there is none")
    } catch {
      #expect(error.code == .nothingLearned)
      #expect(error.problem.contains("500 s"))
    }
    let gas = try MethodReader.read(
      text: MethodFiles.text("MethodTemplates/residual-gas.yaml"), file: "t.yaml")
    #expect(throws: MethodError.self) {
      try MethodDraft(from: gas, name: "gas").text(learnedFrom: Self.runs())
    }
    #expect(throws: MethodError.self) { _ = try MethodDraft(from: gas, name: "Not A Name") }
  }

  @Test func aTemplateInAnotherLayoutIsRefusedAndNotCut() throws {
    let flow = """
      {schema: 1, name: m, version: 1, title: M, technique: gc, area_percent: true,
       signals: {fid: {from: trace, detection: {expected_width_s: 2}}}}
      """
    let template = try MethodReader.read(text: flow, file: "flow.yaml")
    do {
      _ = try MethodDraft(from: template, name: "other").text()
      Issue.record("it was taken over")
    } catch {
      #expect(error.code == .syntax)
      #expect(error.file == "flow.yaml")
    }
  }

  @Test(arguments: MethodFiles.templates) func everyTemplateIsTakenUnderAnotherName(
    name: String
  ) throws {
    let template = try MethodReader.read(
      text: MethodFiles.text("MethodTemplates/\(name).yaml"), file: name)
    #expect(template.name == name)
    #expect(template.state == .draft)
    let text = try MethodDraft(from: template, name: "my-own", title: "It is: \"mine\" # 1").text()
    let method = try MethodReader.read(text: text, file: "my-own.yaml")
    #expect(method.name == "my-own")
    #expect(method.title == "It is: \"mine\" # 1")
    #expect(method.body == template.body)
    #expect(method.acquisition == template.acquisition)
  }
}
