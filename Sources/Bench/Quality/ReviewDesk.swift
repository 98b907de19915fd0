internal import Delivery
internal import Foundation
internal import Journal
public import Laboratory
internal import Methods
public import Records

/// Signs runs as reviewed and released, and sends them back; blocks.
public struct ReviewDesk: Sendable {
  private let bench: Bench

  /// Makes it for a bench.
  public init(bench: Bench) { self.bench = bench }

  /// How far a run has come.
  public func standing(of run: RunID) throws(Failure) -> ReviewStanding {
    try ReviewReading(bench: bench).standing(of: run)
  }

  /// How far every run has come, newest first, and what could not be read.
  public func list() -> (standings: [ReviewStanding], problems: [Failure]) {
    let (runs, broken) = bench.runs.list()
    var standings: [ReviewStanding] = []
    var problems = broken
    for run in runs {
      do throws(Failure) { standings.append(try standing(of: run.run)) } catch {
        problems.append(error)
      }
    }
    return (standings, problems)
  }

  /// Signs what there is of a run now.
  ///
  /// With `released` it goes to the destinations that take released runs. Where it is released
  /// already and did not get there, only that is done. Throws what stands in the way, by name.
  public func sign(
    _ run: RunID, as meaning: RecordSignature.Meaning, by person: String, keyFile: String?
  ) throws(Failure) -> (step: RegisterEntry?, sent: [Deliveries.Entry]) {
    try demandPlace(meaning)
    guard let mark = try RunMark.take(run, in: bench.home) else { throw RunMark.running(run) }
    let step: RegisterEntry?
    do throws(Failure) {
      step = try signed(run, meaning, person, keyFile)
      try mark.remove()
    } catch {
      try? mark.remove()
      throw error
    }
    guard meaning == .released else { return (step, []) }
    return (step, try Deliveries(bench: bench).release(run))
  }

  /// Sends a run back to whoever made its results; a reason is needed.
  @discardableResult
  public func sendBack(
    _ run: RunID, by person: String, reason: String?
  ) throws(Failure) -> RegisterEntry? {
    let reason = try QualityText.reason(reason, for: "The return")
    let standing = try standing(of: run)
    try Quality(bench: bench).demand(.review, by: person, run: run, on: "run/\(run)")
    var progress = standing.progress
    try ordered(&progress, .sendBack, run, person)
    return try RegisterDesk(bench: bench).keep(
      Review(
        run: run.text, state: progress.state, digest: standing.digest,
        amends: standing.steps.last?.review.amends),
      by: person, reason: reason, base: standing.steps.last?.entry.version ?? 0,
      evenIfSame: true)
  }

  // MARK: - Signing

  private func signed(
    _ run: RunID, _ meaning: RecordSignature.Meaning, _ person: String, _ keyFile: String?
  ) throws(Failure) -> RegisterEntry? {
    let standing = try standing(of: run)
    if meaning == .released, standing.state == .released {
      // Nothing goes out on the strength of a signature that is wrong.
      if let failure = Quality.joined(standing.hindrances) { throw failure }
      return nil
    }
    let record = standing.record
    var question = Quality(bench: bench).question(
      meaning == .released ? .release : .review, by: person)
    question.method = record.method
    question.methodSays = use(record)
    question.run = run.text
    try Quality(bench: bench).demand(question, on: "run/\(run)")
    try demandOther(person, standing, meaning)
    var progress = standing.progress
    try ordered(&progress, meaning == .released ? .release : .review, run, person)
    if meaning == .released, let failure = Quality.joined(standing.hindrances) {
      _ = bench.audit.note([.refused(run, person, "release", failure)])
      throw failure
    }
    let (signer, key) = try key(of: person, keyFile)
    guard
      let signature = key.sign(
        digest: standing.digest, meaning: meaning, person: signer.id, name: signer.name,
        time: bench.clock())
    else { throw Self.unusable(keyFile ?? "The key", "The library does not sign with it.") }
    let released = standing.steps.last { $0.review.state == .released }
    return try RegisterDesk(bench: bench).keep(
      Review(
        run: run.text, state: progress.state, digest: standing.digest,
        amends: released?.entry.sha256, signature: signature),
      by: signer.id, reason: nil, base: standing.steps.last?.entry.version ?? 0)
  }

