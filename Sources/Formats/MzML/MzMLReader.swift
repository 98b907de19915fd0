internal import Instruments
internal import Laboratory

/// Reads mzML 1.1, indexed or not: mass spectra, chromatograms, spectra over wavelength.
///
/// Tag by tag, no tree is made of it. What a value means is taken from the accessions of the
/// vocabulary, never from names. Spectra of MS level 2 and more are not read, which is said.
/// Numpress and other compressions than zlib are refused by name. Where the file carries its own
/// SHA-1, it must fit; the index is not needed and not followed.
///
/// Source: PSI mzML 1.1.0 and the PSI-MS vocabulary 4.1.257.
public enum MzMLReader {
  /// Reads a file.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    var warnings: [String] = []
    try checkSum(bytes, &warnings)
    var scanner = try XMLScanner(bytes, format: .mzml)
    var document = MzMLDocument(zone: zone)
    document.warnings = warnings
    while let event = try scanner.next() {
      switch event {
      case .start(let tag): try document.begin(tag)
      case .text(let text): document.take(text)
      case .end(let name): try document.end(name)
      }
    }
    return try document.finish()
  }

  /// Compares the file's own SHA-1, which is over all bytes up to the tag that holds it.
  private static func checkSum(_ bytes: [UInt8], _ warnings: inout [String]) throws(FormatError) {
    let mark = Array("<fileChecksum>".utf8)
    let tail = max(0, bytes.count - 4096)
    guard let found = bytes[tail...].firstRange(of: mark) else { return }
    let said = ForeignText.decode(bytes[found.upperBound...].prefix { $0 != UInt8(ascii: "<") })
      .trimmingBlanks().lowercased()
    guard said.count == 40, said.allSatisfy(\.isHexDigit) else {
      warnings.append("the file's own checksum is none: \(ForeignText.plain(said, most: 50))")
      return
    }
    let own = SHA1.text(bytes[..<found.upperBound])
    guard own == said else {
      throw FormatError(
        .mzml, .checksum, at: found.lowerBound, "the file says \(said), its bytes give \(own)")
    }
  }
}

/// What has been read of an mzML file.
struct MzMLDocument {
  /// A spectrum or chromatogram that is being read.
  private struct Item {
    var isSpectrum: Bool
    var id: String
    var length: Int
    var offset: Int
    var terms: [MzMLTerm] = []
    /// In seconds.
    var time: Double?
    var arrays: [MzMLArray] = []

    func has(_ accession: String) -> Bool { terms.contains { $0.accession == accession } }
    func value(_ accession: String) -> String? { terms.first { $0.accession == accession }?.value }
    func array(_ meaning: String) -> MzMLArray? { arrays.first { $0.meaning == meaning } }
  }

  let zone: String
  var warnings: [String] = []
  private var measurement = Measurement()
  private var identity = SourceIdentity()
  private var groups: [String: [MzMLTerm]] = [:]
  private var group: String?
  private var path: [String] = []
  private var item: Item?
  private var series: MassScanSeries?
  private var (higher, turned, minutes, wavelengths) = (0, 0, 0, 0)
  private var traceNames: Set<String> = []
  private var isMzML = false

  init(zone: String) { self.zone = zone }

  // MARK: - Tags

  mutating func begin(_ tag: XMLScanner.Tag) throws(FormatError) {
    path.append(tag.name)
    switch tag.name {
    case "mzML":
      isMzML = true
      if let version = tag["version"], !version.hasPrefix("1.") {
        throw FormatError(.mzml, .unsupported, at: tag.offset, "version \(version.prefix(20))")
      }
    case "referenceableParamGroup":
      group = tag["id"] ?? ""
      groups[group ?? ""] = []
    case "sample":
      if let name = tag["name"], !name.isEmpty { identity.samples.append(ForeignText.plain(name)) }
    case "run": beginRun(tag)
    case "sourceFile": if let name = tag["name"] { fact("source_file", name) }
    case "software": if let id = tag["id"] { fact("software", "\(id) \(tag["version"] ?? "")") }
    case "spectrum", "chromatogram":
      guard item == nil else {
        throw FormatError(.mzml, .malformed, at: tag.offset, "a \(tag.name) within another")
      }
      item = Item(
        isSpectrum: tag.name == "spectrum", id: tag["id"] ?? "",
        length: try number(tag, "defaultArrayLength") ?? 0, offset: tag.offset)
    case "binaryDataArray":
      guard let count = item?.arrays.count, count < 32 else {
        throw FormatError(.mzml, .malformed, at: tag.offset, "an array outside a spectrum")
      }
      var array = MzMLArray(offset: tag.offset)
      array.encodedLength = try number(tag, "encodedLength")
      array.length = try number(tag, "arrayLength")
      item?.arrays.append(array)
    case "cvParam": try take(MzMLTerm(tag))
    case "userParam":
      if tag["name"] == "model", path.contains("instrumentConfiguration") {
        identity.model = tag["value"].map { ForeignText.plain($0, most: 100) }
      }
    case "referenceableParamGroupRef":
      let terms = groups[tag["ref"] ?? ""]
      guard let terms else {
        throw FormatError(.mzml, .missing, at: tag.offset, "the group \(tag["ref"] ?? "")")
      }
      for term in terms { try take(term) }
    default: break
    }
  }

