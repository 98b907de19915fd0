internal import ArgumentParser
internal import Bench
internal import Laboratory

/// `gauger deliver`
struct DeliverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliver", abstract: "See where results went, and send what still waits.",
    subcommands: [Status.self, Retry.self], defaultSubcommand: Status.self)

  /// `gauger deliver status`
  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Where every delivery stands.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      try DeliverCommand.show(try Deliveries(bench: options.bench()).status(), options)
    }
  }

  /// `gauger deliver retry`
  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send what waits in the spool.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
      let reports = try Deliveries(bench: options.bench()).retry()
      try DeliverCommand.show(reports, options)
      if reports.contains(where: { $0.report.state == .rejected }) { Output.end(.rejected) }
      if reports.contains(where: { $0.report.state == .spooled }) { Output.end(.deliveryWaits) }
    }
  }

  private static func show(_ reports: [Deliveries.Entry], _ options: BenchOptions) throws {
    if options.json {
      try Output.json(
        Listing(
          deliveries: reports.map {
            Row(
              run: $0.run, destination: $0.report.destination, state: $0.report.state,
              place: $0.report.place, failure: $0.report.failure)
          }))
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
            $0.report.failure?.what ?? "",
          ]
        }))
  }

  private struct Listing: Encodable {
    var schema = 1
    var deliveries: [Row]
  }

  private struct Row: Encodable {
    var run: RunID
    var destination: String
    var state: DeliveryState
    var place: String
    var failure: Failure?
  }
}
