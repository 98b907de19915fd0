internal import Laboratory
internal import Methods

/// Attributes and variables of an ANDI/MS file (ASTM E2077), in the order of the AIA's tables.
struct ANDIMassLayout {
  var file = NetCDFLayout()
  let content: ExportContent
  let survey: MassSurvey
  let massKind: NetCDFFile.Kind
  let intensityKind: NetCDFFile.Kind
  let roundings: [String]
  private(set) var columns: [Column: Int] = [:]
  private(set) var texts: [(variable: Int, text: [UInt8])] = []

  /// The variables with a number a scan or a point.
  enum Column: String {
    case time = "scan_acquisition_time"
    case number = "actual_scan_number"
    case total = "total_intensity"
    case index = "scan_index"
    case count = "point_count"
    case mass = "mass_values"
    case intensity = "intensity_values"
  }

  init(
    _ content: ExportContent, _ scans: any MassScanSource, _ survey: MassSurvey, isNarrow: Bool,
    roundings: [String]
  ) {
    self.content = content
    self.survey = survey
    self.roundings = roundings
    massKind = isNarrow || survey.isMassNarrow ? .float : .double
    intensityKind = isNarrow || survey.isIntensityNarrow ? .float : .double
    addAdministration(scans)
    addSample()
    addTest(scans)
    addRawData()
    file.attributes += PrivateFields.attributes(content.exactFacts)
    addVariables(scans)
  }

  // MARK: - Attributes

  private mutating func addAdministration(_ scans: any MassScanSource) {
    let head = content.head
    file.add("dataset_completeness", "C1+C2")
    file.add("ms_template_revision", "1.0.1")
    file.add("netcdf_revision", "2.3.2")
    file.add("languages", "English")
    file.add("administrative_comments", head.comments(roundings))
    file.add("dataset_origin", head.laboratory.nonEmpty ?? head.said("dataset_origin"))
    file.add("dataset_owner", head.laboratory.nonEmpty ?? head.said("dataset_owner"))
    file.add(
      "netcdf_file_date_time_stamp",
      ANDIText.stamp(head.ended ?? head.started, zone: head.timeZone))
    file.add("experiment_title", head.title)
    file.add("experiment_date_time_stamp", ANDIText.stamp(head.started, zone: head.timeZone))
    file.add("operator_name", head.person)
    file.attributes.append(
      .init(name: "source_file_reference", value: .text(ANDIText.provenance(head))))
    file.add("source_file_format", head.sourceKind)
    file.add(
      "experiment_type",
      scans.kind == .profile ? "Continuum Mass Spectrum" : "Centroided Mass Spectrum")
  }

  private mutating func addSample() {
    let head = content.head
    file.add("sample_internal_id", head.sample)
    let names = [
      "sample_external_id", "sample_receipt_date_time_stamp", "sample_owner",
      "sample_procedure_name", "sample_matrix", "sample_storage", "sample_disposal",
      "sample_history", "sample_prep_procedure", "sample_prep_comments", "sample_manual_handling",
    ]
    for name in names { file.add(name, head.said(name)) }
    file.add("sample_comments", head.remark.nonEmpty ?? head.said("sample_comments"))
    addWord("sample_state", nil)
  }

  private mutating func addTest(_ scans: any MassScanSource) {
    let head = content.head
    let isResidualGas = content.technique == .residualGas
    let separation: String? =
      switch content.technique {
      case .gcms: "Gas-Liquid Chromatography"
      case .lcms: "Other Liquid Chromatography"
      case .residualGas: "No Chromatography"
      default: nil
      }
    addWord("test_separation_type", separation)
    addWord("test_ms_inlet", isResidualGas ? "Other Inlet" : nil)
    let energy = head.settings["electron_energy_eV"]
    addWord("test_ionization_mode", isResidualGas || energy != nil ? "Electron Impact" : nil)
    addWord("test_ionization_polarity", isResidualGas ? "Positive Polarity" : nil)
    let voltage = head.settings["multiplier_V"]
    addWord(
      "test_detector_type", voltage.map { $0 > 0 ? "Electron Multiplier" : "Faraday Cup" })
    addWord("test_resolution_type", isResidualGas ? "Constant Resolution" : nil)
    let isSelected = scans.hasSelectedMasses
    addWord("test_scan_function", isSelected ? "Selected Ion Detection" : nil, else: "Mass Scan")
    addWord("test_scan_direction", isResidualGas && !isSelected ? "Up" : nil)
    addWord("test_scan_law", isResidualGas && !isSelected ? "Linear" : nil)
    for name in ["test_reagent_gas", "test_resolution_method", "mass_calibration_file"] {
      file.add(name, head.said(name))
    }
    addFloat("test_electron_energy", energy)
    addFloat("test_detector_potential", voltage.flatMap { $0 > 0 ? $0 : nil })
    for name in [
      "test_ms_inlet_temperature", "test_source_temperature", "test_accelerating_potential",
      "test_scan_time",
    ] {
      addFloat(name, nil)
    }
    let method = head.method.map { "method \($0.name) \($0.version)" }
    let steps = head.steps.map { "\($0.name): \($0.state.rawValue)" }
    file.add(
      "test_comments",
      ([method].compactMap { $0 } + steps).joined(separator: "; ").nonEmpty
        ?? head.said("test_comments"))
  }

