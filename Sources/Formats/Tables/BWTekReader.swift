internal import Instruments
internal import Laboratory

/// Reads the text export of B&W Tek's programs (BWSpec, BWRam): `;` between cells, decimal comma or
/// point, raw counts of every pixel.
///
/// The axis is computed of the coefficients in the head for all pixels, as the columns are rounded
/// to 0.01 and left blank where the program shows none; where they stand they must agree within
/// 0.02 nm. It is the Raman shift where the head names a laser, else the wavelength.
/// Source: observed in files of BWSpec 4.11 and BWRam 4.11.
enum BWTekReader {
  /// A 16-bit converter gives no more.
  static let fullScale = 65535.0

  static func read(_ bytes: [UInt8], zone: String) throws(FormatError) -> ReadSource {
    var lines = TableLines(bytes)
    var head = SpectrometerHead()
    var (header, place) = ([String](), 0)
    while header.isEmpty, let (line, offset) = try lines.next() {
      if line.hasPrefix("Pixel;") {
        header = line.split(separator: ";", omittingEmptySubsequences: false).map {
          $0.trimmingBlanks()
        }
        place = offset
      } else {
        head.take(line, mark: ";")
      }
    }
    guard !header.isEmpty else {
      throw FormatError(.table, .truncated, at: bytes.count, "the row that begins with Pixel")
    }
    let style = CellStyle(
      separator: .semicolon, hasDecimalComma: try hasDecimalComma(head, place))
    let columns = Self.columns(header)
    guard columns.contains(where: { $0.name == "sample" }) else {
      throw FormatError(.table, .missing, at: place, "the column Raw data #1")
    }
    var table = NumberTable(names: header)
    let wavelengths = header.firstIndex(of: "Wavelength")
    let wanted = Set([0] + columns.map(\.index) + (wavelengths.map { [$0] } ?? []))
    while let (line, offset) = try lines.next() {
      if line.trimmingBlanks().isEmpty { continue }
      try table.add(line, at: offset, number: lines.number, style, columns: wanted)
    }
    if let said = head.number("pixel_num"), said != Double(table.rows.count) {
      throw FormatError(
        .table, .inconsistent, at: bytes.count,
        "pixel_num is \(said), there are \(table.rows.count) rows")
    }
    let pixels = try whole(table, 0)
    let axis = try axis(head, pixels, table, wavelengths, place)
    try checkAxis(axis.values, at: place)
    var warnings = [lines.openEnd].compactMap { $0 }
    var spectra: [MeasuredSpectrum] = []
    for (name, index) in columns {
      let values = try whole(table, index)
      let isRaw = name.hasPrefix("sample")
      spectra.append(
        MeasuredSpectrum(
          name: name, axis: axis, ordinate: name.hasPrefix("processed") ? .intensity : .counts,
          values: values,
          saturated: isRaw ? values.indices.filter { values[$0] >= fullScale } : []))
    }
    var identity = SourceIdentity()
    identity.maker = "B&W Tek"
    identity.model = head.text("model")
    identity.person = head.text("operator")
    if let text = head.text("Date") {
      identity.began = ForeignMoment.iso(text).flatMap { ForeignMoment.timestamp($0, zone: zone) }
      warnings.append("the date has no zone; \(zone.isEmpty ? "none" : zone) is taken")
    }
    return ReadSource(
      .bwtek, Measurement(spectra: spectra, facts: head.facts), identity: identity,
      warnings: warnings)
  }

  private static func hasDecimalComma(
    _ head: SpectrometerHead, _ place: Int
  ) throws(FormatError) -> Bool {
    let marked = ["coefs_a0", "coefs_a1", "laser_wavelength"].compactMap { head.values[$0] }
    let (commas, points) = (
      marked.contains { $0.contains(",") }, marked.contains { $0.contains(".") }
    )
    guard !(commas && points) else {
      throw FormatError(.table, .inconsistent, at: place, "both marks for decimals in the head")
    }
    return commas
  }

  /// What is read, by the names of ours; a number behind the first.
  private static func columns(_ header: [String]) -> [(name: String, index: Int)] {
    header.enumerated().compactMap { (index, title) in
      let parts = title.split(separator: "#")
      let number = parts.count > 1 ? parts[1].trimmingBlanks() : "1"
      let name: String? =
        switch parts.first.map({ $0.trimmingBlanks() }) {
        case "Dark": "dark"
        case "Reference": "reference"
        case "Raw data": "sample"
        case "Dark Subtracted": "processed"
        default: nil
        }
      return name.map { (number == "1" ? $0 : "\($0)_\(number)", index) }
    }
  }

  private static func whole(_ table: NumberTable, _ index: Int) throws(FormatError) -> [Double] {
    var values: [Double] = []
    for (row, cells) in table.rows.enumerated() {
      guard let value = cells[index] else {
        throw FormatError(
          .table, .missing, at: table.offsets[row], "an empty cell in \(table.names[index])")
      }
      values.append(value)
    }
    return values
  }

  private static func axis(
    _ head: SpectrometerHead, _ pixels: [Double], _ table: NumberTable, _ column: Int?,
    _ place: Int
  ) throws(FormatError) -> Axis {
    let a = (0..<4).map { head.number("coefs_a\($0)") }
    guard let a0 = a[0], let a1 = a[1], let a2 = a[2], let a3 = a[3], a1 != 0 else {
      return Axis(kind: .channel, values: pixels)
    }
    let wavelengths = pixels.map { a0 + $0 * (a1 + $0 * (a2 + $0 * a3)) }
    for (row, cells) in table.rows.enumerated() {
      guard let column, let shown = cells[column] else { continue }
      guard abs(shown - wavelengths[row]) <= 0.02 else {
        throw FormatError(
          .table, .inconsistent, at: table.offsets[row],
          "the wavelength is \(shown), its coefficients give \(wavelengths[row])")
      }
    }
    guard wavelengths.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw FormatError(.table, .inconsistent, at: place, "the coefficients give no wavelengths")
    }
    guard let laser = head.number("laser_wavelength"), laser > 100 else {
      return Axis(kind: .wavelength, values: wavelengths)
    }
    return Axis(kind: .ramanShift, values: wavelengths.map { 1e7 / laser - 1e7 / $0 })
  }
}
