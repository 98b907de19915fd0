internal import Instruments
internal import Laboratory

/// What has been read of an mzML file.
struct MzMLDocument {
  let zone: String
  /// How many pairs the file may have at most, about; memory is only taken where it is used.
  var room = 0
  var warnings: [String] = []
  private var measurement = Measurement()
  private var identity = SourceIdentity()
  private var groups: [String: [MzMLTerm]] = [:]
  private var group: String?
  private var path: [String] = []
  private var item: MzMLItem?
  private(set) var series: MassScanSeries?
  private var (higher, turned, minutes, wavelengths) = (0, 0, 0, 0)
  private var traceNames: Set<String> = []
  private var isMzML = false
  /// The fields of our own, in their order.
  private var own: [FileFact] = []
  private var rounded = 0
  /// The ids of the spectra read last, for comparisons.
  private(set) var lastID = ""
  /// The mass spectra whose arrays are being unpacked.
  private var spectra: MzMLSpectra
  /// What is wrong with the first spectrum that cannot be added; those behind it do not count.
  private var failure: FormatError?

  /// Makes a document whose arrays are unpacked by so many other threads, so many spectra at a time.
  init(zone: String, lanes: Int = 0, piece: Int = 512) {
    self.zone = zone
    spectra = MzMLSpectra(lanes: lanes, piece: piece)
  }

  // MARK: - Tags

