internal import Instruments
public import Laboratory

/// The table of a run whose instrument says what it measures: one row a point, one column a signal.
///
/// Names are published: add, never rename.
struct SeriesTable {
  var names: [String] = []
  var values: [[Double]] = []

  /// Throws where the traces have not all the same points, or one value is no number.
  init(_ traces: [Trace]) throws(FormatError) {
    guard let first = traces.first, !first.values.isEmpty else {
      throw FormatError(.csv, .shape, "no trace with a point")
    }
    names = ["scan", "time_s"]
    values = [first.scans.map(Double.init), first.times]
    for trace in traces {
      guard trace.scans == first.scans, trace.times == first.times,
        trace.values.count == first.values.count, trace.flags.count == first.values.count
      else { throw FormatError(.csv, .shape, "\(trace.name) has other points than \(first.name)") }
      guard (trace.values + trace.times).allSatisfy(\.isFinite) else {
        throw FormatError(.csv, .notFinite, "a value of the trace \(trace.name)")
      }
      names.append(Self.column(trace))
      values.append(trace.values)
    }
    names.append("after_gap")
    values.append(first.flags.map { $0.contains(.afterGap) ? 1 : 0 })
  }

  /// `fid_pA`; what is neither letter nor digit in a name or unit of an instrument is `_`.
  private static func column(_ trace: Trace) -> String {
    let unit = trace.unit == .one ? "" : "_\(trace.unit.symbol)"
    return String((trace.name + unit).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}

extension RunFacts.Subject {
  /// What is to be known of the signals of an instrument that says what it measures.
  init(series traces: [Trace], steps: [ProcessingStep]) {
    self.init(
      scansAveraged: nil,
      about: [
        (name: "traces", value: traces.map(\.name).joined(separator: " ")),
        (name: "times", value: "seconds since the start, by the instrument's own clock"),
      ], steps: steps)
  }
}

extension CSVWriter {
  /// The signals of a run side by side, one row a point.
  public static func series(
    _ traces: [Trace], steps: [ProcessingStep], record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    let content = try SeriesTable(traces)
    return table(
      "traces 1",
      RunFacts(.init(series: traces, steps: steps), record, journalSHA256: journalSHA256),
      content.names, content.values)
  }
}

extension FormatCheck {
  /// Reads a table of signals back; throws where it differs from them or from the run.
  public static func verify(
    csv bytes: [UInt8], againstSeries traces: [Trace], steps: [ProcessingStep], record: RunRecord,
    journalSHA256: String
  ) throws(FormatError) {
    let wanted = try SeriesTable(traces)
    let document = try CSVReader.read(bytes, limit: .max)
    guard document.columns == wanted.names, document.values.count == wanted.values.count else {
      throw FormatError(.csv, .mismatch, "the columns are \(document.columns)")
    }
    for (index, name) in wanted.names.enumerated() {
      let (found, meant) = (document.values[index], wanted.values[index])
      guard found.count == meant.count else {
        throw FormatError(.csv, .mismatch, "\(name) has \(found.count) cells, not \(meant.count)")
      }
      for row in meant.indices where found[row]?.bitPattern != meant[row].bitPattern {
        throw FormatError(.csv, .mismatch, "\(name) of row \(row) is another number")
      }
    }
    let facts = RunFacts(
      .init(series: traces, steps: steps), record, journalSHA256: journalSHA256)
    for (name, value) in facts.facts { try same(.csv, name, document.fact(name), value) }
  }
}
