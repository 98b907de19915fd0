internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Instruments
internal import Laboratory

/// The command `gauger capture`.
struct CaptureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Record the wire traffic of an instrument, for support and tests.",
    discussion: """
      Opens the instrument, reads scans, closes it, and writes every byte to a JSON Lines file.
      The serial number is in the traffic: look at the file before you give it away.
      """)

  @Argument(
    help: "Alias, usb:1-1.2, serial:/dev/..., MODEL:SERIAL, or MODEL where there is one.")
  var address: String

  @Option(help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file"))
  var output: String

  @Option(parsing: .unconditional, help: "How many scans to read.")
  var scans = 3

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting, like integration_us=100000.", valueName: "name=value"))
  var settings: [SettingArgument] = []

  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard (1...10_000).contains(scans) else {
      throw ValidationError("--scans must be 1 to 10000; a capture is for support, not for data")
    }
  }

  func run() async throws {
    // Before the instrument is touched, not after.
    let folder = URL(fileURLWithPath: output).standardizedFileURL.deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      let there = FileManager.default.fileExists(atPath: folder)
      throw Failure(
        "output-not-writable", exit: there ? .denied : .notFound,
        what: "The file \(output) cannot be made.",
        why: there ? "This account may not write in \(folder)." : "There is no folder \(folder).",
        next: "Name a file in a folder that is there and in which this account may write.")
    }
    let bench = try options.bench()
    let events = try await Capturing(bench: bench).capture(
      address, scans: scans, settings: try settings.settings(), to: output,
      who: PersonalText.account)
    Output.error("\(events) events of wire traffic are in \(output)")
  }
}
