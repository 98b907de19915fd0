internal import Instruments
internal import Laboratory

/// Reads spectra of Thermo's OMNIC: SPA files, and groups of spectra (SPG) of the same form.
///
/// The format was never published; what is read rests on the description of others (``SPAReader`` is
/// tested against spectrochempy, and was never tried with an instrument's own file). It has no
/// checksum: what contradicts itself is refused, and a changed bit within a value cannot be seen.
public enum SPAReader {
  /// Whether a file begins as these do.
  static func recognises(_ bytes: [UInt8]) -> Bool { bytes.starts(with: SPATable.mark) }

  /// Reads a file; its moments are UTC.
  ///
  /// Throws what is wrong with it.
  public static func read(_ bytes: [UInt8]) throws(FormatError) -> ReadSource {
    guard bytes.count <= MeasurementReader.largestFile else {
      throw FormatError(.spa, .tooLarge, "\(bytes.count) bytes")
    }
    let table = try SPATable(BinaryFields(bytes, .spa))
    var reading = SPAReading(table: table)
    return try reading.read()
  }
}

/// Makes a measurement of what an SPA file holds.
private struct SPAReading {
  let table: SPATable
  var facts: [String: String] = [:]
  var warnings: [String] = []

  private var fields: BinaryFields { table.fields }

  init(table: SPATable) { self.table = table }

  mutating func read() throws(FormatError) -> ReadSource {
    let (heads, values) = (table.all(0x02), table.all(0x03))
    guard let first = heads.first else {
      throw FormatError(.spa, .missing, at: 304, "there is no head of a spectrum")
    }
    guard heads.count == values.count else {
      throw FormatError(
        .spa, .inconsistent, at: first.offset,
        "\(heads.count) heads of spectra and \(values.count) arrays of values")
    }
    var spectra: [MeasuredSpectrum] = []
    // As many points as there are bytes: records may lie in one another.
    var total = 0
    for (head, record) in zip(heads, values) {
      total += record.length
      guard total <= fields.bytes.count else {
        throw FormatError(.spa, .inconsistent, at: record.offset, "values lie in one another")
      }
      spectra.append(try spectrum(head, record, number: spectra.count + 1))
    }
    try readWords()
    let interferograms = table.records.filter { $0.key == 0x66 || $0.key == 0x67 }.count
    if interferograms > 0 { warnings.append("\(interferograms) interferograms are not read") }
    var identity = SourceIdentity()
    if !table.title.isEmpty { identity.samples = [String(table.title.prefix(200))] }
    identity.maker = "Thermo"
    if heads.count > 1 {
      try readGroup()
    } else if !table.isLibrary {
      identity.began = SPATable.moment(table.date)
    }
    return ReadSource(
      .spa, Measurement(spectra: spectra, facts: facts), identity: identity, warnings: warnings)
  }

  // MARK: - Spectra

  private mutating func spectrum(
    _ head: SPATable.Record, _ record: SPATable.Record, number: Int
  ) throws(FormatError) -> MeasuredSpectrum {
    try fields.need(56, at: head.place, "the head of a spectrum")
    let count = try fields.long(head.place + 4)
    guard count > 0, record.length == 4 * count else {
      throw FormatError(
        .spa, .inconsistent, at: record.offset,
        "\(count) points and \(record.length) bytes of values")
    }
    try fields.need(record.length, at: record.place, "\(count) values")
    let (from, to) = (
      try fields.float(head.place + 16, "the first x"),
      try fields.float(head.place + 20, "the last x")
    )
    let step = count > 1 ? (to - from) / Double(count - 1) : 1
    guard step != 0, step.isFinite else {
      throw FormatError(
        .spa, .inconsistent, at: head.place + 16, "\(count) points from \(from) to \(to)")
    }
    var (kind, factor) = (Axis.Kind.wavenumber, 1.0)
    switch try fields.byte(head.place + 8) {
    case 1: break
    case 2: kind = .channel
    case 3: kind = .wavelength
    case 4: (kind, factor) = (.wavelength, 1000)
    case 32: kind = .ramanShift
    case let code:
      throw FormatError(.spa, .unsupported, at: head.place + 8, "abscissae of code \(code)")
    }
    let ordinate = try ordinate(head.place + 12, number)
    var (x, y, absent) = ([Double](), [Double](), 0)
    for index in 0..<count {
      let value = Double(Float(bitPattern: fields.rawLong(record.place + 4 * index)))
      // Blanked parts of a spectrum are NaN.
      guard !value.isNaN else {
        absent += 1
        continue
      }
      guard value.isFinite else {
        throw FormatError(
          .spa, .badNumber, at: record.place + 4 * index, "values[\(index)] is \(value)")
      }
      let place = index == count - 1 && count > 1 ? to : Double(index) * step + from
      x.append(place * factor)
      y.append(value / ordinate.divisor)
    }
    guard !x.isEmpty else {
      throw FormatError(.spa, .missing, at: record.place, "every point is blanked")
    }
    if absent > 0 { warnings.append("\(absent) points are blanked and left out") }
    if number == 1 { try readSettings(head.place, kind) }
    return MeasuredSpectrum(
      name: number == 1 ? "sample" : "sample_\(number)", axis: Axis(kind: kind, values: x),
      ordinate: ordinate.meaning, values: y)
  }

