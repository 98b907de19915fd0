internal import Instruments
internal import Laboratory

/// One part of a content as a table: its columns, what must be said of it, and its rows one by one.
///
/// Names of columns are published: add, never rename.
struct ContentTable {
  /// What the rows are; the word behind `# gauger: content-`.
  enum Kind: String {
    case traces, spectrum, peaks, pressures
    case massScans = "mass-scans"
  }

  let content: ExportContent
  let kind: Kind
  private(set) var columns: [String] = []
  /// What the numbers do not say, beside the exact facts of the content.
  private(set) var facts: [FileFact] = []

  static let peakPrefix = ContentFacts.prefix + "peak_"

  init(_ content: ExportContent) throws(FormatError) {
    self.content = content
    if let first = content.traces.first {
      kind = .traces
      columns = ["scan", "time_s"] + content.traces.map(Self.column)
      columns += Self.flags.filter { flag in first.flags.contains { $0.contains(flag.flag) } }
        .map(\.name)
    } else if let spectrum = content.spectra.first {
      kind = .spectrum
      columns = [Self.axis(spectrum.axis.kind), Self.ordinate(spectrum.ordinate)]
      if !spectrum.saturated.isEmpty { columns.append("saturated") }
    } else if let scans = content.massScans {
      kind = .massScans
      columns = ["scan", "time_s", "mz", "intensity_\(Self.plain(scans.unit))"]
    } else if !content.peaks.isEmpty {
      kind = .peaks
      columns = Self.peakColumns
      facts = Self.texts(content.peaks)
    } else if !content.pressures.isEmpty {
      kind = .pressures
      columns = ["mass", "mz", "current_A", "pressure_Torr", "deviation_Torr"]
    } else {
      throw FormatError(.csv, .shape, "there is nothing in it")
    }
    columns = Self.unique(columns)
    try content.checkNumbers(as: .csv)
  }

  /// Gives every row; a nil is an empty cell.
  func forEachRow(_ body: ([Double?]) throws(Failure) -> Void) throws(Failure) {
    switch kind {
    case .traces: try traceRows(body)
    case .spectrum:
      guard let spectrum = content.spectra.first else { return }
      let saturated = Set(spectrum.saturated)
      for (index, x) in spectrum.axis.values.enumerated() {
        let mark: [Double?] = saturated.isEmpty ? [] : [saturated.contains(index) ? 1 : 0]
        try body([x, spectrum.values[index]] + mark)
      }
    case .massScans: try scanRows(body)
    case .peaks:
      for (index, peak) in content.peaks.enumerated() {
        try body([
          Double(index + 1), peak.retentionTime, peak.start, peak.end, peak.area, peak.height,
          peak.width, peak.areaPercent, peak.amount, peak.isManual ? 1 : 0,
        ])
      }
    case .pressures:
      for pressure in content.pressures {
        try body([
          pressure.mass, pressure.massToCharge, pressure.current, pressure.torr, pressure.deviation,
        ])
      }
    }
  }

  private func traceRows(_ body: ([Double?]) throws(Failure) -> Void) throws(Failure) {
    guard let first = content.traces.first else { return }
    let flags = Self.flags.filter { columns.contains($0.name) }
    for index in first.times.indices {
      var row: [Double?] = [Double(first.scans[index]), first.times[index]]
      for trace in content.traces { row.append(trace.values[index]) }
      for flag in flags { row.append(first.flags[index].contains(flag.flag) ? 1 : 0) }
      try body(row)
    }
  }

  private func scanRows(_ body: ([Double?]) throws(Failure) -> Void) throws(Failure) {
    var last: (number: Int, time: Double)?
    try content.massScans?.forEachScan { scan throws(Failure) in
      let (mz, values) = (scan.massToCharge, scan.intensity)
      let error: FormatError? =
        if mz.count != values.count {
          FormatError(.csv, .shape, "scan \(scan.number) has arrays of different lengths")
        } else if !scan.time.isFinite || !(mz + values).allSatisfy(\.isFinite) {
          FormatError(.csv, .notFinite, "a number of scan \(scan.number)")
        } else if let last, scan.time < last.time || scan.number <= last.number {
          FormatError(.csv, .axis, "scan \(scan.number) stands behind scan \(last.number)")
        } else if zip(mz, mz.dropFirst()).contains(where: { $0 > $1 }) {
          FormatError(.csv, .axis, "the masses of scan \(scan.number) fall")
        } else {
          nil
        }
      if let error { throw error.failure }
      last = (scan.number, scan.time)
      let number = Double(scan.number)
      // A scan in which nothing was found is a row without a pair.
      if mz.isEmpty { try body([number, scan.time, nil, nil]) }
      for (index, mass) in mz.enumerated() { try body([number, scan.time, mass, values[index]]) }
    }
  }

  // MARK: - Names

  static let peakColumns = [
    "peak", "retention_s", "start_s", "end_s", "area", "height", "width_s", "area_percent",
    "amount", "manual",
  ]

  /// The texts of peaks: a cell of the table is never a text.
  private static func texts(_ peaks: [ReportedPeak]) -> [FileFact] {
    var facts: [FileFact] = []
    for (index, peak) in peaks.enumerated() {
      let key = "\(peakPrefix)\(index + 1)"
      facts.append(FileFact("\(key)_trace", peak.trace))
      facts.append(FileFact("\(key)_area_unit", peak.areaUnit))
      if let name = peak.name { facts.append(FileFact("\(key)_name", name)) }
      if let code = peak.code { facts.append(FileFact("\(key)_code", code)) }
      if !peak.baseline.isEmpty {
        let points = peak.baseline.flatMap { [$0.time, $0.level] }
        facts.append(
          FileFact(
            "\(key)_baseline", points.map { DecimalText.shortest($0) }.joined(separator: " ")))
      }
    }
    return facts
  }

  private static let flags: [(name: String, flag: Trace.Flags)] = [
    ("after_gap", .afterGap), ("after_change", .afterChange), ("time_unknown", .timeUnknown),
  ]

  private static func axis(_ kind: Axis.Kind) -> String {
    switch kind {
    case .channel: "channel"
    case .wavelength: "wavelength_nm"
    case .ramanShift: "raman_shift_per_cm"
    case .wavenumber: "wavenumber_per_cm"
    case .massToCharge: "mz"
    }
  }

  private static func ordinate(_ ordinate: MeasuredSpectrum.Ordinate) -> String {
    switch ordinate {
    case .counts: "intensity_counts"
    case .irradiance: "irradiance_uW_per_cm2_per_nm"
    case .intensity, .absorbance, .transmittance, .reflectance: ordinate.rawValue
    }
  }

  private static func column(_ trace: Trace) -> String {
    plain(trace.name + (trace.unit == .one ? "" : "_\(trace.unit.symbol)"))
  }

  /// Letters and digits; what is neither in a name of an instrument is `_`.
  private static func plain(_ text: String) -> String {
    let word = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }.prefix(80))
    return word.isEmpty ? "_" : word
  }

  private static func unique(_ names: [String]) -> [String] {
    var used: Set<String> = []
    return names.map { name in
      var (found, number) = (name, 2)
      while !used.insert(found).inserted {
        found = "\(name)_\(number)"
        number += 1
      }
      return found
    }
  }
}
