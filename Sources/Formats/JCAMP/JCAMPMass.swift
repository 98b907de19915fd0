internal import Instruments
public import Laboratory

extension JCAMPWriter {
  /// A mass spectrum as JCAMP-DX 5.00, by rising mass, one pair a line.
  ///
  /// A profile is a `CONTINUOUS MASS SPECTRUM` of the class XYPOINTS; sticks and selected masses
  /// are a `MASS SPECTRUM` of the class PEAK TABLE. Ordinates are ion currents in amperes.
  /// Refused: no point, masses of a scan that do not rise strictly, NaN, infinity.
  public static func mass(
    spectrum: MassSpectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .jcamp)
    let points = spectrum.byMass
    let facts = RunFacts(RunFacts.Subject(spectrum), record, journalSHA256: journalSHA256)
    return file(
      massForm(spectrum.kind), facts, spectrum.steps, record, journalSHA256, points.masses,
      points.currents)
  }

  static func massForm(_ kind: MassScanLayout.Kind) -> Form {
    let isProfile = kind == .profile
    return Form(
      version: "5.00", type: isProfile ? "CONTINUOUS MASS SPECTRUM" : "MASS SPECTRUM",
      table: isProfile ? "XYPOINTS" : "PEAK TABLE", xUnit: "M/Z", yUnit: "AMPERE")
  }
}
