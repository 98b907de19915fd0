internal import Delivery
internal import Foundation
public import Laboratory
internal import Records
internal import Synchronization

/// The folders of `bench.yaml` in which instruments leave their exports: each becomes a run.
///
/// Polled, since network shares tell nothing of themselves. An export is finished when nothing of it
/// changed over several looks; then it goes the way of every import. What was seen is kept in
/// `watch/<instrument>/` of the home, which is a memory only: that an export is a run already is
/// told by the runs. Blocks.
public struct WatchedFolders: Sendable {
  let bench: Bench
  let person: String
  /// Tells the time; the tests give their own.
  var now: @Sendable () -> Timestamp = { .now }
  /// Looks that follow each other closer count as one.
  var pause: Duration = .seconds(1)
  /// How many exports one look imports at most, of one folder.
  static let most = 100
  private let memory = Memory()

  /// Makes it for a bench; `person` is who watches, else the account that the program runs under.
  public init(bench: Bench, person: String? = nil) {
    self.bench = bench
    self.person = person ?? BenchAudit.account
  }

  /// Looks once into every watched folder; to be called every few seconds.
  ///
  /// Throws what stands in the way of all of them (`watch-busy`, `home-not-writable`); what hinders
  /// one folder stands in the report.
  public func poll() throws(Failure) -> WatchReport {
    var report = WatchReport()
    let entries = bench.configuration.watched
    guard !entries.isEmpty else { return report }
    try bench.home.prepare()
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      var folder = WatchReport.Folder(instrument: entry.name, folder: entry.folder)
      do throws(Failure) { try look(entry, &folder) } catch { folder.failure = error }
      report.folders.append(folder)
    }
    return report
  }

  private func lock() throws(Failure) -> FileLock {
    do throws(DiskError) {
      let disk = Disk()
      if let lock = try disk.lock("watch.lock", in: try disk.open(bench.home.locks)) { return lock }
    } catch {
      throw PublishError(error).failure
    }
    throw Failure(
      "watch-busy", exit: .busy, what: "The watched folders were not looked at.",
      why: "Another gauger command watches them now.",
      next: "Let it, or end it first; two would import every export twice.")
  }

  // MARK: - One folder

  private func look(_ entry: WatchEntry, _ report: inout WatchReport.Folder) throws(Failure) {
    let exports = ExportFolder(entry: entry)
    var listing = try exports.list()
    let place = WatchMemory(home: bench.home, name: entry.name)
    report.old = try leaveOld(entry, &listing, place, &report)
    var watch =
      memory.states.withLock { $0[entry.name] } ?? place.state { report.warnings.append($0) }
    let before = watch
    let ready = watch.look(
      at: listing.facts, now: now(), settle: entry.settle, pause: pause, most: Self.most,
      measure: exports.hash)
    try take(ready, of: exports, &watch, &report)
    report.waiting = watch.waiting
    let kept = watch.aside + listing.aside.map { (name: $0.key, failure: $0.value) }
    report.aside = kept.sorted { $0.name < $1.name }.map {
      .init(name: $0.name, failure: $0.failure)
    }
    let after = watch
    if after != before { try place.keep(after) }
    memory.states.withLock { $0[entry.name] = after }
  }

  /// Takes what was there before the watch began out of a listing, and counts it.
  private func leaveOld(
    _ entry: WatchEntry, _ listing: inout ExportFolder.Listing, _ place: WatchMemory,
    _ report: inout WatchReport.Folder
  ) throws(Failure) -> Int {
    let all = listing.facts
    switch entry.since {
    case .all: return 0
    case .moment(let time):
      listing.facts = all.filter { $0.value.changed / 1000 >= time.microseconds }
    case .firstLook:
      let baseline: [String: FolderWatch.Facts]
      if let known = memory.baselines.withLock({ $0[entry.name] }) {
        baseline = known
      } else if let kept = try place.baseline() {
        baseline = kept
      } else {
        baseline = all
        try bench.audit.demand([
          AuditAct(
            .watchBegun, "watch/\(entry.name)", by: person,
            detail: ["folder": entry.folder, "old": "\(all.count)"])
        ]) { () throws(Failure) in try place.begin(all) }
        if !all.isEmpty {
          report.warnings.append(
            "\(all.count) exports were there before the watch began and stay out; "
              + "take them by hand with gauger import, or set since: in bench.yaml")
        }
      }
      memory.baselines.withLock { $0[entry.name] = baseline }
      listing.facts = all.filter { baseline[$0.key] != $0.value }
    }
    return all.count - listing.facts.count
  }

  /// Imports what is finished, and notes what became of it.
  private func take(
    _ ready: [FolderWatch.Ready], of exports: ExportFolder, _ watch: inout FolderWatch,
    _ report: inout WatchReport.Folder
  ) throws(Failure) {
    guard !ready.isEmpty else { return }
    let entry = exports.entry
    var request = ImportRequest(
      paths: [], pattern: entry.samplePattern,
      kind: entry.kind, declaration: entry.declaration, person: person)
    var names: [String: String] = [:]
    for export in ready {
      do throws(Failure) {
        let (path, file) = try exports.source(of: export)
        request.paths.append(path)
        request.watched[path] = file
        names[path] = export.name
      } catch {
        Self.note(export.name, nil, error, &watch)
      }
    }
    let done = try Importer(bench: bench).run(request)
    report.imports = done
    for result in done {
      guard let name = names[result.file] else { continue }
      Self.note(name, result.run?.text, result.failure, &watch)
    }
  }

  private static func note(
    _ name: String, _ run: String?, _ failure: Failure?, _ watch: inout FolderWatch
  ) {
    if failure?.exit == .busy || failure?.exit == .notFound { return watch.forget(name) }
    let passing = failure.map { [.noSpace, .denied].contains($0.exit) } ?? false
    watch.settle(name, FolderWatch.Outcome(made: run, failure: failure, isPassing: passing))
  }
}

/// What one process remembers from look to look, so that it need not read it again.
private final class Memory: Sendable {
  let states = Mutex<[String: FolderWatch]>([:])
  let baselines = Mutex<[String: [String: FolderWatch.Facts]]>([:])
}
