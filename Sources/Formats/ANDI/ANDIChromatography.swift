internal import Instruments
internal import Laboratory

/// The signal and the peaks of an ANDI chromatography file.
///
/// Times are delay + i x interval, multiplied and not summed. Data systems do not all count so: one
/// of Varian gives retention times about one interval later, as if its first point stood at one
/// interval. Nothing is shifted here; times of peaks are as reported.
struct ANDIChromatography {
  let file: NetCDFFile
  let zone: String
  /// Whether we wrote it: then no number stands for an absent one.
  var isOurs = false

  func read() throws(FormatError) -> ReadSource {
    var warnings: [String] = []
    let toSeconds = try secondsFactor(&warnings)
    let exact = isOurs && file.variable("gauger_ordinate_values") != nil
    let (variable, raw) = try ANDIReader.required(
      exact ? "gauger_ordinate_values" : "ordinate_values", in: file)
    let factor = file.number("scale_factor", of: variable) ?? 1
    let offset = file.number("add_offset", of: variable) ?? 0
    guard factor.isFinite, factor != 0, offset.isFinite else {
      throw FormatError(.netcdf, .badNumber, at: variable.offset, "a factor of \(factor)")
    }
    guard !raw.isEmpty else {
      throw FormatError(.netcdf, .missing, at: variable.offset, "there is no point")
    }
    let times = try self.times(of: raw.count, variable, toSeconds, &warnings)
    let unit = file.text("detector_unit") ?? file.text("detector_units")
    if unit == nil { warnings.append("the file does not say the unit of its signal") }
    var trace = Trace(name: "signal", unit: Unit(unit.map(ForeignText.unit) ?? "1"))
    var absent = 0
    for (index, value) in raw.enumerated() {
      if !isOurs && ANDIReader.isAbsent(value, variable.kind) {
        absent += 1
        continue
      }
      let scaled = factor == 1 && offset == 0 ? value : value * factor + offset
      trace.append(scan: index, time: times[index], value: scaled, flags: [])
    }
    try ANDIReader.check(trace.values, variable)
    if absent > 0 { warnings.append("\(absent) points are marked as absent and left out") }
    return ReadSource(
      .andiChromatography,
      Measurement(
        traces: [trace], facts: ANDIReader.facts(file),
        reportedPeaks: try peaks(toSeconds, trace.unit.symbol, &warnings)),
      identity: identity(&warnings), warnings: warnings)
  }

  private func secondsFactor(_ warnings: inout [String]) throws(FormatError) -> Double {
    let unit = file.text("retention_unit") ?? file.text("retention_units")
    switch unit?.lowercased() {
    case "seconds", "second", "sec", "s": return 1
    case "minutes", "minute", "min": return 60
    case "milliseconds", "ms": return 0.001
    case nil:
      warnings.append("the file does not say the unit of its times; seconds are taken")
      return 1
    case let unit?:
      throw FormatError(
        .netcdf, .unsupported, at: file.attribute("retention_unit")?.place,
        "times in \(ForeignText.plain(unit, most: 40))")
    }
  }

