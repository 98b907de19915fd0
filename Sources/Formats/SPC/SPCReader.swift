internal import Instruments
internal import Laboratory

/// Reads SPC files of Galactic Industries (GRAMS), which many spectrometers and chromatographs write.
///
/// All three forms of the header, one or many subfiles, even, stored or own x, integers of 16 and 32
/// bits and 32-bit floats. The format has no mark and no checksum: what contradicts itself is refused,
/// and a changed bit within a value cannot be seen.
public enum SPCReader {
  /// Reads a file; `zone` counts for its moment, which has none.
  ///
  /// Throws what is wrong with it, `spc-unsupported` for frequencies, angles and temperatures.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    guard bytes.count <= MeasurementReader.largestFile else {
      throw FormatError(.spc, .tooLarge, "\(bytes.count) bytes")
    }
    var fields = BinaryFields(bytes, .spc)
    fields.isBigEndian = try fields.byte(1) == SPCHeader.Version.newBigEndian.rawValue
    let header = try SPCHeader(fields)
    let subfiles = try SPCSubfiles(fields, header)
    var measurement = SPCMeasurement(header: header, subfiles: subfiles, fields: fields)
    return try measurement.read(zone: zone)
  }
}

/// Makes a measurement of what an SPC file holds.
private struct SPCMeasurement {
  let header: SPCHeader
  let subfiles: SPCSubfiles
  let fields: BinaryFields
  var warnings: [String] = []

  init(header: SPCHeader, subfiles: SPCSubfiles, fields: BinaryFields) {
    self.header = header
    self.subfiles = subfiles
    self.fields = fields
    warnings = subfiles.warnings
  }

  mutating func read(zone: String) throws(FormatError) -> ReadSource {
    let abscissa = try self.abscissa()
    let ordinate = self.ordinate()
    var measurement = Measurement()
    let z = try depths()
    switch abscissa {
    case .mass where z.seconds != nil && subfiles.subfiles.count > 1:
      measurement.massScans = try series(times: z.seconds ?? [], ordinate)
    case .time(let factor): measurement.traces = try traces(factor, ordinate)
    case .mass: measurement.spectra = try spectra(.massToCharge, 1, ordinate)
    case .unknown: measurement.spectra = try spectra(.channel, 1, ordinate)
    case .axis(let kind, let factor): measurement.spectra = try spectra(kind, factor, ordinate)
    }
    var facts: [String: String] = [:]
    for (name, value) in header.facts { facts[name] = value }
    facts["technique"] = SPCUnits.technique(header.technique)
    facts["ordinate"] = ordinate.words
    for (name, label) in zip(["x", "y", "z"], header.labels) where !label.isEmpty {
      facts["label_\(name)"] = label
    }
    if !z.text.isEmpty { facts["z"] = z.text }
    let log = readLog(&facts)
    measurement.facts = facts
    let identity = self.identity(log, zone: zone)
    return ReadSource(.spc, measurement, identity: identity, warnings: warnings)
  }

  // MARK: - Axes

  private mutating func abscissa() throws(FormatError) -> SPCUnits.Abscissa {
    let (code, label) = (header.axes.x, header.labels.first ?? "")
    let coded = SPCUnits.abscissa(code)
    if !label.isEmpty {
      if let labelled = SPCUnits.abscissa(label: label) {
        if let coded, coded != labelled, coded != .unknown {
          warnings.append(
            "the label \(label) says another abscissa than its code; the label counts")
        }
        return labelled
      }
      warnings.append("the label \(label) of the abscissa is not understood; its code counts")
    }
    guard let coded else {
      throw FormatError(
        .spc, .unsupported, at: header.version == .old ? 16 : 28, "abscissae of code \(code)")
    }
    if coded == .unknown {
      warnings.append("the file does not say what its abscissae are; they are taken as positions")
    }
    if coded == .axis(.wavenumber, 1), header.technique == 11 {
      warnings.append("a Raman spectrum over wavenumbers; they may be shifts")
    }
    return coded
  }

