internal import Foundation
internal import Laboratory

/// Finds the sample of a file by what the file calls it.
///
/// A name counts only where somebody vouches for it: the person who imports, a run of this home that
/// has a sample of this id, a worklist, or a pattern. Everything else lies in the tray of what is unassigned: a
/// result for the wrong sample is worse than none.
struct SampleFinder {
  private let given: Sample
  private let pattern: Regex<AnyRegexOutput>?
  private let known: Set<String>

  init(bench: Bench, request: ImportRequest) throws(Failure) {
    given = request.sample
    guard given.id != RunRecord.unassigned else {
      throw Failure(
        "import-sample-reserved", exit: .usage,
        what: "\(RunRecord.unassigned) cannot be the id of a sample.",
        why: "It says that nobody knows the sample yet.",
        next: "Leave --sample away, or name the sample.")
    }
    do {
      pattern = try request.pattern.map { try Regex($0) }
    } catch {
      throw Failure(
        "import-pattern-invalid", exit: .usage,
        what: "The pattern \(request.pattern ?? "") is not understood.", why: "\(error)",
        next: "Write a regular expression such as [0-9]{2}-[0-9]{4}.")
    }
    let measured = bench.runs.list().runs.filter { !$0.isUnassigned && $0.kind == .sample }
    // Worklists that cannot be read vouch for nothing, and hinder nobody.
    let asked = ((try? Worklists(bench: bench).items()) ?? []).filter {
      $0.entry.kind == .sample && [.open, .taken, .done].contains($0.state)
    }
    known = Set(measured.map(\.sample.id)).union(asked.map(\.entry.sample.id))
  }

  /// The sample of a file that calls it by these names, the likeliest first.
  func sample(_ names: [String]) -> Sample {
    var sample = given
    guard sample.id.isEmpty else { return sample }
    let candidates = names.map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && $0.count <= 200 && $0 != RunRecord.unassigned }
    sample.id = candidates.first(where: isKnown) ?? RunRecord.unassigned
    return sample
  }

  private func isKnown(_ name: String) -> Bool {
    if known.contains(name) { return true }
    guard let pattern else { return false }
    return (try? pattern.wholeMatch(in: name)) ?? nil != nil
  }
}
