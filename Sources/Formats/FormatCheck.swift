internal import Instruments
public import Laboratory

/// Compares files read back with what was to be written, before anything is published.
///
/// Every number must have the same bits; every fact of the run must read back the same text.
public enum FormatCheck {
  /// Reads a JCAMP-DX file back; throws where it differs from the spectrum or the run.
  public static func verify(
    jcamp bytes: [UInt8], against spectrum: Spectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) {
    let document = try JCAMPReader.read(bytes)
    try same(.jcamp, "x", document.x, spectrum.axis.values)
    try same(.jcamp, "y", document.y, spectrum.intensity)
    for (name, value) in RunFacts(spectrum, record, journalSHA256: journalSHA256).facts {
      try same(.jcamp, name, document.fact(name), value)
    }
    // The marks must be seen where people look first.
    let title = document.text("TITLE") ?? ""
    for mark in RunFacts.marks(record) where !title.contains(mark) {
      throw FormatError(.jcamp, .mismatch, "the title does not say \(mark)")
    }
    let isRaman = spectrum.axis.kind == .ramanShift
    let type = isRaman ? "RAMAN SPECTRUM" : "UV/VIS SPECTRUM"
    try same(.jcamp, "DATA TYPE", document.text("DATA TYPE"), type)
  }

  /// Reads a CSV file back; throws where it differs from the spectrum or the run.
  public static func verify(
    csv bytes: [UInt8], against spectrum: Spectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) {
    let document = try CSVReader.read(bytes)
    let columns = CSVColumns(spectrum)
    guard document.columns == columns.names else {
      throw FormatError(.csv, .mismatch, "the columns are \(document.columns)")
    }
    for (index, name) in columns.names.enumerated() {
      let whole = document.values[index].compactMap { $0 }
      guard whole.count == document.values[index].count else {
        throw FormatError(.csv, .mismatch, "empty cells in \(name)")
      }
      try same(.csv, name, whole, columns.values[index])
    }
    for (name, value) in RunFacts(spectrum, record, journalSHA256: journalSHA256).facts {
      try same(.csv, name, document.fact(name), value)
    }
  }

  static func same(
    _ format: FormatError.Format, _ name: String, _ found: [Double], _ wanted: [Double]
  ) throws(FormatError) {
    guard found.count == wanted.count else {
      throw FormatError(
        format, .mismatch, "\(name) has \(found.count) values and not \(wanted.count)")
    }
    for (index, (a, b)) in zip(found, wanted).enumerated() where a.bitPattern != b.bitPattern {
      throw FormatError(format, .mismatch, "\(name) of channel \(index) is \(a) and not \(b)")
    }
  }

  static func same(
    _ format: FormatError.Format, _ name: String, _ found: String?, _ wanted: String
  ) throws(FormatError) {
    // Scalar by scalar: a string that only looks the same (composed otherwise) is another one.
    guard let found, found.unicodeScalars.elementsEqual(wanted.unicodeScalars) else {
      throw FormatError(
        format, .mismatch,
        "\(name) is \(found?.prefix(80) ?? "missing") and not \(wanted.prefix(80))"
      )
    }
  }
}
