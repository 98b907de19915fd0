internal import Formats
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Methods

/// What the method of a run makes of it: answers for the LIMS, the report, the peak table.
///
/// Of a single run: what needs the standards of a sequence is answered by `gauger quantify`.
struct MethodFiles: Sendable {
  /// The name of the report, which stands at the top of the run's folder.
  static let report = "report.html"

  /// The answers, in the order of the method.
  let answers: [AnalyteResult]
  /// Report and peak table, as the method asks for them.
  let files: [ResultFile]
  /// The peaks of each signal, by the signal's name.
  let peaks: [String: [ChromatographicPeak]]
  /// The formats that the method names for the archive; none where it names none.
  let formats: [FileFormat]?
  /// The libraries that were asked.
  let libraries: [LibrarySource]
  /// What a person should know.
  let warnings: [String]

  init(_ proposal: RunEvaluations.Proposal) {
    let outputs = proposal.method.outputs
    let evaluation = proposal.outcome.evaluation
    answers = Self.answers(proposal)
    var files: [ResultFile] = []
    if outputs.peakTable, evaluation.peaks.values.contains(where: { !$0.isEmpty }) {
      files.append(
        VersionFiles.bytes(
          SequenceTables.peaks([(proposal.facts, evaluation)]), named: "peaks.csv"))
    }
    if let processed = proposal.outcome.evidence.processed {
      files.append(
        VersionFiles.bytes(SequenceTables.spectrum(processed), named: "processed.csv"))
    }
    if outputs.report {
      let html = SequenceReport.html(proposal.answers, evidence: [proposal.outcome.evidence])
      files.append(
        ResultFile(name: Self.report, bytes: html, atTop: true, check: ResultFiles.same(html)))
    }
    self.files = files
    peaks = evaluation.peaks
    formats = outputs.formats
    warnings = evaluation.warnings
    libraries = proposal.libraries
  }

  private static func answers(_ proposal: RunEvaluations.Proposal) -> [AnalyteResult] {
    let draft =
      proposal.method.state == .validated ? [] : ["method-\(proposal.method.state.rawValue)"]
    var results: [AnalyteResult] = []
    for run in proposal.answers.runs {
      // A content, and its absence too, is answered by a sequence with its standards and checks.
      let found = Self.results(run, skipping: proposal.method.calibratedNames, flags: draft)
      for answer in found where !results.contains(where: { $0.keyword == answer.keyword }) {
        results.append(answer)
      }
    }
    return results
  }

  /// The answers of one run for the LIMS, but for the analytes of these names.
  static func results(
    _ run: RunAnswers, skipping names: Set<String> = [], ofSequence: Bool = false,
    flags draft: [String]
  ) -> [AnalyteResult] {
    var results: [AnalyteResult] = []
    func add(
      _ keyword: String, _ value: Double?, _ text: String?, _ unit: String, _ flags: [String],
      _ uncertainty: Double? = nil
    ) {
      guard !results.contains(where: { $0.keyword == keyword }) else { return }
      let number = value.flatMap { $0.isFinite ? $0 : nil }
      results.append(
        AnalyteResult(
          keyword: keyword, value: number, text: number == nil ? text ?? "not measured" : nil,
          unit: number == nil ? nil : Unit(unit),
          uncertainty: number == nil ? nil : uncertainty.flatMap { $0.isFinite ? $0 : nil },
          flags: flags + draft))
    }
    for answer in run.answers where !names.contains(answer.analyte) {
      let held = run.holds.isEmpty ? [] : ["held"]
      let flags = answer.flags + held
      switch answer.state {
      case .value:
        add(
          answer.keyword, answer.value, nil, answer.unit, flags,
          ofSequence ? answer.uncertainty : nil)
      case .present: add(answer.keyword, nil, "present", "", flags)
      case .notDetected: add(answer.keyword, nil, "not detected", "", flags)
      case .notEvaluated: add(answer.keyword, nil, "not evaluated", "", flags)
      // Only a sequence has a range; there it is an answer, and no number.
      case .belowRange where ofSequence: add(answer.keyword, nil, "below range", "", flags)
      case .aboveRange where ofSequence: add(answer.keyword, nil, "above range", "", flags)
      case .belowRange, .aboveRange: break
      }
    }
    if let identity = run.evaluation.identity {
      let score = identity.matches.first.map { "score-\(Int($0.score.rounded(.down)))" }
      add(
        "identity", nil, words(identity), "",
        [identity.verdict.rawValue.replacing("_", with: "-")] + [score].compactMap { $0 })
    }
    for gas in run.evaluation.gases {
      let verdict = gas.passes.map { $0 ? "passes" : "fails" } ?? "not-judged"
      add(gas.keyword, gas.value, nil, gas.isRatio ? "1" : "Torr", gas.flags + [verdict])
    }
    return results
  }

  private static func words(_ answer: SearchAnswer) -> String {
    switch answer.verdict {
    case .match: answer.matches.first?.name ?? "match"
    case .undecided: "one of: " + answer.matches.prefix(5).map(\.name).joined(separator: "; ")
    case .noMatch: "no match"
    case .notComparable: "not comparable"
    }
  }
}

extension MethodFiles {
  /// What the method that a run was taken by makes of it; nil where it was taken without one.
  ///
  /// The method's text stands in the journal's header, so that nobody needs the file.
  static func of(_ record: RunRecord, _ bench: Bench) throws(Failure) -> MethodFiles? {
    guard let reference = record.method, record.imported == nil else { return nil }
    let text: String
    do throws(JournalError) {
      let path = "\(bench.home.folder(of: record.run))/\(RunFolder.journal)"
      guard let kept = try JournalReader(path: path).header.methodText else { return nil }
      text = kept
    } catch {
      throw error.failure
    }
    let method: Method
    do throws(MethodError) {
      method = try MethodReader.read(text: text, file: "the journal's own method")
    } catch {
      throw error.failure
    }
    guard method.sha256 == reference.sha256 else { return nil }
    return MethodFiles(try RunEvaluations(bench: bench).propose(record, by: method))
  }
}

extension Method {
  /// The analytes and bands whose content needs the standards of a sequence.
  fileprivate var calibratedNames: Set<String> {
    switch body {
    case .separation(let body):
      Set(body.analytes.filter { $0.calibration != nil }.map(\.name))
    case .spectrum(let body): Set(body.bands.filter { $0.calibration != nil }.map(\.name))
    case .residualGas: []
    }
  }
}