  private mutating func ordinate(
    _ place: Int, _ number: Int
  ) throws(FormatError) -> (meaning: MeasuredSpectrum.Ordinate, divisor: Double) {
    let code = try fields.byte(place)
    switch code {
    case 17: return (.absorbance, 1)
    case 16: return (.transmittance, 100)
    case 11: return (.reflectance, 100)
    case 21: return (.reflectance, 1)
    case 31: return (.intensity, 1)
    default:
      let names: [UInt8: String] = [
        12: "log(1/R)", 15: "a single beam", 20: "Kubelka-Munk", 22: "volts", 26: "photoacoustic",
      ]
      let words = names[code] ?? "of code \(code)"
      facts[number == 1 ? "ordinate" : "ordinate_\(number)"] = words
      warnings.append("the ordinate is \(words); it is read as an intensity")
      return (.intensity, 1)
    }
  }

  /// Settings of the head, where it is long enough and they say something.
  private mutating func readSettings(_ place: Int, _ kind: Axis.Kind) throws(FormatError) {
    for (name, offset) in [
      ("scan_points", 28), ("sample_scans", 36), ("fft_points", 44), ("background_scans", 52),
      ("collection_cs", 68),
    ] where place + offset + 4 <= fields.bytes.count {
      let value = try fields.long(place + offset)
      if value > 0 { facts[name] = "\(value)" }
    }
    for (name, offset) in [
      ("background_gain", 56), ("laser_per_cm", 80), ("aperture", 92),
      ("raman_laser_per_cm", 96), ("mirror_velocity_cm_per_s", 188),
    ] where place + offset + 4 <= fields.bytes.count {
      let value = Float(bitPattern: fields.rawLong(place + offset))
      if value.isFinite, value > 0 { facts[name] = DecimalText.shortest(Double(value)) }
    }
    if kind != .ramanShift { facts["raman_laser_per_cm"] = nil }
  }

  // MARK: - Words

  private mutating func readWords() throws(FormatError) {
    if !table.title.isEmpty { facts["title"] = table.title }
    for (name, key) in [("remark", UInt8(0x04)), ("history", 0x1b)] {
      for (index, record) in table.all(key).enumerated() {
        guard record.place + record.length <= fields.bytes.count else {
          warnings.append("the \(name) is not within the file and is not read")
          continue
        }
        let text = try fields.text(record.length, at: record.place, most: 20_000)
        if !text.isEmpty { facts[index == 0 ? name : "\(name)_\(index + 1)"] = text }
      }
    }
  }

  /// The titles and moments of a group's spectra.
  private mutating func readGroup() throws(FormatError) {
    for (index, record) in table.all(0x6b).enumerated() {
      guard record.place <= fields.bytes.count - 260 else {
        warnings.append("the title of spectrum \(index + 1) is not within the file")
        continue
      }
      facts["title_\(index + 1)"] = try fields.text(256, at: record.place, most: 256)
      let date = try fields.long(record.place + 256)
      facts["started_\(index + 1)"] = SPATable.moment(date)?.iso8601
    }
  }
}
