internal import ArgumentParser
internal import Bench
internal import Laboratory

/// The command `gauger deliver`.
struct DeliverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliver", abstract: "See where results went, and send what still waits.",
    subcommands: [
      Status.self, Retry.self, Again.self, Explain.self, Prepare.self, Step.self,
    ], defaultSubcommand: Status.self)

  /// The command `gauger deliver status`.
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Where every delivery stands.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      try DeliverCommand.show(try Deliveries(bench: options.bench()).status(), json: format.json)
    }
  }

  /// The command `gauger deliver retry`.
  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send what waits in the spool, and ask for receipts.",
      discussion: """
        What failed is tried again after 1 s, then after twice as long each time, up to 15 min. \
        --now tries it all at once; --due, for timers, only that whose time has come.
        """)

    enum When: String, EnumerableFlag {
      case now
      case due
    }

    @Flag(help: "Try everything now (the default), or only what is due.")
    var when = When.now

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (bench, dueOnly) = (try options.bench(), when == .due)
      let reports = try await offPool { () throws(Failure) in
        try Deliveries(bench: bench).retry(dueOnly: dueOnly)
      }
      try DeliverCommand.show(reports, json: format.json)
      DeliverCommand.end(reports)
    }
  }

  /// The command `gauger deliver again`.
  struct Again: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deliver a run once more to where it was rejected.",
      discussion: "Nothing goes where it is already: a LIMS must not get one result twice.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let bench = try options.bench()
      let id = try bench.runs.find(run)
      let reports = try await offPool { () throws(Failure) in
        try Deliveries(bench: bench).again(id)
      }
      try DeliverCommand.show(reports, json: format.json)
      DeliverCommand.end(reports)
    }
  }

  /// Ends with the code of the worst that stands there; returns where all went well.
  static func end(_ reports: [Deliveries.Entry]) {
    if reports.contains(where: { $0.report.state == .rejected }) { Output.end(.rejected) }
    if reports.contains(where: { $0.report.state == .spooled }) { Output.end(.deliveryWaits) }
  }

  /// The command `gauger deliver prepare`.
  struct Prepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the folders of a new destination, once.",
      discussion: "Until then an empty folder is taken for a share that is not mounted.")

    @Argument(help: "The destination's name in bench.yaml.")
    var destination: String

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let folder = try Deliveries(bench: options.bench()).prepare(destination)
      Output.error("\(folder) is ready for deliveries")
    }
  }

  static func show(_ reports: [Deliveries.Entry], json: Bool) throws {
    if json {
      try Output.json(
        Listing(
          deliveries: reports.map(Row.init)))
      return
    }
    guard !reports.isEmpty else {
      Output.error("Nothing was delivered yet.")
      return
    }
    print(
      Table.text(
        ["run", "destination", "state", "where", "why"],
        reports.map {
          [
            $0.run.text, $0.report.destination, $0.report.state.rawValue, $0.report.place,
            $0.report.failure?.code ?? "",
          ]
        }))
    // One cause often holds many deliveries: each is explained once.
    var told: Set<String> = []
    for failure in reports.compactMap(\.report.failure)
    where told.insert(failure.code + failure.why).inserted {
      Output.say(failure)
    }
  }

  private struct Listing: Encodable {
    var schema = 1
    var deliveries: [Row]
  }

  /// One delivery as programs get it.
  struct Row: Encodable {
    var run: RunID
    var attempt: Int
    var destination: String
    var state: DeliveryState
    var place: String
    var failure: Failure?
    var nextAttempt: Timestamp?
    var reference: String?

    init(_ entry: Deliveries.Entry) {
      run = entry.run
      attempt = entry.attempt
      destination = entry.report.destination
      state = entry.report.state
      place = entry.report.place
      failure = entry.report.failure
      nextAttempt = entry.nextAttempt
      reference = entry.reference
    }

    private enum CodingKeys: String, CodingKey {
      case run, attempt, destination, state, place, failure
      case nextAttempt = "next_attempt"
      case reference = "lims_ref"
    }
  }
}
