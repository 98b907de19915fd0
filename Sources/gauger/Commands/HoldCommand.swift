internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

/// The command `gauger hold`.
struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Stop runs, methods, instruments or people until it is settled.",
    discussion: """
      gauger hold add instrument FLMS01234 --reason "lamp flickers"
      What is on hold is not released; where quality.policy is enforce, nothing is done with it either.
      """,
    subcommands: [List.self, Add.self, Lift.self], defaultSubcommand: List.self)

  /// The command `gauger hold list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What is on hold.")

    @Flag(help: "Also what was lifted.")
    var all = false

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (entries, problems) = Holds(bench: try options.bench()).list()
      let shown = entries.filter { all || $0.fields["open"] == "true" }
      if format.json {
        try Output.json(Listing(holds: shown.map(EntryRow.init)))
      } else if shown.isEmpty {
        Output.error("Nothing is on hold.")
      } else {
        print(
          Table.text(
            ["what", "name", "since", "by", "why"],
            shown.map {
              [
                $0.fields["target"] ?? "", $0.fields["name"] ?? "", $0.time.iso8601, $0.person,
                $0.reason ?? "",
              ].map(Output.plain)
            }))
      }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private struct Listing: Encodable {
      var schema = 1
      var holds: [EntryRow]
    }
  }

  /// The command `gauger hold add`.
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop something.")

    @OptionGroup var target: HoldTarget
    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try Holds(bench: try options.bench()).add(
        try target.parsed(), target.name, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "the \(target.what) \(target.name) is on hold", json: format.json)
    }
  }

  /// The command `gauger hold lift`.
  struct Lift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let something go on.")

    @OptionGroup var target: HoldTarget
    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let kept = try Holds(bench: try options.bench()).lift(
        try target.parsed(), target.name, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "the \(target.what) \(target.name) is on hold no more", json: format.json)
    }
  }
}

/// What is stopped.
struct HoldTarget: ParsableArguments {
  @Argument(help: "run, method, instrument or person.")
  var what: String

  @Argument(help: "The run, the method's name, the serial number, or the person.")
  var name: String

  func validate() throws { _ = try parsed() }

  func parsed() throws -> Hold.Target {
    guard let known = Hold.Target(rawValue: what) else {
      throw ValidationError("'\(what)' cannot be held; it is run, method, instrument or person")
    }
    return known
  }
}

extension RunsCommand {
  /// The command `gauger runs deviate`.
  struct Deviate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what was done otherwise than the method says, and why that is accepted.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let kept = try Holds(bench: bench).deviate(
        try bench.runs.find(run), by: who.actor, reason: who.reason)
      try RegisterPage.show(kept, "the deviation is kept", json: format.json)
    }
  }
}
