internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Laboratory

/// The command `gauger bundle`.
struct BundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Pack a run with all that shows where its numbers come from.",
    discussion: """
      gauger bundle last evidence.zip
      Raw record, files, results, method, profile, calibration, deliveries with their answers, and \
      who did what when, under one signature of this home's key. gauger verify checks it anywhere.
      """)

  @Argument(help: "The run's id, its last four characters, or `last`.")
  var run: String

  @Argument(help: "The folder to make, or an archive where it ends in .zip; it must not exist yet.")
  var output: String

  @Flag(help: "Make one archive, whatever its name.")
  var zip = false

  @Flag(help: "Leave out the raw data of the other runs of its sequences.")
  var lean = false

  @Flag(help: "Pack the libraries that were searched, and not their hashes alone.")
  var libraries = false

  @Option(name: .customLong("operator"), help: ArgumentHelp("Who packs it.", valueName: "id"))
  var person: String?

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    if let person { try PersonalText.check("--operator", person) }
    if output.isEmpty { throw ValidationError("name the folder or the archive to make") }
  }

  func run() async throws {
    let bench = try options.bench()
    let request = BundleRequest(
      run: try bench.runs.find(run), path: output,
      isZip: zip || output.lowercased().hasSuffix(".zip"), isLean: lean,
      includesLibraries: libraries, person: person ?? PersonalText.loginName)
    let made = try BundleMaking(bench: bench).make(request)
    if format.json { return try Output.json(made) }
    for (name, why) in made.leftOut.sorted(by: { $0.key < $1.key }) {
      Output.note("\(name) was left out: \(why)")
    }
    Output.error("\(made.files) files, \(made.size) bytes, are in \(Output.plain(made.path))")
    Output.error("manifest \(made.manifestSHA256)")
    Output.error("check it with: gauger verify \(Output.plain(made.path)) --key \(made.key)")
  }
}
