internal import Instruments
internal import Laboratory

/// Reads the text files of Jaz spectrometers (`.jaz`, `.JazIrrad`): columns W, D, R, S, P between
/// two marks.
///
/// W is the wavelength in nm; D dark, R reference, S sample in counts; P what the instrument made of
/// them, irradiance in uW cm-2 nm-1 where the first line says so. Source: observed.
enum JazReader {
  static func read(_ bytes: [UInt8], zone: String) throws(FormatError) -> ReadSource {
    var lines = TableLines(bytes)
    var head = SpectrometerHead()
    guard let (title, _) = try lines.next() else {
      throw FormatError(.table, .truncated, at: 0, "there is no line")
    }
    var (begun, ended, place) = (false, false, 0)
    while !begun, let (line, offset) = try lines.next() {
      begun = line.hasPrefix(">>>>>Begin")
      place = offset
      if !begun { head.take(line, mark: ":") }
    }
    guard begun, let (header, _) = try lines.next() else {
      throw FormatError(.table, .truncated, at: bytes.count, "the mark >>>>>Begin")
    }
    let style = CellStyle(separator: .tab, hasDecimalComma: false)
    let names = style.cells(header)
    guard names.first == "W", Set(names).count == names.count,
      names.dropFirst().allSatisfy({ meaning[$0] != nil }), names.count > 1
    else {
      throw FormatError(
        .table, .unsupported, at: place, "the columns \(ForeignText.plain(header, most: 40))")
    }
    var table = NumberTable(names: names)
    while !ended, let (line, offset) = try lines.next() {
      ended = line.hasPrefix(">>>>>End")
      if !ended {
        try table.add(
          line, at: offset, number: lines.number, style, columns: Set(names.indices))
      }
    }
    guard ended else {
      throw FormatError(.table, .truncated, at: bytes.count, "the mark >>>>>End is missing")
    }
    if let said = head.number("Number of Pixels in Processed Spectrum"),
      said != Double(table.rows.count)
    {
      throw FormatError(
        .table, .inconsistent, at: place,
        "\(said) pixels are stated, \(table.rows.count) stand there"
      )
    }
    return try source(title, head, table, zone, place)
  }

  private static let meaning = ["D": "dark", "R": "reference", "S": "sample", "P": "processed"]

  private static func source(
    _ title: String, _ head: SpectrometerHead, _ table: NumberTable, _ zone: String, _ place: Int
  ) throws(FormatError) -> ReadSource {
    var columns: [[Double]] = []
    for index in table.names.indices {
      var values: [Double] = []
      for (row, cells) in table.rows.enumerated() {
        guard let value = cells[index] else {
          throw FormatError(
            .table, .missing, at: table.offsets[row], "an empty cell in \(table.names[index])")
        }
        values.append(value)
      }
      columns.append(values)
    }
    try checkAxis(columns[0], at: place)
    let axis = Axis(kind: .wavelength, values: columns[0])
    let isIrradiance = title.contains("Irradiance")
    var (spectra, warnings) = ([MeasuredSpectrum](), [String]())
    for (index, letter) in table.names.enumerated().dropFirst() {
      spectra.append(
        MeasuredSpectrum(
          name: meaning[letter] ?? letter, axis: axis,
          ordinate: letter != "P" ? .counts : isIrradiance ? .irradiance : .intensity,
          values: columns[index]))
    }
    var identity = SourceIdentity()
    identity.maker = "Ocean Optics"
    identity.model = "Jaz"
    identity.serialNumber = head.text("Spectrometers")
    identity.person = head.text("User")
    if let text = head.text("Date") {
      identity.began = ForeignMoment.c(text).flatMap { ForeignMoment.timestamp($0, zone: zone) }
      warnings.append("the date has no zone; \(zone.isEmpty ? "none" : zone) is taken")
    }
    var facts = head.facts
    facts["title"] = ForeignText.plain(title, most: 200)
    return ReadSource(
      .jaz, Measurement(spectra: spectra, facts: facts), identity: identity, warnings: warnings)
  }
}