  private mutating func ordinate() -> SPCUnits.Ordinate {
    var ordinate = SPCUnits.ordinate(header.axes.y)
    if header.labels.count > 1, !header.labels[1].isEmpty {
      ordinate.words = header.labels[1]
      warnings.append(
        "the ordinate has a label of its own, \(header.labels[1]); its code counts, which says "
          + ordinate.meaning.rawValue)
    } else if header.axes.y == 11 {
      warnings.append("the ordinate is percent; it is taken as transmittance and divided by 100")
    } else if let words = ordinate.words {
      warnings.append("the ordinate is \(words); it is read as an intensity")
    }
    if ordinate.divisor == 1,
      ordinate.meaning == .transmittance || ordinate.meaning == .reflectance,
      let largest = subfiles.subfiles.compactMap({ $0.values.max() }).max(), largest > 2
    {
      warnings.append(
        "\(ordinate.meaning.rawValue) up to \(largest): it looks like percent and is taken as written"
      )
    }
    return ordinate
  }

  /// Where the subfiles stand along z: as seconds where z is a time, and as text.
  private mutating func depths() throws(FormatError) -> (seconds: [Double]?, text: String) {
    let all = subfiles.subfiles
    guard all.count > 1, let first = all.first else { return (nil, "") }
    var z = all.map(\.z)
    if !header.hasOwnZ, !header.hasOwnX {
      // `next` of the first stands behind its own.
      let next = try fields.float(first.offset + 8, "the next z")
      let step = header.zStep != 0 ? header.zStep : next - first.z
      z = all.indices.map { first.z + Double($0) * step }
    }
    if header.planes > 0 {
      warnings.append("the \(header.planes) planes of a volume are read as one row of subfiles")
    }
    let unit = SPCUnits.abscissa(header.axes.z)
    let text = z.map { DecimalText.shortest($0) }.joined(separator: " ")
    switch unit {
    case .time(let factor)?: return (z.map { $0 * factor }, text)
    // Mass scans without a unit of z: nobody can say what else they stand along.
    case .unknown? where header.technique == 9 || header.hasOwnX:
      let rises = zip(z, z.dropFirst()).allSatisfy { $0 < $1 }
      if rises {
        warnings.append("the file does not say the unit of its times; minutes are taken")
        return (z.map { $0 * 60 }, text)
      }
      return (nil, text)
    default: return (nil, text)
    }
  }

  // MARK: - Numbers

  private func scaled(_ values: [Double], _ ordinate: SPCUnits.Ordinate) -> [Double] {
    ordinate.divisor == 1 ? values : values.map { $0 / ordinate.divisor }
  }

  private mutating func spectra(
    _ kind: Axis.Kind, _ factor: Double, _ ordinate: SPCUnits.Ordinate
  ) throws(FormatError) -> [MeasuredSpectrum] {
    var spectra: [MeasuredSpectrum] = []
    let common = try axis(subfiles.x, factor, at: header.size)
    for (index, subfile) in subfiles.subfiles.enumerated() {
      guard !subfile.values.isEmpty else {
        warnings.append("subfile \(index + 1) has no point and is left out")
        continue
      }
      var x = common
      if let own = subfile.x { x = try axis(own, factor, at: subfile.offset + 32) }
      spectra.append(
        MeasuredSpectrum(
          name: index == 0 ? "sample" : "sample_\(index + 1)", axis: Axis(kind: kind, values: x),
          ordinate: ordinate.meaning, values: scaled(subfile.values, ordinate)))
    }
    guard !spectra.isEmpty else { throw FormatError(.spc, .missing, at: 24, "there is no point") }
    return spectra
  }

  private func axis(
    _ x: [Double], _ factor: Double, at place: Int
  ) throws(FormatError) -> [Double] {
    for index in x.indices.dropFirst() {
      let (before, here) = (x[index - 1], x[index])
      guard x[0] < x[x.count - 1] ? here > before : here < before else {
        throw FormatError(
          .spc, .inconsistent, at: place,
          "the abscissa \(here) stands behind \(before): it neither rises nor falls")
      }
    }
    return factor == 1 ? x : x.map { $0 * factor }
  }

