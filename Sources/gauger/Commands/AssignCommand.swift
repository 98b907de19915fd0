internal import ArgumentParser
internal import Bench
internal import Laboratory

extension RunsCommand {
  /// The command `gauger runs assign`.
  struct Assign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say which sample an imported run is of.",
      discussion: "Once, and kept with who said it and when: no result moves between samples.")

    @Argument(help: "The run's id, its last four characters, or `last`.")
    var run: String

    @Option(help: "The sample's id.")
    var sample: String

    @OptionGroup var about: SampleOptions

    @Option(help: "sample, blank, standard, check and so on, where it was imported as another.")
    var kind: String?

    @Option(help: "Who says so; else the login name.")
    var `operator`: String?

    @OptionGroup var format: JSONOption
    @OptionGroup var options: BenchOptions

    func validate() throws {
      try PersonalText.check("--sample", sample)
      if let kind { try SampleOptions.checkKind(kind) }
      if let name = self.operator { try PersonalText.check("--operator", name) }
    }

    func run() async throws {
      let bench = try options.bench()
      let record = try Assigning(bench: bench).assign(
        try bench.runs.find(run), sample: about.sample(sample),
        kind: kind.flatMap { RunKind(rawValue: $0) },
        person: self.operator ?? PersonalText.loginName)
      if format.json {
        try Output.json(record)
      } else {
        print("\(record.run)  sample \(Output.plain(record.sample.id))")
      }
    }
  }
}
