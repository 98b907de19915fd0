internal import Instruments
internal import Laboratory

/// Makes a measurement of the blocks of a JCAMP-DX file.
struct JCAMPInterpreter {
  let zone: String
  private var measurement = Measurement()
  private var identity = SourceIdentity()
  private var warnings: [String] = []
  private var tables = 0

  init(zone: String) { self.zone = zone }

  func read(_ blocks: [JCAMPBlock], _ said: [String]) throws(FormatError) -> ReadSource {
    var reading = self
    reading.warnings = said
    return try reading.read(blocks)
  }

  private mutating func read(_ blocks: [JCAMPBlock]) throws(FormatError) -> ReadSource {
    let withTables = blocks.filter { !$0.tables.isEmpty || !$0.pages.isEmpty }
    guard let first = withTables.first else {
      throw FormatError(.jcamp, .missing, at: blocks.first?.offset, "there is no table")
    }
    identify(first)
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
    return ReadSource(.jcamp, measurement, identity: identity, warnings: warnings)
  }

  // MARK: - Words

  private mutating func identify(_ block: JCAMPBlock) {
    for record in block.records where measurement.facts.count < 500 {
      let name = EscapedText.readable(record.label).lowercased()
      if !record.value.isEmpty, measurement.facts[name] == nil {
        measurement.facts[name] = ForeignText.plain(record.value)
      }
    }
    func own(_ name: String) -> String? {
      guard var text = block[JCAMPDocument.normalized("$" + JCAMPDocument.label(ofFact: name))]
      else { return nil }
      if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
        text = EscapedText.decode(text.dropFirst().dropLast()) ?? text
      }
      return text
    }
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
    for (index, page) in block.pages.enumerated() {
      let tables = byPage[index] ?? []
      guard tables.count <= 1 else {
        throw FormatError(.jcamp, .unsupported, at: page.offset, "a page with two tables")
      }
      let time = try self.time(of: page) * factor
      if let count = page.records.first(where: { $0.label == "NPOINTS" }),
        DecimalText.number(count.value) != Double(tables.first?.y.count ?? 0)
      {
        throw FormatError(
          .jcamp, .inconsistent, at: count.offset,
          "NPOINTS is \(count.value.prefix(20)), the table holds \(tables.first?.y.count ?? 0)")
      }
      if let table = tables.first, table.form != .pairs {
        throw FormatError(.jcamp, .unsupported, at: table.offset, "a page that is not (XY..XY)")
      }
      guard tables.first?.y.allSatisfy({ !$0.isNaN }) ?? true else {
        throw FormatError(.jcamp, .unsupported, at: page.offset, "missing values in a page")
      }
      try scan(
        tables.first?.x ?? [], tables.first?.y ?? [], time: time, tables.first,
        unit: unit(of: "Y") ?? block["YUNITS"])
      self.tables += 1
    }
    if block["DATATYPE"]?.uppercased().hasPrefix("CONTINUOUS") ?? false,
      let series = measurement.massScans
    {
      measurement.massScans = series.named(.profile)
    }
  }

  private func time(of page: JCAMPBlock.Page) throws(FormatError) -> Double {
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
