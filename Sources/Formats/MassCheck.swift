internal import Instruments
public import Laboratory

extension FormatCheck {
  /// Reads a JCAMP-DX file back; throws where it differs from the mass spectrum or the run.
  public static func verify(
    jcamp bytes: [UInt8], against spectrum: MassSpectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) {
    let document = try JCAMPReader.read(bytes)
    let points = spectrum.byMass
    try same(.jcamp, "x", document.x, points.masses)
    try same(.jcamp, "y", document.y, points.currents)
    let facts = RunFacts(RunFacts.Subject(spectrum), record, journalSHA256: journalSHA256)
    for (name, value) in facts.facts { try same(.jcamp, name, document.fact(name), value) }
    // The marks must be seen where people look first.
    let title = document.text("TITLE") ?? ""
    for mark in RunFacts.marks(record) where !title.contains(mark) {
      throw FormatError(.jcamp, .mismatch, "the title does not say \(mark)")
    }
    let form = JCAMPWriter.massForm(spectrum.kind)
    for (label, value) in [
      ("DATA TYPE", form.type), ("DATA CLASS", form.table), ("XUNITS", form.xUnit),
      ("YUNITS", form.yUnit),
    ] {
      try same(.jcamp, label, document.text(label), value)
    }
  }

  /// Reads a table of points back; throws where it differs from the mass spectrum or the run.
  public static func verify(
    csv bytes: [UInt8], against spectrum: MassSpectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) {
    try verify(
      bytes, MassTable(spectrum),
      RunFacts(RunFacts.Subject(spectrum), record, journalSHA256: journalSHA256))
  }

  /// Reads a table of pressures back; throws where it differs from those of the spectra.
  public static func verify(
    csv bytes: [UInt8], againstPressuresOf spectra: [MassSpectrum], record: RunRecord,
    journalSHA256: String
  ) throws(FormatError) {
    try verify(
      bytes, MassTable(pressuresOf: spectra),
      RunFacts(.init(pressuresOf: spectra), record, journalSHA256: journalSHA256))
  }

  /// Reads a table of traces back; throws where it differs from the traces or the run.
  public static func verify(
    csv bytes: [UInt8], against traces: [Trace], record: RunRecord, journalSHA256: String
  ) throws(FormatError) {
    try verify(
      bytes, try MassTable(traces),
      RunFacts(.init(traces), record, journalSHA256: journalSHA256))
  }

  private static func verify(
    _ bytes: [UInt8], _ wanted: MassTable, _ facts: RunFacts
  ) throws(FormatError) {
    // Our own bytes of a moment ago: as long as the run was, and not as a stranger says.
    let document = try CSVReader.read(bytes, limit: .max)
    guard document.columns == wanted.names else {
      throw FormatError(.csv, .mismatch, "the columns are \(document.columns)")
    }
    for (index, name) in wanted.names.enumerated() {
      let (found, meant) = (document.values[index], wanted.values[index])
      guard found.count == meant.count else {
        throw FormatError(
          .csv, .mismatch, "\(name) has \(found.count) cells and not \(meant.count)")
      }
      for row in found.indices where found[row]?.bitPattern != meant[row]?.bitPattern {
        throw FormatError(
          .csv, .mismatch,
          "\(name) of row \(row) is \(found[row]?.description ?? "empty") and not "
            + (meant[row]?.description ?? "empty"))
      }
    }
    for (name, value) in facts.facts { try same(.csv, name, document.fact(name), value) }
  }
}
