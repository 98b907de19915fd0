public import Methods
internal import Instruments
public import Laboratory

/// The answers of a sequence and its peaks as CSV, all digits, RFC 4180.
public enum SequenceTables {
  /// The columns of the answers; new ones are added at the end only.
  public static let answerColumns = [
    "run", "sample", "kind", "level", "dilution", "analyte", "keyword", "state", "value", "unit",
    "uncertainty", "coverage_factor", "deviation_percent", "passes", "held", "reason", "flags",
    "complete", "emulated", "method", "method_version", "method_sha256", "raw_sha256",
    "lower", "upper",
  ]

  /// One row an answer of a run.
  public static func answers(_ result: SequenceResult) -> [UInt8] {
    var text = answerColumns.joined(separator: ",") + "\r\n"
    for run in result.runs {
      for answer in run.answers {
        let cells: [String] = [
          run.facts.run, run.facts.sample.id, run.facts.kind.rawValue,
          number(run.facts.sample.level), number(run.facts.sample.dilution), answer.analyte,
          answer.keyword, answer.state.rawValue, number(answer.value), answer.unit,
          number(answer.uncertainty), number(answer.coverageFactor), number(answer.deviation),
          answer.passes.map { "\($0)" } ?? "", "\(!run.holds.isEmpty)", answer.reason,
          (answer.flags + run.holds).joined(separator: "; "), "\(run.facts.complete)",
          "\(result.isEmulated(run))", result.method.name, result.method.version,
          result.method.sha256, run.facts.rawSHA256, number(answer.lower), number(answer.upper),
        ]
        text += cells.map(cell).joined(separator: ",") + "\r\n"
      }
    }
    return Array(text.utf8)
  }

  /// The columns of the peaks.
  public static let peakColumns = [
    "run", "sample", "signal", "peak", "code", "retention_s", "start_s", "end_s", "area", "height",
    "width_half_s", "plates", "tailing", "asymmetry", "resolution", "signal_to_noise",
    "retention_index", "baseline", "flags", "area_percent",
  ]

  /// One row a peak; `baseline` has `time level` pairs, so that the area can be computed again.
  public static func peaks(_ runs: [(facts: EvaluatedRun, evaluation: RunEvaluation)]) -> [UInt8] {
    var text = peakColumns.joined(separator: ",") + "\r\n"
    func add(
      _ facts: EvaluatedRun, _ signal: String, _ index: Int, _ peak: ChromatographicPeak,
      of total: Double?
    ) {
      let baseline = peak.baseline
        .map { "\(DecimalText.shortest($0.time)) \(DecimalText.shortest($0.level))" }
        .joined(separator: "; ")
      let cells = [
        facts.run, facts.sample.id, signal, "\(index)", peak.code, number(peak.retentionTime),
        number(peak.start), number(peak.end), number(peak.area), number(peak.height),
        number(peak.widthAtHalf), number(peak.plates), number(peak.tailing),
        number(peak.asymmetry), number(peak.resolution), number(peak.signalToNoise),
        number(peak.retentionIndex), baseline, peak.flags.joined(separator: "; "),
        number(total.flatMap { $0 > 0 ? 100 * peak.area / $0 : nil }),
      ]
      text += cells.map(cell).joined(separator: ",") + "\r\n"
    }
    for (facts, evaluation) in runs {
      for (signal, peaks) in evaluation.peaks.sorted(by: { $0.key < $1.key }) {
        var total = 0.0
        for peak in peaks { total += peak.area }
        for (index, peak) in peaks.enumerated() { add(facts, signal, index + 1, peak, of: total) }
      }
      for reading in evaluation.readings {
        if let peak = reading.peak { add(facts, "analyte \(reading.name)", 1, peak, of: nil) }
      }
    }
    return Array(text.utf8)
  }

  /// A spectrum after a method's last step: axis, value, and whether it was saturated; a value that is
  /// none is an empty cell.
  public static func spectrum(_ spectrum: MeasuredSpectrum) -> [UInt8] {
    let saturated = Set(spectrum.saturated)
    var text = "\(spectrum.axis.kind.rawValue)_\(spectrum.axis.unit.symbol),"
    text += "\(spectrum.ordinate.rawValue),saturated\r\n"
    for (index, place) in spectrum.axis.values.enumerated() {
      text += "\(number(place)),\(number(spectrum.values[index])),\(saturated.contains(index))\r\n"
    }
    return Array(text.utf8)
  }

  private static func number(_ value: Double?) -> String {
    value.map { $0.isFinite ? DecimalText.shortest($0) : "" } ?? ""
  }

  /// A cell that no spreadsheet takes for a formula, without control characters.
  private static func cell(_ text: String) -> String {
    var shown = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
        }))
    let isNumber = DecimalText.number(shown) != nil
    if !isNumber, let first = shown.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) {
      shown = "'" + shown
    }
    guard shown.contains(where: { $0 == "," || $0 == "\"" }) else { return shown }
    return "\"" + shown.replacing("\"", with: "\"\"") + "\""
  }
}
