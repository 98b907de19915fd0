internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links

/// The command `gauger instruments`.
struct InstrumentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instruments", abstract: "Show what is plugged in.",
    discussion: "Nothing is opened, so that an instrument at work is not disturbed.")

  @Flag(help: "Stay, and show what is plugged in and pulled out.")
  var watch = false

  @OptionGroup var options: BenchOptions

  func run() async throws {
    let bench = try options.bench()
    try show(try bench.instruments())
    guard watch else { return }
    let watcher = try PortWatcher()
    for await _ in watcher.events() { try show(try bench.instruments()) }
  }

  private func show(_ instruments: [ListedInstrument]) throws {
    let rows = instruments.map(Row.init)
    if options.json {
      try Output.json(Listing(instruments: rows), line: watch)
      return
    }
    guard !rows.isEmpty else {
      Output.error("No known instrument is plugged in. Check cable and power, or: gauger demo")
      return
    }
    print(Table.text(["address", "model", "serial", "state", "what to do"], rows.map(\.cells)))
    Terminal.flush()
  }

  private struct Listing: Encodable {
    var schema = 1
    var instruments: [Row]
  }

  private struct Row: Encodable {
    var address: String
    var alias: String?
    var model: String
    var name: String
    var serialNumber: String
    var state: String
    var next: String?

    init(_ listed: ListedInstrument) {
      address = listed.port.address
      alias = listed.alias
      model = listed.profile?.id ?? "?"
      name = listed.profile?.name ?? "?"
      serialNumber = listed.serialNumber
      switch listed.port.state {
      case .ready: state = "ready"
      case .unknown: state = "unknown"
      case .denied: state = "denied"
      case .busy: state = "busy"
      }
      if case .state(let failure) = PortAdvice.judge(listed) { next = failure.next }
    }

    var cells: [String] {
      let place = alias.map { "\($0) (\(address))" } ?? address
      return [place, model, serialNumber, state, next ?? ""]
    }

    private enum CodingKeys: String, CodingKey {
      case address, alias, model, name, state, next
      case serialNumber = "serial_number"
    }
  }
}
