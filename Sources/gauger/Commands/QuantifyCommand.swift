internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Methods

/// The command `gauger quantify`.
struct QuantifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantify",
    abstract: "Contents of a sequence of runs by one method.",
    discussion: """
      Name the runs in the order of injection: standards, checks, blanks and samples, each run with \
      its kind and level. Results are kept as a version in sequences/; where a version is there \
      already, what would change is shown and --reason makes a new one. Nothing is overwritten.

      Ends with 9 where samples are held by a rule of the method.
      """)

  @Option(help: ArgumentHelp("The method: its name, or a file.", valueName: "method"))
  var method: String

  @Option(
    help: ArgumentHelp("The name of the sequence; else that of its first run.", valueName: "name"))
  var sequence: String?

  @Option(help: ArgumentHelp("Why a new version takes the place of the last.", valueName: "text"))
  var reason: String?

  @Option(name: .customLong("operator"), help: ArgumentHelp("Who evaluates.", valueName: "id"))
  var person: String?

  @Flag(help: "Show the results and what would change; keep nothing.")
  var dryRun = false

  @Flag(
    help: "Deliver the answers of each sample that is not held, as the next delivery of its run.")
  var deliver = false

  @Option(
    help: ArgumentHelp(
      "A CSV table with the runs, or imported files, of the sequence in a column `run` or `file`.",
      valueName: "file"))
  var list: String?

  @Argument(
    help: "The runs, in the order of injection: ids, their last four characters, or `last`.")
  var runs: [String] = []

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard runs.isEmpty != (list == nil) else {
      throw ValidationError("name the runs, or a --list of them")
    }
    guard !(dryRun && deliver) else {
      throw ValidationError("--deliver sends what is kept, and --dry-run keeps nothing")
    }
  }

  func run() async throws {
    let bench = try options.bench()
    let method = try options.methods().method(method)
    var ids: [RunID] = []
    if let list { ids = try SequenceList(path: list).runs(in: bench) }
    for name in runs { ids.append(try bench.runs.find(name)) }
    let door = Quantification(bench: bench)
    let proposal = try door.propose(ids, by: method, sequence: sequence)
    if let damage = proposal.damage {
      Output.note("\(damage.what) \(damage.why) What would change against it is not known.")
    }
    var note: VersionNote?
    if !dryRun {
      do throws(Failure) {
        note = try door.keep(
          proposal, person: person ?? PersonalText.account,
          reason: reason ?? askReason(proposal.changes))
      } catch {
        // What would change is what the person must know to give a reason.
        if !format.json { EvaluationPage.changes(proposal.changes) }
        throw error
      }
    }
    let folder = note.map { door.folder(of: proposal.sequence, version: $0.version) }
    var sent: [Deliveries.Entry] = []
    if deliver, let kept = note ?? proposal.latest?.note {
      let (name, result) = (proposal.sequence, proposal.result)
      sent = try await offPool { () throws(Failure) in
        try Deliveries(bench: bench).send(sequence: name, kept, result)
      }
    }
    if format.json {
      try Output.json(
        Answer(
          sequence: proposal.sequence, version: note?.version ?? proposal.latest?.note.version,
          folder: folder, changes: proposal.changes, result: proposal.result,
          deliveries: deliver ? sent.map(DeliverCommand.Row.init) : nil))
    } else {
      EvaluationPage.answers(proposal.result)
      if proposal.latest != nil { EvaluationPage.changes(proposal.changes) }
      if let folder {
        Output.error("kept in \(folder)")
        if method.outputs.report { Output.error("report: \(folder)/report.html") }
      } else if !dryRun, let latest = proposal.latest {
        Output.error("nothing changed since version \(latest.note.version)")
      }
    }
    if deliver, !format.json {
      if sent.isEmpty {
        Output.error("nothing to deliver: held, or delivered before")
      } else {
        try DeliverCommand.show(sent, json: false)
      }
    }
    if proposal.result.holdsSamples { Output.end(.refused) }
    DeliverCommand.end(sent)
  }

  private func askReason(_ changes: [Change]) -> String? {
    guard !changes.isEmpty, Terminal.canAsk, !format.json else { return nil }
    EvaluationPage.changes(changes)
    Output.errorPart("Why does a new version take the place of the last? ")
    return readLine()
  }

  private struct Answer: Encodable {
    var schema = 1
    var sequence: String
    var version: Int?
    var folder: String?
    var changes: [Change]
    var result: SequenceResult
    var deliveries: [DeliverCommand.Row]?
  }
}

extension SequenceResult {
  /// Whether a sample of the sequence is held, or an analyte has no calibration.
  var holdsSamples: Bool {
    runs.contains { $0.facts.kind == .sample && !$0.holds.isEmpty }
      || curves.contains { $0.curve == nil }
  }
}
