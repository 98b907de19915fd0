internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory
public import Methods
internal import Processing
internal import Records

/// Applies methods to runs that were made, and keeps what comes of it as versions that nobody
/// overwrites.
///
/// `runs/<run>/evaluations/0001/`: `evaluation.json` (what was found, no time in it), `method.yaml`
/// (the text used), `peaks.csv`, `report.html`, `version.json` (who, when, why).
public struct RunEvaluations: Sendable {
  /// A version that is kept.
  public struct Kept: Sendable, Hashable {
    /// Who, when and why.
    public var note: VersionNote
    /// What was found.
    public var evaluation: RunEvaluation
  }

  /// What a method makes of a run now, beside the newest version that is kept.
  public struct Proposal: Sendable {
    /// The run.
    public var facts: EvaluatedRun
    /// The method.
    public var method: Method
    /// The libraries that were asked.
    public var libraries: [LibrarySource]
    /// What was found now.
    public var outcome: MethodOutcome
    /// The newest version; none where there is none yet.
    public var latest: Kept?
    /// What would change against it; empty without one.
    public var changes: [Change]
    /// Why the newest version cannot be read; none where it can or there is none.
    ///
    /// It keeps its number, and a reason is asked for the one that takes its place.
    public var damage: Failure?
    /// The number of the newest version, readable or not; 0 where there is none.
    var latestNumber: Int
    /// What it answers by itself, as a sequence of one run.
    public var answers: SequenceResult
  }

  private let bench: Bench

  /// Makes the door to the evaluations of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Applies a method to a run; keeps nothing.
  public func propose(
    _ run: RunID, by method: Method, libraries: MethodLibraries? = nil
  ) throws(Failure) -> Proposal {
    try propose(try bench.runs.read(run), by: method, libraries: libraries)
  }

  func propose(
    _ record: RunRecord, by method: Method, libraries: MethodLibraries? = nil
  ) throws(Failure) -> Proposal {
    let libraries =
      if let libraries { libraries } else {
        try LibraryStore(home: bench.home).libraries(for: method)
      }
    let measurement = try RunContent(bench: bench).measurement(of: record)
    let outcome: MethodOutcome
    do throws(MethodFailure) {
      outcome = try method.outcome(of: measurement, libraries: libraries)
    } catch {
      throw error.failure
    }
    let facts = EvaluatedRun(record)
    let (latest, damage) = newest(of: record.run)
    var changes = latest.map { outcome.evaluation.changes(from: $0.evaluation) } ?? []
    if let latest, latest.note.method != method.reference {
      changes.insert(
        Change(
          subject: "method", old: latest.note.method.inWords, new: method.reference.inWords),
        at: 0)
    }
    let answers = SequenceEvaluation(method: method).evaluate(
      [(facts, outcome.evaluation)], libraries: libraries.sources,
      computedBy: MathsFingerprint.signature)
    return Proposal(
      facts: facts, method: method, libraries: libraries.sources, outcome: outcome,
      latest: latest, changes: changes, damage: damage,
      latestNumber: versions(of: record.run).versions.last ?? 0, answers: answers)
  }

  /// The newest version of a run; none where there is none.
  public func latest(of run: RunID) throws(Failure) -> Kept? {
    let folder = versions(of: run)
    guard let newest = folder.versions.last else { return nil }
    return try read(folder.folder(of: newest))
  }

  private func newest(of run: RunID) -> (kept: Kept?, damage: Failure?) {
    do throws(Failure) { return (try latest(of: run), nil) } catch { return (nil, error) }
  }

  /// All versions of a run, oldest first.
  public func all(of run: RunID) throws(Failure) -> [Kept] {
    let folder = versions(of: run)
    var kept: [Kept] = []
    for version in folder.versions { kept.append(try read(folder.folder(of: version))) }
    return kept
  }

