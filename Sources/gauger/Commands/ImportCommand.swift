internal import ArgumentParser
internal import Bench
internal import Formats
internal import Laboratory

/// The command `gauger import`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make runs of files that other systems wrote.",
    discussion: """
      gauger import /mnt/gcms/220223005.CDF --sample 24-0117
      gauger import export.csv --columns 'time=1 unit=min value=2 decimal=comma'
      ANDI/MS, ANDI chromatography, mzML, MS1, JCAMP-DX, ASM JSON, SPC, SPA, the text of B&W Tek,
      Jaz and ENLIGHTEN, and what Gauger wrote are known by their content; any other table needs
      --columns. A file is copied and never changed.
      Without --sample its own name for the sample counts where an earlier run or --sample-pattern
      knows it; else the run is unassigned: gauger runs assign RUN --sample ID
      """)

  @Argument(help: "Files, or folders whose files are meant.")
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      A CSV table with the files of a sequence: file, sample, kind, level, dilution, mass_mg, \
      replicate, position, remark.
      """, valueName: "file"))
  var list: String?

  @OptionGroup var about: SampleOptions

  @Option(help: "The sample's id, of all files; else found by the files' own names.")
  var sample: String?

  @Option(
    help: ArgumentHelp(
      "What a file calls its sample is the id where this regular expression fits all of it.",
      valueName: "regex"))
  var samplePattern: String?

  @Option(help: "sample, blank, standard, check, dark, reference, background or tune.")
  var kind = "sample"

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      """
      What a table does not say: time, x, mz, intensity or value=COLUMN (name, or number from 1), \
      unit (s, min, h, ms; nm, um, per_cm), axis, signal_unit, ordinate, decimal (dot, comma), \
      separator, skip, kind.
      """, valueName: "key=value"))
  var columns: [String] = []

  @Option(help: "The zone of moments that have none: Europe/Rome or +0100; else the site's.")
  var zone: String?

  @Option(help: "Who imports; else the login name.")
  var `operator`: String?

  @Flag(help: "Make another run of a file that a run holds already.")
  var again = false

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    guard files.isEmpty != (list == nil) else {
      throw ValidationError("name files, or a --list of them")
    }
    if list != nil, sample != nil || samplePattern != nil || about.isGiven || kind != "sample" {
      throw ValidationError("with --list sample, kind, level and the like stand in the list")
    }
    try SampleOptions.checkKind(kind)
    if let sample { try PersonalText.check("--sample", sample) }
    if let name = self.operator { try PersonalText.check("--operator", name) }
  }

  func run() async throws {
    let bench = try options.bench()
    var words = columns.flatMap(Self.words)
    if let zone { words.append("zone=\(zone)") }
    let declaration = try TableDeclaration(words: words)
    var reports: [ImportReport] = []
    for (paths, sample, kind) in try asked() {
      let request = ImportRequest(
        paths: paths, sample: sample, pattern: samplePattern, kind: kind,
        declaration: declaration, again: again, person: self.operator ?? PersonalText.loginName)
      reports += try Importer(bench: bench).run(request) { report in
        if !format.json { show(report) }
      }
    }
    if format.json { try Output.json(Answer(files: reports)) }
    if reports.isEmpty { Output.error("There is no file in what was named.") }
    for failure in reports.compactMap(\.failure) where format.json { Output.say(failure) }
    let waiting = reports.filter { $0.sample == RunRecord.unassigned && $0.outcome == .imported }
    if !waiting.isEmpty {
      Output.note(
        "\(waiting.count) without a known sample; name it with: gauger runs assign RUN --sample ID")
    }
    let status = ImportReport.status(reports)
    if status != .done { Output.end(status) }
  }

  /// What is to be imported: all at once, or line by line of a list.
  private func asked() throws -> [(paths: [String], sample: Sample, kind: RunKind)] {
    guard let list else {
      return [(files, about.sample(sample ?? ""), RunKind(rawValue: kind) ?? .sample)]
    }
    return try SequenceList(path: list).entries.map { entry in
      guard let file = entry.file else {
        throw ValidationError("line \(entry.line) of \(list) names a run, not a file")
      }
      return ([file], entry.sample, entry.kind)
    }
  }

  /// The words of one option: what has no `=` belongs to the name of a column before it.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    for part in text.split(separator: " ") {
      if part.contains("=") || words.isEmpty {
        words.append(String(part))
      } else {
        words[words.count - 1] += " \(part)"
      }
    }
    return words
  }

  private func show(_ report: ImportReport) {
    let file = Output.plain(report.file)
    switch report.outcome {
    case .imported:
      print(
        "imported  \(file)  \(report.run?.text ?? "")  \(report.format ?? "")  sample "
          + Output.plain(report.sample ?? ""))
      for warning in report.warnings { Output.note("\(file): \(warning)") }
    case .known:
      print("known     \(file)  \(report.run?.text ?? "") holds the same bytes; nothing was made")
    case .refused:
      print("refused   \(file)")
      if let failure = report.failure { Output.say(failure) }
    }
  }

  private struct Answer: Encodable {
    var schema = 1
    var files: [ImportReport]
  }
}

/// What is known of a sample besides its id.
struct SampleOptions: ParsableArguments {
  @Option(help: "The place in the tray or sampler.")
  var position: String?

  @Option(
    parsing: .unconditional,
    help: "The known content of a standard or check, in the unit of the method.")
  var level: Double?

  @Option(parsing: .unconditional, help: "How many times the sample was diluted.")
  var dilution: Double?

  @Option(parsing: .unconditional, help: "The mass weighed in, mg.")
  var massMg: Double?

  @Option(parsing: .unconditional, help: "Which of several preparations or injections, from 1.")
  var replicate: Int?

  func validate() throws {
    if let position { try PersonalText.check("--position", position) }
    if let level, !(level.isFinite && level >= 0) {
      throw ValidationError("--level must be 0 or more")
    }
    for (name, value) in [("--dilution", dilution), ("--mass-mg", massMg)] {
      if let value, !(value.isFinite && value > 0) {
        throw ValidationError("\(name) must be more than 0")
      }
    }
    if let replicate, replicate < 1 { throw ValidationError("--replicate must be 1 or more") }
  }

  /// Whether any of them was given.
  var isGiven: Bool {
    position != nil || level != nil || dilution != nil || massMg != nil || replicate != nil
  }

  /// The sample of this id.
  func sample(_ id: String) -> Sample {
    Sample(
      id: id, position: position, level: level, dilution: dilution, massMilligrams: massMg,
      replicate: replicate)
  }

  /// Refuses a kind of run that there is not.
  static func checkKind(_ kind: String) throws {
    guard RunKind(rawValue: kind) != nil else {
      let known = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--kind must be one of \(known)")
    }
  }
}
