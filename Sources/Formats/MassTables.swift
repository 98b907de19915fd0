internal import Instruments
internal import Laboratory

/// The tables of a mass run: names of columns with their units, and the cells below them.
///
/// Names are published: add, never rename.
struct MassTable {
  var names: [String] = []
  var values: [[Double?]] = []

  /// The points of a spectrum, in the order of the scan.
  init(_ spectrum: MassSpectrum) {
    add("point", spectrum.current.indices.map(Double.init))
    add("mz", spectrum.massToCharge)
    add("ion_current_A", spectrum.current)
    if let deviation = spectrum.deviation { add("ion_current_std_A", deviation) }
    if let pressure = spectrum.pressure { add("partial_pressure_Torr", pressure) }
    add("raw_counts", spectrum.raw)
    add("below_zero", spectrum.current.map { $0 < 0 ? 1 : 0 })
  }

  /// The pressures of all spectra of a run, the number of the spectrum in front.
  init(pressuresOf spectra: [MassSpectrum]) {
    let rows = spectra.enumerated().flatMap { index, spectrum in
      spectrum.partialPressures.map { (Double(index + 1), $0) }
    }
    add("spectrum", rows.map(\.0))
    add("mz", rows.map(\.1.mass))
    add("partial_pressure_Torr", rows.map(\.1.torr))
    if rows.contains(where: { $0.1.deviation != nil }) {
      add("partial_pressure_std_Torr", rows.map(\.1.deviation))
    }
    add("ion_current_A", rows.map(\.1.current))
    add("at_mz", rows.map(\.1.massToCharge))
    add("nitrogen_equivalent", rows.map { _ in 1 })
    add("below_zero", rows.map { $0.1.torr < 0 ? 1 : 0 })
  }

  /// Traces side by side, one row a scan of the first of them, which has them all.
  ///
  /// A cell is empty where a scan has no value. A trace whose points were measured later than their
  /// scan began has its times beside it.
  init(_ traces: [Trace]) throws(FormatError) {
    guard let base = Self.base(traces) else { return }
    for trace in traces { try Self.check(trace) }
    add("scan", base.scans.map(Double.init))
    add("time_s", base.times)
    for trace in traces {
      let rows = try Self.rows(of: trace, in: base)
      var cells = [Double?](repeating: nil, count: base.scans.count)
      var times = cells
      for (point, row) in rows.enumerated() {
        cells[row] = trace.values[point]
        times[row] = trace.times[point]
      }
      add("\(trace.name)_\(trace.unit.symbol)", cells)
      if trace.name.hasPrefix("mz") { add("\(trace.name)_time_s", times) }
    }
    for (name, flag) in Self.flags {
      add(name, base.flags.map { $0.contains(flag) ? 1 : 0 })
    }
  }

  private static let flags: [(String, Trace.Flags)] = [
    ("after_gap", .afterGap), ("after_change", .afterChange), ("time_unknown", .timeUnknown),
  ]

  /// The trace with the most points: every scan that is believed has one in it.
  private static func base(_ traces: [Trace]) -> Trace? {
    traces.filter { !$0.name.hasPrefix("mz") }.max { $0.scans.count < $1.scans.count }
  }

  private static func check(_ trace: Trace) throws(FormatError) {
    let count = trace.values.count
    guard trace.scans.count == count, trace.times.count == count, trace.flags.count == count else {
      throw FormatError(.csv, .shape, "the trace \(trace.name) has arrays of different lengths")
    }
    guard (trace.values + trace.times).allSatisfy(\.isFinite) else {
      throw FormatError(.csv, .notFinite, "a value of the trace \(trace.name)")
    }
  }

  /// The row of each point; both rise by the scan.
  private static func rows(of trace: Trace, in base: Trace) throws(FormatError) -> [Int] {
    var rows: [Int] = []
    var row = 0
    for scan in trace.scans {
      while row < base.scans.count, base.scans[row] != scan { row += 1 }
      guard row < base.scans.count else {
        throw FormatError(.csv, .shape, "scan \(scan) of \(trace.name) is not in \(base.name)")
      }
      rows.append(row)
      row += 1
    }
    return rows
  }

