internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger runs`.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List, show, verify, export and compute again what was measured.",
    subcommands: [
      List.self, Find.self, Show.self, Verify.self, ProcessCommand.self, ExportCommand.self,
      Recover.self, Assign.self, Deviate.self,
    ],
    defaultSubcommand: List.self)

  /// The command `gauger runs list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All runs, newest first, or those alone that are asked for.")

    @Flag(help: "Only imported runs of which nobody has said the sample yet.")
    var unassigned = false

    @OptionGroup var filter: RunFilter
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = RunStore(home: options.chosenHome)
      let question = try filter.question
      var runs: [RunRecord]
      let problems: [Failure]
      var unfinished = store.unfinished(thorough: question.isForAll)
      if question.isForAll {
        (runs, problems) = store.list()
      } else {
        let answer = try RunFinder(home: options.chosenHome).runs(question)
        Find.tell(answer.hindered)
        (runs, problems) = (answer.runs, answer.problems)
      }
      if unassigned { runs.removeAll { !$0.isUnassigned } }
      if unassigned || !question.isForAll {
        let listed = Set(runs.map(\.run))
        unfinished.removeAll { !listed.contains($0.run) }
      }
      let running = Set(unfinished.filter(\.isRunning).map(\.run))
      if format.json {
        try Output.json(Listing(runs: runs, unfinished: unfinished))
      } else if runs.isEmpty {
        Output.error(
          question.isForAll && !unassigned
            ? "No runs in \(options.chosenHome.path) yet."
            : "No such run in \(options.chosenHome.path).")
      } else {
        let rows = runs.map { run in
          [
            run.run.text, run.kind.rawValue, Output.plain(run.sample.id),
            "\(run.counts.scans - min(run.counts.dark, run.counts.scans))",
            Self.ending(run, isRunning: running.contains(run.run)),
            run.emulated ? "emulated" : run.imported == nil ? "measured" : "imported",
            run.deliveries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
              .joined(separator: ", "),
          ]
        }
        print(Table.text(["run", "kind", "sample", "scans", "ended", "source", "delivery"], rows))
      }
      if let notice = UnfinishedRun.notice(unfinished) { Output.note(notice) }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private static func ending(_ run: RunRecord, isRunning: Bool) -> String {
      if isRunning { return "running" }
      if run.endedBy == .open { return "NOT ENDED" }
      return run.complete ? "complete" : "INCOMPLETE"
    }

    private struct Listing: Encodable {
      var schema = 1
      var runs: [RunRecord]
      var unfinished: [UnfinishedRun]
    }
  }

  /// The command `gauger runs show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everything known of one run.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let store = RunStore(home: options.chosenHome)
      let record = try store.read(try store.find(run))
      if format.json {
        try Output.json(record)
      } else {
        let folder = options.chosenHome.folder(of: record.run)
        var results: [AnalyteResult] = []
        var damaged: Failure?
        do throws(Failure) { results = try store.results(of: record) } catch { damaged = error }
        for line in RunPage.lines(record, folder: folder, results: results) { print(line) }
        if let damaged { Output.end(damaged) }
      }
    }
  }

  /// The command `gauger runs verify`.
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every byte of a run and compute its numbers again.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let report = Verification(bench: bench).verify(try bench.runs.find(run))
      if format.json {
        try Output.json(Answer(run: report.run, passed: report.passed, checks: report.checks))
      } else {
        for check in report.checks {
          let word = check.passed ? Output.paint("ok  ", .green) : Output.paint("FAIL", .red)
          print("\(word)  \(check.subject): \(check.detail)")
        }
      }
      if !report.passed { Output.end(.damaged) }
    }

    private struct Answer: Encodable {
      var schema = 1
      var run: RunID
      var passed: Bool
      var checks: [Verification.Check]
    }
  }
}
