internal import Delivery
internal import Formats
internal import Foundation
public import Laboratory
public import Methods
internal import Processing
internal import Records

/// Evaluates a sequence of runs by one method, and keeps what comes of it as versions that nobody
/// overwrites.
///
/// `sequences/<name>/0001/`: `sequence.json` (all digits, no time in it), `method.yaml`, `results.csv`,
/// `peaks.csv`, `report.html`, `version.json` (who, when, why).
public struct Quantification: Sendable {
  /// A version that is kept.
  public struct Kept: Sendable, Hashable {
    /// Who, when and why.
    public var note: VersionNote
    /// What was found.
    public var result: SequenceResult
  }

  /// What a method makes of a sequence now, beside the newest version that is kept.
  public struct Proposal: Sendable {
    /// The name of the sequence.
    public var sequence: String
    /// The method.
    public var method: Method
    /// What was found now.
    public var result: SequenceResult
    /// The newest version; none where there is none yet.
    public var latest: Kept?
    /// What would change against it; empty without one.
    public var changes: [Change]
    /// Why the newest version cannot be read; none where it can or there is none.
    public var damage: Failure?
    /// The number of the newest version, readable or not; 0 where there is none.
    let latestNumber: Int
    /// The files that would be kept.
    let files: [ResultFile]
  }

  private let bench: Bench

  /// Makes the door to the sequences of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Evaluates runs in the order of injection; keeps nothing.
  ///
  /// `sequence` names it; none takes the first run's name. A run that cannot be read ends it: a
  /// sequence with a hole is another sequence.
  public func propose(
    _ runs: [RunID], by method: Method, sequence: String? = nil
  ) throws(Failure) -> Proposal {
    guard let first = runs.first else {
      throw Failure(
        "sequence-empty", exit: .usage, what: "No runs were named.",
        why: "A sequence is the runs that are evaluated together, in the order of injection.",
        next: "Name them: gauger quantify --method METHOD RUN RUN ...")
    }
    if let twice = Set(runs).count == runs.count
      ? nil
      : runs.first(where: { run in
        runs.count { $0 == run } > 1
      })
    {
      throw Failure(
        "sequence-run-twice", exit: .usage, what: "The run \(twice) stands twice in the sequence.",
        why: "One injection would count as two.", next: "Name each run once.")
    }
    let name = sequence ?? first.text
    do throws(PublishError) { try SafePath.check(name) } catch { throw error.failure }
    let libraries = try LibraryStore(home: bench.home).libraries(for: method)
    var evaluated: [(facts: EvaluatedRun, evaluation: RunEvaluation)] = []
    var evidence: [RunEvidence] = []
    let single = RunEvaluations(bench: bench)
    for run in runs {
      let proposal = try single.propose(run, by: method, libraries: libraries)
      evaluated.append((proposal.facts, proposal.outcome.evaluation))
      evidence.append(proposal.outcome.evidence)
    }
    let result = SequenceEvaluation(method: method).evaluate(
      evaluated, libraries: libraries.sources, computedBy: MathsFingerprint.signature)
    var kept: Kept?
    var damage: Failure?
    do throws(Failure) { kept = try latest(of: name) } catch { damage = error }
    return Proposal(
      sequence: name, method: method, result: result, latest: kept,
      changes: kept.map { result.changes(from: $0.result) } ?? [], damage: damage,
      latestNumber: versions(of: name).versions.last ?? 0,
      files: try files(result, method, evaluated, evidence))
  }

  /// The newest version of a sequence; none where there is none.
  public func latest(of name: String) throws(Failure) -> Kept? {
    let folder = versions(of: name)
    guard let newest = folder.versions.last else { return nil }
    let place = folder.folder(of: newest)
    return Kept(
      note: try VersionFiles.note(of: place),
      result: try VersionFiles.read(SequenceResult.self, at: "\(place)/sequence.json"))
  }

  /// Keeps a proposal as the next version; nothing where it changes nothing.
  ///
  /// Throws `reason-missing` where it takes the place of an earlier version and nobody says why.
  public func keep(
    _ proposal: Proposal, person: String, reason: String?
  ) throws(Failure) -> VersionNote? {
    if proposal.latest != nil, proposal.changes.isEmpty { return nil }
    try Quality(bench: bench).demand(
      .process, by: person, method: proposal.method, on: "sequence/\(proposal.sequence)")
    if let latest = proposal.latest {
      try RunEvaluations.demand(
        reason, instead: latest.note.version, of: "the sequence \(proposal.sequence)")
    } else if proposal.latestNumber > 0 {
      try RunEvaluations.demand(
        reason, instead: proposal.latestNumber, of: "the sequence \(proposal.sequence)")
    }
    let before = proposal.latestNumber > 0 ? proposal.latestNumber : nil
    var noted: VersionNote?
    let old = proposal.latest?.note.files.first { $0.name == "sequence.json" }?.sha256
    let announcement = bench.audit.announcement()
    _ = try announcement.covering { () throws(Failure) in
      try versions(of: proposal.sequence).publish(
        after: proposal.latestNumber,
        announce: { (_) throws(Failure) in
          try announcement.make(
            .kept(
              .sequenceKept, "sequence/\(proposal.sequence)", "sequence.json", noted, old: old))
        }
      ) { (number) throws(Failure) in
        let note = VersionNote(
          version: number, supersedes: before, reason: before == nil ? nil : reason,
          person: person, made: .now,
          method: proposal.method.reference, files: proposal.files.map(\.entry))
        noted = note
        return proposal.files + [try VersionFiles.json(note, named: "version.json")]
      }
    }
    // What cannot be noted now is caught up by whoever asks.
    _ = bench.catalogue.follow(.below("sequences/\(proposal.sequence)/"))
    return noted
  }

  /// Where a version of a sequence is kept.
  public func folder(of sequence: String, version: Int) -> String {
    versions(of: sequence).folder(of: version)
  }

  private func versions(of name: String) -> VersionedFolder {
    VersionedFolder(path: "\(bench.home.path)/sequences/\(name)")
  }

  private func files(
    _ result: SequenceResult, _ method: Method,
    _ runs: [(facts: EvaluatedRun, evaluation: RunEvaluation)], _ evidence: [RunEvidence]
  ) throws(Failure) -> [ResultFile] {
    var files = [
      try VersionFiles.json(result, named: "sequence.json"),
      VersionFiles.text(method.text.text, named: "method.yaml"),
      VersionFiles.bytes(SequenceTables.answers(result), named: "results.csv"),
    ]
    if method.outputs.peakTable {
      files.append(VersionFiles.bytes(SequenceTables.peaks(runs), named: "peaks.csv"))
    }
    if method.outputs.report {
      files.append(
        VersionFiles.bytes(
          SequenceReport.html(result, evidence: evidence), named: "report.html"))
    }
    return files
  }
}
