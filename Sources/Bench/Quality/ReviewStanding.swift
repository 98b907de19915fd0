internal import Delivery
internal import Foundation
public import Laboratory
internal import Methods
public import Records

/// How far a run has come, who signed what of it, and what hinders its release.
public struct ReviewStanding: Sendable {
  /// One step that the register keeps.
  public struct Step: Sendable {
    /// The version of the register.
    public var entry: RegisterEntry
    /// What it says.
    public var review: Review
    /// What is wrong with its signature; none where it is right, or there is none.
    public var problem: String?
  }

  /// The run.
  public var record: RunRecord
  /// Where it stands now, other results than those that were signed taken into account.
  public var state: ReviewState
  /// SHA-256 of what there is to look at now.
  public var digest: String
  /// The steps, oldest first.
  public var steps: [Step]
  /// The deviations, oldest first.
  public var deviations: [RegisterEntry]
  /// What hinders a release, by name.
  public var hindrances: [Failure]
  /// The order of steps, to go on from.
  var progress: ReviewProgress
  /// Who made results of it, beside the person who measured.
  var processedBy: Set<String>

  /// The signed steps that are about what there is now: those since it was last made or sent back.
  public var current: [Step] {
    steps.reversed().prefix {
      $0.review.digest == digest && [.reviewed, .released].contains($0.review.state)
    }.reversed()
  }
}

/// Finds out how far runs have come.
struct ReviewReading: Sendable {
  let bench: Bench

  func standing(of run: RunID) throws(Failure) -> ReviewStanding {
    let record = try bench.runs.read(run)
    let evaluations = VersionedFolder(path: "\(bench.home.folder(of: run))/evaluations")
    var evaluation: ReviewedRecord.Version?
    var processedBy: Set<String> = []
    for number in evaluations.versions {
      let folder = evaluations.folder(of: number)
      processedBy.insert(try VersionFiles.note(of: folder).person)
      evaluation = try version(number, folder)
    }
    let (sequences, held) = try sequences(with: run, &processedBy)
    let reviewed = ReviewedRecord(record, evaluation: evaluation, sequences: sequences)
    let steps = try steps(of: run)
    let hasResults = !record.files.isEmpty || evaluation != nil || !sequences.isEmpty
    let progress = try progress(record, hasResults, steps, reviewed.digest)
    var standing = ReviewStanding(
      record: record, state: progress.state, digest: reviewed.digest, steps: steps,
      deviations: try Holds(bench: bench).deviations(of: run).map(\.entry), hindrances: [],
      progress: progress, processedBy: processedBy)
    standing.hindrances = try hindrances(standing, held)
    return standing
  }

  private func version(_ number: Int, _ folder: String) throws(Failure) -> ReviewedRecord.Version {
    do throws(PublishError) {
      return .init(number: number, sha256: try Hash.sha256(ofFileAt: folder + "/version.json"))
    } catch {
      throw error.failure
    }
  }

  /// The newest version of every sequence that a run is in, and the names of those that hold it.
  private func sequences(
    with run: RunID, _ people: inout Set<String>
  ) throws(Failure) -> (found: [String: ReviewedRecord.Version], held: [String: [String]]) {
    let root = bench.home.path + "/sequences"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    var found: [String: ReviewedRecord.Version] = [:]
    var held: [String: [String]] = [:]
    for name in names.sorted() where !name.hasPrefix(".") {
      let folder = VersionedFolder(path: "\(root)/\(name)")
      guard let newest = folder.versions.last,
        let kept = try Quantification(bench: bench).latest(of: name),
        let answers = kept.result.runs.first(where: { $0.facts.run == run.text })
      else { continue }
      found[name] = try version(newest, folder.folder(of: newest))
      people.insert(kept.note.person)
      if !answers.holds.isEmpty { held[name] = answers.holds }
    }
    return (found, held)
  }

  // MARK: - Steps

  private func steps(of run: RunID) throws(Failure) -> [ReviewStanding.Step] {
    let register = Register(home: bench.home.path)
    return try told { () throws(RegisterError) in
      var steps: [ReviewStanding.Step] = []
      for entry in try register.versions(of: .reviews, run.text) {
        let review = try entry.body(Review.self)
        steps.append(.init(entry: entry, review: review, problem: try problem(review, register)))
      }
      return steps
    }
  }

