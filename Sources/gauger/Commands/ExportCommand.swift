internal import ArgumentParser
internal import Bench
internal import Formats
internal import Laboratory

/// The command `gauger runs export`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run in another format.",
    discussion: """
      gauger runs export last --format mzml
      Formats: mzml, andi-ms, andi-chromatography, jcamp-dx, csv, msp, asm-json. Every file is read \
      back and compared with the raw record before it gets its name, and carries who, when, with \
      what, and the hash of the raw record. What a format has no place for is said.
      """)

  @Argument(help: "The run's id, its last four characters, or `last`.")
  var run: String

  @Option(help: ArgumentHelp("The format: \(ExportOptionGroup.known).", valueName: "format"))
  var format: String

  @Option(
    help: ArgumentHelp("The folder to write into; else the one you are in.", valueName: "folder"))
  var output = "."

  @OptionGroup var how: ExportOptionGroup
  @OptionGroup var json: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws { _ = try ExportOptionGroup.format(format) }

  func run() async throws {
    let bench = try options.bench()
    let report = try how.conversion.export(
      try bench.runs.find(run), of: bench, as: try ExportOptionGroup.format(format), into: output)
    if json.json { try Output.json(report) } else { ExportOptionGroup.show(report) }
  }
}
