internal import Laboratory

extension AcceptanceRules {
  /// Judges a sequence in the order of injection.
  ///
  /// Controls are checks and blanks. A failed control holds every sample between the last good and the
  /// next good control of its kind (of its level, where `checksByLevel`). A blank passes when its
  /// outcome is *not detected* and its response within `carryOverShare`; no peak is *not detected*, with
  /// or without an internal standard. Windows are about the means over the standards.
  ///
  /// - Parameters:
  ///   - sequence: the injections, one analyte.
  ///   - curve: the calibration; none where the method has none, then only windows, checks and
  ///     blanks by their outcomes are judged.
  public func judge(_ sequence: [SequenceInjection], curve: CalibrationCurve?)
    -> SequenceJudgement
  {
    let standards = sequence.filter { $0.kind == .standard }
    let windows = SequenceWindows(
      rules: self,
      area: Statistics.mean(standards.compactMap(\.internalStandardArea)),
      time: Statistics.mean(standards.compactMap(\.retentionTime)),
      relative: Statistics.mean(standards.compactMap(\.relativeRetention)))
    let lowest = curve.flatMap { curve in
      curve.meanResponse(at: curve.working?.lowest ?? curve.lowestWeighed)
    }
    var judged = sequence.map { injection in
      var entry = InjectionJudgement(
        name: injection.name, passes: nil, held: false, findings: [], heldBy: [],
        deviationPercent: nil)
      let windowFindings = windows.findings(injection)
      switch injection.kind {
      case .check:
        entry.deviationPercent = injection.deviationPercent(by: curve)
        if injection.level == nil {
          entry.findings = [.levelMissing]
        } else if !isWithin(entry.deviationPercent, checkPercent) {
          entry.findings = [.checkOut]
        }
        entry.findings += windowFindings
        entry.passes = entry.findings.isEmpty
        entry.held = !entry.findings.isEmpty
      case .blank:
        entry.findings = blankFindings(injection, lowest: lowest)
        entry.passes = entry.findings.isEmpty
      case .standard:
        entry.deviationPercent = injection.deviationPercent(by: curve)
        entry.findings = (injection.level == nil ? [.levelMissing] : []) + windowFindings
      case .sample:
        entry.findings = windowFindings
        entry.held = !windowFindings.isEmpty
      default: break
      }
      return entry
    }
    let controls = sequence.indices.filter { judged[$0].passes != nil }
      .map { Control(index: $0, injection: sequence[$0], passes: judged[$0].passes ?? false) }
    for index in sequence.indices where sequence[index].kind == .sample {
      bracket(index, count: sequence.count, controls: controls, entry: &judged[index])
    }
    for index in judged.indices {
      let found = Set(judged[index].findings)
      judged[index].findings = InjectionJudgement.Finding.allCases.filter(found.contains)
    }
    return SequenceJudgement(
      injections: judged, internalStandardMean: windows.area, retentionMean: windows.time,
      relativeRetentionMean: windows.relative)
  }

  private func isWithin(_ deviation: Double?, _ percent: Double) -> Bool {
    // A deviation of the limit itself passes, whatever the last bit says.
    deviation.map { abs($0) <= percent * (1 + 1e-12) } ?? false
  }

  private func blankFindings(_ injection: SequenceInjection, lowest: Double?)
    -> [InjectionJudgement.Finding]
  {
    var findings: [InjectionJudgement.Finding] = []
    if case .notDetected = injection.outcome {} else { findings.append(.blankNotClean) }
    if let response = injection.response, let lowest, !(response <= carryOverShare * lowest) {
      findings.append(.carryOver)
    }
    return findings
  }

  /// A check or blank, where it stands and whether it passed.
  private struct Control {
    var index: Int
    var injection: SequenceInjection
    var passes: Bool

    func isMended(by other: Control, byLevel: Bool) -> Bool {
      other.passes && other.injection.kind == injection.kind
        && (!byLevel || injection.kind == .blank || other.injection.level == injection.level)
    }
  }