  private func traces(
    _ factor: Double, _ ordinate: SPCUnits.Ordinate
  ) throws(FormatError) -> [Trace] {
    var traces: [Trace] = []
    for (index, subfile) in subfiles.subfiles.enumerated() {
      let times = (subfile.x ?? subfiles.x).map { $0 * factor }
      guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw FormatError(.spc, .inconsistent, at: subfile.offset, "the times do not rise")
      }
      traces.append(
        Trace(
          name: index == 0 ? "signal" : "signal_\(index + 1)", unit: Unit(ordinate.unit),
          scans: Array(0..<times.count), times: times, values: subfile.values,
          flags: Array(repeating: [], count: times.count)))
    }
    return traces
  }

  private mutating func series(
    times: [Double], _ ordinate: SPCUnits.Ordinate
  ) throws(FormatError) -> MassScanSeries {
    // Scans with masses of their own are drawn as sticks.
    var series = MassScanSeries(
      kind: header.hasOwnX ? .centroid : .profile,
      unit: ordinate.meaning == .counts ? "counts" : "arbitrary")
    var turned = 0
    for (subfile, time) in zip(subfiles.subfiles, times) {
      guard time >= series.times.last ?? -.infinity, time.isFinite else {
        throw FormatError(
          .spc, .inconsistent, at: subfile.offset + 4, "the time \(time) stands behind another")
      }
      var (masses, values) = (subfile.x ?? subfiles.x, subfile.values)
      if let wrong = masses.first(where: { $0 < 0 }) {
        throw FormatError(.spc, .inconsistent, at: subfile.offset + 32, "the mass \(wrong)")
      }
      if zip(masses, masses.dropFirst()).contains(where: { $0 > $1 }) {
        turned += 1
        let order = masses.indices.sorted { (masses[$0], $0) < (masses[$1], $1) }
        (masses, values) = (order.map { masses[$0] }, order.map { values[$0] })
      }
      series.append(time: time, massToCharge: masses, intensity: values)
    }
    if turned > 0 { warnings.append("\(turned) scans did not rise in mass and were put in order") }
    return series
  }

  // MARK: - Words

  private mutating func readLog(_ facts: inout [String: String]) -> SPCLog? {
    var end = subfiles.end
    var found: SPCLog?
    if header.logPlace != 0 {
      found = SPCLog(fields, at: header.logPlace, behind: subfiles.end)
      if let found {
        for (name, value) in found.pairs where facts[name] == nil { facts[name] = value }
        if !found.text.isEmpty { facts["log"] = found.text }
        end = max(end, found.end)
      } else {
        warnings.append("the log at byte \(header.logPlace) is not within the file and is not read")
      }
    }
    let rest = fields.bytes[min(end, fields.bytes.count)...]
    // Programs fill the last block with zeros.
    if rest.contains(where: { $0 != 0 }) {
      warnings.append("\(rest.count) bytes behind the data are not read")
    }
    return found
  }

  private mutating func identity(_ log: SPCLog?, zone: String) -> SourceIdentity {
    func logged(_ names: String...) -> String? {
      for name in names {
        let pair = log?.pairs.first { $0.name.lowercased() == name && !$0.value.isEmpty }
        if let pair { return String(pair.value.prefix(200)) }
      }
      return nil
    }
    func fact(_ name: String) -> String? { header.facts.first { $0.name == name }?.value }
    var identity = SourceIdentity()
    identity.samples = [
      logged("sample id", "sampleid", "sample_id"), logged("sample", "sample name", "samplename"),
      fact("comment").map { String($0.prefix(200)) },
    ].compactMap { $0 }
    identity.person = logged("operator", "user", "analyst")
    identity.maker = logged("manufacturer", "vendor")
    identity.model = logged("instrument", "model", "spectrometer") ?? fact("source")
    identity.serialNumber = logged("serial number", "serial", "instrument serial number")
    let wall = header.wall
    if wall.year > 0, wall.month > 0, wall.day > 0 {
      identity.began = ForeignMoment.timestamp(wall, zone: zone)
      warnings.append(
        identity.began == nil
          ? "the moment \(wall.year)-\(wall.month)-\(wall.day) \(wall.hour):\(wall.minute) has no "
            + "zone, or is none"
          : "the moment has no zone; \(zone) is taken")
    }
    return identity
  }
}
