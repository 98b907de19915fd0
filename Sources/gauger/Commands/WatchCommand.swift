internal import ArgumentParser
internal import Bench
internal import Dispatch
internal import Laboratory
internal import Synchronization

/// The command `gauger watch`.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Make runs of the exports in the folders that bench.yaml names.",
    discussion: """
      An instrument with `link: export-folder` is a folder. An export becomes a run when it was the
      same at several looks and can be read as a whole; it is copied and never changed. Without
      --once it goes on until Ctrl-C.
      """)

  @Flag(help: "Look once and end.")
  var once = false

  @Option(help: "How long to wait between two looks: 2s, 30s, 1m.")
  var every: DurationArgument?

  @Option(help: "Who watches; else the login name.")
  var `operator`: String?

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func validate() throws {
    if let every, every.duration < .seconds(1) {
      throw ValidationError("--every must be 1s or more")
    }
    if once, every != nil { throw ValidationError("--every goes without --once") }
    if let name = self.operator { try PersonalText.check("--operator", name) }
  }

  func run() async throws {
    let bench = try options.bench()
    guard !bench.configuration.watched.isEmpty else {
      throw Failure(
        "watch-nothing", exit: .notFound, what: "There is nothing to watch.",
        why: "bench.yaml names no instrument with link: export-folder.",
        next: "Name one, such as gcms: {link: export-folder, folder: /mnt/gcms/export}.")
    }
    let folders = WatchedFolders(bench: bench, person: self.operator ?? PersonalText.loginName)
    let stopped = Stop()
    let signals = Signals { stopped.now() }
    var told: Set<String> = []
    repeat {
      let report = try await offPool { () throws(Failure) in try folders.poll() }
      try tell(report, &told)
      if once { return end(report) }
      stopped.wait(every?.duration ?? .seconds(5))
    } while !stopped.isSaid
    withExtendedLifetime(signals) {}
  }

  private func end(_ report: WatchReport) {
    let failures = report.folders.flatMap { [$0.failure].compactMap { $0 } }
    if let worst = failures.first { Output.end(worst.exit) }
    let status = ImportReport.status(report.folders.flatMap(\.imports))
    if status != .done { Output.end(status) }
  }

  /// Says each thing once: what stays as it is need not be said at every look.
  private func tell(_ report: WatchReport, _ told: inout Set<String>) throws {
    if format.json {
      if once || report.madeRuns { try Output.json(report, line: true) }
    }
    var now: Set<String> = []
    for folder in report.folders {
      for found in folder.imports where !format.json && found.failure == nil {
        print(
          "\(found.outcome.rawValue)  \(folder.instrument)  \(Output.plain(found.file))  "
            + "\(found.run?.text ?? "")  sample \(Output.plain(found.sample ?? ""))")
      }
      for warning in folder.warnings { Output.note("\(folder.instrument): \(warning)") }
      let failures = [folder.failure].compactMap { $0 } + folder.aside.map(\.failure)
      for failure in failures {
        let key = "\(folder.instrument) \(failure.what) \(failure.why)"
        now.insert(key)
        if !told.contains(key) { Output.say(failure) }
      }
      if once, !folder.waiting.isEmpty {
        let names = folder.waiting.prefix(5).map(Output.plain).joined(separator: ", ")
        Output.note("\(folder.instrument): \(folder.waiting.count) not finished yet: \(names)")
      }
    }
    told = now
  }
}

/// A wish to stop that ends a wait at once.
private final class Stop: Sendable {
  private let said = DispatchSemaphore(value: 0)
  private let isStopped = Atomic<Bool>(false)

  var isSaid: Bool { isStopped.load(ordering: .acquiring) }

  func now() {
    isStopped.store(true, ordering: .releasing)
    said.signal()
  }

  func wait(_ time: Duration) { _ = said.wait(timeout: .now() + time / .seconds(1)) }
}
