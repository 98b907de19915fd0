internal import Instruments
internal import Laboratory

/// Reads the tables that contents were written as: they say themselves what their columns are.
///
/// Bounded: 10 million rows of traces and spectra, 64 million cells of scans.
enum ContentTableReader {
  static let mostRows = 10_000_001
  static let mostCells = 1 << 26

  /// Reads a file in memory.
  static func read(_ bytes: [UInt8]) throws(FormatError) -> ReadSource {
    try read(TableInput(MemoryFile(bytes)))
  }

  static func read(_ input: TableInput) throws(FormatError) -> ReadSource {
    var stream = try TableStream(input, isOwn: true)
    var source = ReadSource(.gaugerCSV, Measurement())
    guard stream.facts.contains(where: { $0.name == ContentFacts.prefix + "emulated" }) else {
      throw FormatError(.csv, .missing, "the facts do not say whether it was emulated")
    }
    let count = stream.columns.count
    switch stream.kind {
    case "content-traces 1":
      let signals = (1...max(1, count)).prefix { number in
        stream.facts.contains { $0.name == "\(ContentFacts.prefix)trace_\(number)" }
      }.count
      guard signals > 0, count >= signals + 2, stream.columns[1] == "time_s" else {
        throw FormatError(.csv, .inconsistent, "\(count) columns for \(signals) signals")
      }
      try traces(&stream, signals, &source)
    case "content-spectrum 1":
      guard count >= 2 else { throw FormatError(.csv, .missing, "there is one column") }
      let columns = try columns(&stream, [0, 1])
      source.measurement.spectra = [
        MeasuredSpectrum(
          name: "sample", axis: Axis(kind: .channel, values: columns[0]), ordinate: .intensity,
          values: columns[1])
      ]
    case "content-mass-scans 1":
      guard Array(stream.columns.prefix(3)) == ["scan", "time_s", "mz"], count == 4 else {
        throw FormatError(.csv, .missing, "the columns are not those of mass scans")
      }
      try scans(&stream, &source)
    case "content-peaks 1":
      guard stream.columns == ContentTable.peakColumns else {
        throw FormatError(.csv, .missing, "the columns are not those of peaks")
      }
      try peaks(&stream, &source)
    case "content-pressures 1":
      // The facts hold them; the table is for people.
      while try stream.next() != nil {}
    default:
      throw FormatError(
        .csv, .unsupported, "a table of the kind \(ForeignText.plain(stream.kind, most: 60))")
    }
    try ContentFacts.restore(stream.facts, into: &source, .csv)
    try check(source.measurement)
    return source
  }

  private static func columns(
    _ stream: inout TableStream, _ wanted: [Int]
  ) throws(FormatError) -> [[Double]] {
    var (columns, rows) = (Array(repeating: [Double](), count: wanted.count), 0)
    while let row = try stream.next() {
      rows += 1
      guard rows <= mostRows, rows * wanted.count <= mostCells else {
        throw FormatError(.csv, .tooLarge, "more than \(mostRows) rows or \(mostCells) cells")
      }
      for (place, index) in wanted.enumerated() {
        guard let value = row[index] else {
          throw FormatError(.csv, .missing, "\(stream.columns[index]) of row \(rows)")
        }
        columns[place].append(value)
      }
    }
    return columns
  }

  private static func traces(
    _ stream: inout TableStream, _ signals: Int, _ source: inout ReadSource
  ) throws(FormatError) {
    let columns = try columns(&stream, Array(1...signals + 1))
    for signal in 1...signals {
      source.measurement.traces.append(
        Trace(
          name: "signal_\(signal)", unit: .one, scans: Array(columns[0].indices), times: columns[0],
          values: columns[signal], flags: Array(repeating: [], count: columns[0].count)))
    }
  }

  private static func scans(
    _ stream: inout TableStream, _ source: inout ReadSource
  ) throws(FormatError) {
    var series = MassScanSeries()
    var (mz, values, cells) = ([Double](), [Double](), 0)
    var open: (number: Double, time: Double)?
    while let row = try stream.next() {
      cells += 4
      guard cells <= mostCells * 4 else {
        throw FormatError(.csv, .tooLarge, "more than \(mostCells) pairs")
      }
      guard let number = row[0], let time = row[1], (row[2] == nil) == (row[3] == nil) else {
        throw FormatError(.csv, .missing, "a row without scan, time or half of its pair")
      }
      if let (before, began) = open {
        guard number >= before, time >= began, number > before || time == began else {
          throw FormatError(.csv, .inconsistent, "scan \(number) stands behind scan \(before)")
        }
        if number > before {
          series.append(time: began, massToCharge: mz, intensity: values)
          (mz, values) = ([], [])
        }
      }
      open = (number, time)
      guard let mass = row[2], let value = row[3] else { continue }
      guard mass >= mz.last ?? mass else {
        throw FormatError(.csv, .inconsistent, "the mass \(mass) of scan \(number) falls")
      }
      mz.append(mass)
      values.append(value)
    }
    if let open { series.append(time: open.time, massToCharge: mz, intensity: values) }
    source.measurement.massScans = series
  }

  private static func peaks(
    _ stream: inout TableStream, _ source: inout ReadSource
  ) throws(FormatError) {
    let facts = Dictionary(stream.facts.map { ($0.name, $0.value) }) { first, _ in first }
    while let row = try stream.next() {
      let number = source.measurement.reportedPeaks.count + 1
      let key = "\(ContentTable.peakPrefix)\(number)"
      guard row[0] == Double(number), let retention = row[1], let trace = facts["\(key)_trace"],
        let unit = facts["\(key)_area_unit"], number <= mostRows
      else { throw FormatError(.csv, .inconsistent, "peak \(number) has no time or no signal") }
      var peak = ReportedPeak(trace: trace, retentionTime: retention, areaUnit: unit)
      (peak.start, peak.end, peak.area, peak.height) = (row[2], row[3], row[4], row[5])
      (peak.width, peak.areaPercent, peak.amount) = (row[6], row[7], row[8])
      peak.isManual = row[9] == 1
      (peak.name, peak.code) = (facts["\(key)_name"], facts["\(key)_code"])
      let points =
        facts["\(key)_baseline"]?.split(separator: " ")
        .compactMap { DecimalText.number($0) } ?? []
      for index in stride(from: 0, to: points.count - 1, by: 2) {
        peak.baseline.append(BaselinePoint(time: points[index], level: points[index + 1]))
      }
      source.measurement.reportedPeaks.append(peak)
    }
  }

  private static func check(_ measurement: Measurement) throws(FormatError) {
    for trace in measurement.traces {
      for index in trace.times.indices.dropFirst() {
        let (before, time) = (trace.times[index - 1], trace.times[index])
        guard time > before || (time == before && trace.flags[index].contains(.timeUnknown)) else {
          throw FormatError(
            .csv, .inconsistent, "the time \(time) of \(trace.name) stands behind \(before)")
        }
      }
    }
    for spectrum in measurement.spectra {
      let x = spectrum.axis.values
      for index in x.indices.dropFirst() {
        guard x[1] > x[0] ? x[index] > x[index - 1] : x[index] < x[index - 1] else {
          throw FormatError(
            .csv, .inconsistent,
            "the axis of \(spectrum.name) neither rises nor falls at point \(index)")
        }
      }
    }
  }
}
