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
    /// Responses of other ions over its own, by signal.
    var ionRatios: [String: Double] = [:]
    /// Its share of the area of all peaks, per cent.
    var share: Double?
  }

  let name: String
  let keyword: String
  let calibration: CalibrationDefinition?
  let acceptance: AcceptanceRules
  /// What ratios of ions must be as in the standards.
  let ratios: [PeakIdentity.IonRatio]
  private let internalStandard: String?
  private let isBand: Bool
  /// The signal whose area is shared out, where the method reports shares.
  private let sharedSignal: String?

  init(_ analyte: AnalyteDefinition, in method: SeparationMethod) {
    name = analyte.name
    keyword = analyte.keyword
    calibration = analyte.calibration
    acceptance = method.acceptance
    ratios = analyte.identity?.ratios ?? []
    internalStandard = analyte.internalStandard
    isBand = false
    sharedSignal = method.areaPercent ? analyte.signal : nil
  }

  init(_ band: BandDefinition, in method: SpectrumMethod) {
    name = band.name
    keyword = band.keyword
    calibration = band.calibration
    acceptance = method.acceptance
    ratios = []
    internalStandard = nil
    isBand = true
    sharedSignal = nil
  }

  /// What one run says of it.
  ///
  /// A sample without its internal standard says nothing, also where nothing stands in the window: an
  /// injection that failed is no proof of absence. A blank may be the solvent alone.
  func finding(in run: RunEvaluation, kind: RunKind) -> Finding {
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
    let isStandardFound = standard?.state == .found
    var finding = Finding(
      response: reading.state == .found ? reading.ratio : nil, reason: reading.reason,
      state: reading.state, internalStandardArea: isStandardFound ? standard?.response : nil,
      retention: reading.state == .found ? reading.peak?.retentionTime : nil,
      internalStandardTime: isStandardFound ? standard?.peak?.retentionTime : nil,
      flags: reading.flags, ionRatios: reading.ionRatios)
    if let internalStandard, !isStandardFound, kind != .blank, finding.state != .notEvaluated {
      finding.state = .notEvaluated
      finding.response = nil
      finding.reason = "the internal standard \(internalStandard) was not found"
    }
    if let sharedSignal, let area = reading.peak?.area, finding.state == .found {
      var total = 0.0
      for peak in run.peaks[sharedSignal] ?? [] { total += peak.area }
      finding.share = total > 0 ? 100 * area / total : nil
    }
    return finding
  }

  /// The answer where no standards are asked: whether it is there, its share, or the band itself.
  func presence(_ finding: Finding) -> AnalyteAnswer {
    let state: AnalyteAnswer.State =
      switch finding.state {
      case .found: .present
      case .notDetected, .otherSubstance: .notDetected
      case .notEvaluated: .notEvaluated
      }
    var answer = AnalyteAnswer(
      analyte: name, keyword: keyword, state: state, unit: "", reason: finding.reason,
      flags: finding.flags)
    if let value = isBand ? finding.response : finding.share {
      (answer.state, answer.value, answer.unit) = (.value, value, isBand ? "1" : "%")
    }
    return answer
  }

  func answer(
    _ outcome: QuantitationOutcome, _ finding: Finding, _ run: EvaluatedRun, curve: AnalyteCurve,
    replicates: Int, of calibration: CalibrationDefinition
  ) -> AnalyteAnswer {
    let unit = calibration.unit
    // Limits are those of the solution that was injected; what is answered is of the sample.
    let dilution = run.kind == .sample ? run.sample.dilution ?? 1 : 1
    func empty(_ state: AnalyteAnswer.State, _ reason: String, _ flags: [String]) -> AnalyteAnswer {
      var answer = AnalyteAnswer(
        analyte: name, keyword: keyword, state: state, unit: unit, reason: reason,
        flags: finding.flags + flags)
      if let level = run.sample.level, run.kind == .standard || run.kind == .check, level > 0,
        let response = finding.response, let found = curve.curve?.estimate(of: response)
      {
        answer.deviation = 100 * (found - level) / level
      }
      return answer
    }
    // What the curve says of nothing is not asked for.
    switch finding.state {
    case .notDetected, .otherSubstance: return empty(.notDetected, finding.reason, [])
    case .notEvaluated: return empty(.notEvaluated, finding.reason, [])
    case .found: break
    }
    func limited(_ word: String, _ limit: Double?) -> String {
      limit.map { "\(word) \(Self.short($0 * dilution)) \(unit)" } ?? ""
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
      answer.value = found.value * dilution
      answer.coverageFactor = found.coverageFactor
      answer.lower = found.lower.map { $0 * dilution }
      answer.upper = found.upper.map { $0 * dilution }
      // Of an interval that is not symmetric one number would say something else.
      if found.interval == .student, let u = found.standardUncertainty, let k = found.coverageFactor
      {
        answer.uncertainty = k * u * dilution
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

  /// A number in words: four significant digits, as a person reads.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return MassSpectrum.name(of: value) }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e300 { scale *= 10 }
    while abs(value) * scale >= 10000, scale > 1e-300 { scale /= 10 }
    return MassSpectrum.name(of: (value * scale).rounded() / scale)
  }
}
