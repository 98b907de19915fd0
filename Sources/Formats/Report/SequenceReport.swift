internal import Instruments
internal import Laboratory
public import Methods
internal import Processing

/// The report of a sequence as one HTML file: answers first, then what they rest on.
///
/// The same result and evidence give the same bytes. Numbers in the tables are rounded for people;
/// the JSON beside the report has all digits.
public enum SequenceReport {
  /// Writes the report; `evidence` has one entry a run, in the order of the result.
  public static func html(_ result: SequenceResult, evidence: [RunEvidence]) -> [UInt8] {
    var page = HTMLPage(
      title: "\(result.method.name) \(result.method.version)", marks: marks(result))
    page.headline("\(result.method.name), version \(result.method.version)", level: 1)
    page.paragraph("\(result.runs.count) \(result.runs.count == 1 ? "run" : "runs")")
    for warning in result.warnings { page.paragraph(warning, style: "warning") }
    answers(result, &page)
    for curve in result.curves { calibration(curve, result, &page) }
    for (index, run) in result.runs.enumerated() {
      self.run(run, index < evidence.count ? evidence[index] : RunEvidence(), &page)
    }
    origin(result, &page)
    return Array(page.finished.utf8)
  }

  private static func marks(_ result: SequenceResult) -> [String] {
    var marks: [String] = []
    if result.runs.contains(where: \.facts.emulated) { marks.append("EMULATED") }
    if result.runs.contains(where: { !$0.facts.complete }) { marks.append("INCOMPLETE RUNS") }
    if result.methodState != "validated" {
      marks.append("METHOD \(result.methodState.uppercased())")
    }
    return marks
  }

  // MARK: - Answers

  private static func answers(_ result: SequenceResult, _ page: inout HTMLPage) {
    var rows: [[String]] = []
    var classes: [String?] = []
    for run in result.runs {
      for answer in run.answers {
        rows.append([
          run.facts.sample.id, run.facts.kind.rawValue, answer.analyte, ReportText.answer(answer),
          ReportText.uncertainty(answer), ReportText.verdict(answer, run),
          answer.flags.joined(separator: ", "),
        ])
        classes.append(
          answer.passes == false || !run.holds.isEmpty
            ? "bad" : run.facts.kind == .sample ? nil : "quiet")
      }
      if let identity = run.evaluation.identity {
        rows.append([
          run.facts.sample.id, run.facts.kind.rawValue, "identity", ReportText.identity(identity),
          "", run.holds.isEmpty ? "" : "held", "",
        ])
        classes.append(run.holds.isEmpty ? nil : "bad")
      }
      for gas in run.evaluation.gases {
        rows.append([
          run.facts.sample.id, run.facts.kind.rawValue, gas.keyword,
          gas.value.map { ReportText.number($0) } ?? "not known", "",
          gas.passes.map { $0 ? "passes" : "FAILS" } ?? "", gas.flags.joined(separator: ", "),
        ])
        classes.append(gas.passes == false ? "bad" : nil)
      }
    }
    guard !rows.isEmpty else { return }
    page.headline("Answers", level: 2)
    page.table(
      ["Sample", "Kind", "Analyte", "Answer", "Expanded uncertainty", "Verdict", "Flags"], rows,
      classes: classes)
    for run in result.runs where !run.holds.isEmpty {
      page.paragraph(
        "\(run.facts.sample.id) is held: \(run.holds.joined(separator: "; "))", style: "bad")
    }
  }

  // MARK: - Calibration

  private static func calibration(
    _ entry: AnalyteCurve, _ result: SequenceResult, _ page: inout HTMLPage
  ) {
    page.headline("Calibration of \(entry.analyte)", level: 2)
    guard let curve = entry.curve else {
      page.paragraph("There is no curve: \(entry.reason)", style: "bad")
      return
    }
    page.paragraph("\(curve.model.description); levels in \(entry.unit).")
    let names = ["b0", "b1", "b2"]
    page.table(
      ["Coefficient", "Value", "Standard error"],
      curve.coefficients.enumerated().map { index, value in
        [
          index < names.count ? names[index] : "b\(index)", ReportText.full(value),
          index < curve.standardErrors.count ? ReportText.number(curve.standardErrors[index]) : "",
        ]
      })
    var facts = [["Standards", "\(curve.count)"], ["r\u{00B2}", ReportText.full(curve.rSquared)]]
    if let s = curve.residualDeviation {
      facts.append(["Residual deviation", ReportText.number(s)])
    }
    facts.append(["Calibrated", ReportText.range(curve.calibrated, entry.unit)])
    facts.append([
      "Working range", curve.working.map { ReportText.range($0, entry.unit) } ?? "none",
    ])
    if let limits = curve.limits {
      facts.append(["Limit of detection", "\(ReportText.number(limits.detection)) \(entry.unit)"])
      facts.append([
        "Limit of quantitation", "\(ReportText.number(limits.quantitation)) \(entry.unit)",
      ])
    }
    if !curve.flags.isEmpty { facts.append(["Flags", curve.flags.joined(separator: ", ")]) }
    page.table(["Property", "Value"], facts)
    page.figure(
      CalibrationPlot(curve, unit: entry.unit).svg,
      caption: "Standards and curve; below, how far each is from its level when calculated back. "
        + "Green: the working range. Open: left out.")
    page.table(
      ["Standard", "Level", "Response", "Calculated back", "Error / %", "Limit / %", ""],
      curve.standards.map { standard in
        [
          standard.point.name, ReportText.number(standard.point.level),
          ReportText.full(standard.point.response),
          standard.found.map { ReportText.number($0) } ?? "",
          standard.relativeErrorPercent.map { ReportText.fixed($0, 2) } ?? "",
          standard.limitPercent.map { ReportText.fixed($0, 0) } ?? "",
          standard.point.reason ?? (standard.passes == false ? "out" : ""),
        ]
      }, classes: curve.standards.map { $0.passes == false ? "bad" : nil })
  }