  private mutating func add(_ name: String, _ column: [Double?]) {
    names.append(name)
    values.append(column)
  }
}

extension RunFacts.Subject {
  /// What is to be known of a mass spectrum.
  init(_ spectrum: MassSpectrum) {
    var about = [
      (name: "axis", value: Axis.Kind.massToCharge.rawValue),
      (name: "axis_unit", value: Unit.massToCharge.symbol),
      (name: "unit", value: Unit.ampere.symbol),
      (name: "points", value: String(spectrum.current.count)),
      (name: "scan_form", value: spectrum.kind.rawValue),
      (name: "first_scan", value: String(spectrum.firstScan)),
      (name: "last_scan", value: String(spectrum.lastScan)),
    ]
    if let current = spectrum.totalCurrent {
      about.append((name: "total_current_A", value: DecimalText.shortest(current)))
    }
    if let pressure = spectrum.totalPressure {
      about.append((name: "total_pressure_Torr", value: DecimalText.shortest(pressure)))
    }
    if spectrum.pressure != nil || spectrum.totalPressure != nil {
      about.append((name: "pressures", value: PartialPressure.nitrogenFlag))
    }
    self.init(scansAveraged: spectrum.scans, about: about, steps: spectrum.steps)
  }

  /// What is to be known of the pressures of a run.
  init(pressuresOf spectra: [MassSpectrum]) {
    self.init(
      scansAveraged: nil,
      about: [
        (name: "spectra", value: String(spectra.count)),
        (name: "unit", value: Unit.torr.symbol),
        (name: "pressures", value: PartialPressure.nitrogenFlag),
      ], steps: spectra.first?.steps ?? [])
  }

  /// What is to be known of the traces of a run.
  init(_ traces: [Trace]) {
    self.init(
      scansAveraged: nil,
      about: [
        (name: "traces", value: traces.map(\.name).joined(separator: " ")),
        (
          name: "times",
          value: "seconds from the run's first request to the start of each measurement"
        ),
        (name: "pressures", value: PartialPressure.nitrogenFlag),
      ], steps: [])
  }
}

extension MassSpectrum {
  /// The points by rising mass, as a spectrum is drawn and exchanged.
  var byMass: (masses: [Double], currents: [Double]) {
    // Equal masses keep the order in which they were asked for.
    let order = massToCharge.indices.sorted {
      (massToCharge[$0], $0) < (massToCharge[$1], $1)
    }
    return (order.map { massToCharge[$0] }, order.map { current[$0] })
  }

  /// Refuses what no format of ours can hold: missing or non-finite values, masses out of order.
  func checkWritable(as format: FormatError.Format) throws(FormatError) {
    let count = current.count
    guard count >= 1, massToCharge.count == count, raw.count == count,
      deviation.map({ $0.count == count }) ?? true, pressure.map({ $0.count == count }) ?? true
    else {
      throw FormatError(
        format, .shape,
        "\(count) currents, \(massToCharge.count) masses, \(raw.count) raw counts")
    }
    for (name, values) in [
      ("mass", massToCharge), ("current", current), ("raw", raw), ("deviation", deviation),
      ("pressure", pressure), ("pressure", partialPressures.map(\.torr)),
      ("total", [totalCurrent ?? 0, totalPressure ?? 0]),
    ] as [(String, [Double]?)] {
      if let point = values?.firstIndex(where: { !$0.isFinite }) {
        throw FormatError(format, .notFinite, "the \(name) value of point \(point)")
      }
    }
    guard kind != .selected else { return }
    if let point = (1..<count).first(where: { massToCharge[$0] <= massToCharge[$0 - 1] }) {
      throw FormatError(format, .axis, "the masses do not rise strictly at point \(point)")
    }
  }
}
