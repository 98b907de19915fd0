internal import Instruments
internal import Laboratory

/// Makes a measurement of the blocks of a JCAMP-DX file.
struct JCAMPInterpreter {
  let zone: String
  private var measurement = Measurement()
  private var identity = SourceIdentity()
  private var warnings: [String] = []
  private var tables = 0
  /// The facts of a content of ours, in their order; none of any other file.
  private var ownFacts: [FileFact] = []

  init(zone: String) { self.zone = zone }

  func read(_ blocks: [JCAMPBlock], _ said: [String]) throws(FormatError) -> ReadSource {
    var reading = self
    reading.warnings = said
    return try reading.read(blocks)
  }

  /// Reads a series whose pages were read already: its words, and scans of which there are none.
  func describe(_ blocks: [JCAMPBlock], _ said: [String]) throws(FormatError) -> ReadSource {
    var reading = self
    reading.warnings = said
    guard let block = blocks.first else {
      throw FormatError(.jcamp, .missing, "there is no block")
    }
    try reading.identify(block)
    reading.measurement.massScans = MassScanSeries()
    return try reading.restored()
  }

  private func restored() throws(FormatError) -> ReadSource {
    var source = ReadSource(.jcamp, measurement, identity: identity, warnings: warnings)
    if !ownFacts.isEmpty { try ContentFacts.restore(ownFacts, into: &source, .jcamp) }
    return source
  }

  private mutating func read(_ blocks: [JCAMPBlock]) throws(FormatError) -> ReadSource {
    let withTables = blocks.filter { !$0.tables.isEmpty || !$0.pages.isEmpty }
    guard let first = withTables.first else {
      throw FormatError(.jcamp, .missing, at: blocks.first?.offset, "there is no table")
    }
    try identify(first)
    for block in withTables {
      if let type = block["DATATYPE"]?.uppercased(),
        type.hasPrefix("NMR") || type.contains("ND NMR")
      {
        throw FormatError(.jcamp, .unsupported, at: block.offset(of: "DATATYPE"), "\(type)")
      }
      if block.pages.isEmpty {
        for table in block.tables { try take(table, of: block) }
      } else {
        try takePages(block)
      }
    }
    if withTables.count > 1 { warnings.append("\(withTables.count) blocks are read") }
    guard tables > 0 else { throw FormatError(.jcamp, .missing, "there is no table with points") }
    return try restored()
  }

  // MARK: - Words

  private mutating func identify(_ block: JCAMPBlock) throws(FormatError) {
    ownFacts = try JCAMPFacts.read(block)
    for record in block.records where measurement.facts.count < 500 {
      let name = EscapedText.readable(record.label).lowercased()
      let value = record.value
      if !value.isEmpty, measurement.facts[name] == nil {
        measurement.facts[name] = ForeignText.plain(value)
      }
    }
    func own(_ name: String) -> String? { Self.own(name, block) }
    identity.emulated = own("emulated") == "yes"
    identity.samples = [own("sample"), block["SAMPLEDESCRIPTION"], block["NAMES"], block["TITLE"]]
      .compactMap { $0.map { ForeignText.plain($0, most: 200) } }.filter { !$0.isEmpty }
    identity.person = own("operator")
    identity.maker = own("maker")
    identity.model =
      own("model") ?? block["SPECTROMETERDATASYSTEM"]
    identity.serialNumber = own("serial_number")
    let date =
      block["LONGDATE"] ?? block["DATE"].map { $0 + (block["TIME"].map { " \($0)" } ?? "") }
    if let started = own("started").flatMap({ Timestamp(iso8601: $0) }) {
      identity.began = started
    } else if let date {
      if let wall = ForeignMoment.iso(date) ?? Self.shortDate(date),
        let moment = ForeignMoment.timestamp(wall, zone: zone)
      {
        identity.began = moment
        if wall.offsetMinutes == nil { warnings.append("the date has no zone; \(zone) is taken") }
      } else {
        warnings.append("the date \(ForeignText.plain(date, most: 40)) is not understood")
      }
    }
  }

  /// A fact of a run that our writer put in.
  private static func own(_ name: String, _ block: JCAMPBlock) -> String? {
    let label = JCAMPDocument.normalized("$" + JCAMPDocument.label(ofFact: name))
    guard let record = block.records.first(where: { $0.label == label }) else { return nil }
    return record.exact ?? record.value
  }

  /// `93/08/30 20:24:39`, as JCAMP-DX 4.24 writes dates.
  static func shortDate(_ text: String) -> ForeignMoment.Wall? {
    let match = text.wholeMatch(of: /(\d\d)\/(\d\d)\/(\d\d)(?: +(\d\d?):(\d\d)(?::(\d\d))?)?/)
    guard let match else { return nil }
    func number(_ part: Substring?) -> Int { part.flatMap { Int($0) } ?? 0 }
    var wall = ForeignMoment.Wall()
    let year = number(match.1)
    wall.year = year < 70 ? 2000 + year : 1900 + year
    (wall.month, wall.day) = (number(match.2), number(match.3))
    (wall.hour, wall.minute, wall.second) = (number(match.4), number(match.5), number(match.6))
    return wall
  }