  // MARK: - One run

  private static func run(_ run: RunAnswers, _ evidence: RunEvidence, _ page: inout HTMLPage) {
    page.headline(
      "\(run.facts.sample.id) (\(run.facts.kind.rawValue))", level: 2, id: run.facts.run)
    let level = run.facts.sample.level.map { ", level \(ReportText.number($0))" } ?? ""
    page.paragraph(
      "Run \(run.facts.run), \(run.facts.started.iso8601)\(level)"
        + (run.facts.complete ? "" : ", INCOMPLETE") + (run.facts.emulated ? ", EMULATED" : ""))
    for warning in run.evaluation.warnings { page.paragraph(warning, style: "warning") }
    readings(run.evaluation, evidence, &page)
    for signal in evidence.signals.keys.sorted() {
      guard let peaks = run.evaluation.peaks[signal], let trace = evidence.signals[signal],
        !peaks.isEmpty, !run.evaluation.readings.contains(where: { $0.peak != nil })
      else { continue }
      page.figure(
        ChromatogramPlot(
          trace, peaks: peaks.map { .init(peak: $0, name: "") }, window: nil,
          unit: trace.unit.symbol
        ).svg, caption: "Signal \(signal), \(peaks.count) peaks with their baselines.")
    }
    for (signal, peaks) in run.evaluation.peaks.sorted(by: { $0.key < $1.key })
    where !peaks.isEmpty && peaks.count <= 300 {
      page.headline("Peaks of \(signal)", level: 3)
      page.table(
        PeakTable.head, peaks.enumerated().map { PeakTable.row($0.offset + 1, $0.element) })
    }
    for band in run.evaluation.bands {
      page.paragraph(
        "\(band.name): \(band.value.map { ReportText.full($0) } ?? "not measured")"
          + (band.flags.isEmpty ? "" : " (\(band.flags.joined(separator: ", ")))"))
    }
    if let processed = evidence.processed, evidence.spectrum == nil {
      page.figure(
        MatchPlot(processed).svg, caption: "The spectrum after the method's last step.")
    }
    if let identity = run.evaluation.identity {
      if let pair = evidence.spectrum {
        page.figure(
          MatchPlot(
            pair, name: run.facts.sample.id, match: identity.matches.first?.name ?? ""
          ).svg, caption: ReportText.identity(identity) + ". " + identity.reason)
      }
      matches(identity, &page)
    }
    steps(run.evaluation.steps, &page)
  }

  private static func readings(
    _ evaluation: RunEvaluation, _ evidence: RunEvidence, _ page: inout HTMLPage
  ) {
    for reading in evaluation.readings + evaluation.unknowns {
      page.headline(reading.name, level: 3)
      if reading.state != .found {
        page.paragraph(
          "\(reading.state.rawValue.replacing("_", with: " ")): \(reading.reason)",
          style: "warning")
      }
      if let peak = reading.peak {
        let trace = evidence.signals[reading.name] ?? evidence.signals.first?.value
        let width = max(peak.end - peak.start, 1)
        if let trace {
          page.figure(
            ChromatogramPlot(
              trace, peaks: [.init(peak: peak, name: reading.name)],
              window: (peak.start - 1.5 * width)...(peak.end + 1.5 * width),
              unit: trace.unit.symbol
            ).svg, caption: "\(reading.name) with its baseline.")
        }
        page.table(PeakTable.head, [PeakTable.row(1, peak)])
      }
      if let identity = reading.identity {
        if let pair = evidence.massSpectra[reading.name] {
          page.figure(
            MatchPlot(
              pair, name: reading.name, match: identity.matches.first?.name ?? ""
            ).svg,
            caption: "Above, the spectrum of the peak; below, the best match. "
              + ReportText.identity(identity) + ".")
        }
        matches(identity, &page)
      }
    }
  }

  private static func matches(_ answer: SearchAnswer, _ page: inout HTMLPage) {
    let others = Array(Set(answer.matches.flatMap { $0.otherScores.keys })).sorted()
    page.table(
      ["Match", "InChIKey", "CAS", "Score"] + others,
      answer.matches.prefix(5).map { match in
        [
          ([match.name] + match.synonyms.prefix(3)).joined(separator: ", "), match.inchiKey ?? "",
          match.cas ?? "", ReportText.fixed(match.score, 1),
        ] + others.map { match.otherScores[$0].map { ReportText.fixed($0, 1) } ?? "" }
      })
  }

  private static func steps(_ steps: [ProcessingStep], _ page: inout HTMLPage) {
    guard !steps.isEmpty else { return }
    page.headline("What was computed", level: 3)
    page.table(
      ["Step", "", "How"],
      steps.map { step in
        let numbers = step.numbers.sorted { $0.key < $1.key }
          .map { "\($0.key) = \(ReportText.full($0.value))" }.joined(separator: ", ")
        return [
          step.name, step.state.rawValue, step.detail + (numbers.isEmpty ? "" : " (\(numbers))"),
        ]
      })
  }

  // MARK: - Where it comes from

  private static func origin(_ result: SequenceResult, _ page: inout HTMLPage) {
    page.headline("Where the numbers come from", level: 2)
    page.paragraph("Computed by \(result.computedBy).")
    var rows = [["method \(result.method.name) \(result.method.version)", result.method.sha256]]
    rows += result.libraries.map { ["library \($0.name) \($0.version)", $0.sha256] }
    rows += result.runs.map { ["raw record of \($0.facts.run)", $0.facts.rawSHA256] }
    page.table(["What", "SHA-256"], rows)
  }
}
