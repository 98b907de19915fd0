internal import Laboratory
internal import Processing

/// An analyte of a chromatogram or a band of a spectrum, as a sequence looks at it.
struct SequenceTarget {
  /// What one run says of it.
  struct Finding {
    /// The response that the calibration takes; none where it is not detected.
    var response: Double?
    /// Why there is none.
    var reason: String
    var state: AnalyteReading.State
    var internalStandardArea: Double?
    var retention: Double?
    var internalStandardTime: Double?
    var flags: [String]
  }

  let name: String
  let keyword: String
  let calibration: CalibrationDefinition?
  let acceptance: AcceptanceRules
  private let internalStandard: String?
  private let isBand: Bool

  init(_ analyte: AnalyteDefinition, in method: SeparationMethod) {
    name = analyte.name
    keyword = analyte.keyword
    calibration = analyte.calibration
    acceptance = method.acceptance
    internalStandard = analyte.internalStandard
    isBand = false
  }

  init(_ band: BandDefinition, in method: SpectrumMethod) {
    name = band.name
    keyword = band.keyword
    calibration = band.calibration
    acceptance = method.acceptance
    internalStandard = nil
    isBand = true
  }

  func finding(in run: RunEvaluation) -> Finding {
    guard !isBand else {
      let band = run.bands.first { $0.name == name }
      return Finding(
        response: band?.value, reason: band?.value == nil ? "the band could not be measured" : "",
        state: band?.value == nil ? .notEvaluated : .found, flags: band?.flags ?? [])
    }
    guard let reading = run.readings.first(where: { $0.name == name }) else {
      return Finding(reason: "it was not looked for", state: .notEvaluated, flags: [])
    }
    let standard = internalStandard.flatMap { name in run.readings.first { $0.name == name } }
    return Finding(
      response: reading.state == .found ? reading.ratio : nil, reason: reading.reason,
      state: reading.state, internalStandardArea: standard?.response,
      retention: reading.state == .found ? reading.peak?.retentionTime : nil,
      internalStandardTime: standard?.state == .found ? standard?.peak?.retentionTime : nil,
      flags: reading.flags)
  }

  /// The answer where nobody asks how much.
  func presence(_ finding: Finding) -> AnalyteAnswer {
    let state: AnalyteAnswer.State =
      switch finding.state {
      case .found: .present
      case .notDetected, .otherSubstance: .notDetected
      case .notEvaluated: .notEvaluated
      }
    return AnalyteAnswer(
      analyte: name, keyword: keyword, state: state, unit: "", reason: finding.reason,
      flags: finding.flags)
  }

  func answer(
    _ outcome: QuantitationOutcome, _ finding: Finding, _ run: EvaluatedRun, curve: AnalyteCurve,
    replicates: Int, of calibration: CalibrationDefinition
  ) -> AnalyteAnswer {
    let unit = calibration.unit
    func empty(_ state: AnalyteAnswer.State, _ reason: String, _ flags: [String]) -> AnalyteAnswer {
      AnalyteAnswer(
        analyte: name, keyword: keyword, state: state, unit: unit, reason: reason,
        flags: finding.flags + flags)
    }
    // What the curve says of nothing is not asked for.
    switch finding.state {
    case .notDetected, .otherSubstance: return empty(.notDetected, finding.reason, [])
    case .notEvaluated: return empty(.notEvaluated, finding.reason, [])
    case .found: break
    }
    func limited(_ word: String, _ limit: Double?) -> String {
      limit.map { "\(word) \(Self.short($0)) \(unit)" } ?? ""
    }
    switch outcome {
    case .notDetected(let bound):
      return empty(.notDetected, "the response is below that of detection", bound.flags)
    case .belowRange(let bound):
      return empty(.belowRange, limited("below", bound.limit), bound.flags)
    case .aboveRange(let bound):
      return empty(.aboveRange, limited("above", bound.limit), bound.flags)
    case .refused(let refusal):
      let reason = curve.curve == nil ? curve.reason : refusal.rawValue
      return empty(.notEvaluated, reason, [refusal.rawValue])
    case .value(let found):
      var answer = empty(.value, "", found.flags)
      let dilution = run.kind == .sample ? run.sample.dilution ?? 1 : 1
      answer.value = found.value * dilution
      answer.coverageFactor = found.coverageFactor
      if let u = found.standardUncertainty, let k = found.coverageFactor {
        answer.uncertainty = k * u * dilution
      }
      if let level = run.sample.level, run.kind == .standard || run.kind == .check, level > 0 {
        answer.deviation = 100 * (found.value - level) / level
      }
      if let limits = curve.curve?.limits {
        // Within the working range, but the method's own limit says that the number is unsure.
        if found.value < limits.detection {
          answer.flags.append("below-detection-limit")
        } else if found.value < limits.quantitation {
          answer.flags.append("below-quantitation-limit")
        }
      }
      if run.kind == .sample, replicates < calibration.replicates {
        answer.flags.append("replicates-missing")
      }
      return answer
    }
  }

  /// A limit in words: as many digits as a person reads.
  static func short(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return MassSpectrum.name(of: rounded)
  }
}