  /// What the text of the method said when the run was taken.
  private func use(_ record: RunRecord) -> MethodState.Use? {
    guard record.method != nil, let journal = try? Reprocessing(bench: bench).open(record.run),
      let text = journal.header.methodText,
      let method = try? MethodReader.read(text: text, file: "the journal's own method")
    else { return nil }
    return MethodState.Use(rawValue: method.state.rawValue)
  }

  private func demandPlace(_ meaning: RecordSignature.Meaning) throws(Failure) {
    guard meaning != .performed else {
      throw Failure(
        "review-order", exit: .refused, what: "Nothing was signed.",
        why: "Who performed a run stands in its record from the start.",
        next: "Sign as reviewed or as released.")
    }
    guard bench.configuration.quality.review == .inLIMS, meaning == .released else { return }
    throw Failure(
      "review-in-lims", exit: .refused, what: "Nothing was released here.",
      why: "bench.yaml says that results are released in the LIMS (quality.review: in-lims).",
      next: "Release them there; or say review: in-gauger.")
  }

  /// Four eyes, where the rules are enforced.
  private func demandOther(
    _ person: String, _ standing: ReviewStanding, _ meaning: RecordSignature.Meaning
  ) throws(Failure) {
    guard Quality(bench: bench).policy == .enforce, meaning == .reviewed,
      standing.record.person == person || standing.processedBy.contains(person)
    else { return }
    let failure = Failure(
      "review-own-work", exit: .refused,
      what: "\(person) cannot sign the run \(standing.record.run) as reviewed.",
      why: "The same person measured or evaluated it.", next: "Let another person look it over.")
    _ = bench.audit.note([.refused(standing.record.run, person, "review", failure)])
    throw failure
  }

  private func ordered(
    _ progress: inout ReviewProgress, _ step: ReviewStep, _ run: RunID, _ person: String
  ) throws(Failure) {
    do throws(Failure) { try progress.take(step) } catch {
      _ = bench.audit.note([.refused(run, person, step.rawValue, error)])
      throw error
    }
  }

  private func key(of person: String, _ file: String?) throws(Failure) -> (Person, SigningKey) {
    let signer = try People(bench: bench).find(person)
    let path = file ?? People.keyFile(of: signer.id, in: bench.home)
    guard let publicKey = signer.publicKey else {
      throw Self.unusable(path, "The register knows no key of \(person).")
    }
    let found: (mode: UInt32, owner: UInt32, bytes: [UInt8])?
    do throws(DiskError) { found = try Disk().secret(path) } catch {
      throw Self.unusable(path, "\(error.text).")
    }
    guard let found, let key = SigningKey(fileContent: found.bytes) else {
      throw Self.unusable(path, "It holds no key.")
    }
    guard found.mode & 0o077 == 0 else {
      throw Self.unusable(path, "Others may read it: its mode is not 600.")
    }
    guard key.publicKey == publicKey else {
      throw Self.unusable(path, "It is not the key that the register has of \(person).")
    }
    return (signer, key)
  }

  private static func unusable(_ path: String, _ why: String) -> Failure {
    Failure(
      "signing-key-unusable", exit: .refused, what: "Nothing was signed with \(path).", why: why,
      next: "Name the right file with --key FILE, or make one with: gauger people key PERSON")
  }
}

extension AuditAct {
  /// A step of the review was not let be done.
  static func refused(
    _ run: RunID, _ person: String, _ step: String, _ failure: Failure
  ) -> AuditAct {
    AuditAct(
      .refused, "run/\(run)", by: person, reason: failure.what,
      detail: ["step": step, "failure": failure.code])
  }
}
