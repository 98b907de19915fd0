internal import Instruments
internal import Laboratory
internal import Processing

/// Applies a chromatographic method to one measurement.
///
/// All traces of mass scans are made in one pass; the rest works on traces, so that it is the same
/// whether they came from a file, the journal or the ring.
struct SeparationEvaluator {
  let method: SeparationMethod
  let libraries: MethodLibraries

  func evaluate(_ measurement: Measurement) throws(MethodFailure) -> MethodOutcome {
    var outcome = MethodOutcome()
    let signals = try self.signals(of: measurement, &outcome.evaluation)
    outcome.evidence.signals = signals
    for signal in method.signals {
      guard let recipe = method.recipe(of: signal), let trace = signals[signal.name] else {
        continue
      }
      integrate(signal, recipe, trace, &outcome)
    }
    let masses = measurement.massScans.map { MassScansInUse(series: $0) }
    // Internal standards first: the others are divided by them.
    var readings: [String: AnalyteReading] = [:]
    for analyte in method.analytes {
      guard let trace = signals[analyte.signal] else {
        readings[analyte.name] = AnalyteReading(
          name: analyte.name, reason: "the run has no signal \(analyte.signal)")
        continue
      }
      readings[analyte.name] = read(analyte, trace, masses, &outcome)
    }
    for analyte in method.analytes {
      guard var reading = readings[analyte.name] else { continue }
      relate(&reading, analyte, readings)
      ratios(&reading, analyte, signals)
      outcome.evaluation.readings.append(reading)
      outcome.evidence.signals[analyte.name] = signals[analyte.signal]
    }
    if let identity = method.unknowns, let first = method.signals.first {
      unknowns(identity, of: first.name, masses, &outcome)
    }
    return outcome
  }

  // MARK: - Signals