  // MARK: - One table

  private mutating func take(_ table: JCAMPBlock.Table, of block: JCAMPBlock) throws(FormatError) {
    var (x, y) = try JCAMPScaling(block: block, table: table).points(&warnings)
    guard !x.isEmpty else {
      throw FormatError(.jcamp, .missing, at: table.offset, "a table without points")
    }
    let kept = y.indices.filter { !y[$0].isNaN }
    if kept.count < y.count {
      warnings.append("\(y.count - kept.count) points are marked as missing and left out")
      (x, y) = (kept.map { x[$0] }, kept.map { y[$0] })
    }
    tables += 1
    let unit = block["XUNITS"] ?? ""
    // A file of ours says what the axis is, also where the standard has no word for it.
    let axis = Self.own("content_spectrum_1_axis", block) ?? Self.own("axis", block)
    if let kind = axis.flatMap(Axis.Kind.init), kind == .channel || !ownFacts.isEmpty {
      return try spectrum(x, y, kind, table, block)
    }
    switch try JCAMPAxis(unit, type: block["DATATYPE"] ?? "", at: block.offset(of: "XUNITS")) {
    case .axis(let kind, let factor):
      if factor != 1 { x = x.map { $0 * factor } }
      try spectrum(x, y, kind, table, block)
    case .time(let factor):
      try trace(x.map { $0 * factor }, y, table, block)
    case .mass:
      try scan(x, y, time: 0, table, unit: block["YUNITS"])
      if (measurement.massScans?.count ?? 0) == 1 {
        warnings.append("a mass spectrum without a time; it stands at 0 s")
      }
    }
  }

  private mutating func spectrum(
    _ x: [Double], _ y: [Double], _ kind: Axis.Kind, _ table: JCAMPBlock.Table, _ block: JCAMPBlock
  ) throws(FormatError) {
    let rising = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    guard rising || zip(x, x.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw FormatError(
        .jcamp, .inconsistent, at: table.offset, "the abscissae neither rise nor fall strictly")
    }
    let unit = block["YUNITS"] ?? ""
    let (ordinate, divisor) = JCAMPAxis.ordinate(unit)
    let values = divisor == 1 ? y : y.map { $0 / divisor }
    if ordinate == .transmittance || ordinate == .reflectance, let largest = values.max(),
      largest > 2
    {
      warnings.append(
        "\(ForeignText.plain(unit, most: 40)) up to \(largest): it looks like percent and is taken "
          + "as written")
    }
    let base = table.isPeaks ? "peaks" : "sample"
    let number = measurement.spectra.count + 1
    measurement.spectra.append(
      MeasuredSpectrum(
        name: number == 1 ? base : "\(base)_\(number)", axis: Axis(kind: kind, values: x),
        ordinate: ordinate, values: values))
    if number > 1, let title = block["TITLE"] {
      measurement.facts["title_\(number)"] = ForeignText.plain(title)
    }
  }