  private func times(
    of count: Int, _ variable: NetCDFFile.Variable, _ toSeconds: Double,
    _ warnings: inout [String]
  ) throws(FormatError) -> [Double] {
    if isOurs, file.variable("gauger_retention") != nil {
      let (own, values) = try ANDIReader.required("gauger_retention", in: file)
      guard values.count == count, zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw FormatError(.netcdf, .inconsistent, at: own.begin, "the times fall")
      }
      return values
    }
    // Exact values of ours stand in a variable of their own, which has no such flag.
    let standard = file.variable("ordinate_values") ?? variable
    let flag =
      file.text("uniform_sampling_flag", of: standard) ?? file.text("uniform_sampling_flag")
    if flag?.uppercased().hasPrefix("N") ?? false {
      let (own, values) = try ANDIReader.required("raw_data_retention", in: file)
      guard values.count == count else {
        throw FormatError(
          .netcdf, .inconsistent, at: own.offset, "\(values.count) times of \(count) points")
      }
      for index in values.indices.dropFirst() where !(values[index] > values[index - 1]) {
        throw FormatError(
          .netcdf, .inconsistent, at: own.begin,
          "the time of point \(index) is \(values[index]), not behind \(values[index - 1])")
      }
      return values.map { $0 * toSeconds }
    }
    guard let interval = try ANDIReader.optional("actual_sampling_interval", in: file)?.first ?? nil
    else { throw FormatError(.netcdf, .missing, "actual_sampling_interval is missing") }
    let delay = (try ANDIReader.optional("actual_delay_time", in: file)?.first ?? nil) ?? 0
    guard interval > 0, delay >= 0 else {
      throw FormatError(.netcdf, .inconsistent, "an interval of \(interval), a delay of \(delay)")
    }
    if let length = try ANDIReader.optional("actual_run_time_length", in: file)?.first ?? nil {
      let last = delay + Double(count - 1) * interval
      if abs(length - last) > interval * 1.001 {
        warnings.append(
          "the stated run time is \(length), the last point stands at \(last); the points count")
      }
    }
    return (0..<count).map { (delay + Double($0) * interval) * toSeconds }
  }

  // MARK: - Peaks

  /// The peaks of a file of ours, exact; nil where it is none, or has none.
  private func ownPeaks() throws(FormatError) -> [ReportedPeak]? {
    guard isOurs, let variable = file.variable("gauger_peaks") else { return nil }
    var peaks: [ReportedPeak] = []
    for line in try file.texts(of: variable) {
      guard let peak = PeakText.decode(line ?? "", trace: "signal") else {
        throw FormatError(
          .netcdf, .malformed, at: variable.begin, "peak \(peaks.count + 1) of gauger_peaks")
      }
      peaks.append(peak)
    }
    return peaks
  }

  private func peaks(
    _ toSeconds: Double, _ unit: String, _ warnings: inout [String]
  ) throws(FormatError) -> [ReportedPeak] {
    if let own = try ownPeaks() { return own }
    guard let retention = try ANDIReader.optional("peak_retention_time", in: file) else {
      return []
    }
    func column(_ name: String) throws(FormatError) -> [Double?] {
      let values = try ANDIReader.optional(name, in: file) ?? []
      return values.count == retention.count
        ? values : Array(repeating: nil, count: retention.count)
    }
    func words(_ name: String) throws(FormatError) -> [String?] {
      guard let variable = file.variable(name) else {
        return Array(repeating: nil, count: retention.count)
      }
      let texts = try file.texts(of: variable).map { $0.map { ForeignText.plain($0, most: 200) } }
      return texts.count == retention.count
        ? texts : Array(repeating: nil, count: retention.count)
    }
    func seconds(_ value: Double?) -> Double? { value.map { $0 * toSeconds } }
    let (starts, ends) = (try column("peak_start_time"), try column("peak_end_time"))
    let (areas, percents) = (try column("peak_area"), try column("peak_area_percent"))
    var heights = try column("peak_height")
    // So data systems say that they did not measure it.
    if heights.allSatisfy({ $0 == -1 }) { heights = heights.map { _ in nil } }
    let (widths, amounts) = (try column("peak_width"), try column("peak_amount"))
    let baseline = (
      try column("baseline_start_time"), try column("baseline_start_value"),
      try column("baseline_stop_time"), try column("baseline_stop_value")
    )
    let names = try words("peak_name")
    let (begins, stops) = (
      try words("peak_start_detection_code"), try words("peak_stop_detection_code")
    )
    let manual = try column("manually_reintegrated_peaks")
    var peaks: [ReportedPeak] = []
    for index in retention.indices {
      guard let time = seconds(retention[index]) else {
        warnings.append("peak \(index + 1) of the file has no retention time and is left out")
        continue
      }
      var peak = ReportedPeak(
        trace: "signal", retentionTime: time, areaUnit: "\(unit)*\(toSeconds == 60 ? "min" : "s")")
      peak.name = names[index]
      (peak.start, peak.end) = (seconds(starts[index]), seconds(ends[index]))
      (peak.area, peak.areaPercent) = (areas[index], percents[index])
      (peak.height, peak.width) = (heights[index], seconds(widths[index]))
      peak.amount = amounts[index]
      if let from = seconds(baseline.0[index]), let low = baseline.1[index],
        let to = seconds(baseline.2[index]), let high = baseline.3[index]
      {
        peak.baseline = [.init(time: from, level: low), .init(time: to, level: high)]
      }
      let code = (begins[index] ?? "") + (stops[index] ?? "")
      peak.code = code.isEmpty ? nil : code
      peak.isManual = manual[index].map { $0 != 0 } ?? false
      peaks.append(peak)
    }
    return peaks
  }

  private func identity(_ warnings: inout [String]) -> SourceIdentity {
    var identity = SourceIdentity()
    identity.samples = ["sample_id", "sample_name", "experiment_title"].compactMap {
      file.text($0).map { ForeignText.plain($0, most: 200) }
    }
    identity.began = ANDIReader.began(
      file.text("injection_date_time_stamp"), zone: zone, &warnings)
    identity.person = file.text("operator_name").map { ForeignText.plain($0, most: 200) }
    identity.model = file.text("detector_name").map { ForeignText.plain($0, most: 100) }
    return identity
  }
}
