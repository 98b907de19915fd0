internal import Instruments
internal import Laboratory

/// Mass scans of an ANDI/MS file.
struct ANDIMass {
  let file: NetCDFFile
  let zone: String
  /// Whether we wrote it: then no number stands for an absent one.
  var isOurs = false

  func read() throws(FormatError) -> ReadSource {
    var warnings: [String] = []
    let times = try ANDIReader.required("scan_acquisition_time", in: file)
    try checkTimes(times.values, times.variable)
    let masses = try scaled("mass_values")
    let intensities = try scaled("intensity_values")
    guard masses.values.count == intensities.values.count else {
      throw FormatError(
        .netcdf, .inconsistent, at: intensities.variable.offset,
        "\(masses.values.count) masses and \(intensities.values.count) intensities")
    }
    let unit = Self.unit(file.text("units", of: intensities.variable))
    let isProfile = file.text("experiment_type")?.hasPrefix("Continuum") ?? false
    var series = MassScanSeries(kind: isProfile ? .profile : .centroid, unit: unit)
    let places = try places(scans: times.values.count, points: masses.values.count, &warnings)
    var (absent, turned) = (0, 0)
    for (scan, place) in places.enumerated() {
      var (mz, values) = (Array(masses.values[place]), Array(intensities.values[place]))
      if !masses.absent.isEmpty || !intensities.absent.isEmpty {
        let kept = place.filter { !masses.absent.contains($0) && !intensities.absent.contains($0) }
        absent += place.count - kept.count
        (mz, values) = (kept.map { masses.values[$0] }, kept.map { intensities.values[$0] })
      }
      if Self.falls(mz) {
        turned += 1
        let order = mz.indices.sorted { mz[$0] == mz[$1] ? $0 < $1 : mz[$0] < mz[$1] }
        (mz, values) = (order.map { mz[$0] }, order.map { values[$0] })
      }
      series.append(time: times.values[scan], massToCharge: mz, intensity: values)
    }
    try checkMasses(series, masses.variable)
    if absent > 0 { warnings.append("\(absent) points are marked as absent and left out") }
    if turned > 0 { warnings.append("\(turned) scans did not rise in mass and were put in order") }
    try compareTotals(series, &warnings)
    return ReadSource(
      .andiMS, Measurement(massScans: series, facts: ANDIReader.facts(file)),
      identity: try identity(&warnings), warnings: warnings)
  }

  /// The points of each scan; those of flags behind them belong to none.
  private func places(
    scans: Int, points: Int, _ warnings: inout [String]
  ) throws(FormatError) -> [Range<Int>] {
    let index = try ANDIReader.required("scan_index", in: file)
    let counts = try ANDIReader.required("point_count", in: file)
    let flags = try ANDIReader.optional("flag_count", in: file) ?? []
    guard index.values.count == scans, counts.values.count == scans,
      flags.isEmpty || flags.count == scans
    else {
      throw FormatError(
        .netcdf, .inconsistent, at: index.variable.offset,
        "\(scans) times, \(index.values.count) places and \(counts.values.count) counts of scans")
    }
    var (places, used, flagged, end) = ([Range<Int>](), 0, 0, 0)
    for scan in 0..<scans {
      let count = counts.values[scan]
      let behind = flags.isEmpty ? 0 : flags[scan] ?? 0
      guard count == 0 || (count > 0 && count <= Double(points)), behind >= 0,
        behind <= Double(points)
      else {
        throw FormatError(
          .netcdf, .inconsistent, at: counts.variable.begin, "scan \(scan) has \(count) points")
      }
      guard count > 0 else {
        places.append(end..<end)
        continue
      }
      let first = index.values[scan]
      guard first >= Double(end), first + count + behind <= Double(points) else {
        throw FormatError(
          .netcdf, .inconsistent, at: index.variable.begin,
          "scan \(scan) of \(Int(count)) points begins at \(first) of \(points), the one before "
            + "ends at \(end)")
      }
      places.append(Int(first)..<Int(first + count))
      end = Int(first + count + behind)
      used += Int(count)
      flagged += Int(behind)
    }
    if flagged > 0 { warnings.append("\(flagged) flags of peaks are not read") }
    if used + flagged < points {
      warnings.append("\(points - used - flagged) points belong to no scan and are left out")
    }
    return places
  }

