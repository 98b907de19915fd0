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
    JCAMPHead(facts, steps, record, journalSHA256).write(form, into: &text)
    writeTable(form, x, y, into: &text)
    var checksum = Checksum()
    checksum.add(text.bytes)
    text.line("##$\(JCAMPDocument.checksumLabel)= \(checksum.text)")
    text.line("##END=")
    return text.bytes
  }

  static func xUnit(_ kind: Axis.Kind) -> String {
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
    writeTableHead(form, x, y, factor: "1", into: &text)
    text.line("##\(form.table)= (XY..XY)")
    for (x, y) in zip(x, y) {
      text.line("\(DecimalText.shortest(x)), \(DecimalText.shortest(y))")
    }
  }

  /// Units, factors, ends and extremes.
  static func writeTableHead(
    _ form: Form, _ x: [Double], _ y: [Double], factor: String, into text: inout JCAMPText
  ) {
    text.line("##XUNITS= \(form.xUnit)")
    text.line("##YUNITS= \(form.yUnit)")
    text.line("##XFACTOR= 1")
    text.line("##YFACTOR= \(factor)")
    let bounds = [
      ("FIRSTX", x.first), ("LASTX", x.last), ("FIRSTY", y.first), ("MAXX", x.max()),
      ("MINX", x.min()), ("MAXY", y.max()), ("MINY", y.min()),
    ]
    for (label, value) in bounds {
      if let value { text.line("##\(label)= \(DecimalText.shortest(value))") }
    }
    text.line("##NPOINTS= \(x.count)")
  }
}
