internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger review`.
struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "Look results over, sign them, release them.",
    discussion: """
      gauger review sign last --as reviewed --person ben
      gauger review sign last --as released --person eva
      A signature holds for what it was made over: other results need new ones.
      """,
    subcommands: [List.self, Show.self, Sign.self, SendBack.self], defaultSubcommand: List.self)

  /// The command `gauger review list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How far every run has come, newest first.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (standings, problems) = ReviewDesk(bench: try options.bench()).list()
      if format.json {
        try Output.json(Listing(runs: standings.map(StandingPage.init)))
      } else if standings.isEmpty {
        Output.error("No runs in \(options.chosenHome.path) yet.")
      } else {
        print(
          Table.text(
            ["run", "sample", "state", "signed by", "hindered by"],
            standings.map { standing in
              [
                standing.record.run.text, standing.record.sample.id, standing.state.rawValue,
                standing.current.compactMap { $0.review.signature?.person }.joined(separator: ", "),
                standing.hindrances.map(\.code).joined(separator: ", "),
              ].map(Output.plain)
            }))
      }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private struct Listing: Encodable {
      var schema = 1
      var runs: [StandingPage]
    }
  }

  /// The command `gauger review show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every step of a run's review, and what hinders its release.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let standing = try ReviewDesk(bench: bench).standing(of: try bench.runs.find(run))
      let page = StandingPage(standing)
      if format.json { try Output.json(page) } else { page.print() }
    }
  }

  /// The command `gauger review sign`.
  struct Sign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sign a run as reviewed or released.",
      discussion: "A run that is released goes to the destinations that take released runs.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @Option(name: .customLong("as"), help: "reviewed or released.")
    var meaning: String

    @Option(help: "Who signs.")
    var person: String

    @Option(
      help: ArgumentHelp("The person's key; else keys/PERSON.key of the home.", valueName: "file"))
    var key: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      guard ["reviewed", "released"].contains(meaning) else {
        throw ValidationError("--as must be reviewed or released")
      }
      try PersonalText.check("--person", person)
    }

    func run() async throws {
      let bench = try options.bench()
      let id = try bench.runs.find(run)
      let done = try ReviewDesk(bench: bench).sign(
        id, as: RecordSignature.Meaning(rawValue: meaning) ?? .reviewed, by: person, keyFile: key)
      if format.json {
        try Output.json(
          Signed(
            run: id, kept: done.step?.reference,
            deliveries: Dictionary(
              done.sent.map { ($0.report.destination, $0.report.state) },
              uniquingKeysWith: { first, _ in first })))
      } else {
        print(
          done.step == nil
            ? "\(id) is \(meaning) already"
            : "\(id) is \(meaning), signed by \(Output.plain(person))")
        for entry in done.sent {
          print(
            "\(entry.report.state.rawValue)  \(entry.report.destination): \(entry.report.place)")
        }
      }
      for failure in done.sent.compactMap(\.report.failure) { Output.say(failure) }
      if done.sent.contains(where: { $0.report.state == .rejected }) { Output.end(.rejected) }
      if done.sent.contains(where: { $0.report.state == .spooled }) { Output.end(.deliveryWaits) }
    }

    private struct Signed: Encodable {
      var schema = 1
      var run: RunID
      var kept: RegisterReference?
      var deliveries: [String: DeliveryState]
    }
  }

  /// The command `gauger review return`.
  struct SendBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "return", abstract: "Send a run back, with the reason.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @Option(help: "Who sends it back; else the login name.")
    var person: String?

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let id = try bench.runs.find(run)
      let kept = try ReviewDesk(bench: bench).sendBack(
        id, by: person ?? PersonalText.loginName, reason: reason)
      try RegisterPage.show(kept, "\(id) was sent back", json: format.json)
    }
  }
}

/// How far a run has come, for people and for programs.
struct StandingPage: Encodable {
  struct Step: Encodable {
    var state: ReviewState
    var person: String
    var name: String?
    var time: Timestamp
    var reason: String?
    var digest: String
    var amends: String?
    var publicKey: String?
    var problem: String?

    private enum CodingKeys: String, CodingKey {
      case state, person, name, time, reason, digest, amends, problem
      case publicKey = "public_key"
    }
  }

  struct Deviation: Encodable {
    var person: String
    var time: Timestamp
    var text: String
  }

  var schema = 1
  var run: RunID
  var sample: String
  var state: ReviewState
  var digest: String
  var steps: [Step]
  var deviations: [Deviation]
  var quality: RunQuality?
  var hindrances: [Failure]

  init(_ standing: ReviewStanding) {
    run = standing.record.run
    sample = standing.record.sample.id
    state = standing.state
    digest = standing.digest
    quality = standing.record.quality
    hindrances = standing.hindrances
    steps = standing.steps.map { step in
      let signature = step.review.signature
      return Step(
        state: step.review.state, person: signature?.person ?? step.entry.person,
        name: signature?.name, time: signature?.time ?? step.entry.time,
        reason: step.entry.reason, digest: step.review.digest, amends: step.review.amends,
        publicKey: signature?.publicKey, problem: step.problem)
    }
    deviations = standing.deviations.map {
      Deviation(person: $0.person, time: $0.time, text: $0.fields["text"] ?? "")
    }
  }

  func print() {
    func line(_ text: String) { Swift.print(Output.plain(text)) }
    line("run     \(run)")
    line("sample  \(sample)")
    line("state   \(state.rawValue)")
    line("digest  \(digest)")
    if let quality {
      line("rules   \(quality.policy)")
      for finding in quality.findings { line("        \(finding.failure.what)") }
      for departure in quality.departures { line("departs \(departure)") }
    }
    for deviation in deviations {
      line("deviation  \(deviation.time.iso8601)  \(deviation.person): \(deviation.text)")
    }
    for step in steps {
      let note = step.digest == digest ? "" : "  (of earlier results)"
      let who = step.name.map { "\($0) (\(step.person))" } ?? step.person
      let why = step.reason.map { ": \($0)" } ?? ""
      line("\(step.state.rawValue)  \(step.time.iso8601)  \(who)\(why)\(note)")
      if let problem = step.problem { line("  WRONG: \(problem)") }
    }
    for failure in hindrances {
      line("hindered: \(failure.what) \(failure.why) (code: \(failure.code))")
      line("  next: \(failure.next)")
    }
  }
}