  private mutating func trace(
    _ times: [Double], _ values: [Double], _ table: JCAMPBlock.Table, _ block: JCAMPBlock
  ) throws(FormatError) {
    guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw FormatError(.jcamp, .inconsistent, at: table.offset, "the times do not rise")
    }
    let number = measurement.traces.count + 1
    measurement.traces.append(
      Trace(
        name: number == 1 ? "signal" : "signal_\(number)",
        unit: Unit(ForeignText.unit(block["YUNITS"] ?? "1")), scans: Array(times.indices),
        times: times, values: values, flags: Array(repeating: [], count: times.count)))
  }

  private mutating func scan(
    _ x: [Double], _ y: [Double], time: Double, _ table: JCAMPBlock.Table?, unit: String?
  ) throws(FormatError) {
    var series =
      measurement.massScans
      ?? MassScanSeries(
        kind: table.map { $0.isPeaks || $0.form == .pairs } ?? true ? .centroid : .profile,
        unit: ForeignText.unit(unit ?? "1"))
    measurement.massScans = nil
    if let last = series.times.last, time < last {
      throw FormatError(
        .jcamp, .inconsistent, at: table?.offset, "a scan at \(time) s behind one at \(last) s")
    }
    guard x.allSatisfy({ $0 >= 0 }) else {
      throw FormatError(.jcamp, .inconsistent, at: table?.offset, "a mass below zero")
    }
    var (x, y) = (x, y)
    if zip(x, x.dropFirst()).contains(where: { $0 > $1 }) {
      let order = x.indices.sorted { x[$0] == x[$1] ? $0 < $1 : x[$0] < x[$1] }
      (x, y) = (order.map { x[$0] }, order.map { y[$0] })
    }
    series.append(time: time, massToCharge: x, intensity: y)
    measurement.massScans = series
  }

  // MARK: - Series

  /// Mass spectra over time: a page each.
  private mutating func takePages(_ block: JCAMPBlock) throws(FormatError) {
    let tuples = block["NTUPLES"]?.uppercased() ?? block["DATATYPE"]?.uppercased() ?? ""
    // What Agilent and OpenChrom export has neither.
    guard tuples.isEmpty || tuples.contains("MASS") else {
      throw FormatError(
        .jcamp, .unsupported, at: block.offset(of: "NTUPLES"), "##NTUPLES= \(tuples.prefix(40))")
    }
    let units = (block["UNITS"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingBlanks() }
    let symbols = (block["SYMBOL"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingBlanks().uppercased() }
    func unit(of symbol: String) -> String? {
      symbols.firstIndex(of: symbol).flatMap { $0 < units.count ? units[$0] : nil }
    }
    let timeUnit = unit(of: "T")?.uppercased() ?? "SECONDS"
    guard timeUnit.hasPrefix("SEC") || timeUnit.hasPrefix("MIN") else {
      throw FormatError(
        .jcamp, .unsupported, at: block.offset(of: "UNITS"), "times in \(timeUnit.prefix(40))")
    }
    let factor: Double = timeUnit.hasPrefix("MIN") ? 60 : 1
    let byPage = Dictionary(grouping: block.tables) { $0.page ?? -1 }
    var expected = 0
    var gaps = 0
    for (index, page) in block.pages.enumerated() {
      let tables = byPage[index] ?? []
      let (time, x, y) = try Self.points(of: (page, tables))
      try scan(x, y, time: time * factor, tables.first, unit: unit(of: "Y") ?? block["YUNITS"])
      let number = try Self.scanNumber(of: page) ?? expected
      guard number >= expected else {
        throw FormatError(.jcamp, .inconsistent, at: page.offset, "scan \(number) is no later one")
      }
      gaps += number == expected ? 0 : 1
      expected = number + 1
      self.tables += 1
    }
    if gaps > 0 { warnings.append("scans of the run are missing at \(gaps) places of the series") }
    if block["DATATYPE"]?.uppercased().hasPrefix("CONTINUOUS") ?? false,
      let series = measurement.massScans
    {
      measurement.massScans = series.named(.profile)
    }
  }

  /// The time and the pairs of a page, as they stand.
  static func points(
    of page: JCAMPBlockParser.Page
  ) throws(FormatError) -> (time: Double, x: [Double], y: [Double]) {
    let (page, tables) = page
    guard tables.count <= 1 else {
      throw FormatError(.jcamp, .unsupported, at: page.offset, "a page with two tables")
    }
    let time = try time(of: page)
    let table = tables.first
    if let count = page.records.first(where: { $0.label == "NPOINTS" }),
      DecimalText.number(count.value) != Double(table?.y.count ?? 0)
    {
      throw FormatError(
        .jcamp, .inconsistent, at: count.offset,
        "NPOINTS is \(count.value.prefix(20)), the table holds \(table?.y.count ?? 0)")
    }
    if let table, table.form != .pairs {
      throw FormatError(.jcamp, .unsupported, at: table.offset, "a page that is not (XY..XY)")
    }
    guard table?.y.allSatisfy({ !$0.isNaN }) ?? true else {
      throw FormatError(.jcamp, .unsupported, at: page.offset, "missing values in a page")
    }
    return (time, table?.x ?? [], table?.y ?? [])
  }

  /// The number of the scan, where a file of ours says that it is not the next one.
  static func scanNumber(of page: JCAMPBlock.Page) throws(FormatError) -> Int? {
    let label = JCAMPDocument.normalized("$" + JCAMPFacts.scan)
    guard let record = page.records.first(where: { $0.label == label }) else { return nil }
    guard let number = Int(record.value), number >= 0, number < 1 << 53 else {
      throw FormatError(
        .jcamp, .badNumber, at: record.offset, "the scan \(record.value.prefix(20))")
    }
    return number
  }

  private static func time(of page: JCAMPBlock.Page) throws(FormatError) -> Double {
    if let own = page.records.first(where: { $0.label == "RETENTIONTIME" }) {
      if let time = DecimalText.number(own.value) { return time }
      throw FormatError(.jcamp, .badNumber, at: own.offset, "the time \(own.value.prefix(40))")
    }
    let text = page.value.split(separator: "=").last.map { $0.trimmingBlanks() } ?? ""
    guard let time = DecimalText.number(text) else {
      throw FormatError(.jcamp, .badNumber, at: page.offset, "the time \(page.value.prefix(40))")
    }
    return time
  }
}

extension MassScanSeries {
  /// The same pairs, called centroids or profile.
  func named(_ kind: Kind) -> MassScanSeries {
    var series = self
    series.kind = kind
    return series
  }
}
