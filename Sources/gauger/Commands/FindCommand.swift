internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The options that choose runs out of all.
struct RunFilter: ParsableArguments {
  @Option(help: ArgumentHelp("Of this sample alone.", valueName: "id"))
  var sample: String?

  @Option(
    help: ArgumentHelp("Of this instrument: model, name, serial number or address.", valueName: "i"))
  var instrument: String?

  @Option(
    help: ArgumentHelp(
      "Begun from this moment on, UTC: 2026-11-20 or 2026-11-20T10:15:00Z.", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("Of this kind: sample, blank, standard, check ...", valueName: "kind"))
  var kind: String?

  @Option(
    help: ArgumentHelp(
      "In this state: \(RunQuestion.State.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "state"))
  var state: String?

  func validate() throws {
    _ = try question
  }

  /// What is asked for.
  var question: RunQuestion {
    get throws {
      var question = RunQuestion()
      (question.sample, question.instrument) = (sample, instrument)
      if let since {
        guard let time = Timestamp(iso8601: since) ?? Timestamp(iso8601: since + "T00:00:00Z")
        else {
          throw ValidationError("--since must be a time like 2026-11-20 or 2026-11-20T10:15:00Z")
        }
        question.since = time
      }
      if let kind {
        guard let known = RunKind(rawValue: kind) else {
          let kinds = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--kind must be one of \(kinds)")
        }
        question.kind = known
      }
      if let state {
        guard let known = RunQuestion.State(rawValue: state) else {
          let states = RunQuestion.State.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--state must be one of \(states)")
        }
        question.state = known
      }
      return question
    }
  }
}

extension RunsCommand {
  /// The command `gauger runs find`.
  struct Find: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every run that something was used for: what to look at again when it was wrong.",
      discussion: """
        gauger runs find --serial USB4C00123
        gauger runs find --method etizolam-gcms
        gauger runs find --library swgdrug --since 2026-01-01
        Several options together: the runs for which all of them hold. A method and a library are \
        named by name, by name and version ('NAME 3'), or by the first 8 or more digits of their \
        SHA-256; runs are found that were taken by it, evaluated by it, or part of a sequence that was.
        """)

    @Option(help: ArgumentHelp("The serial number of an instrument.", valueName: "number"))
    var serial: String?

    @Option(help: ArgumentHelp("A method.", valueName: "method"))
    var method: String?

    @Option(help: ArgumentHelp("A library.", valueName: "library"))
    var library: String?

    @Option(help: ArgumentHelp("The version of Gauger that took or computed it.", valueName: "v"))
    var software: String?

    @OptionGroup var filter: RunFilter
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      guard try !question.isForAll else {
        throw ValidationError("say what was used: --serial, --method, --library or --software")
      }
    }

    private var question: RunQuestion {
      get throws {
        var question = try filter.question
        (question.serialNumber, question.method) = (serial, method)
        (question.library, question.software) = (library, software)
        return question
      }
    }

    func run() async throws {
      let answer = try RunFinder(home: options.chosenHome).runs(try question)
      Self.tell(answer.hindered)
      if format.json {
        try Output.json(
          Listing(
            runs: answer.runs.map {
              Line(
                run: $0.run, sample: $0.sample.id, started: $0.started,
                because: answer.because[$0.run] ?? [])
            }))
      } else if answer.runs.isEmpty {
        Output.error("No such run in \(options.chosenHome.path).")
      } else {
        let rows = answer.runs.map { run in
          [
            run.run.text, run.sample.id, run.started.iso8601, run.instrument.serialNumber,
            (answer.because[run.run] ?? []).joined(separator: "; "),
          ].map(Output.plain)
        }
        print(Table.text(["run", "sample", "started", "serial", "because"], rows))
      }
      for problem in answer.problems { Output.say(problem) }
      if !answer.problems.isEmpty { Output.end(.damaged) }
    }

    /// Says why the catalogue was not used; rights that are missing and others at work are no news.
    static func tell(_ hindered: Failure?) {
      guard let hindered, hindered.exit != .denied, hindered.exit != .busy else { return }
      Output.note("\(hindered.what) \(hindered.why) \(hindered.next) (code: \(hindered.code))")
    }

    private struct Line: Encodable {
      var run: RunID
      var sample: String
      var started: Timestamp
      var because: [String]
    }

    private struct Listing: Encodable {
      var schema = 1
      var runs: [Line]
    }
  }
}