  private func bracket(
    _ index: Int, count: Int, controls: [Control], entry: inout InjectionJudgement
  ) {
    var holders: [Int] = []
    for failed in controls where !failed.passes {
      let isBefore = failed.index < index
      let between = isBefore ? (failed.index + 1)..<index : (index + 1)..<failed.index
      let isMended = controls.contains {
        between.contains($0.index) && failed.isMended(by: $0, byLevel: checksByLevel)
      }
      guard !isMended else { continue }
      holders.append(failed.index)
      entry.heldBy.append(failed.injection.name)
      switch (failed.injection.kind, isBefore) {
      case (.check, true): entry.findings.append(.heldByCheckBefore)
      case (.check, false): entry.findings.append(.heldByCheckBehind)
      case (_, true): entry.findings.append(.heldByBlankBefore)
      case (_, false): entry.findings.append(.heldByBlankBehind)
      }
    }
    if !holders.isEmpty { entry.held = true }
    let checks = controls.filter { $0.injection.kind == .check }.map(\.index)
    let before = checks.last { $0 < index }
    let behind = checks.first { $0 > index }
    func end(_ check: Int?, _ rule: OpenEnd, _ finding: InjectionJudgement.Finding) {
      guard check == nil, rule != .accept else { return }
      entry.findings.append(finding)
      if rule == .hold { entry.held = true }
    }
    end(before, openStart, .noOpeningCheck)
    end(behind, openEnd, .noClosingCheck)
    if let most = injectionsBetweenChecks, (behind ?? count) - (before ?? -1) - 1 > most {
      entry.findings.append(.checksTooFarApart)
    }
  }
}

extension SequenceInjection {
  /// The retention time over that of the internal standard.
  var relativeRetention: Double? {
    guard let time = retentionTime, let other = internalStandardTime, other > 0 else { return nil }
    return time / other
  }

  /// How far a check or standard is from its level, percent; none without a number or a level above 0.
  ///
  /// At the ends of the working range half of all good checks are found beside it by their noise.
  /// Where the level itself lies within the range, its ends included, their deviation is that of the
  /// curve's estimate, though no number is released.
  func deviationPercent(by curve: CalibrationCurve?) -> Double? {
    guard let level, level > 0, let value = value(by: curve, at: level) else { return nil }
    return 100 * (value - level) / level
  }

  private func value(by curve: CalibrationCurve?, at level: Double) -> Double? {
    switch outcome {
    case .value(let quantified): return quantified.value
    case .belowRange(let bound), .aboveRange(let bound):
      guard let curve, let working = curve.working, let response = bound.response,
        working.lowest <= level, level <= working.highest
      else { return nil }
      return curve.estimate(of: response)
    case .notDetected, .refused: return nil
    }
  }
}

/// The windows of internal standard and retention about the means over the standards.
struct SequenceWindows {
  var rules: AcceptanceRules
  var area: Double?
  var time: Double?
  var relative: Double?

  func findings(_ injection: SequenceInjection) -> [InjectionJudgement.Finding] {
    var findings: [InjectionJudgement.Finding] = []
    if let area {
      if let found = injection.internalStandardArea {
        let lowest = rules.internalStandardLowest * area
        let highest = rules.internalStandardHighest * area
        if !(found >= lowest && found <= highest) { findings.append(.internalStandardOut) }
      } else {
        findings.append(.internalStandardMissing)
      }
    }
    if let time, let found = injection.retentionTime {
      let distance = abs(found - time)
      let isNear =
        distance <= rules.retentionSeconds || distance <= rules.retentionPercent / 100 * time
      if !isNear { findings.append(.retentionOut) }
    }
    if let relative, let percent = rules.relativeRetentionPercent,
      let found = injection.relativeRetention,
      !(abs(found - relative) <= percent / 100 * relative)
    {
      findings.append(.relativeRetentionOut)
    }
    return findings
  }
}
