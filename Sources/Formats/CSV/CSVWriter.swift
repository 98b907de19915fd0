internal import Instruments
public import Laboratory

/// Writes spectra as comma-separated tables.
///
/// UTF-8 without mark, lines ended by `\n`, point as decimal mark. First lines `# name: value`, one
/// fact each, then the header row with the unit in each name, then one row a channel. A line with
/// `#` never holds a comma, semicolon, tab or quote (they are written `\u{2c}` and so on), so that
/// it is one cell in every spreadsheet and no text of a person is ever taken for a formula.
public enum CSVWriter {
  /// A spectrum, one row a channel; what is not known has no column.
  ///
  /// Numbers are the shortest that read back their bits.
  public static func spectrum(
    spectrum: Spectrum, record: RunRecord, journalSHA256: String
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .csv)
    let columns = CSVColumns(spectrum)
    return table(
      "spectrum 1", RunFacts(spectrum, record, journalSHA256: journalSHA256), columns.names,
      columns.values)
  }

  /// A table under its facts; a cell without a number is empty.
  static func table(
    _ title: String, _ facts: RunFacts, _ names: [String], _ values: [[Double?]]
  ) -> [UInt8] {
    var head = "# gauger: \(title)\n"
    for (name, value) in facts.facts {
      head += "# \(EscapedText.encode(name, isPlain: isPlain)): "
      head += "\(EscapedText.encode(value, isPlain: isPlain))\n"
    }
    var rows = names.joined(separator: ",") + "\n"
    for row in 0..<(values.first?.count ?? 0) {
      for (column, cells) in values.enumerated() {
        if column > 0 { rows += "," }
        if let number = cells[row] { rows += DecimalText.shortest(number) }
      }
      rows += "\n"
    }
    var checksum = Checksum()
    checksum.add(head.utf8)
    checksum.add(rows.utf8)
    return Array((head + "# \(CSVDocument.checksumName): \(checksum.text)\n" + rows).utf8)
  }

  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
    default: !",;\"".unicodeScalars.contains(scalar)
    }
  }
}

/// The columns of a spectrum, in order.
///
/// Names are published: add, never rename.
struct CSVColumns {
  var names: [String] = []
  var values: [[Double]] = []

  init(_ spectrum: Spectrum) {
    let count = spectrum.intensity.count
    add("channel", (0..<count).map(Double.init))
    add("wavelength_nm", spectrum.wavelengths)
    if spectrum.axis.kind == .ramanShift { add("raman_shift_per_cm", spectrum.axis.values) }
    add("intensity_\(spectrum.unit.symbol)", spectrum.intensity)
    add("raw_counts", spectrum.raw)
    add("dark_counts", spectrum.dark)
    var saturated = Array(repeating: 0.0, count: count)
    for channel in spectrum.saturated { saturated[channel] = 1 }
    add("saturated", saturated)
  }

  private mutating func add(_ name: String, _ column: [Double]?) {
    guard let column else { return }
    names.append(name)
    values.append(column)
  }
}
