internal import Instruments
internal import Laboratory
internal import Methods

/// Attributes, variables and values of an ANDI chromatography file (ASTM E1947) of one signal.
struct ANDIChromatographyLayout {
  var file = NetCDFLayout()
  /// The values of variables with numbers.
  var numbers: [(variable: Int, values: [Double])] = []
  /// The rows of variables with characters.
  var texts: [(variable: Int, rows: [[UInt8]])] = []
  let content: ExportContent
  let trace: Trace
  let grid: SamplingGrid
  let roundings: [String]

  init(_ content: ExportContent, roundings: [String]) {
    self.content = content
    self.roundings = roundings
    trace = content.traces.first ?? Trace(name: "", unit: .one)
    grid = SamplingGrid(trace.times)
    addAdministration()
    addSample()
    addDetection()
    file.attributes += PrivateFields.attributes(content.exactFacts)
    let strings = file.addStringDimensions()
    let point = file.dimension("point_number", trace.values.count)
    let peak = content.peaks.isEmpty ? nil : file.dimension("peak_number", content.peaks.count)
    let error = file.dimension("error_number", 1)
    let errors = file.variable("error_log", .char, [error, strings.sixtyFour])
    let warnings = content.head.warnings.count
    texts.append((errors, [warnings == 0 ? [] : Array("warnings of the run: \(warnings)".utf8)]))
    addSignal(point)
    if let peak { addPeaks(peak, strings.two, strings.thirtyTwo) }
  }

  // MARK: - Attributes

  private mutating func addAdministration() {
    let head = content.head
    file.add("dataset_completeness", content.peaks.isEmpty ? "C1" : "C1+C2")
    file.add("aia_template_revision", "1.0.1")
    file.add("netcdf_revision", "2.3.2")
    file.add("languages", "English")
    file.add("administrative_comments", head.comments(roundings))
    file.add("dataset_origin", head.laboratory.nonEmpty ?? head.said("dataset_origin"))
    file.add("dataset_owner", head.laboratory.nonEmpty ?? head.said("dataset_owner"))
    file.add(
      "dataset_date_time_stamp", ANDIText.stamp(head.ended ?? head.started, zone: head.timeZone))
    file.add("injection_date_time_stamp", ANDIText.stamp(head.started, zone: head.timeZone))
    file.add("experiment_title", head.title)
    file.add("operator_name", head.person)
    let separation: String? =
      switch content.technique {
      case .gc, .gcms: "Gas-Liquid Chromatography"
      case .lc, .lcms: "Other Liquid Chromatography"
      case .residualGas: "No Chromatography"
      default: nil
      }
    file.add("separation_experiment_type", separation ?? head.said("separation_experiment_type"))
    file.add("company_method_name", head.method?.name ?? head.said("company_method_name"))
    file.add(
      "company_method_id",
      head.method.map { "\($0.version) SHA-256 \($0.sha256)" } ?? head.said("company_method_id"))
    for name in ["pre_experiment_program_name", "post_experiment_program_name"] {
      file.add(name, head.said(name))
    }
    file.attributes.append(
      .init(name: "source_file_reference", value: .text(ANDIText.provenance(head))))
  }

  private mutating func addSample() {
    let head = content.head
    file.add("sample_id", head.sample)
    file.add("sample_name", head.markText + (head.sample.nonEmpty ?? head.source))
    let kind: String? =
      switch head.kind {
      case .sample: "unknown"
      case .blank: "blank"
      case .standard: "standard"
      case .check: "control"
      case .dark, .reference, .background, .tune: head.kind?.rawValue
      case nil: head.said("sample_type")
      }
    file.add("sample_type", kind)
    file.add("sample_id_comments", head.remark.nonEmpty ?? head.said("sample_id_comments"))
    for name in ["sample_injection_volume", "sample_amount"] { file.add(name, head.said(name)) }
  }

  private mutating func addDetection() {
    let head = content.head
    let isForeign = trace.name == "signal" && head.sourceKind.hasPrefix("andi")
    file.add("detector_name", (isForeign ? head.said("detector_name") : nil) ?? trace.name)
    file.add("detector_unit", trace.unit.symbol.nonEmpty ?? "1")
    file.add("retention_unit", "seconds")
    let steps = head.steps.map { "\($0.name): \($0.state.rawValue)" }.joined(separator: "; ")
    let said = head.said("detection_method_comments") ?? head.said("detector_method_comments")
    file.add("detection_method_comments", steps.nonEmpty ?? said)
    for name in ["detection_method_name", "detection_method_table_name", "raw_data_table_name"] {
      file.add(name, head.said(name))
    }
    guard !content.peaks.isEmpty else { return }
    for name in [
      "peak_processing_results_table_name", "peak_processing_results_comments",
      "peak_processing_date_time_stamp",
    ] {
      file.add(name, head.said(name))
    }
    let method = head.method.map { "\($0.name) \($0.version)" }
    file.add("peak_processing_method_name", method ?? head.said("peak_processing_method_name"))
    file.add("peak_amount_unit", head.said("peak_amount_unit") ?? head.said("peak_amount_units"))
  }