  private func signals(
    of measurement: Measurement, _ evaluation: inout RunEvaluation
  ) throws(MethodFailure) -> [String: Trace] {
    var signals: [String: Trace] = [:]
    var ions: [(name: String, target: IonTarget)] = []
    var needsScans = false
    for signal in method.signals {
      switch signal.source {
      case .trace(let name):
        let found =
          name == "first"
          ? measurement.traces.first : measurement.traces.first { $0.name == name }
        if let found {
          signals[signal.name] = found
        } else {
          let known = measurement.traces.map(\.name).joined(separator: ", ")
          evaluation.warnings.append(
            "the run has no trace \(name)" + (known.isEmpty ? "" : "; it has \(known)"))
        }
      case .total, .basePeak: needsScans = true
      case .ion(let mass, let tolerance):
        needsScans = true
        ions.append((signal.name, IonTarget(massToCharge: mass, tolerance: tolerance)))
      }
    }
    guard needsScans else { return signals }
    guard let scans = measurement.massScans else {
      evaluation.warnings.append("the run has no mass scans")
      return signals
    }
    let made: (traces: [Trace], refused: [MassPairScan.Fault: Int])
    do throws(MassSpectrumError) {
      made = try scans.traces(of: ions.map(\.target))
    } catch {
      throw MethodFailure(error.failure)
    }
    for (fault, count) in made.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      evaluation.warnings.append("\(count) scans were left out: \(fault.rawValue)")
    }
    let fixed = made.traces.count - ions.count
    for signal in method.signals {
      switch signal.source {
      case .trace: break
      case .total: signals[signal.name] = made.traces.first { $0.name == "tic" }
      case .basePeak: signals[signal.name] = made.traces.first { $0.name == "base_peak" }
      case .ion:
        if let index = ions.firstIndex(where: { $0.name == signal.name }) {
          signals[signal.name] = made.traces[fixed + index]
        }
      }
    }
    return signals
  }

  private func integrate(
    _ signal: SignalDefinition, _ recipe: ChromatographyRecipe, _ trace: Trace,
    _ outcome: inout MethodOutcome
  ) {
    do throws(ChromatographyError) {
      let found = try recipe.integration(of: trace)
      outcome.blind[signal.name] = found.blind
      outcome.evaluation.peaks[signal.name] = found.peaks.map { peak in
        var peak = peak
        peak.retentionIndex = method.ladder?.index(at: peak.retentionTime)
        return peak
      }
      outcome.evaluation.steps.append(
        ProcessingStep(
          "integration \(signal.name)", .done,
          "\(found.peaks.count) peaks, \(found.rejected.count) rejected by the rules",
          numbers: ["expected_width_s": recipe.detection.expectedWidth]))
      if !found.leftOut.isEmpty {
        outcome.evaluation.warnings.append(
          "\(found.leftOut.count) points of \(signal.name) were left out: no finite number, or not in "
            + "the order of time")
      }
    } catch {
      // A run too short for the detector is a finding, not the end of the others.
      let failure = error.failure
      outcome.evaluation.warnings.append("\(signal.name) was not integrated: \(failure.what)")
      outcome.evaluation.steps.append(
        ProcessingStep("integration \(signal.name)", .refused, failure.what))
    }
  }

  // MARK: - Analytes

  private func read(
    _ analyte: AnalyteDefinition, _ trace: Trace, _ masses: MassScansInUse?,
    _ outcome: inout MethodOutcome
  ) -> AnalyteReading {
    var reading = AnalyteReading(name: analyte.name)
    switch analyte.measure {
    case .anchored(let anchored):
      do throws(ChromatographyError) {
        var peak = try anchored.peak(in: trace, apexWithin: analyte.window)
        peak.retentionIndex = method.ladder?.index(at: peak.retentionTime)
        reading.peak = peak
        reading.response = peak.area
      } catch {
        reading.reason = error.failure.what
        return reading
      }
    case .peakArea, .peakHeight:
      guard let all = outcome.evaluation.peaks[analyte.signal] else {
        reading.reason = "the signal \(analyte.signal) was not integrated"
        return reading
      }
      // Nothing where nobody looked is not nothing.
      guard let first = trace.times.first, let last = trace.times.last,
        first <= analyte.window.lowerBound, last >= analyte.window.upperBound
      else {
        reading.reason = "the signal does not cover the window of \(analyte.name)"
        return reading
      }
      guard let peak = Self.pick(analyte, among: all) else {
        // Where the detector could not see, nothing found is not nothing there.
        let blind = outcome.blind[analyte.signal] ?? []
        guard !blind.contains(where: { $0.overlaps(analyte.window) }) else {
          reading.reason = "the detector was blind in a part of the window of \(analyte.name)"
          return reading
        }
        reading.state = .notDetected
        reading.reason =
          "no peak between \(SequenceTarget.short(analyte.window.lowerBound)) s and "
          + "\(SequenceTarget.short(analyte.window.upperBound)) s"
        return reading
      }
      reading.peak = peak
      reading.response = analyte.measure == .peakArea ? peak.area : peak.height
    }
    reading.height = reading.peak?.height
    reading.flags = reading.peak?.flags ?? []
    reading.state = .found
    if let least = analyte.minimumHeight, let height = reading.height, !(height >= least) {
      reading.state = .notDetected
      reading.reason =
        "the height \(SequenceTarget.short(height)) is below \(SequenceTarget.short(least))"
      return reading
    }
    if let response = reading.response, !(response > 0) {
      reading.state = .notDetected
      reading.reason = "nothing stands over the baseline"
      return reading
    }
    if let identity = analyte.identity, let peak = reading.peak {
      identify(&reading, identity, peak, masses, &outcome.evidence)
    }
    return reading
  }

  static func pick(
    _ analyte: AnalyteDefinition, among peaks: [ChromatographicPeak]
  ) -> ChromatographicPeak? {
    let inside = peaks.filter { analyte.window.contains($0.retentionTime) }
    switch analyte.pick {
    case .highest:
      // Of equal ones the earlier.
      return inside.max { ($0.height, -$0.retentionTime) < ($1.height, -$1.retentionTime) }
    case .nearest:
      let middle = (analyte.window.lowerBound + analyte.window.upperBound) / 2
      return inside.min {
        (abs($0.retentionTime - middle), $0.retentionTime)
          < (abs($1.retentionTime - middle), $1.retentionTime)
      }
    }
  }

  private func relate(
    _ reading: inout AnalyteReading, _ analyte: AnalyteDefinition,
    _ readings: [String: AnalyteReading]
  ) {
    guard let name = analyte.internalStandard else {
      reading.ratio = reading.response
      return
    }
    guard let standard = readings[name], standard.state == .found,
      let response = standard.response, response > 0
    else {
      guard reading.state == .found else { return }
      reading.state = .notEvaluated
      reading.reason =
        "the internal standard \(name) was not found"
        + (readings[name].map { ": \($0.reason)" } ?? "")
      return
    }
    reading.ratio = reading.response.map { $0 / response }
  }

  /// The heights of other ions at the apex over its own, each over its own baseline.
  private func ratios(
    _ reading: inout AnalyteReading, _ analyte: AnalyteDefinition, _ signals: [String: Trace]
  ) {
    guard reading.state == .found, let identity = analyte.identity, let peak = reading.peak,
      let own = reading.response, own > 0
    else { return }
    for ratio in identity.ratios {
      guard let trace = signals[ratio.signal],
        let area = PeakWindow.area(of: trace, like: peak, measure: analyte.measure)
      else {
        reading.flags.append("ion-\(ratio.signal)-not-measured")
        continue
      }
      reading.ionRatios[ratio.signal] = area / own
    }
  }

  // MARK: - Identity

  private func identify(
    _ reading: inout AnalyteReading, _ identity: PeakIdentity, _ peak: ChromatographicPeak,
    _ masses: MassScansInUse?, _ evidence: inout RunEvidence
  ) {
    guard let name = identity.library else { return }
    guard let masses else {
      reading.state = .notEvaluated
      reading.reason = "the run has no mass scans to compare with the library \(name)"
      return
    }
    guard let library = libraries.mass(identity) else {
      reading.state = .notEvaluated
      reading.reason = "the library \(name) is not there"
      return
    }
    guard let found = masses.search(peak, identity, library) else {
      reading.state = .notEvaluated
      reading.reason = "no spectrum could be taken at the peak"
      return
    }
    reading.identity = found.answer
    reading.flags += found.flags
    evidence.massSpectra[reading.name] = found.pair
    guard let expected = identity.expected else { return }
    let best = found.answer.matches.first
    let near = found.answer.verdict == .undecided ? found.answer.matches : best.map { [$0] } ?? []
    if found.answer.verdict == .match, let best, best.isCalled(expected) { return }
    if found.answer.verdict == .undecided, near.contains(where: { $0.isCalled(expected) }) {
      // It is among those that fit as well: said, not decided.
      reading.flags.append("identity-undecided")
      return
    }
    reading.state = .otherSubstance
    reading.reason =
      "the spectrum is not that of \(expected): \(found.answer.reason)"
  }

  private func unknowns(
    _ identity: PeakIdentity, of signal: String, _ masses: MassScansInUse?,
    _ outcome: inout MethodOutcome
  ) {
    guard let name = identity.library else { return }
    guard let masses, let library = libraries.mass(identity) else {
      outcome.evaluation.warnings.append(
        masses == nil ? "the run has no mass scans" : "the library \(name) is not there")
      return
    }
    let taken = outcome.evaluation.readings.compactMap { reading in
      reading.state == .found ? reading.peak?.retentionTime : nil
    }
    for (index, peak) in (outcome.evaluation.peaks[signal] ?? []).enumerated()
    where !taken.contains(where: { peak.start <= $0 && $0 <= peak.end }) {
      guard let found = masses.search(peak, identity, library) else { continue }
      var reading = AnalyteReading(name: "peak \(index + 1)", state: .found)
      reading.peak = peak
      reading.height = peak.height
      reading.response = peak.area
      reading.identity = found.answer
      reading.flags = found.flags
      outcome.evaluation.unknowns.append(reading)
      outcome.evidence.massSpectra[reading.name] = found.pair
      outcome.evidence.signals[reading.name] = outcome.evidence.signals[signal]
    }
  }
}

extension LibraryMatch {
  /// Whether a name, synonym, InChIKey or CAS number is the one given, capitals aside.
  func isCalled(_ word: String) -> Bool {
    let wanted = word.lowercased()
    return ([name] + synonyms + [inchiKey, cas].compactMap { $0 }).contains {
      $0.lowercased() == wanted
    }
  }
}
