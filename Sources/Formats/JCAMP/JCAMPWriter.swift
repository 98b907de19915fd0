internal import Instruments
public import Laboratory

/// Writes spectra as JCAMP-DX 5.01.
///
/// Which field of a run goes where: article "Fields of the files". Nothing of the moment of
/// writing enters: the same spectrum and record give the same bytes.
public enum JCAMPWriter {
  /// A spectrum as XYPOINTS, one pair a line, each number the shortest that reads back its bits.
  ///
  /// Refused: fewer than two points, an axis that does not rise or fall strictly, NaN, infinity.
  public static func xyPoints(
    spectrum: Spectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .jcamp)
    let facts = RunFacts(spectrum, record, journalSHA256: journalSHA256)
    let isRaman = spectrum.axis.kind == .ramanShift
    let form = Form(
      version: "5.01", type: isRaman ? "RAMAN SPECTRUM" : "UV/VIS SPECTRUM", table: "XYPOINTS",
      xUnit: xUnit(spectrum.axis.kind),
      yUnit: spectrum.unit == .counts ? "COUNTS" : "ARBITRARY UNITS")
    return file(
      form, facts, spectrum.steps, record, journalSHA256, spectrum.axis.values,
      spectrum.intensity)
  }

  /// What differs between the kinds of spectra.
  struct Form {
    var version: String
    var type: String
    /// The class of the data, and the label of their table.
    var table: String
    var xUnit: String
    var yUnit: String
  }

  /// The whole file.
  static func file(
    _ form: Form, _ facts: RunFacts, _ steps: [ProcessingStep], _ record: RunRecord,
    _ journalSHA256: String, _ x: [Double], _ y: [Double]
  ) -> [UInt8] {
    var text = JCAMPText()
    writeHead(form, steps, record, journalSHA256, into: &text)
    writePrivate(facts, record, into: &text)
    writeTable(form, x, y, into: &text)
    var checksum = Checksum()
    checksum.add(text.bytes)
    text.line("##$\(JCAMPDocument.checksumLabel)= \(checksum.text)")
    text.line("##END=")
    return text.bytes
  }

  private static func writeHead(
    _ form: Form, _ steps: [ProcessingStep], _ record: RunRecord, _ journalSHA256: String,
    into text: inout JCAMPText
  ) {
    let instrument = record.instrument
    let device = "\(instrument.maker) \(instrument.name), serial number \(instrument.serialNumber)"
    let marks = RunFacts.marks(record)
    let prefix = marks.isEmpty ? "" : marks.joined(separator: ", ") + ": "
    text.record("TITLE", "\(prefix)\(record.sample.id), \(record.kind.rawValue)")
    text.line("##JCAMP-DX= \(form.version)")
    text.line("##DATA TYPE= \(form.type)")
    text.line("##DATA CLASS= \(form.table)")
    text.record("ORIGIN", "\(record.software), \(device)")
    let owner = record.laboratory.isEmpty ? record.person : record.laboratory
    text.record("OWNER", owner.isEmpty ? "unknown" : owner)
    text.line("##LONGDATE= \(longDate(record.started))")
    text.record("SPECTROMETER/DATA SYSTEM", "\(device); \(record.software)")
    text.lines(
      "INSTRUMENT PARAMETERS",
      record.settings.values.sorted { $0.key < $1.key }
        .map { "\($0.key)=\(DecimalText.shortest($0.value))" })
    text.lines(
      "SAMPLE DESCRIPTION",
      ["sample \(record.sample.id)"]
        + (record.sample.position.map { ["position \($0)"] } ?? [])
        + (record.sample.remark.map { [$0] } ?? []))
    text.lines("DATA PROCESSING", steps.map(RunFacts.line))
    text.lines("AUDIT TRAIL", auditTrail(record))
    text.record("SOURCE REFERENCE", "run \(record.run.text), raw journal SHA-256 \(journalSHA256)")
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
    if record.emulated { lines.append("EMULATED: no real instrument was measured with") }
    if !record.complete { lines.append("INCOMPLETE: not all that was asked for was taken") }
    if let computedBy = record.computedBy { lines.append("computed by \(computedBy)") }
    lines += record.warnings.map { "warning: \($0)" }
    if let failure = record.failure { lines.append("failure \(failure.code): \(failure.what)") }
    return lines
  }

  private static func writePrivate(
    _ facts: RunFacts, _ record: RunRecord, into text: inout JCAMPText
  ) {
    if let laser = record.settings["laser_nm"], laser != 0 {
      text.line("##$LASER WAVELENGTH NM= \(DecimalText.shortest(laser))")
    }
    for (name, value) in facts.facts {
      text.exact(JCAMPDocument.label(ofFact: name), value)
    }
  }

  private static func xUnit(_ kind: Axis.Kind) -> String {
    switch kind {
    case .ramanShift, .wavenumber: "1/CM"
    case .wavelength: "NANOMETERS"
    case .channel: "ARBITRARY UNITS"
    case .massToCharge: "M/Z"
    }
  }

  private static func writeTable(
    _ form: Form, _ x: [Double], _ y: [Double], into text: inout JCAMPText
  ) {
    text.line("##XUNITS= \(form.xUnit)")
    text.line("##YUNITS= \(form.yUnit)")
    text.line("##XFACTOR= 1")
    text.line("##YFACTOR= 1")
    let bounds = [
      ("FIRSTX", x.first), ("LASTX", x.last), ("FIRSTY", y.first), ("MAXX", x.max()),
      ("MINX", x.min()), ("MAXY", y.max()), ("MINY", y.min()),
    ]
    for (label, value) in bounds {
      if let value { text.line("##\(label)= \(DecimalText.shortest(value))") }
    }
    text.line("##NPOINTS= \(x.count)")
    text.line("##\(form.table)= (XY..XY)")
    for (x, y) in zip(x, y) {
      text.line("\(DecimalText.shortest(x)), \(DecimalText.shortest(y))")
    }
  }

  /// `2026/11/20 10:15:00+0000`.
  private static func longDate(_ time: Timestamp) -> String {
    let iso = time.iso8601
    return iso.prefix(10).replacing("-", with: "/") + " " + iso.dropFirst(11).prefix(8) + "+0000"
  }
}