  private mutating func beginRun(_ tag: XMLScanner.Tag) {
    if let id = tag["id"] {
      fact("run", id)
      identity.samples.append(ForeignText.plain(id, most: 200))
    }
    guard let stamp = tag["startTimeStamp"] else { return }
    guard let wall = ForeignMoment.iso(stamp),
      let moment = ForeignMoment.timestamp(wall, zone: zone)
    else {
      warnings.append("the moment \(ForeignText.plain(stamp, most: 40)) is not understood")
      return
    }
    identity.began = moment
    if wall.offsetMinutes == nil { warnings.append("the moment has no zone; \(zone) is taken") }
  }

  /// Gives a term to what it is about.
  private mutating func take(_ term: MzMLTerm) throws(FormatError) {
    if let group, path.contains("referenceableParamGroup") {
      groups[group]?.append(term)
      return
    }
    guard var open = item else { return describe(term) }
    item = nil
    defer { item = open }
    if path.contains("binaryDataArray") {
      try open.arrays[open.arrays.count - 1].take(term)
    } else if term.accession == "MS:1000016" {
      open.time = try seconds(term)
    } else if !path.contains("precursor") && !path.contains("product") {
      open.terms.append(term)
    }
  }

  private mutating func describe(_ term: MzMLTerm) {
    if path.contains("sample") {
      if ["MS:1000001", "MS:1000002"].contains(term.accession), !term.value.isEmpty {
        identity.samples.insert(ForeignText.plain(term.value, most: 200), at: 0)
      }
    } else if path.contains("instrumentConfiguration"), !path.contains("componentList") {
      if term.accession == "MS:1000529" {
        identity.serialNumber = ForeignText.plain(term.value, most: 100)
      } else if term.accession != "MS:1000031", term.accession != "MS:1000032",
        identity.model == nil
      {
        identity.model = term.name
      }
    }
  }

  private mutating func seconds(_ term: MzMLTerm) throws(FormatError) -> Double {
    guard let number = DecimalText.number(term.value) else {
      throw FormatError(
        .mzml, .badNumber, at: term.offset, "the time \(ForeignText.plain(term.value, most: 40))")
    }
    return number * (try secondsFactor(term.unit, at: term.offset))
  }

  private mutating func secondsFactor(
    _ unit: String?, at offset: Int
  ) throws(FormatError) -> Double {
    switch unit {
    case "UO:0000010", "MS:1000039": return 1
    case "UO:0000031", "MS:1000038": return 60
    case "UO:0000028": return 0.001
    case nil:
      minutes += 1
      return 60
    case let other?:
      throw FormatError(.mzml, .unsupported, at: offset, "times in \(other.prefix(40))")
    }
  }

  mutating func take(_ text: ArraySlice<UInt8>) {
    guard path.last == "binary", let last = item?.arrays.indices.last else { return }
    // A comment within would cut the text in two; nobody writes one.
    if item?.arrays[last].text.isEmpty ?? false { item?.arrays[last].text = text }
  }

  mutating func end(_ name: String) throws(FormatError) {
    path.removeLast()
    if name == "referenceableParamGroup" { group = nil }
    guard name == "spectrum" || name == "chromatogram", let done = item else { return }
    item = nil
    if done.isSpectrum { try spectrum(done) } else { try chromatogram(done) }
  }

  // MARK: - Spectra

  private mutating func spectrum(_ item: Item) throws(FormatError) {
    if let text = item.value("MS:1000511"), text != "1" || item.has("MS:1000580") {
      higher += 1
      return
    }
    guard let time = item.time else {
      throw FormatError(.mzml, .missing, at: item.offset, "a spectrum without scan start time")
    }
    guard let intensity = item.array("MS:1000515") else {
      if item.length == 0, item.arrays.isEmpty { return try scan(item, [], [], nil, time) }
      throw FormatError(.mzml, .missing, at: item.offset, "a spectrum without intensity array")
    }
    let values = try intensity.values(item.length)
    let unit = Self.unit(intensity)
    if let wavelength = item.array("MS:1000617") {
      try light(item, try wavelength.values(item.length), values, time, unit)
    } else if let mass = item.array("MS:1000514") {
      try scan(item, try mass.values(item.length), values, unit, time)
    } else {
      throw FormatError(
        .mzml, .missing, at: item.offset, "a spectrum without m/z or wavelength array")
    }
  }

