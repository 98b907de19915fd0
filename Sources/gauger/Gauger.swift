internal import ArgumentParser
internal import Bench
internal import Laboratory

/// The command line: parses, asks the bench, prints, and ends with the right code.
@main
struct GaugerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gauger",
    abstract: "Instrument acquisition bridge for customs laboratories.",
    discussion: """
      First look:   gauger demo
      An instrument: gauger instruments, then gauger acquire ADDRESS --sample ID --scans 10
      Something is wrong: gauger doctor
      """,
    version: Gauger.version,
    subcommands: [
      InstrumentsCommand.self, DoctorCommand.self, AcquireCommand.self, LiveCommand.self,
      WorklistCommand.self, WatchCommand.self,
      RunsCommand.self, ImportCommand.self, ConvertCommand.self, MethodCommand.self,
      QuantifyCommand.self,
      LibraryCommand.self, ProfilesCommand.self, EmulateCommand.self, CaptureCommand.self,
      DeliverCommand.self, AuditCommand.self, BundleCommand.self, VerifyCommand.self,
      PeopleCommand.self, HoldCommand.self, ReviewCommand.self, BenchCommand.self,
      ServeCommand.self, DemoCommand.self,
    ])

  static func main() async {
    Signals.fillClosedStreams()
    Signals.ignoreWhatCallsReport()
    if let word = ServedWork.begin() { Output.note(word) }
    do {
      var command = try parseAsRoot()
      try await Forwarding.forward(command)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Output.end(.done)
    } catch let failure as any Explained {
      Output.end(failure.failure)
    } catch let code as ExitCode {
      Output.end(code: code.rawValue)
    } catch {
      let code = exitCode(for: error)
      // The parser's own codes (64) become ours; help and version are no errors.
      if code == .success {
        print(fullMessage(for: error))
        Output.end(.done)
      }
      Output.error(fullMessage(for: error))
      Output.error("  code: usage")
      Output.end(.usage)
    }
  }
}
