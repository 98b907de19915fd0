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
    let findings = result.runs.map { target.finding(in: $0.evaluation) }
    guard let calibration = target.calibration else {
      for (index, finding) in findings.enumerated() {
        result.runs[index].answers.append(target.presence(finding))
      }
      return
    }
    let curve = Self.curve(target, calibration, findings, &result)
    result.curves.append(curve)
    let responses = Self.responses(calibration, findings, result.runs)
    var answers: [AnalyteAnswer] = []
    var injections: [SequenceInjection] = []
    for (index, finding) in findings.enumerated() {
      let run = result.runs[index].facts
      let response = responses[index]
      let outcome =
        curve.curve.map {
          $0.outcome(
            of: response.value, replicates: response.count,
            exactInterval: calibration.exactInterval)
        } ?? .refused(.noWorkingRange)
      answers.append(
        target.answer(
          outcome, finding, run, curve: curve, replicates: response.count, of: calibration))
      injections.append(
        SequenceInjection(
          name: run.run, kind: run.kind, level: run.sample.level, response: response.value,
          internalStandardArea: finding.internalStandardArea, retentionTime: finding.retention,
          internalStandardTime: finding.internalStandardTime, outcome: outcome))
    }
    do {
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
    }
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
      points.append(CalibrationPoint(name: run.facts.run, level: level, response: response))
      curve.standards.append(run.facts.run)
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

  /// The response of each run; of the replicates of a sample their mean, the same for each.
  private static func responses(
    _ calibration: CalibrationDefinition, _ findings: [SequenceTarget.Finding],
    _ runs: [RunAnswers]
  ) -> [(value: Double?, count: Int)] {
    guard calibration.replicates > 1 else { return findings.map { ($0.response, 1) } }
    var groups: [String: [Int]] = [:]
    for (index, run) in runs.enumerated() where run.facts.kind == .sample {
      groups[run.facts.sample.id, default: []].append(index)
    }
    return findings.enumerated().map { index, finding in
      guard runs[index].facts.kind == .sample, let group = groups[runs[index].facts.sample.id]
      else {
        return (finding.response, 1)
      }
      let values = group.compactMap { findings[$0].response }
      // One without a response leaves no mean: it is no zero.
      guard values.count == group.count, !values.isEmpty else { return (finding.response, 1) }
      var sum = 0.0
      for value in values { sum += value }
      return (sum / Double(values.count), values.count)
    }
  }
}
