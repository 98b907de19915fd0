internal import ArgumentParser
internal import Bench
internal import Laboratory

extension RunsCommand {
  /// The command `gauger runs recover`.
  struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End runs whose program was killed or lost its power.",
      discussion: """
        Journal and record are closed, the files made and delivered, all marked as incomplete; \
        whatever was done already is not done twice. A run that is going on is left alone.
        Without RUN: every run that needs it.
        """)

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: [String] = []

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let recovery = Recovery(bench: bench)
      let reports =
        run.isEmpty
        ? try recovery.recoverAll()
        : try run.map { try bench.runs.find($0) }.map { try recovery.recover($0) }
      if format.json {
        try Output.json(Answer(runs: reports))
      } else if reports.isEmpty {
        Output.error("Every run in \(options.chosenHome.path) is ended.")
      } else {
        for report in reports { show(report) }
      }
      for failure in reports.compactMap(\.failure) { Output.say(failure) }
      let status = Recovery.status(reports)
      if status != .done { Output.end(status) }
    }

    private func show(_ report: Recovery.Report) {
      print("\(report.run)  \(words(report.outcome))")
      if let record = report.record, record.endedBy != .open {
        print("  \(RunReporter.kept(record.counts)), \(record.counts.lost) lost")
        if record.safe == .unknown {
          print("  instrument left UNKNOWN; the next command that opens it makes it safe")
        }
        for (name, state) in record.deliveries.sorted(by: { $0.key < $1.key }) {
          print("  delivery \(name): \(state.rawValue)")
        }
      }
      if report.bytesCut > 0 { print("  \(report.bytesCut) bytes of a torn record were set aside") }
      for file in report.setAside { print("  set aside: \(file)") }
    }

    private func words(_ outcome: Recovery.Outcome) -> String {
      switch outcome {
      case .recovered: "recovered: closed as INCOMPLETE, with what was taken"
      case .completed: "completed: what was missing behind the measurement is made"
      case .empty: "closed: nothing was taken"
      case .removed: "removed: an empty folder in which nothing was begun"
      case .whole: "whole: nothing was left to do"
      case .damaged: "DAMAGED: closed, and left as it is"
      case .unreadable: "UNREADABLE: left as it is"
      case .postponed: "NOT ENDED: something is in the way"
      case .running: "running: left alone"
      }
    }

    private struct Answer: Encodable {
      var schema = 1
      var runs: [Recovery.Report]
    }
  }
}
