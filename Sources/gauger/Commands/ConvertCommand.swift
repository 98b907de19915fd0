internal import ArgumentParser
internal import Bench
internal import Formats
internal import Laboratory

/// The command `gauger convert`.
struct ConvertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a file of another system in another format.",
    discussion: """
      gauger convert 220223005.CDF 220223005.mzML
      gauger convert scan.spc scan.jdx
      The end of OUT names the format, or --format does. IN is never changed, and is whatever gauger \
      import reads. Where OUT needs several files their names have a part more. What the format has \
      no place for is said; with --strict it is refused.
      """)

  @Argument(help: ArgumentHelp("The file to read.", valueName: "in"))
  var input: String

  @Argument(help: ArgumentHelp("The file to write.", valueName: "out"))
  var output: String

  @Option(help: ArgumentHelp("The format: \(ExportOptionGroup.known).", valueName: "format"))
  var format: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "What a table does not say of itself, as for gauger import.", valueName: "key=value"))
  var columns: [String] = []

  @Option(help: "The zone of moments that have none: Europe/Rome or +0100.")
  var zone: String?

  @OptionGroup var how: ExportOptionGroup
  @OptionGroup var json: JSONOption

  func validate() throws { if let format { _ = try ExportOptionGroup.format(format) } }

  func run() async throws {
    var words = columns.flatMap(ImportCommand.words)
    if let zone { words.append("zone=\(zone)") }
    let (report, warnings) = try how.conversion.convert(
      input, to: output, as: try format.map(ExportOptionGroup.format),
      declaration: try TableDeclaration(words: words), software: "gauger \(Gauger.version)")
    for warning in warnings { Output.note("\(input): \(warning)") }
    if json.json { try Output.json(report) } else { ExportOptionGroup.show(report) }
  }
}
