internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory
internal import Records

extension InstrumentsCommand {
  /// The command `gauger instruments register`.
  struct Kept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "register",
      abstract: "Which instruments may be used, and until when they are calibrated.")

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let (instruments, calibrations, problems) = InstrumentRegister(
        bench: try options.bench()
      ).list()
      if format.json {
        try Output.json(
          Listing(
            instruments: instruments.map(EntryRow.init),
            calibrations: calibrations.map(EntryRow.init)))
      } else if instruments.isEmpty, calibrations.isEmpty {
        Output.error("No instrument is in the register of \(options.chosenHome.path) yet.")
      } else {
        print(
          Table.text(
            ["model", "serial", "state", "firmware", "place", "why"],
            instruments.map { entry in
              let fields = ["model", "serial_number", "state", "firmware", "place"]
              return (fields.map { entry.fields[$0] ?? "" } + [entry.reason ?? ""])
                .map(Output.plain)
            }))
        if !calibrations.isEmpty {
          print("")
          print(
            Table.text(
              ["serial", "calibrated", "done", "due", "certificate"],
              calibrations.map { entry in
                ["serial_number", "subject", "done", "due", "certificate"]
                  .map { Output.plain(entry.fields[$0] ?? "") }
              }))
        }
      }
      for problem in problems { Output.say(problem) }
      if !problems.isEmpty { Output.end(.damaged) }
    }

    private struct Listing: Encodable {
      var schema = 1
      var instruments: [EntryRow]
      var calibrations: [EntryRow]
    }
  }

  /// The command `gauger instruments state`.
  struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether an instrument may be used.",
      discussion: """
        gauger instruments state usb2000plus in-service --reason "verified with polystyrene"
        An instrument that is named by its address is asked for serial number and firmware.
        """)

    @Argument(help: "Its address, serial number, or MODEL:SERIAL.")
    var instrument: String

    @Argument(help: "in-service, restricted, out-of-service or not-verified.")
    var state: String

    @Option(help: "Where it stands.")
    var place: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws { _ = try parsed() }

    private func parsed() throws -> InstrumentState.Service {
      guard let known = InstrumentState.Service(rawValue: state) else {
        let words = InstrumentState.Service.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(state)' is no state; there are \(words)")
      }
      return known
    }

    func run() async throws {
      let register = InstrumentRegister(bench: try options.bench())
      let named = try await register.named(instrument)
      let kept = try register.set(
        try parsed(), of: named, place: place, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "\(named.model) \(named.serialNumber) is \(state)", json: format.json)
    }
  }

  /// The command `gauger instruments acknowledge`.
  struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that another firmware was looked at.")

    @Argument(help: "Its address, serial number, or MODEL:SERIAL.")
    var instrument: String

    @Option(help: "The firmware; else what the instrument at that address says.")
    var firmware: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func run() async throws {
      let register = InstrumentRegister(bench: try options.bench())
      let named = try await register.named(instrument)
      let kept = try register.acknowledge(
        firmware, of: named, by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "the firmware of \(named.model) \(named.serialNumber) was looked at",
        json: format.json)
    }
  }

  /// The command `gauger instruments calibrate`.
  struct Calibrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep a calibration: values, certificate, until when it holds.",
      discussion: """
        gauger instruments calibrate FLMS01234 wavelength --value c0=345.2 --value c1=0.3624 \\
            --certificate "PTB 4711" --due 2027-05-31
        """)

    @Argument(help: "Its address, serial number, or MODEL:SERIAL.")
    var instrument: String

    @Argument(help: "What was calibrated: wavelength, mass-scale, ...")
    var subject: String

    @Option(
      name: .customLong("value"), parsing: .singleValue,
      help: ArgumentHelp("A value that is in use from now on.", valueName: "name=number"))
    var values: [String] = []

    @Option(help: "Who certified it, and under which number.")
    var certificate: String?

    @Option(help: ArgumentHelp("When it was done; else now.", valueName: "time"))
    var done: String?

    @Option(help: ArgumentHelp("The last day on which it holds.", valueName: "day"))
    var due: String?

    @OptionGroup var who: ActorOptions
    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws { _ = try pairs() }

    private func pairs() throws -> [String: String] {
      var pairs: [String: String] = [:]
      for value in values {
        guard let equals = value.firstIndex(of: "="), equals != value.startIndex,
          pairs.updateValue(
            String(value[value.index(after: equals)...]), forKey: String(value[..<equals])) == nil
        else { throw ValidationError("--value must be NAME=NUMBER, each name once") }
      }
      return pairs
    }

    func run() async throws {
      let register = InstrumentRegister(bench: try options.bench())
      let named = try await register.named(instrument)
      let kept = try register.calibrate(
        named, subject, values: try pairs(), certificate: certificate, done: done, due: due,
        by: who.actor, reason: who.reason)
      try RegisterPage.show(
        kept, "the \(subject) of \(named.model) \(named.serialNumber) is calibrated",
        json: format.json)
    }
  }
}

/// A version of the register for programs.
struct EntryRow: Encodable {
  var object: String
  var version: Int
  var sha256: String
  var person: String
  var reason: String?
  var time: Timestamp
  var fields: [String: String]
  var values: [String: String]?

  init(_ entry: RegisterEntry) {
    (object, version, sha256) = (entry.object, entry.version, entry.sha256)
    (person, reason, time) = (entry.person, entry.reason, entry.time)
    (fields, values) = (entry.fields.texts, entry.fields.groups["values"])
  }
}
