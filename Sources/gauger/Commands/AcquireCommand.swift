internal import ArgumentParser
internal import Bench
internal import Instruments
internal import Laboratory
internal import Methods

/// The command `gauger acquire`.
struct AcquireCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acquire", abstract: "Measure a sample and deliver the result.",
    discussion: """
      gauger acquire usb2000plus --sample 24-0117 --scans 10 --dark take \\
          --set integration_us=100000 --set laser_nm=785
      The settings of a model: gauger profiles show MODEL
      gauger acquire --next takes what a worklist has next: gauger worklist list
      """)

  @Argument(
    help: "Alias, usb:1-1.2, serial:/dev/..., MODEL:SERIAL, or MODEL where there is one.")
  var address: String?

  @Option(help: "The sample's id.")
  var sample: String?

  @Flag(help: "Measure what a worklist has next for this instrument, or for the one that it names.")
  var next = false

  @Option(
    help: ArgumentHelp(
      "Why a sample is measured that was measured before: replicate or second-sampling.",
      valueName: "why"))
  var again: String?

  @Option(help: "sample, blank, standard, check, dark, reference, background or tune.")
  var kind = "sample"

  @Option(
    parsing: .unconditional, help: "How many scans to take (10 where nothing else is said).")
  var scans: Int?

  @Option(help: "How long to take scans: 500ms, 30s, 10m, 2h.")
  var duration: DurationArgument?

  @Flag(help: "Take scans until the instrument ends the run by itself, or Ctrl-C does.")
  var untilEnd = false

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting, like integration_us=100000.", valueName: "name=value"))
  var settings: [SettingArgument] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Average every N scans into one spectrum; else all are averaged.", valueName: "n"))
  var average: Int?

  @Flag(help: "One spectrum a scan.")
  var each = false

  @Option(
    help: ArgumentHelp(
      "Subtract darks: `take` them now, or those of an earlier run.", valueName: "take|run"))
  var dark: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many darks to take; else as many as scans.", valueName: "n"))
  var darkScans: Int?

  @Option(help: "Who measures; else the login name.")
  var `operator`: String?

  @OptionGroup var about: SampleOptions

  @Option(help: ArgumentHelp("The method: its name, or a file.", valueName: "method"))
  var method: String?

  @Flag(inversion: .prefixedNo, help: "Draw the spectrum; else only where a terminal shows it.")
  var plot: Bool?

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    try checkWhat()
    if let scans, scans < 1 { throw ValidationError("--scans must be 1 or more") }
    if let average, average < 1 { throw ValidationError("--average must be 1 or more") }
    if let darkScans, darkScans < 1 { throw ValidationError("--dark-scans must be 1 or more") }
    if scans != nil, duration != nil {
      throw ValidationError("--scans and --duration cannot both be given")
    }
    if untilEnd, scans != nil || duration != nil {
      throw ValidationError("--until-end cannot stand with --scans or --duration")
    }
    if each, average != nil { throw ValidationError("--each and --average cannot both be given") }
    if darkScans != nil, dark != "take" {
      throw ValidationError("--dark-scans goes with --dark take only")
    }
    // Without --scans, --duration and --method ten scans are taken.
    if let average, duration == nil, !untilEnd, scans != nil || method == nil, average > scans ?? 10
    {
      throw ValidationError("--average must not be more than the number of scans")
    }
    guard RunKind(rawValue: kind) != nil else {
      let known = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--kind must be one of \(known)")
    }
    if let name = self.operator { try PersonalText.check("--operator", name) }
  }

  /// What is to be measured is named here, or stands in a worklist.
  private func checkWhat() throws {
    if let again, SampleAgain(rawValue: again) == nil {
      throw ValidationError("--again must be replicate or second-sampling")
    }
    guard !next else {
      if sample != nil || kind != "sample" || about.isGiven {
        throw ValidationError("with --next sample, kind, level and the like stand in the worklist")
      }
      return
    }
    guard address != nil else { throw ValidationError("name the instrument's address") }
    guard let sample else { throw ValidationError("--sample ID is needed, or --next") }
    try PersonalText.check("--sample", sample)
  }

  func run() async throws {
    let bench = try options.bench()
    let task = try await task(bench)
    let method = try (method ?? task.method).map { try options.methods().method($0) }
    let plan = method?.acquisition
    var request = AcquireRequest(
      address: task.address, sample: task.sample, kind: task.kind, person: person)
    request.method = method
    request.again = try again(bench, task)
    // What the command line says goes before what the method says.
    let isOpen = scans == nil && duration == nil && !untilEnd
    request.duration =
      duration?.duration ?? (isOpen ? plan?.duration.map { .seconds($0) } : nil)
    let usual = isOpen && request.duration == nil ? plan?.scans ?? 10 : nil
    request.scans = scans ?? usual
    request.settings = (plan?.settings ?? Settings()).overlaid(with: try settings.settings())
    request.averageEvery = each ? 1 : average ?? plan?.averageEvery
    request.dark = try darkSource(bench, plan?.darkScans)
    if let item = task.item { request.taken = try take(item, bench) }
    let handle = bench.acquire(request)
    let signals = Signals { handle.stop() }
    let status = try await RunReporter(
      json: format.json, draws: plot ?? Terminal.outputIsTerminal
    ).follow(handle)
    withExtendedLifetime(signals) {}
    Output.end(status)
  }

  private var person: String { self.operator ?? PersonalText.loginName }

  /// What is to be measured, and where.
  private struct Task {
    var address: String
    var sample: Sample
    var kind: RunKind
    var method: String?
    var item: WorklistItem?
  }

  private func task(_ bench: Bench) async throws -> Task {
    guard next else {
      return Task(
        address: address ?? "", sample: about.sample(sample ?? ""),
        kind: RunKind(rawValue: kind) ?? .sample)
    }
    let (worklists, address) = (Worklists(bench: bench, person: person), address)
    let (report, offer) = try await offPool { () throws(Failure) in
      (try worklists.poll(), try worklists.offer(on: address))
    }
    WorklistCommand.tell(report)
    let entry = offer.item.entry
    Output.error(
      "\(offer.item.id): \(entry.kind.rawValue) \(Output.plain(entry.sample.id)) on "
        + Output.plain(offer.address))
    return Task(
      address: offer.address, sample: entry.sample, kind: entry.kind, method: entry.method,
      item: offer.item)
  }

  private func take(_ item: WorklistItem, _ bench: Bench) throws(Failure) -> TakenEntry {
    guard let taken = try Worklists(bench: bench).take(item, by: person) else {
      throw Failure(
        "worklist-entry-gone", exit: .busy, what: "The entry \(item.id) was not taken.",
        why: "Another command took or changed it in this moment.",
        next: "Give the command again: it takes the one that follows.")
    }
    return taken
  }

  /// Why the sample is measured again; a person at a terminal is asked.
  private func again(_ bench: Bench, _ task: Task) throws(Failure) -> SampleAgain? {
    let said = again.flatMap { SampleAgain(rawValue: $0) }
    do throws(Failure) {
      _ = try bench.checked(task.sample, kind: task.kind, again: said)
      return said
    } catch {
      guard error.code == "sample-again", Terminal.canAsk else { throw error }
      Output.error("\(Output.plain(error.what)) Is it")
      Output.error("  r  a replicate\n  s  a second sampling\n  m  a mistake: measure nothing")
      while true {
        Output.errorPart("r, s or m? ")
        switch readLine()?.trimmingPrefix(" ").lowercased() {
        case "r": return .replicate
        case "s": return .secondSampling
        case "m", nil: throw error
        default: continue
        }
      }
    }
  }

  private func darkSource(
    _ bench: Bench, _ planned: Int?
  ) throws(Failure) -> AcquireRequest.Dark {
    switch dark {
    case nil: planned.map { .take(scans: $0) } ?? .none
    case "take": .take(scans: darkScans)
    case .some(let name): .run(try bench.runs.find(name))
    }
  }
}