  /// What is wrong with a signature.
  private func problem(_ review: Review, _ register: Register) throws(RegisterError) -> String? {
    let isSigned = review.state == .reviewed || review.state == .released
    guard let signature = review.signature else { return isSigned ? "it is not signed" : nil }
    guard signature.digest == review.digest, signature.meaning.rawValue == review.state.rawValue
    else { return "the signature is of another record, or means something else" }
    guard signature.isRight else { return "the signature is not over this record, name and time" }
    let keys = try register.versions(of: .people, signature.person).map(\.fields["public_key"])
    guard keys.contains(signature.publicKey) else {
      return "the key was never one of \(signature.person)"
    }
    return nil
  }

  /// Goes through the order of steps as they were gone.
  private func progress(
    _ record: RunRecord, _ hasResults: Bool, _ steps: [ReviewStanding.Step], _ now: String
  ) throws(Failure) -> ReviewProgress {
    var progress = ReviewProgress()
    guard record.endedBy != .open else { return progress }
    try progress.take(.acquire)
    guard hasResults else { return progress }
    try progress.take(.process)
    var digest: String?
    for step in steps {
      if let digest, digest != step.review.digest { try progress.take(.process) }
      digest = step.review.digest
      let next: ReviewStep =
        switch step.review.state {
        case .reviewed: .review
        case .released: .release
        default: .sendBack
        }
      do throws(Failure) { try progress.take(next) } catch {
        throw RegisterError.damaged(
          "reviews/\(record.run), version \(step.entry.version)", error.why
        ).failure
      }
    }
    if let digest, digest != now { try progress.take(.process) }
    return progress
  }

  // MARK: - Hindrances

  private func hindrances(
    _ standing: ReviewStanding, _ held: [String: [String]]
  ) throws(Failure) -> [Failure] {
    let record = standing.record
    var found: [Failure] = []
    if !record.complete || record.failure != nil {
      found.append(
        Failure(
          "release-run-incomplete", exit: .refused, what: "The run \(record.run) is not whole.",
          why: record.failure?.what ?? "It ended by \(record.endedBy.rawValue), or lost frames.",
          next: "Measure the sample again."))
    }
    if let departures = record.quality?.departures, !departures.isEmpty,
      standing.deviations.isEmpty
    {
      found.append(
        Failure(
          "release-deviation-missing", exit: .refused,
          what: "The run \(record.run) was not made as its method says.",
          why: departures.joined(separator: "; ") + ".",
          next: "Say why that is accepted: gauger runs deviate \(record.run) --reason"))
    }
    for (sequence, reasons) in held.sorted(by: { $0.key < $1.key }) {
      found.append(
        Failure(
          "release-check-failed", exit: .refused,
          what: "The sequence \(sequence) holds the run \(record.run).",
          why: reasons.joined(separator: "; "),
          next: "Find the cause, measure again, and evaluate with: gauger quantify"))
    }
    found += try openHolds(record)
    for step in standing.current where step.problem != nil {
      found.append(
        Failure(
          "release-signature-wrong", exit: .damaged,
          what: "The signature of version \(step.entry.version) of the review counts for nothing.",
          why: "\(step.problem ?? "?").",
          next: "Find out who altered it, send the run back with gauger review return, sign again.")
      )
    }
    if let altered = altered(record) {
      found.append(
        Failure(
          "release-record-altered", exit: .damaged, what: "\(altered) is not what the run made.",
          why: "It is missing, or its SHA-256 is not that of run.json.",
          next: "See what is whole with: gauger runs verify \(record.run)"))
    }
    return found
  }

  private func openHolds(_ record: RunRecord) throws(Failure) -> [Failure] {
    var question = Quality(bench: bench).question(.review, by: record.person)
    question.method = record.method
    question.run = record.run.text
    question.instrument = .init(
      model: record.instrument.model, serialNumber: record.instrument.serialNumber)
    let facts = try told { () throws(RegisterError) in
      try QualityFacts(question, from: Register(home: bench.home.path))
    }
    return facts.holds.map { held in
      Failure(
        "release-on-hold", exit: .refused,
        what: "The \(held.hold.target.rawValue) \(held.hold.name) is on hold.",
        why: "Because: \(held.reason ?? "no reason was given").",
        next: "When it is settled: gauger hold lift \(held.hold.target.rawValue) NAME --reason")
    }
  }

  /// The first file that is not what was made; none where all are.
  private func altered(_ record: RunRecord) -> String? {
    let folder = bench.home.folder(of: record.run)
    var files = record.files.map { (ResultFiles.path(of: $0.name, in: folder), $0.sha256) }
    if let journal = record.journalSHA256 {
      files.append(("\(folder)/\(RunFolder.journal)", journal))
    }
    return files.first { (try? Hash.sha256(ofFileAt: $0.0)) != $0.1 }?.0
  }
}
