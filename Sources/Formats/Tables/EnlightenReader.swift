internal import Instruments
internal import Laboratory

/// Reads the CSV of ENLIGHTEN (Wasatch Photonics): `name,value` lines, an empty one, then a table that
/// begins with Pixel.
///
/// Of the columns Processed, Raw, Dark and Reference are read, over Wavenumber (the Raman shift,
/// 1/cm) where it stands, else over Wavelength (nm). Source: observed in files of version 4.1.
enum EnlightenReader {
  static func read(_ bytes: [UInt8], zone: String) throws(FormatError) -> ReadSource {
    var lines = TableLines(bytes)
    var head = SpectrometerHead()
    var (names, place) = ([String](), 0)
    let style = CellStyle(separator: .comma, hasDecimalComma: false)
    while names.isEmpty, let (line, offset) = try lines.next() {
      if line.hasPrefix("Pixel,") {
        (names, place) = (style.cells(line), offset)
      } else {
        head.take(line, mark: ",")
      }
    }
    guard !names.isEmpty else {
      throw FormatError(.table, .truncated, at: bytes.count, "the row that begins with Pixel")
    }
    let shift = names.firstIndex(of: "Wavenumber")
    guard let first = shift ?? names.firstIndex(of: "Wavelength") else {
      throw FormatError(.table, .missing, at: place, "neither Wavenumber nor Wavelength")
    }
    let columns = names.indices.filter { meaning[names[$0]] != nil }
    guard !columns.isEmpty, Set(names).count == names.count else {
      throw FormatError(.table, .missing, at: place, "the column Processed or Raw")
    }
    var table = NumberTable(names: names)
    while let (line, offset) = try lines.next() {
      if line.trimmingBlanks().isEmpty { continue }
      try table.add(
        line, at: offset, number: lines.number, style, columns: Set([first] + columns))
    }
    var warnings = [lines.openEnd].compactMap { $0 }
    var spectra: [MeasuredSpectrum] = []
    for index in columns {
      var (x, y) = ([Double](), [Double]())
      for (row, cells) in table.rows.enumerated() {
        guard let value = cells[index] else { continue }
        guard let place = cells[first] else {
          throw FormatError(.table, .missing, at: table.offsets[row], "a row without abscissa")
        }
        x.append(place)
        y.append(value)
      }
      // Columns that were not measured are there and empty.
      if x.isEmpty { continue }
      try checkAxis(x, at: place)
      spectra.append(
        MeasuredSpectrum(
          name: meaning[names[index]] ?? names[index],
          axis: Axis(kind: shift == nil ? .wavelength : .ramanShift, values: x),
          ordinate: names[index] == "Processed" ? .intensity : .counts, values: y))
    }
    guard !spectra.isEmpty else {
      throw FormatError(.table, .missing, at: bytes.count, "there is no row of numbers")
    }
    var identity = SourceIdentity()
    identity.maker = "Wasatch Photonics"
    identity.model = head.text("Model")
    identity.serialNumber = head.text("Serial Number")
    identity.samples = [head.text("Label"), head.text("Note")].compactMap { $0 }
    if let text = head.text("Timestamp") {
      identity.began = ForeignMoment.iso(text).flatMap { ForeignMoment.timestamp($0, zone: zone) }
      warnings.append("the moment has no zone; \(zone.isEmpty ? "none" : zone) is taken")
    }
    return ReadSource(
      .enlighten, Measurement(spectra: spectra, facts: head.facts), identity: identity,
      warnings: warnings)
  }

  private static let meaning = [
    "Processed": "processed", "Raw": "sample", "Dark": "dark", "Reference": "reference",
  ]
}