  /// Keeps a proposal as the next version; nothing where it changes nothing.
  ///
  /// Throws `reason-missing` where it takes the place of an earlier version and nobody says why.
  public func keep(
    _ proposal: Proposal, person: String, reason: String?
  ) throws(Failure) -> VersionNote? {
    guard let run = RunID(proposal.facts.run) else { return nil }
    if proposal.latest != nil, proposal.changes.isEmpty { return nil }
    try Quality(bench: bench).demand(
      .process, by: person, method: proposal.method, on: "run/\(run)")
    if let latest = proposal.latest {
      try Self.demand(reason, instead: latest.note.version, of: "the run \(run)")
    } else if proposal.latestNumber > 0 {
      try Self.demand(reason, instead: proposal.latestNumber, of: "the run \(run)")
    }
    let before = proposal.latestNumber > 0 ? proposal.latestNumber : nil
    let folder = versions(of: run)
    var noted: VersionNote?
    let old = proposal.latest?.note.files.first { $0.name == "evaluation.json" }?.sha256
    let announcement = bench.audit.announcement()
    _ = try announcement.covering { () throws(Failure) in
      try folder.publish(
        after: proposal.latestNumber,
        announce: { (_) throws(Failure) in
          try announcement.make(
            .kept(.evaluationKept, "run/\(run)", "evaluation.json", noted, old: old))
        }
      ) { (number) throws(Failure) in
        let files = try self.files(proposal)
        let note = VersionNote(
          version: number, supersedes: before, reason: before == nil ? nil : reason,
          person: person, made: .now,
          method: proposal.method.reference, files: files.map(\.entry))
        noted = note
        return files + [try VersionFiles.json(note, named: "version.json")]
      }
    }
    // What cannot be noted now is caught up by whoever asks.
    _ = bench.catalogue.follow([run])
    return noted
  }

  /// Throws `reason-missing` where a version would be replaced without a reason.
  static func demand(_ reason: String?, instead version: Int, of what: String) throws(Failure) {
    if let reason, !reason.allSatisfy(\.isWhitespace) { return }
    throw Failure(
      "reason-missing", exit: .refused, what: "No new version of the results of \(what) was made.",
      why: "Version \(version) stands, and a later one must say why it takes its place.",
      next: "Give the command again with --reason \"...\".")
  }

  private func versions(of run: RunID) -> VersionedFolder {
    VersionedFolder(path: "\(bench.home.folder(of: run))/evaluations")
  }

  private func files(_ proposal: Proposal) throws(Failure) -> [ResultFile] {
    let evaluation = proposal.outcome.evaluation
    var files = [
      try VersionFiles.json(evaluation, named: "evaluation.json"),
      VersionFiles.text(proposal.method.text.text, named: "method.yaml"),
    ]
    if proposal.method.outputs.peakTable {
      files.append(
        VersionFiles.bytes(
          SequenceTables.peaks([(proposal.facts, evaluation)]), named: "peaks.csv"))
    }
    if let processed = proposal.outcome.evidence.processed {
      files.append(
        VersionFiles.bytes(SequenceTables.spectrum(processed), named: "spectrum.csv"))
    }
    if proposal.method.outputs.report {
      files.append(
        VersionFiles.bytes(
          SequenceReport.html(proposal.answers, evidence: [proposal.outcome.evidence]),
          named: "report.html"))
    }
    return files
  }

  private func read(_ folder: String) throws(Failure) -> Kept {
    let note = try VersionFiles.note(of: folder)
    return Kept(
      note: note,
      evaluation: try VersionFiles.read(RunEvaluation.self, at: "\(folder)/evaluation.json"))
  }
}

extension MethodReference {
  /// Name, version and the beginning of the hash.
  var inWords: String { "\(name) \(version) (\(sha256.prefix(12)))" }
}

extension EvaluatedRun {
  /// What a sequence must know of a run.
  init(_ record: RunRecord) {
    self.init(
      run: record.run.text, sample: record.sample, kind: record.kind, started: record.started,
      complete: record.complete, emulated: record.emulated,
      rawSHA256: record.journalSHA256 ?? record.imported?.sha256 ?? "")
  }
}
