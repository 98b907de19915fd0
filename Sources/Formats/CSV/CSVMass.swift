public import Laboratory

extension CSVWriter {
  /// A mass spectrum, one row a point in the order of the scan.
  public static func mass(
    spectrum: MassSpectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .csv)
    let content = MassTable(spectrum)
    return table(
      "mass-spectrum 1",
      RunFacts(RunFacts.Subject(spectrum), record, journalSHA256: journalSHA256), content.names,
      content.values)
  }

  /// The pressures by mass of all spectra of a run, one row a mass and spectrum.
  ///
  /// Refused where there is none: nothing is known of them then, and an empty table would not say
  /// so.
  public static func partialPressures(
    spectra: [MassSpectrum], record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    for spectrum in spectra { try spectrum.checkWritable(as: .csv) }
    guard spectra.contains(where: { !$0.partialPressures.isEmpty }) else {
      throw FormatError(.csv, .shape, "no partial pressure")
    }
    let content = MassTable(pressuresOf: spectra)
    return table(
      "partial-pressures 1",
      RunFacts(.init(pressuresOf: spectra), record, journalSHA256: journalSHA256), content.names,
      content.values)
  }

  /// The traces of a run side by side, one row a scan; a cell without a value is empty.
  public static func traces(
    _ traces: [Trace], record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    let content = try MassTable(traces)
    guard !content.names.isEmpty else { throw FormatError(.csv, .shape, "no trace") }
    return table(
      "traces 1", RunFacts(.init(traces), record, journalSHA256: journalSHA256), content.names,
      content.values)
  }
}