  private mutating func addRawData() {
    func name(_ kind: NetCDFFile.Kind) -> String { kind == .float ? "Float" : "Double" }
    file.add("raw_data_mass_format", name(massKind))
    file.add("raw_data_time_format", "Double")
    file.add("raw_data_intensity_format", name(intensityKind))
    func number(_ name: String, _ value: Double) {
      file.attributes.append(.init(name: name, value: .doubles([value])))
    }
    func written(_ value: Double, _ kind: NetCDFFile.Kind) -> Double {
      kind == .float ? Double(Float(value)) : value
    }
    if survey.points > 0 {
      number("global_mass_min", written(survey.mass.low, massKind))
      number("global_mass_max", written(survey.mass.high, massKind))
      number("global_intensity_min", written(survey.intensity.low, intensityKind))
      number("global_intensity_max", written(survey.intensity.high, intensityKind))
    }
    number("global_time_min", survey.time.low)
    number("global_time_max", survey.time.high)
    number("actual_run_time_length", survey.time.high)
    number("actual_delay_time", survey.time.low)
    file.attributes.append(
      .init(
        name: "raw_data_uniform_sampling_flag",
        value: .shorts([survey.isUniform && survey.scans > 1 ? 1 : 0])))
    file.add("raw_data_comments", content.head.warnings.joined(separator: "; "))
  }

  /// A word of the standard's list: as is known here, else as a file of the same standard said it.
  private mutating func addWord(_ name: String, _ known: String?, else standard: String? = nil) {
    let said = content.head.said(name).flatMap {
      ANDIText.words[name]?.contains($0) == true ? $0 : nil
    }
    file.add(name, known ?? said ?? standard)
  }

  private mutating func addFloat(_ name: String, _ known: Double?) {
    let said = content.head.said(name).flatMap { DecimalText.number($0) }
    guard let value = known ?? said, Float(value).isFinite else { return }
    file.attributes.append(.init(name: name, value: .floats([Float(value)])))
  }

  // MARK: - Variables

  private mutating func addVariables(_ scans: any MassScanSource) {
    let strings = file.addStringDimensions()
    _ = file.dimension("range", 2)
    let point = file.dimension("point_number", survey.points)
    let error = file.dimension("error_number", 1)
    let scan = file.dimension("scan_number", survey.scans)
    let instrument = file.dimension("instrument_number", 1)
    let errors = file.variable("error_log", .char, [error, strings.sixtyFour])
    let warnings = content.head.warnings.count
    texts.append((errors, warnings == 0 ? [] : Array("warnings of the run: \(warnings)".utf8)))
    func units(_ text: String) -> NetCDFLayout.Attribute {
      .init(name: "units", value: .text(Array(text.utf8)))
    }
    func number(_ name: String, _ value: Double) -> NetCDFLayout.Attribute {
      .init(name: name, value: .doubles([value]))
    }
    let unit = units(ANDIText.unit(scans.unit))
    for (name, kind) in Self.perScan {
      let isTotal = name == Column.total.rawValue
      let variable = file.variable(name, kind, [scan], isTotal ? [unit] : [])
      if let column = Column(rawValue: name) {
        columns[column] = variable
      } else {
        constants.append((variable, constant(name)))
      }
    }
    columns[.mass] = file.variable(
      Column.mass.rawValue, massKind, [point], [units("M/Z"), number("scale_factor", 1)])
    columns[.intensity] = file.variable(
      Column.intensity.rawValue, intensityKind, [point],
      [unit, number("add_offset", 0), number("scale_factor", 1)])
    for (name, text) in instrumentTexts {
      let variable = file.variable(name, .char, [instrument, strings.thirtyTwo])
      texts.append((variable, ANDIText.plain(text, most: 31)))
    }
  }

  /// The variables whose number is the same in every scan.
  private(set) var constants: [(variable: Int, value: Double)] = []

  private func constant(_ name: String) -> Double {
    let settings = content.head.settings
    let isScan = settings["scan_kind"].map { $0 != 2 } ?? false
    return switch name {
    case "flag_count": 0
    case "mass_range_min": isScan ? settings["first_mass_amu"] ?? -9999 : -9999
    case "mass_range_max": isScan ? settings["last_mass_amu"] ?? -9999 : -9999
    default: ANDIReader.absent
    }
  }

  private static let perScan: [(String, NetCDFFile.Kind)] = [
    ("a_d_sampling_rate", .double), ("a_d_coaddition_factor", .short),
    ("scan_acquisition_time", .double), ("scan_duration", .double), ("inter_scan_time", .double),
    ("resolution", .double), ("actual_scan_number", .int), ("total_intensity", .double),
    ("mass_range_min", .double), ("mass_range_max", .double), ("time_range_min", .double),
    ("time_range_max", .double), ("scan_index", .int), ("point_count", .int),
    ("flag_count", .int),
  ]

  private var instrumentTexts: [(String, String)] {
    let head = content.head
    return [
      ("instrument_name", head.instrument), ("instrument_id", ""),
      ("instrument_mfr", head.maker), ("instrument_model", head.model),
      ("instrument_serial_no", head.serialNumber), ("instrument_sw_version", head.software),
      ("instrument_fw_version", head.firmware), ("instrument_os_version", ""),
      ("instrument_app_version", ""), ("instrument_comments", head.isEmulated ? "EMULATED" : ""),
    ]
  }
}
