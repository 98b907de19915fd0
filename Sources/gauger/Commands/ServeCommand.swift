internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

/// The command `gauger serve`.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Keep a home: deliver, watch, recover; commands ask it.",
    discussion: """
      While it runs, every command on its home that changes anything is done by it, as if it were \
      done alone. SIGTERM or Ctrl-C ends it in order; SIGHUP reads bench.yaml again.
      gauger serve --status tells how it stands.
      """)

  @Option(help: ArgumentHelp("How long it rests between two looks.", valueName: "duration"))
  var interval: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "How long commands may take to end when it stops (20s).", valueName: "duration"))
  var stopWithin: DurationArgument?

  @Flag(help: "Ask the service of this home how it stands.")
  var status = false

  @Flag(help: .hidden)
  var listCommands = false

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    if let interval, interval.duration < .milliseconds(50) {
      throw ValidationError("--interval must be 50ms or more")
    }
  }

  func run() async throws {
    if listCommands { return CommandPlaces.list() }
    let home = options.chosenHome
    if status { return try await tell(home) }
    try ServicePath.checkAccident(home)
    let environment = ProcessInfo.processInfo.environment
    let json = format.json
    let service = try Service(
      home: home,
      pace: Service.Pace(
        rest: interval?.duration ?? .seconds(5), stop: stopWithin?.duration ?? .seconds(20)),
      notice: SystemdNotice(environment: environment),
      open: { [options] () throws(Failure) in try options.bench() },
      tell: { Self.say($0, json: json) })
    let signals = [
      Signals(on: [SIGINT, SIGTERM]) { _ in service.stop() },
      Signals(on: [SIGHUP]) { _ in service.reload() },
    ]
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      let thread = Thread {
        service.run()
        done.resume()
      }
      thread.start()
    }
    withExtendedLifetime(signals) {}
  }

  /// One line for each event; JSON Lines on standard output where programs listen.
  private static func say(_ event: ServiceEvent, json: Bool) {
    if json { try? Output.json(event, line: true) }
    Output.error("\(event.time.iso8601) \(event.event.rawValue): \(Output.plain(event.text))")
    if let failure = event.failure { Output.say(failure) }
  }

  private func tell(_ home: Home) async throws {
    let status = try await offPool { () throws(Failure) in
      try ServiceClient.find(home, patience: .seconds(2))?.status()
    }
    guard let status else {
      throw Failure(
        "service-not-there", exit: .notFound, what: "No service keeps the home \(home.path).",
        why: "Commands work by themselves there; what waits is delivered when one of them delivers.",
        next: "Start one with: gauger serve --home \(home.path)")
    }
    if format.json { return try Output.json(status) }
    print("home       \(status.home)")
    print("service    process \(status.process), \(status.program), \(status.state.rawValue)")
    print("since      \(status.since.iso8601)")
    print("last look  \(status.lastRound?.iso8601 ?? "none yet")")
    print("waiting    \(status.waiting.map { "\($0) deliveries" } ?? "not looked at yet")")
    for client in status.clients {
      print(
        "client     \(client.command), for \(client.account), process \(client.process), since "
          + client.since.iso8601)
    }
    for failure in status.troubles { Output.say(failure) }
  }
}
