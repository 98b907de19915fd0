internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links

/// The command `gauger instruments`.
struct InstrumentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instruments", abstract: "Show what is plugged in, and say what may be used.",
    subcommands: [List.self, State.self, Acknowledge.self, Calibrate.self, Kept.self],
    defaultSubcommand: List.self)
}

extension InstrumentsCommand {
  /// The command `gauger instruments list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is plugged in.",
      discussion: """
        Nothing is opened, so that an instrument at work is not disturbed. The serial number is that \
        of the plug, else the last one seen there, else a question mark; --identify asks the \
        instrument itself. What is on a serial line cannot be seen: its model is the one that \
        bench.yaml states, else a question mark, and --identify asks the line with the harmless \
        questions of the known models.
        """)

    @Flag(help: "Stay, and show what is plugged in and pulled out.")
    var watch = false

    @Flag(help: "Open each ready one, serial lines too, for a moment and ask what it is.")
    var identify = false

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      if watch, identify { throw ValidationError("--watch and --identify cannot both be given") }
    }

    func run() async throws {
      let bench = try options.bench()
      guard !identify else {
        let answers = await Identifying(bench: bench).identify(try bench.instruments())
        try show(answers.map(Row.init(answer:)))
        for failure in answers.compactMap(\.failure) { Output.say(failure) }
        // One that does not answer is not what was asked for; the table says which.
        if let failure = answers.compactMap(\.failure).first { Output.end(failure.exit) }
        return
      }
      try show(try bench.instruments().map(Row.init(listed:)))
      guard watch else { return }
      let watcher = try PortWatcher()
      for await _ in watcher.events() { try show(try bench.instruments().map(Row.init(listed:))) }
    }

    private func show(_ rows: [Row]) throws {
      if format.json {
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
      var firmware: String?
      var state: String
      var next: String?

      init(answer: Identifying.Answer) {
        self.init(listed: answer.instrument)
        if let own = answer.serialNumber { serialNumber = own }
        firmware = answer.firmware
        if let failure = answer.failure { next = failure.next }
        if answer.unanswered != nil { next = "no known instrument answered there" }
      }

      init(listed: ListedInstrument) {
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
        return [place, model, serialNumber, state, next ?? ""].map(Output.plain)
      }

      private enum CodingKeys: String, CodingKey {
        case address, alias, model, name, firmware, state, next
        case serialNumber = "serial_number"
      }
    }
  }
}