  /// Takes all tags of a file, or of a piece of one.
  mutating func read(_ bytes: [UInt8]) throws(FormatError) {
    var scanner = try XMLScanner(bytes, format: .mzml)
    while let event = try scanner.next() {
      switch event {
      case .start(let tag): try begin(tag)
      case .text(let text): take(text)
      case .end(let name): try end(name)
      }
    }
  }

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
      item = MzMLItem(
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
    case "userParam": try takeOwn(tag)
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

  /// A field with a name of its own: ours have a meaning.
  private mutating func takeOwn(_ tag: XMLScanner.Tag) throws(FormatError) {
    let (name, value) = (tag["name"] ?? "", tag["value"] ?? "")
    if item != nil {
      if name == MzMLScale.factorName, path.contains("binaryDataArray"),
        let last = item?.arrays.indices.last
      {
        let words = value.split(separator: " ", maxSplits: 1)
        guard let factor = words.first.flatMap({ DecimalText.number($0) }), factor > 0 else {
          throw FormatError(.mzml, .badNumber, at: tag.offset, "the field \(name)")
        }
        item?.arrays[last].factor = factor
        item?.arrays[last].factorUnit = words.count > 1 ? ForeignText.unit(String(words[1])) : "1"
      }
      if name == MzMLLight.mark { item?.isOwnSpectrum = true }
      return
    }
    if path.dropLast().last == "run" {
      if name.hasPrefix(MzMLHead.prefix) {
        guard let fact = EscapedText.decode(name.dropFirst(MzMLHead.prefix.count)),
          let text = EscapedText.decode(value), own.count < 1 << 20
        else { throw FormatError(.mzml, .malformed, at: tag.offset, "a field of our own") }
        if let last = own.indices.last, own[last].name == fact {
          own[last].value += text
        } else {
          own.append(FileFact(fact, text))
        }
      }
      if name == "EMULATED" { identity.emulated = true }
      return
    }
    guard path.contains("instrumentConfiguration") else { return }
    let text = ForeignText.plain(value, most: 100)
    if name == "model" { identity.model = text }
    if name == "maker" { identity.maker = text }
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
      open.take(term)
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

  private mutating func spectrum(_ item: MzMLItem) throws(FormatError) {
    lastID = item.id
    if item.level.map({ $0 != "1" || item.isHigher }) ?? false {
      higher += 1
      return
    }
    if item.arrays.contains(where: { $0.numpress != nil }) { rounded += 1 }
    let wavelength = item.array("MS:1000617")
    let isMass = wavelength == nil && !item.isOwnSpectrum
    if isMass, item.time == nil {
      throw FormatError(.mzml, .missing, at: item.offset, "a spectrum without scan start time")
    }
    let mass = item.array("MS:1000514")
    guard let intensity = item.array("MS:1000515") else {
      if item.length == 0, item.arrays.isEmpty { return try unpack(item) }
      throw FormatError(.mzml, .missing, at: item.offset, "a spectrum without intensity array")
    }
    if isMass, mass != nil { return try unpack(item) }
    try settle()
    let values = try spectra.values(intensity, item.length)
    guard let x = wavelength ?? mass else {
      throw FormatError(
        .mzml, .missing, at: item.offset, "a spectrum without m/z or wavelength array")
    }
    try light(
      item, wavelength == nil ? .massToCharge : .wavelength,
      try spectra.values(x, item.length), values, Self.unit(intensity))
  }

  /// Has the arrays of a mass spectrum unpacked, and adds what has been unpacked before.
  private mutating func unpack(_ item: MzMLItem) throws(FormatError) {
    spectra.add(item)
    while let piece = spectra.ready() { try add(piece) }
  }

  /// Adds all mass spectra that were given to be unpacked; throws what is wrong with the first.
  mutating func settle() throws(FormatError) {
    if let failure { throw failure }
    while let piece = spectra.rest() { try add(piece) }
  }

  private mutating func add(_ piece: MzMLSpectra.Piece) throws(FormatError) {
    do throws(FormatError) {
      try addScans(piece)
    } catch {
      failure = error
      throw error
    }
  }

  private mutating func addScans(_ piece: MzMLSpectra.Piece) throws(FormatError) {
    var begin = 0
    for (item, scan) in zip(piece.items, piece.unpacked.scans) {
      try self.scan(
        item, piece.unpacked.masses[begin..<scan.end], piece.unpacked.intensities[begin..<scan.end])
      if scan.wasTurned { turned += 1 }
      begin = scan.end
    }
    if let failure = piece.unpacked.failure { throw failure }
  }

  private mutating func scan(
    _ item: MzMLItem, _ mz: ArraySlice<Double>, _ values: ArraySlice<Double>
  ) throws(FormatError) {
    let kind: MassScanSeries.Kind = item.isProfile ? .profile : .centroid
    let time = item.time ?? 0
    var open = series ?? MassScanSeries(kind: kind, unit: "1")
    if series == nil {
      open.reserveCapacity(pairs: room)
      LargeMemory.advise(open.massToCharge)
      LargeMemory.advise(open.intensity)
    }
    let isFirst = series == nil || (open.massToCharge.isEmpty && !mz.isEmpty)
    series = nil
    defer { series = open }
    // An empty scan says nothing of its kind, and may name no unit.
    guard open.kind == kind || mz.isEmpty || open.massToCharge.isEmpty else {
      throw FormatError(
        .mzml, .unsupported, at: item.offset, "profile and centroid spectra in one file")
    }
    if isFirst {
      (open.kind, open.unit) = (kind, item.array("MS:1000515").map(Self.unit) ?? "1")
    }
    if let last = open.times.last, time < last {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset, "a scan at \(time) s behind one at \(last) s")
    }
    open.append(time: time, massToCharge: mz, intensity: values)
  }

  private mutating func light(
    _ item: MzMLItem, _ axis: Axis.Kind, _ x: [Double], _ values: [Double], _ unit: String
  ) throws(FormatError) {
    let rises = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    guard x.count == values.count, rises || zip(x, x.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw FormatError(
        .mzml, .inconsistent, at: item.offset, "the wavelengths neither rise nor fall strictly")
    }
    wavelengths += 1
    let name = wavelengths == 1 ? "sample" : "sample_\(wavelengths)"
    if let time = item.time { measurement.facts["\(name)_time_s"] = DecimalText.shortest(time) }
    measurement.spectra.append(
      MeasuredSpectrum(
        name: name, axis: Axis(kind: axis, values: x),
        ordinate: unit == "AU" ? .absorbance : unit == "counts" ? .counts : .intensity,
        values: values))
  }

  // MARK: - Chromatograms

  private mutating func chromatogram(_ item: MzMLItem) throws(FormatError) {
    try settle()
    guard let time = item.array("MS:1000595"),
      let intensity = ["MS:1000515", "MS:1000820", "MS:1000821", "MS:1000822"].lazy
        .compactMap({ item.array($0) }).first
    else {
      warnings.append(
        "the chromatogram \(ForeignText.plain(item.id, most: 60)) has no times or no intensities")
      return
    }
    let factor = try secondsFactor(time.unit, at: time.offset)
    let times = try spectra.values(time, item.length).map { factor == 1 ? $0 : $0 * factor }
    let values = try spectra.values(intensity, item.length)
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
    guard array.factor == nil else { return array.factorUnit }
    return switch array.unit {
    case "MS:1000131": "counts"
    case "MS:1000814": "counts_per_s"
    case "MS:1000132": "percent"
    case "UO:0000269": "AU"
    case "UO:0000110": "Pa"
    case "UO:0000012": "K"
    case "UO:0000027": "degC"
    case "UO:0000271": "uL_per_min"
    case nil: "1"
    default: ForeignText.unit(array.unitName ?? "1")
    }
  }

  // MARK: - End

  mutating func finish() throws(FormatError) -> ReadSource {
    try settle()
    guard isMzML else { throw FormatError(.mzml, .missing, at: 0, "there is no <mzML>") }
    measurement.massScans = series
    let isOwn = ownFits
    if isOwn, series == nil, own.contains(where: { $0.name == ContentFacts.prefix + "mass_kind" }) {
      measurement.massScans = MassScanSeries()
    }
    guard
      measurement.massScans != nil || !measurement.spectra.isEmpty || !measurement.traces.isEmpty
    else {
      throw FormatError(
        .mzml, higher > 0 ? .unsupported : .missing,
        higher > 0 ? "only spectra of MS level 2 and more" : "no spectrum and no chromatogram")
    }
    if higher > 0 {
      warnings.append("\(higher) spectra of MS level 2 and more are not read")
    }
    if turned > 0 { warnings.append("\(turned) scans did not rise in mass and were put in order") }
    if minutes > 0 { warnings.append("\(minutes) times have no unit; minutes are taken") }
    if rounded > 0 {
      warnings.append(
        "numpress has rounded the numbers of \(rounded) spectra, to some 2e-9 of their size or worse"
      )
    }
    var source = ReadSource(.mzML, measurement, identity: identity, warnings: warnings)
    if isOwn {
      try ContentFacts.restore(own, into: &source, .mzml)
    } else if !own.isEmpty {
      source.warnings.append(
        "another program has altered the file: its fields of ours do not count")
    }
    return source
  }

  /// Whether the fields of our own speak of as many signals and spectra as there are.
  private var ownFits: Bool {
    func count(_ name: String) -> Int {
      own.count { fact in
        let number = fact.name.hasPrefix(name) ? Int(fact.name.dropFirst(name.count)) : nil
        return number != nil
      }
    }
    return own.contains { $0.name == ContentFacts.prefix + "emulated" }
      && count(ContentFacts.prefix + "trace_") == measurement.traces.count
      && count(ContentFacts.prefix + "spectrum_") == measurement.spectra.count
      && (series == nil || own.contains { $0.name == ContentFacts.prefix + "mass_kind" })
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
