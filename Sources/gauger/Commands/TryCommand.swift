internal import ArgumentParser
internal import Bench
internal import Laboratory
internal import Methods

/// The command `gauger method try`.
struct TryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
    abstract: "What a method would change over earlier runs; nothing is kept.",
    discussion: """
      Old is what --against finds, or what is kept: of --sequence its newest version, else of each \
      run its newest evaluation. New is what the method finds now.
      """)

  @Argument(help: "The new method: its name, or a file.")
  var method: String

  @Argument(
    help: "The runs, in the order of injection: ids, their last four characters, or `last`.")
  var runs: [String] = []

  @Option(help: ArgumentHelp("The old method: its name, or a file.", valueName: "method"))
  var against: String?

  @Option(help: ArgumentHelp("The kept sequence that is compared with.", valueName: "name"))
  var sequence: String?

  @Option(
    help: ArgumentHelp("A CSV table with the runs or files of a sequence.", valueName: "file"))
  var list: String?

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard runs.isEmpty != (list == nil) || (runs.isEmpty && sequence != nil) else {
      throw ValidationError("name the runs, a --list of them, or a kept --sequence")
    }
    guard against == nil || sequence == nil else {
      throw ValidationError("--against and --sequence both say what is old")
    }
  }

  func run() async throws {
    let bench = try options.bench()
    let methods = options.methods()
    let new = try methods.method(method)
    let door = Quantification(bench: bench)
    let kept = try sequence.map { name in
      guard let kept = try door.latest(of: name) else {
        throw Failure(
          "sequence-not-found", exit: .notFound, what: "There is no sequence \(name).",
          why: "Nothing was quantified under that name in this home.",
          next: "Name the runs instead, or quantify them first: gauger quantify")
      }
      return kept
    }
    let ids = try runIDs(bench, kept?.result)
    let result = try door.propose(ids, by: new).result
    var changes: [Change] = []
    var without: [String] = []
    if let against {
      let old = try door.propose(ids, by: try methods.method(against)).result
      changes = result.changes(from: old)
    } else if let kept {
      changes = result.changes(from: kept.result)
    } else {
      let single = RunEvaluations(bench: bench)
      for (id, run) in zip(ids, result.runs) {
        guard let latest = try single.latest(of: id) else {
          without.append(id.text)
          continue
        }
        changes += run.evaluation.changes(from: latest.evaluation).map {
          Change(subject: "\(id) \($0.subject)", old: $0.old, new: $0.new)
        }
      }
    }
    if format.json {
      try Output.json(
        Answer(method: new.reference, changes: changes, withoutOld: without, result: result))
      return
    }
    EvaluationPage.answers(result)
    for run in without { Output.note("\(run) was not evaluated before: there is nothing old") }
    if changes.isEmpty {
      Output.error("nothing would change")
    } else {
      EvaluationPage.changes(changes)
    }
    Output.error("nothing was kept")
  }

  private func runIDs(_ bench: Bench, _ kept: SequenceResult?) throws -> [RunID] {
    if let list { return try SequenceList(path: list).runs(in: bench) }
    if runs.isEmpty, let kept { return kept.runs.compactMap { RunID($0.facts.run) } }
    return try runs.map { try bench.runs.find($0) }
  }

  private struct Answer: Encodable {
    var schema = 1
    var method: MethodReference
    var changes: [Change]
    var withoutOld: [String]
    var result: SequenceResult

    private enum CodingKeys: String, CodingKey {
      case schema, method, changes, result
      case withoutOld = "without_old"
    }
  }
}
