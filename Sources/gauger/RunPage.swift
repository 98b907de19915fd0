internal import Foundation
internal import Instruments
internal import Laboratory

/// One run on one screen, for a person.
enum RunPage {
  /// The lines, names in front.
  static func lines(
    _ record: RunRecord, folder: String, results: [AnalyteResult] = []
  ) -> [String] {
    var rows: [(String, String)] = [
      ("run", record.run.text),
      ("sample", record.sample.id + (record.sample.position.map { ", position \($0)" } ?? "")),
      ("kind", record.kind.rawValue),
      ("operator", record.person),
      (
        "instrument",
        "\(record.instrument.maker) \(record.instrument.name), serial "
          + "\(record.instrument.serialNumber), at \(record.instrument.address)"
          + (record.emulated ? ", EMULATED" : "")
      ),
      ("started", "\(record.started.iso8601), zone of the site \(record.timeZone)"),
      ("ended", record.ended.map { "\($0.iso8601), \(ending(record.endedBy))" } ?? "not yet"),
      ("complete", record.complete ? "yes" : "NO"),
      (
        "kept",
        record.imported != nil
          ? "\(record.counts.scans) scans"
          : "\(RunReporter.kept(record.counts)), \(record.counts.lost) lost"
      ),
    ]
    if let source = record.imported {
      rows += imported(record, source)
    } else {
      rows.append(("instrument left", record.safe == .safe ? "safe" : "UNKNOWN"))
    }
    for (name, value) in record.settings.values.sorted(by: { $0.key < $1.key }) {
      rows.append(("setting", "\(name)=\(value.formatted)"))
    }
    for step in record.processing {
      rows.append(("computed", "\(step.state.rawValue) \(step.name): \(step.detail)"))
    }
    for result in results { rows += line(result).map { [("result", $0)] } ?? [] }
    rows.append(("folder", folder))
    for file in record.files { rows.append(("file", "\(file.name), \(file.size) bytes")) }
    for (name, state) in record.deliveries.sorted(by: { $0.key < $1.key }) {
      rows.append(("delivery", "\(name): \(state.rawValue)"))
    }
    for warning in record.warnings { rows.append(("note", warning)) }
    if let failure = record.failure {
      rows.append(("failed", "\(failure.what) \(failure.why) (\(failure.code))"))
    }
    return rows.map { name, value in
      name.padding(toLength: 16, withPad: " ", startingAt: 0) + Output.plain(value)
    }
  }

  /// Where an imported run comes from.
  private static func imported(
    _ record: RunRecord, _ source: ImportedSource
  ) -> [(String, String)] {
    var rows = [("source", "\(source.file), \(source.format), SHA-256 \(source.sha256)")]
    if let path = source.path { rows.append(("imported from", path)) }
    if let time = source.imported { rows.append(("imported at", time.iso8601)) }
    if let names = source.names, !names.isEmpty {
      rows.append(("named in it", names.joined(separator: ", ")))
    }
    for (key, value) in source.declared.sorted(by: { $0.key < $1.key }) {
      rows.append(("declared", "\(key)=\(value)"))
    }
    if record.isUnassigned {
      rows.append(("next", "gauger runs assign \(record.run) --sample ID"))
    }
    if let said = record.assigned {
      rows.append(("assigned", "by \(said.person) at \(said.time.iso8601)"))
    }
    return rows
  }

  /// A number with its unit; none for answers that only name a file.
  private static func line(_ result: AnalyteResult) -> String? {
    guard let value = result.value else { return nil }
    let flags = result.flags.isEmpty ? "" : " (\(result.flags.joined(separator: ", ")))"
    return "\(result.keyword): \(value.formatted) \(result.unit?.symbol ?? "")\(flags)"
  }

  private static func ending(_ end: RunEnd) -> String {
    switch end {
    case .open: "not ended"
    case .done: "all was taken"
    case .person: "stopped by a person"
    case .unplug: "the instrument was unplugged"
    case .fault: "the instrument or the link failed"
    case .space: "the disk could not keep more"
    case .killed: "the program was killed, or the power went"
    }
  }
}

extension Double {
  /// Without a fraction where there is none.
  var formatted: String {
    self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
  }
}
