internal import Foundation
internal import Laboratory
internal import Methods
internal import Processing

/// Evaluations as a person reads them in a terminal.
enum EvaluationPage {
  /// The answers of a sequence as a table, with what holds them.
  static func answers(_ result: SequenceResult) {
    var rows: [[String]] = []
    for run in result.runs {
      for answer in run.answers {
        rows.append([
          Output.plain(run.facts.sample.id), run.facts.kind.rawValue, answer.analyte,
          value(answer), uncertainty(answer), verdict(answer, run),
        ])
      }
      for reading in run.evaluation.unknowns { rows.append(unknown(reading, run)) }
      if let identity = run.evaluation.identity {
        rows.append([
          Output.plain(run.facts.sample.id), run.facts.kind.rawValue, "identity",
          words(identity), "", run.holds.isEmpty ? "" : "held",
        ])
      }
      for gas in run.evaluation.gases {
        rows.append([
          Output.plain(run.facts.sample.id), run.facts.kind.rawValue, gas.keyword,
          gas.value.map { String(format: "%.4g", $0) } ?? "not known", "",
          gas.passes.map { $0 ? "passes" : "FAILS" } ?? "",
        ])
      }
    }
    if !rows.isEmpty {
      print(
        Table.text(["sample", "kind", "analyte", "answer", "uncertainty", "verdict"], rows))
    }
    for curve in result.curves { self.curve(curve) }
    for warning in result.warnings { Output.note(warning) }
    for run in result.runs {
      for warning in run.evaluation.warnings {
        Output.note("\(Output.plain(run.facts.sample.id)): \(warning)")
      }
      for hold in run.holds where run.facts.kind == .sample {
        Output.note("\(Output.plain(run.facts.sample.id)) is held: \(hold)")
      }
    }
  }

  /// The peaks of a run as tables.
  static func peaks(_ evaluation: RunEvaluation) {
    for (signal, peaks) in evaluation.peaks.sorted(by: { $0.key < $1.key }) where !peaks.isEmpty {
      print("\(signal): \(peaks.count) peaks")
      var total = 0.0
      for peak in peaks { total += peak.area }
      print(
        Table.text(
          ["no.", "code", "time_s", "area", "area_%", "height", "plates", "tailing", "resolution"],
          peaks.enumerated().map { index, peak in
            [
              "\(index + 1)", peak.code, String(format: "%.3f", peak.retentionTime),
              String(format: "%.7g", peak.area),
              total > 0 ? String(format: "%.3f", 100 * peak.area / total) : "",
              String(format: "%.6g", peak.height),
              peak.plates.map { String(format: "%.0f", $0) } ?? "",
              peak.tailing.map { String(format: "%.3f", $0) } ?? "",
              peak.resolution.map { String(format: "%.2f", $0) } ?? "",
            ]
          }))
    }
  }

  /// What is not as in the last version.
  static func changes(_ changes: [Change]) {
    guard !changes.isEmpty else { return }
    Output.error("\(changes.count) things are not as in the last version:")
    let shown = changes.prefix(40).map { [$0.subject, $0.old ?? "-", $0.new ?? "-"] }
    Output.error(Table.text(["what", "was", "is now"], shown))
    if changes.count > 40 { Output.error("and \(changes.count - 40) more; --json has all") }
  }

  private static func curve(_ entry: AnalyteCurve) {
    guard let curve = entry.curve else {
      Output.note("\(entry.analyte) has no calibration: \(entry.reason)")
      return
    }
    let coefficients = curve.coefficients.enumerated()
      .map { "b\($0.offset) \(String(format: "%.6g", $0.element))" }.joined(separator: ", ")
    let range = curve.working.map {
      "\(String(format: "%g", $0.lowest)) to \(String(format: "%g", $0.highest)) \(entry.unit)"
    }
    Output.error(
      "\(entry.analyte): \(curve.model), \(coefficients), r2 \(String(format: "%.6f", curve.rSquared)), "
        + "working range \(range ?? "none")")
  }

  private static func value(_ answer: AnalyteAnswer) -> String {
    switch answer.state {
    case .value: answer.value.map { "\(String(format: "%.4g", $0)) \(answer.unit)" } ?? ""
    case .present: "present"
    case .notDetected: "not detected"
    case .belowRange: answer.reason.isEmpty ? "below range" : answer.reason
    case .aboveRange: answer.reason.isEmpty ? "above range" : answer.reason
    case .notEvaluated: "not evaluated"
    }
  }

  private static func uncertainty(_ answer: AnalyteAnswer) -> String {
    answer.uncertainty.map { "+- \(String(format: "%.2g", $0))" } ?? ""
  }

  private static func verdict(_ answer: AnalyteAnswer, _ run: RunAnswers) -> String {
    let deviation = answer.deviation.map { String(format: " %+.1f %%", $0) } ?? ""
    if let passes = answer.passes { return (passes ? "passes" : "FAILS") + deviation }
    return (run.holds.isEmpty ? "" : "held") + deviation
  }

  private static func unknown(_ reading: AnalyteReading, _ run: RunAnswers) -> [String] {
    [
      Output.plain(run.facts.sample.id), run.facts.kind.rawValue,
      "\(reading.name) at \(String(format: "%.1f", reading.peak?.retentionTime ?? 0)) s",
      reading.identity.map(words) ?? "", "", "",
    ]
  }

  private static func words(_ answer: SearchAnswer) -> String {
    switch answer.verdict {
    case .match:
      answer.matches.first.map { "\($0.name) (\(String(format: "%.1f", $0.score)))" } ?? "match"
    case .undecided: "one of: " + answer.matches.prefix(4).map(\.name).joined(separator: ", ")
    case .noMatch: "no match in \(answer.library.name)"
    case .notComparable: "not comparable: \(answer.reason)"
    }
  }
}
