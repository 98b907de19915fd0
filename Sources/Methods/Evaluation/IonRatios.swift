internal import Laboratory
internal import Processing

/// Ratios of ions of an analyte in the runs of a sequence beside those of its standards.
struct IonRatios {
  private let ratios: [PeakIdentity.IonRatio]
  private let findings: [SequenceTarget.Finding]
  /// The ratio of each standard, by signal.
  private var references: [String: [Double]] = [:]
  private let table: IonRatioTolerance

  init(
    _ target: SequenceTarget, _ findings: [SequenceTarget.Finding], _ runs: [RunAnswers],
    technique: Method.Technique
  ) {
    ratios = target.ratios
    self.findings = findings
    table = technique == .gcms ? .electronIonisation2002 : .others2002
    for (run, finding) in zip(runs, findings)
    where run.facts.kind == .standard && run.facts.complete && finding.state == .found {
      for (signal, ratio) in finding.ionRatios { references[signal, default: []].append(ratio) }
    }
  }

  /// Flags an answer whose ratios are not those of the standards, and holds its run.
  func judge(
    _ index: Int, _ analyte: String, _ answer: inout AnalyteAnswer, _ run: inout RunAnswers
  ) {
    guard findings[index].state == .found, run.facts.kind != .standard else { return }
    for ratio in ratios {
      let check = IonRatioCheck(
        first: 1, second: findings[index].ionRatios[ratio.signal] ?? 0,
        calibrators: (references[ratio.signal] ?? []).map { (first: 1, second: $0) },
        tolerance: ratio.tolerance.map {
          IonRatioTolerance(name: "method", rows: [.init(above: 0, percent: 100 * $0)])
        } ?? table)
      switch check.outcome {
      case .agrees: continue
      case .differs: answer.flags.append("ion-ratio-out-\(ratio.signal)")
      case .notComparable: answer.flags.append("ion-ratio-not-compared-\(ratio.signal)")
      }
      run.holds.append(
        "\(analyte): the ratio of \(ratio.signal) is "
          + (check.outcome == .differs ? "not that of the standards" : "not compared"))
    }
  }
}