  private mutating func scan(
    _ item: Item, _ mz: [Double], _ values: [Double], _ unit: String?, _ time: Double
  ) throws(FormatError) {
    guard mz.count == values.count, mz.allSatisfy({ $0 >= 0 }) else {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset,
        "\(mz.count) masses and \(values.count) intensities, or a mass below zero")
    }
    let kind: MassScanSeries.Kind = item.has("MS:1000128") ? .profile : .centroid
    var open = series ?? MassScanSeries(kind: kind, unit: unit ?? "1")
    series = nil
    defer { series = open }
    // An empty scan says nothing of its kind, and may name no unit.
    guard open.kind == kind || mz.isEmpty || open.massToCharge.isEmpty else {
      throw FormatError(
        .mzml, .unsupported, at: item.offset, "profile and centroid spectra in one file")
    }
    if open.massToCharge.isEmpty, !mz.isEmpty { (open.kind, open.unit) = (kind, unit ?? "1") }
    if let last = open.times.last, time < last {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset, "a scan at \(time) s behind one at \(last) s")
    }
    guard zip(mz, mz.dropFirst()).contains(where: { $0 > $1 }) else {
      return open.append(time: time, massToCharge: mz, intensity: values)
    }
    turned += 1
    let order = mz.indices.sorted { mz[$0] == mz[$1] ? $0 < $1 : mz[$0] < mz[$1] }
    open.append(
      time: time, massToCharge: order.map { mz[$0] }, intensity: order.map { values[$0] })
  }

  private mutating func light(
    _ item: Item, _ x: [Double], _ values: [Double], _ time: Double, _ unit: String
  ) throws(FormatError) {
    let rises = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    guard x.count == values.count, rises || zip(x, x.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset, "the wavelengths neither rise nor fall strictly")
    }
    wavelengths += 1
    let name = wavelengths == 1 ? "sample" : "sample_\(wavelengths)"
    measurement.facts["\(name)_time_s"] = DecimalText.shortest(time)
    measurement.spectra.append(
      MeasuredSpectrum(
        name: name, axis: Axis(kind: .wavelength, values: x),
        ordinate: unit == "AU" ? .absorbance : unit == "counts" ? .counts : .intensity,
        values: values))
  }

  // MARK: - Chromatograms

  private mutating func chromatogram(_ item: Item) throws(FormatError) {
    guard let time = item.array("MS:1000595"), let intensity = item.array("MS:1000515") else {
      warnings.append(
        "the chromatogram \(ForeignText.plain(item.id, most: 60)) has no times or no intensities")
      return
    }
    let factor = try secondsFactor(time.unit, at: time.offset)
    let times = try time.values(item.length).map { factor == 1 ? $0 : $0 * factor }
    let values = try intensity.values(item.length)
    guard times.count == values.count, zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset,
        "the times of chromatogram \(ForeignText.plain(item.id, most: 60)) do not rise")
    }
    var name = TableReader.lastingName(item.id) ?? "signal"
    let base = name
    var number = 2
    while !traceNames.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    measurement.traces.append(
      Trace(
        name: name, unit: Unit(Self.unit(intensity)), scans: Array(times.indices), times: times,
        values: values, flags: Array(repeating: [], count: times.count)))
  }

  /// The unit of an array by its accession.
  private static func unit(_ array: MzMLArray) -> String {
    switch array.unit {
    case "MS:1000131": "counts"
    case "MS:1000814": "counts_per_s"
    case "MS:1000132": "percent"
    case "UO:0000269": "AU"
    case nil: "1"
    default: ForeignText.unit(array.unitName ?? "1")
    }
  }

  // MARK: - End

  mutating func finish() throws(FormatError) -> ReadSource {
    guard isMzML else { throw FormatError(.mzml, .missing, at: 0, "there is no <mzML>") }
    measurement.massScans = series
    guard series != nil || !measurement.spectra.isEmpty || !measurement.traces.isEmpty else {
      throw FormatError(
        .mzml, higher > 0 ? .unsupported : .missing,
        higher > 0 ? "only spectra of MS level 2 and more" : "no spectrum and no chromatogram")
    }
    if higher > 0 {
      warnings.append("\(higher) spectra of MS level 2 and more are not read")
    }
    if turned > 0 { warnings.append("\(turned) scans did not rise in mass and were put in order") }
    if minutes > 0 { warnings.append("\(minutes) times have no unit; minutes are taken") }
    return ReadSource(.mzML, measurement, identity: identity, warnings: warnings)
  }

  private mutating func fact(_ name: String, _ value: String) {
    if measurement.facts[name] == nil { measurement.facts[name] = ForeignText.plain(value) }
  }

  private func number(_ tag: XMLScanner.Tag, _ name: String) throws(FormatError) -> Int? {
    guard let text = tag[name] else { return nil }
    guard let number = Int(text.trimmingBlanks()), number >= 0 else {
      throw FormatError(
        .mzml, .badNumber, at: tag.offset, "\(name) is \(ForeignText.plain(text, most: 40))")
    }
    return number
  }
}