  private typealias Scaled = (
    variable: NetCDFFile.Variable, values: [Double], absent: Set<Int>
  )

  /// Values with factor and offset applied.
  private func scaled(_ name: String) throws(FormatError) -> Scaled {
    let (variable, raw) = try ANDIReader.required(name, in: file)
    var absent: Set<Int> = []
    if !isOurs {
      for (point, value) in raw.enumerated() where ANDIReader.isAbsent(value, variable.kind) {
        absent.insert(point)
      }
    }
    let factor = file.number("scale_factor", of: variable) ?? 1
    let offset = file.number("add_offset", of: variable) ?? 0
    guard factor.isFinite, factor != 0, offset.isFinite else {
      throw FormatError(
        .netcdf, .badNumber, at: variable.offset, "the factor of \(name) is \(factor)")
    }
    guard factor != 1 || offset != 0 else { return (variable, raw, absent) }
    let values = raw.map { $0 * factor + offset }
    try ANDIReader.check(values, variable)
    return (variable, values, absent)
  }

  private static func falls(_ masses: [Double]) -> Bool {
    var falls = false
    var previous = -Double.infinity
    for mass in masses {
      falls = (mass < previous) || falls
      previous = mass
    }
    return falls
  }

  private func checkTimes(
    _ times: [Double], _ variable: NetCDFFile.Variable
  ) throws(FormatError) {
    for (scan, time) in times.enumerated() {
      guard isOurs || !ANDIReader.isAbsent(time, variable.kind),
        scan == 0 || time >= times[scan - 1]
      else {
        throw FormatError(
          .netcdf, .inconsistent, at: variable.begin,
          "the time of scan \(scan) is \(time), behind \(scan == 0 ? 0 : times[scan - 1])")
      }
    }
  }

  private func checkMasses(
    _ series: MassScanSeries, _ variable: NetCDFFile.Variable
  ) throws(FormatError) {
    if let wrong = series.massToCharge.first(where: { $0 < 0 }) {
      throw FormatError(.netcdf, .inconsistent, at: variable.begin, "the mass \(wrong)")
    }
  }

  /// Sets the file's own total beside the sum of each scan.
  private func compareTotals(
    _ series: MassScanSeries, _ warnings: inout [String]
  ) throws(FormatError) {
    guard let totals = try ANDIReader.optional("total_intensity", in: file),
      totals.count == series.count
    else { return }
    var (different, largest) = (0, 0.0)
    for scan in 0..<series.count {
      guard let total = totals[scan] else { continue }
      let sum = series.intensity[series.range(of: scan)].reduce(0, +)
      let distance = abs(total - sum)
      if distance > 1e-6 * max(abs(total), abs(sum)) {
        different += 1
        largest = max(largest, distance)
      }
    }
    if different > 0 {
      warnings.append(
        "the file's total of \(different) scans is not the sum of their points, by up to \(largest)"
      )
    }
  }

  private func identity(_ warnings: inout [String]) throws(FormatError) -> SourceIdentity {
    var identity = SourceIdentity()
    let names = [
      "sample_external_id", "sample_internal_id", "sample_id", "sample_name", "experiment_title",
    ]
    identity.samples = names.compactMap {
      file.text($0).map { ForeignText.plain($0, most: 200) }
    }
    identity.began = ANDIReader.began(
      file.text("experiment_date_time_stamp"), zone: zone, &warnings)
    identity.person = file.text("operator_name").map { ForeignText.plain($0, most: 200) }
    identity.maker = try instrument("instrument_mfr")
    let name = try instrument("instrument_name")
    identity.model = try instrument("instrument_model") ?? name
    identity.serialNumber = try instrument("instrument_serial_no")
    return identity
  }

  private func instrument(_ name: String) throws(FormatError) -> String? {
    guard let variable = file.variable(name) else { return nil }
    let texts = try file.texts(of: variable)
    return texts.first?.map { ForeignText.plain($0, most: 100) }
  }

  /// The units of the standard by their short names.
  static func unit(_ text: String?) -> String {
    switch text?.lowercased() {
    case "total counts": "counts"
    case "counts per second": "counts_per_s"
    case "volts": "V"
    case "current": "A"
    case nil, "arbitrary intensity units", "other intensity": "arbitrary"
    case let text?: ForeignText.unit(text)
    }
  }
}