  // MARK: - Variables

  private mutating func addSignal(_ point: Int) {
    let narrow = trace.values.map(Float.init)
    add("detector_maximum_value", .float, [], [Double(narrow.max() ?? 0)])
    add("detector_minimum_value", .float, [], [Double(narrow.min() ?? 0)])
    add("actual_run_time_length", .float, [], [Double(grid.end)])
    add("actual_sampling_interval", .float, [], [Double(grid.interval)])
    add("actual_delay_time", .float, [], [Double(grid.delay)])
    let flag = NetCDFLayout.Attribute(
      name: "uniform_sampling_flag", value: .text([UInt8(ascii: grid.isUniform ? "Y" : "N")]))
    let position = content.head.said("position").map {
      NetCDFLayout.Attribute(name: "autosampler_position", value: .text(ANDIText.plain($0)))
    }
    add("ordinate_values", .float, [point], trace.values, [flag] + (position.map { [$0] } ?? []))
    if !grid.isUniform { add("raw_data_retention", .float, [point], trace.times) }
    if zip(narrow, trace.values).contains(where: { Double($0) != $1 }) {
      add("gauger_ordinate_values", .double, [point], trace.values)
    }
    if !grid.isExact { add("gauger_retention", .double, [point], trace.times) }
  }

  private mutating func addPeaks(_ count: Int, _ two: Int, _ thirtyTwo: Int) {
    let peaks = content.peaks
    add("peak_retention_time", .float, [count], peaks.map(\.retentionTime))
    let columns: [(String, (ReportedPeak) -> Double?)] = [
      ("peak_start_time", { $0.start }), ("peak_end_time", { $0.end }),
      ("peak_width", { $0.width }), ("peak_area", { $0.area }),
      ("peak_area_percent", { $0.areaPercent }), ("peak_height", { $0.height }),
      ("peak_amount", { $0.amount }), ("baseline_start_time", { $0.baseline.first?.time }),
      ("baseline_start_value", { $0.baseline.first?.level }),
      ("baseline_stop_time", { $0.baseline.last?.time }),
      ("baseline_stop_value", { $0.baseline.last?.level }),
    ]
    for (name, value) in columns {
      let values = peaks.map(value)
      guard values.contains(where: { $0 != nil }) else { continue }
      add(
        name, .float, [count], values.map { $0 ?? ANDIReader.absent },
        name == "peak_area" ? [units(peaks[0].areaUnit)] : [])
    }
    let names = file.variable("peak_name", .char, [count, thirtyTwo])
    texts.append((names, peaks.map { ANDIText.plain($0.name ?? "", most: 31) }))
    let codes = peaks.map { Array(EscapedText.readable($0.code ?? "").utf8) }
    if codes.contains(where: { !$0.isEmpty }) {
      let start = file.variable("peak_start_detection_code", .char, [count, two])
      texts.append((start, codes.map { Array($0.prefix(1)) }))
      let stop = file.variable("peak_stop_detection_code", .char, [count, two])
      texts.append((stop, codes.map { Array($0.dropFirst().prefix(1)) }))
    }
    if peaks.contains(where: \.isManual) {
      add("manually_reintegrated_peaks", .short, [count], peaks.map { $0.isManual ? 1 : 0 })
    }
    let lines = peaks.map { Array(PeakText.encode($0).utf8) }
    let width = file.dimension("gauger_peak_bytes", lines.map(\.count).max() ?? 1)
    let exact = file.variable("gauger_peaks", .char, [count, width])
    texts.append((exact, lines))
  }

  private func units(_ text: String) -> NetCDFLayout.Attribute {
    .init(name: "units", value: .text(ANDIText.plain(text)))
  }

  private mutating func add(
    _ name: String, _ kind: NetCDFFile.Kind, _ dimensions: [Int], _ values: [Double],
    _ attributes: [NetCDFLayout.Attribute] = []
  ) {
    numbers.append((file.variable(name, kind, dimensions, attributes), values))
  }
}
