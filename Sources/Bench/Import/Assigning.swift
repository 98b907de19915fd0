public import Laboratory
internal import Records

/// Says which sample an imported run is of, once.
public struct Assigning: Sendable {
  private let bench: Bench

  /// Makes it for the runs of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Assigns a sample to an unassigned run, and keeps who said so and when.
  ///
  /// What the file itself says of the sample stays beside it. Throws `run-sample-known` where the
  /// run has a sample: an assignment is final. Blocks.
  public func assign(
    _ run: RunID, sample: Sample, kind: RunKind?, person: String
  ) throws(Failure) -> RunRecord {
    guard sample.id != RunRecord.unassigned, !sample.id.isEmpty else {
      throw Failure(
        "run-sample-missing", exit: .usage, what: "No sample was named.",
        why: "\(RunRecord.unassigned) is the tray, and no sample.",
        next: "Name it with --sample ID.")
    }
    guard let mark = try RunMark.take(run, in: bench.home) else { throw RunMark.running(run) }
    do throws(Failure) {
      var record = try bench.runs.read(run)
      // The mark stays: it is how recovery knows the run.
      guard record.endedBy != .open else { throw RunMark.killed(run) }
      guard record.isUnassigned else {
        throw Failure(
          "run-sample-known", exit: .refused,
          what: "The run \(run) is of the sample \(record.sample.id).",
          why: record.imported == nil
            ? "It was measured here, with its sample named before."
            : "A sample is assigned once, so that no result moves from one to another.",
          next: "If it is wrong, import the file again with --again and the right --sample.")
      }
      record.sample = sample
      if let kind { record.kind = kind }
      record.assigned = SampleAssignment(person: person, time: .now)
      let act = AuditAct(
        .runAssigned, "run/\(run)", by: person,
        detail: ["sample": sample.id, "kind": record.kind.rawValue])
      try bench.audit.demand([act]) { () throws(Failure) in try bench.runs.write(record) }
      try mark.remove()
      // What cannot be noted now is caught up by whoever asks.
      _ = bench.catalogue.follow([run])
      return record
    } catch {
      if error.code != RunMark.killed(run).code { try? mark.remove() }
      throw error
    }
  }
}
