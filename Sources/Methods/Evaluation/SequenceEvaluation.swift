public import Laboratory
internal import Processing

/// Makes contents of what was found in the runs of a sequence: curves from the standards, answers
/// for the others, and holds where checks, blanks or internal standards are not as they must be.
///
/// Pure: the same runs in the same order give the same result. The order is that of the injections.
public struct SequenceEvaluation: Sendable {
  private let method: Method

  /// Prepares for the runs of a method.
  public init(method: Method) { self.method = method }

  /// Evaluates the runs, given in the order of injection.
  public func evaluate(
    _ runs: [(facts: EvaluatedRun, evaluation: RunEvaluation)], libraries: [LibrarySource],
    computedBy: String
  ) -> SequenceResult {
    var result = SequenceResult(method: method, libraries: libraries, computedBy: computedBy)
    if method.state != .validated {
      result.warnings.append(
        "the method is \(method.state.rawValue): its results are not for release")
    }
    result.runs = runs.map {
      RunAnswers(facts: $0.facts, evaluation: $0.evaluation, answers: [], holds: [])
    }
    for target in targets { evaluate(target, &result) }
    for index in result.runs.indices where !result.runs[index].facts.complete {
      result.runs[index].holds.append("the run is incomplete")
    }
    return result
  }

  /// What is quantified or looked for: an analyte or a band.
  private var targets: [SequenceTarget] {
    switch method.body {
    case .separation(let body):
      body.analytes.filter { $0.role == .analyte }.map { SequenceTarget($0, in: body) }
    case .spectrum(let body): body.bands.map { SequenceTarget($0, in: body) }
    case .residualGas: []
    }
  }

  private func evaluate(_ target: SequenceTarget, _ result: inout SequenceResult) {
    let findings = result.runs.map { target.finding(in: $0.evaluation, kind: $0.facts.kind) }
    let ratios = IonRatios(target, findings, result.runs, technique: method.technique)
    guard let calibration = target.calibration else {
      for (index, finding) in findings.enumerated() {
        var answer = target.presence(finding)
        if result.runs[index].facts.kind == .blank {
          // A blank that could not be looked at is none that is clean.
          answer.passes = answer.state == .notDetected
        }
        ratios.judge(index, target.name, &answer, &result.runs[index])
        result.runs[index].answers.append(answer)
      }
      return
    }
    let curve = Self.curve(target, calibration, findings, &result)
    result.curves.append(curve)
    let groups = ReplicateGroups(calibration, result.runs)
    var answers: [AnalyteAnswer] = []
    var injections: [SequenceInjection] = []
    for (index, finding) in findings.enumerated() {
      let run = result.runs[index].facts
      let response = groups.response(of: index, findings)
      let outcome: QuantitationOutcome
      if finding.state == .notEvaluated || (!run.complete && run.kind != .sample) {
        // What nobody could look at is not what is not there; and no control is half a run.
        outcome = .refused(.noInternalStandard)
      } else {
        outcome =
          curve.curve.map {
            $0.outcome(
              of: response.value, replicates: response.count,
              exactInterval: calibration.exactInterval)
          } ?? .refused(.noWorkingRange)
      }
      var answer = target.answer(
        outcome, finding, run, curve: curve, replicates: response.count, of: calibration)
      ratios.judge(index, target.name, &answer, &result.runs[index])
      answers.append(answer)
      injections.append(
        SequenceInjection(
          name: run.run, kind: run.kind, level: run.sample.level, response: response.value,
          internalStandardArea: finding.internalStandardArea, retentionTime: finding.retention,
          internalStandardTime: finding.internalStandardTime, outcome: outcome))
    }
    let judged = target.acceptance.judge(injections, curve: curve.curve).injections
    for (index, judgement) in judged.enumerated() {
      answers[index].passes = judgement.passes
      answers[index].deviation = judgement.deviationPercent ?? answers[index].deviation
      answers[index].flags += judgement.findings.map(\.rawValue)
      guard judgement.held else { continue }
      let by = judgement.heldBy.isEmpty ? "" : " (\(judgement.heldBy.joined(separator: ", ")))"
      result.runs[index].holds.append(
        "\(target.name): \(judgement.findings.map(\.rawValue).joined(separator: ", "))\(by)")
    }
    groups.share(&result.runs, target.name)
    for (index, answer) in answers.enumerated() { result.runs[index].answers.append(answer) }
  }

  private static func curve(
    _ target: SequenceTarget, _ calibration: CalibrationDefinition,
    _ findings: [SequenceTarget.Finding], _ result: inout SequenceResult
  ) -> AnalyteCurve {
    var curve = AnalyteCurve(analyte: target.name, unit: calibration.unit)
    var points: [CalibrationPoint] = []
    for (run, finding) in zip(result.runs, findings) where run.facts.kind == .standard {
      guard let level = run.facts.sample.level else {
        result.warnings.append(
          "\(run.facts.run) is a standard without a level: it takes no part in the calibration")
        continue
      }
      guard let response = finding.response else {
        result.warnings.append(
          "\(target.name) was not found in the standard \(run.facts.run) (level \(level)): "
            + finding.reason)
        continue
      }
      guard run.facts.complete else {
        result.warnings.append(
          "\(run.facts.run) is incomplete: it takes no part in the calibration")
        continue
      }
      points.append(CalibrationPoint(name: run.facts.run, level: level, response: response))
      curve.standards.append(run.facts.run)
    }
    let missing = calibration.levels.filter { level in !points.contains { $0.level == level } }
    guard missing.isEmpty else {
      let words = missing.map { SequenceTarget.short($0) }.joined(separator: ", ")
      curve.reason = "the sequence has no standard of \(words) \(calibration.unit)"
      result.warnings.append("\(target.name): no calibration, \(curve.reason)")
      return curve
    }
    for point in points
    where !calibration.levels.isEmpty && !calibration.levels.contains(point.level) {
      result.warnings.append(
        "\(point.name) has the level \(SequenceTarget.short(point.level)), which the method does not name"
      )
    }
    do throws(CalibrationError) {
      let fitted =
        calibration.models.count == 1
        ? try CalibrationCurve.fit(
          points, model: calibration.models[0], rules: calibration.rules, unit: calibration.unit)
        : try CalibrationCurve.best(
          of: calibration.models, for: points, rules: calibration.rules, unit: calibration.unit)
      curve.curve = fitted
    } catch {
      let failure = error.failure
      curve.reason = "\(failure.what) \(failure.why)"
      result.warnings.append("\(target.name): no calibration. \(failure.what) \(failure.next)")
    }
    return curve
  }
}
