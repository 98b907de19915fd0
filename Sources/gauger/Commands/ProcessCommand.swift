internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Methods

/// The command `gauger runs process`.
struct ProcessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Compute a run again from its raw record, or evaluate it by a method.",
    discussion: """
      Without --method the files kept with the run are compared and never overwritten. With --method \
      what is found is kept as a version in evaluations/ of the run; where a version is there \
      already, what would change is shown and --reason makes a new one.
      """)

  @Argument(help: "The run's id, its last four characters, or `last`.")
  var run: String

  @Option(help: ArgumentHelp("Write the files computed now into this folder.", valueName: "folder"))
  var output: String?

  @Option(help: ArgumentHelp("The method: its name, or a file.", valueName: "method"))
  var method: String?

  @Option(help: ArgumentHelp("Why a new version takes the place of the last.", valueName: "text"))
  var reason: String?

  @Option(name: .customLong("operator"), help: ArgumentHelp("Who evaluates.", valueName: "id"))
  var person: String?

  @Flag(help: "With --method: show what is found and what would change; keep nothing.")
  var dryRun = false

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard method == nil || output == nil else {
      throw ValidationError("--output goes without --method: evaluations are kept with the run")
    }
    guard method != nil || (reason == nil && !dryRun) else {
      throw ValidationError("--reason and --dry-run go with --method")
    }
  }

  func run() async throws {
    let bench = try options.bench()
    let id = try bench.runs.find(run)
    if let method {
      try evaluate(id, by: try options.methods().method(method), bench)
      return
    }
    let outcome = try Verification(bench: bench).process(id, into: output)
    if format.json {
      try Output.json(outcome)
    } else {
      for file in outcome.files {
        print("\(file.same ? "same     " : "DIFFERENT")  \(file.name)")
      }
      if outcome.files.isEmpty {
        Output.error("Nothing is computed of this run as it stands.")
      } else if let output {
        Output.error("written to \(output)")
      }
    }
    if outcome.files.contains(where: { !$0.same }) { Output.end(.damaged) }
  }

  private func evaluate(_ run: RunID, by method: Method, _ bench: Bench) throws {
    let door = RunEvaluations(bench: bench)
    let proposal = try door.propose(run, by: method)
    if let damage = proposal.damage {
      Output.note("\(damage.what) \(damage.why) What would change against it is not known.")
    }
    var note: VersionNote?
    if !dryRun {
      do throws(Failure) {
        note = try door.keep(proposal, person: person ?? PersonalText.account, reason: reason)
      } catch {
        if !format.json { EvaluationPage.changes(proposal.changes) }
        throw error
      }
    }
    if format.json {
      try Output.json(
        Answer(
          run: run, version: note?.version ?? proposal.latest?.note.version,
          changes: proposal.changes, answers: proposal.answers,
          evaluation: proposal.outcome.evaluation))
      return
    }
    EvaluationPage.peaks(proposal.outcome.evaluation)
    EvaluationPage.answers(proposal.answers)
    EvaluationPage.changes(proposal.changes)
    if let note {
      let folder = bench.home.folder(of: run)
      Output.error("kept as version \(note.version) in \(folder)/evaluations")
    } else if !dryRun, let latest = proposal.latest {
      Output.error("nothing changed since version \(latest.note.version)")
    }
  }

  private struct Answer: Encodable {
    var schema = 1
    var run: RunID
    var version: Int?
    var changes: [Change]
    var answers: SequenceResult
    var evaluation: RunEvaluation
  }
}
