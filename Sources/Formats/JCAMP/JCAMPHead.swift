internal import Instruments
internal import Laboratory
internal import Methods

/// The records of a file before its table: those of the standard for people, and our exact ones.
struct JCAMPHead {
  var title: String
  var origin: String
  var owner: String
  var started: Timestamp?
  var device: String
  var parameters: [String]
  var sample: [String]
  var processing: [String]
  var audit: [String]
  var source: String
  /// Records of the standard that a file had which this one is made from.
  var kept: [(label: String, value: String)] = []
  var laser: Double?
  /// Labels without `$`, and values that must read back as they are.
  var exact: [(label: String, value: String)]

  /// The head of a run.
  init(
    _ facts: RunFacts, _ steps: [ProcessingStep], _ record: RunRecord, _ journalSHA256: String
  ) {
    let instrument = record.instrument
    let marks = RunFacts.marks(record)
    let prefix = marks.isEmpty ? "" : marks.joined(separator: ", ") + ": "
    title = "\(prefix)\(record.sample.id), \(record.kind.rawValue)"
    let box = "\(instrument.maker) \(instrument.name), serial number \(instrument.serialNumber)"
    origin = "\(record.software), \(box)"
    device = "\(box); \(record.software)"
    owner = record.laboratory.isEmpty ? record.person : record.laboratory
    started = record.started
    parameters = Self.lines(record.settings.values)
    sample =
      ["sample \(record.sample.id)"]
      + (record.sample.position.map { ["position \($0)"] } ?? [])
      + (record.sample.remark.map { [$0] } ?? [])
    processing = steps.map(RunFacts.line)
    audit = Self.auditTrail(record)
    source = "run \(record.run.text), raw journal SHA-256 \(journalSHA256)"
    laser = record.settings["laser_nm"]
    exact = facts.facts.map { (JCAMPDocument.label(ofFact: $0.name), $0.value) }
  }

  /// The head of a content.
  init(_ content: ExportContent) {
    let head = content.head
    title = head.title
    let names = [head.maker, head.instrument].filter { !$0.isEmpty }.joined(separator: " ")
    var box = names.isEmpty ? "instrument unknown" : names
    if !head.model.isEmpty, head.model != head.instrument { box += ", model \(head.model)" }
    if !head.serialNumber.isEmpty { box += ", serial number \(head.serialNumber)" }
    if !head.firmware.isEmpty { box += ", firmware \(head.firmware)" }
    origin = "\(head.software), \(box)"
    device = "\(box); \(head.software)"
    owner = head.laboratory.isEmpty ? head.person : head.laboratory
    started = head.started
    parameters = Self.lines(head.settings)
    sample =
      (head.sample.isEmpty ? [] : ["sample \(head.sample)"])
      + head.names.filter { $0 != head.sample }.map { "also \($0)" }
      + (head.remark.isEmpty ? [] : [head.remark])
    processing = head.steps.map(RunFacts.line)
    audit = Self.auditTrail(head)
    source = head.provenance
    let laserText = head.facts.first { $0.name == "setting_laser_nm" }?.value
    laser = head.settings["laser_nm"] ?? laserText.flatMap { DecimalText.number($0) }
    let facts = Dictionary(
      head.facts.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    kept = Self.standard.compactMap { name, label in
      facts[name].flatMap { $0.isEmpty ? nil : (label, $0) }
    }
    exact = JCAMPFacts.records(content.exactFacts)
  }

  /// What a JCAMP-DX file says by records of the standard, as our reader names it, and the label.
  private static let standard: [(name: String, label: String)] = [
    ("casregistryno", "CAS REGISTRY NO"), ("casname", "CAS NAME"), ("molform", "MOLFORM"),
    ("names", "NAMES"), ("mw", "MW"), ("state", "STATE"), ("pathlength", "PATHLENGTH"),
    ("samplingprocedure", "SAMPLING PROCEDURE"), ("resolution", "RESOLUTION"),
  ]

  /// Writes all of it behind the lines of the form.
  func write(_ form: JCAMPWriter.Form, into text: inout JCAMPText) {
    text.record("TITLE", title)
    text.line("##JCAMP-DX= \(form.version)")
    text.line("##DATA TYPE= \(form.type)")
    text.line("##DATA CLASS= \(form.table)")
    text.record("ORIGIN", origin)
    text.record("OWNER", owner.isEmpty ? "unknown" : owner)
    if let started { text.line("##LONGDATE= \(Self.longDate(started))") }
    text.record("SPECTROMETER/DATA SYSTEM", device)
    text.lines("INSTRUMENT PARAMETERS", parameters)
    text.lines("SAMPLE DESCRIPTION", sample)
    text.lines("DATA PROCESSING", processing)
    text.lines("AUDIT TRAIL", audit)
    text.record("SOURCE REFERENCE", source)
    for (label, value) in kept { text.record(label, value) }
    if let laser, laser != 0, laser.isFinite {
      text.line("##$LASER WAVELENGTH NM= \(DecimalText.shortest(laser))")
    }
    for (label, value) in exact { text.exact(label, value) }
  }

  private static func lines(_ settings: [String: Double]) -> [String] {
    settings.sorted { $0.key < $1.key }.map { "\($0.key)=\(DecimalText.shortest($0.value))" }
  }

  private static func auditTrail(_ record: RunRecord) -> [String] {
    var lines = [
      "acquired by \(record.software), started \(record.started.iso8601),"
        + " ended \(record.ended?.iso8601 ?? "not yet") (\(record.endedBy.rawValue)),"
        + " asked for by \(record.person.isEmpty ? "unknown" : record.person)",
      "frames: \(record.counts.scans) whole, \(record.counts.refused) refused,"
        + " \(record.counts.partial) partial, \(record.counts.stale) stale,"
        + " \(record.counts.lost) lost",
    ]
    if record.emulated { lines.append(emulated) }
    if !record.complete { lines.append(incomplete) }
    if let computedBy = record.computedBy { lines.append("computed by \(computedBy)") }
    lines += record.warnings.map { "warning: \($0)" }
    if let failure = record.failure { lines.append("failure \(failure.code): \(failure.what)") }
    return lines
  }

  private static func auditTrail(_ head: ExportHead) -> [String] {
    var lines = [
      "measured: started \(head.started?.iso8601 ?? "unknown"),"
        + " ended \(head.ended?.iso8601 ?? "unknown"),"
        + " by \(head.person.isEmpty ? "unknown" : head.person)",
      "written by \(head.software) from \(head.provenance)",
    ]
    if let method = head.method { lines.append("method \(method.name) \(method.version)") }
    if head.isEmulated { lines.append(emulated) }
    if !head.isComplete { lines.append(incomplete) }
    return lines + head.warnings.map { "warning: \($0)" }
  }

  private static let emulated = "EMULATED: no real instrument was measured with"
  private static let incomplete = "INCOMPLETE: not all that was asked for was taken"

  /// `2026/11/20 10:15:00+0000`.
  private static func longDate(_ time: Timestamp) -> String {
    let iso = time.iso8601
    return iso.prefix(10).replacing("-", with: "/") + " " + iso.dropFirst(11).prefix(8) + "+0000"
  }
}
