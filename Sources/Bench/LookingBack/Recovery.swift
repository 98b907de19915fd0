internal import Delivery
internal import Foundation
internal import Journal
public import Laboratory
internal import Records

/// Ends runs whose program was killed or lost its power: closes journal and record, makes the files
/// and delivers them, each as far as it was not done yet.
///
/// May itself be killed and repeated at any moment: the same journal gives the same files, and a
/// delivery keeps its name. A run that a living program works on is never touched. Blocks.
public struct Recovery: Sendable {
  /// What became of one run.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// It was open; now it is closed as `killed`, with what the journal held.
    case recovered
    /// It was closed already; files or delivery were missing and are made.
    case completed
    /// It was open and nothing was taken; now it is closed as `killed`, with nothing to deliver.
    case empty
    /// Nothing but an empty folder was there; it is removed.
    case removed
    /// Nothing was left to do.
    case whole
    /// The journal is damaged: it is left as it is, the run closed, nothing delivered.
    case damaged
    /// Neither `run.json` nor journal can be read: everything is left as it is.
    case unreadable
    /// Something was in the way, a full disk perhaps: what is left to do is done the next time.
    case postponed
    /// A living program works on it: left alone.
    case running
  }

  /// What was found and done for one run.
  public struct Report: Sendable, Hashable, Codable {
    /// The version of this structure.
    public var schema = 1
    /// The run.
    public var run: RunID
    /// What became of it.
    public var outcome: Outcome
    /// What its record says now; none where there is none.
    public var record: RunRecord?
    /// How many bytes behind the last whole record were cut off now, and kept beside the journal.
    public var bytesCut: UInt64
    /// Files found under names that the run's own files got; where they lie now.
    public var setAside: [String]
    /// Why it could not be done to the end, or why a delivery waits.
    public var failure: Failure?

    init(_ run: RunID, _ outcome: Outcome, failure: Failure? = nil) {
      self.run = run
      self.outcome = outcome
      self.failure = failure
      bytesCut = 0
      setAside = []
    }

    private enum CodingKeys: String, CodingKey {
      case schema, run, outcome, record, failure
      case bytesCut = "bytes_cut"
      case setAside = "set_aside"
    }
  }

  let bench: Bench

  /// Makes the recovery of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// Ends all runs that need it, oldest first.
  ///
  /// Throws `home-not-writable`; what hinders a single run stands in its report.
  public func recoverAll() throws(Failure) -> [Report] {
    var reports: [Report] = []
    for run in bench.runs.unfinished(thorough: true) { reports.append(try recover(run.run)) }
    Leftovers(home: bench.home).remove()
    return reports
  }

  /// Ends one run.
  public func recover(_ run: RunID) throws(Failure) -> Report {
    try bench.home.prepare()
    let wasMarked = RunMark.all(in: bench.home).contains { $0.run == run }
    let taken: RunMark?
    do throws(Failure) {
      taken = try take(run)
    } catch {
      // A mark that belongs to another account, perhaps: the other runs are ended all the same.
      return Report(run, .postponed, failure: error)
    }
    guard let mark = taken else {
      return Report(run, .running, failure: RunMark.running(run))
    }
    do throws(Failure) {
      let report = try end(run, wasMarked: wasMarked)
      if report.outcome != .running { try mark.remove() }
      // What cannot be noted now is caught up by whoever asks.
      _ = bench.catalogue.follow([run])
      return report
    } catch {
      // The mark stays: something is left to do.
      var report = Report(run, .postponed, failure: error)
      report.record = try? bench.runs.read(run)
      return report
    }
  }

  /// The exit code for what became of several runs: the gravest cause wins.
  public static func status(_ reports: [Report]) -> ExitStatus {
    if reports.contains(where: { $0.outcome == .damaged || $0.outcome == .unreadable }) {
      return .damaged
    }
    let hindered = reports.filter { $0.outcome == .postponed }
    if let failure = hindered.lazy.compactMap(\.failure).first { return failure.exit }
    let states = reports.flatMap { $0.record?.deliveries.values.map { $0 } ?? [] }
    if reports.contains(where: { $0.outcome == .running }) { return .busy }
    if states.contains(.rejected) { return .rejected }
    if states.contains(.spooled) { return .deliveryWaits }
    return reports.lazy.compactMap(\.failure).first?.exit ?? .done
  }

  // MARK: - Step by step

  /// The mark of the run, taken over; nil while anybody works on the run or its instrument.
  private func take(_ run: RunID) throws(Failure) -> RunMark? {
    var mark = try RunMark.take(run, in: bench.home)
    for _ in 0..<5 where mark == nil {
      // Whoever only looks at a mark lets go of it at once.
      Disk.pause(.milliseconds(10))
      mark = try RunMark.take(run, in: bench.home)
    }
    return mark
  }

  /// Ends a run that nobody else can touch now.
  private func end(_ run: RunID, wasMarked: Bool) throws(Failure) -> Report {
    let folder = bench.home.folder(of: run)
    guard FileManager.default.fileExists(atPath: folder) else {
      // The chain may hold its start; nothing came of it.
      _ = bench.audit.note([.recovered(run, outcome: "never_begun")])
      return Report(run, .whole)
    }
    try RunFolder.keepName(of: folder)
    try clear(run, folder)
    var report = Report(run, .whole)
    guard var record = try RunSalvage(bench: bench, run: run).record(&report) else {
      // Else the chain would miss a run that never was.
      if report.outcome == .removed { _ = bench.audit.note([.recovered(run, outcome: "removed")]) }
      return report
    }
    let wasOpen = record.endedBy == .open
    guard wasOpen || wasMarked || (record.journalSHA256 == nil && record.imported == nil) else {
      report.record = record
      return report
    }
    if wasOpen {
      try RunSalvage(bench: bench, run: run).close(&record, &report)
      guard report.outcome != .running else { return report }
      _ = bench.audit.note([.recovered(record, bytesCut: report.bytesCut)])
      try bench.runs.write(record)
      if record.imported == nil {
        InstrumentLock.forget(folder: bench.home.locks, address: record.instrument.address)
      }
    }
    report.record = record
    guard report.outcome != .damaged else { return report }
    return try finish(record, report, wasOpen: wasOpen)
  }

  /// Whether there is a journal that was begun.
  private func hasJournal(_ folder: String) throws(Failure) -> Bool {
    let path = "\(folder)/\(RunFolder.journal)"
    guard FileManager.default.fileExists(atPath: path) else { return false }
    do throws(JournalError) { return try !JournalRecovery.neverBegan(path: path) } catch {
      throw error.failure
    }
  }

  /// Removes what has a name that only unfinished work has.
  private func clear(_ run: RunID, _ folder: String) throws(Failure) {
    RunFolder.giveRoom(in: folder)
    do throws(PublishError) {
      let places = [folder, "\(folder)/\(RunFolder.files)", "\(folder)/\(RunFolder.source)"]
      for place in places
      where FileManager.default.fileExists(atPath: place) {
        try Publisher().removeLeftovers(in: place)
      }
    } catch {
      throw error.failure
    }
    do throws(DeliveryError) {
      try Spool(home: bench.home.path).removeLeftovers(of: run)
    } catch {
      throw error.failure
    }
  }

  /// Makes the files that are missing and delivers, as the run itself would have.
  private func finish(
    _ closed: RunRecord, _ found: Report, wasOpen: Bool
  ) throws(Failure) -> Report {
    var (record, report) = (closed, found)
    let folder = bench.home.folder(of: record.run)
    guard try hasJournal(folder) else { return report }
    let aside = SetAside(folder: folder)
    var finish = RunFinish(bench: bench, handle: RunHandle { _ in }, folder: folder)
    finish.existing = { (file, place) throws(Failure) in try aside.room(for: file, in: place) }
    finish.existingPart = { (part, name) throws(Failure) in
      try aside.room(for: part, named: name, in: "\(folder)/\(RunFolder.files)")
    }
    var problems: [Failure] = []
    if record.journalSHA256 == nil {
      do throws(Failure) {
        do throws(JournalError) {
          // A full disk can have left a torn tail, too.
          let salvage = RunSalvage(bench: bench, run: record.run)
          report.bytesCut += try salvage.closeJournal(record.endedBy)
        } catch {
          throw error.failure
        }
        // A disk that was full when the run ended is no fault of the run.
        if record.failure?.isOfDisk == true { record.failure = nil }
        try finish.keep(&record, try Reprocessing(bench: bench).output(of: record).output)
      } catch {
        report.setAside = aside.names
        guard Self.isForGood(error) else { throw error }
        // The same would come of it every time: the run is over without files.
        record.failure = error
        (report.outcome, report.failure) = (.damaged, error)
        record.journalSHA256 = try? Hash.sha256(ofFileAt: "\(folder)/\(RunFolder.journal)")
        record.files = []
        _ = bench.audit.note([.recovered(record, bytesCut: report.bytesCut)])
        try bench.runs.write(record)
        report.record = record
        return report
      }
      report.setAside = aside.names
      // Said again with the hash of the raw record, which was not closed before.
      _ = bench.audit.note(
        [.recovered(record, bytesCut: report.bytesCut)] + AuditAct.files(record))
      try bench.runs.write(record)
      if !wasOpen { report.outcome = .completed }
    }
    let before = record.deliveries
    let later = try Deliveries(bench: bench).status().filter {
      $0.run == record.run && $0.attempt > 1
    }
    // Delivered again by hand meanwhile: then the first attempt counts no more.
    for entry in later { record.deliveries[entry.report.destination] = entry.report.state }
    if later.isEmpty { finish.deliver(&record, &problems) }
    if record.deliveries != before {
      try bench.runs.write(record)
      if !wasOpen { report.outcome = .completed }
    }
    report.record = record
    report.failure = problems.first
    let places = bench.configuration.destinations.filter { $0.takes(record) }.map(\.name)
    if record.isUnfinished(destinations: places), let problem = problems.first { throw problem }
    return report
  }

  /// What another disk, folder or version may mend: the run of the darks may be on a share that is
  /// away, and a disk that refused to be read may be read tomorrow.
  private static let passing: Set = [
    "driver-unknown", "journal-not-found", "journal-read-failed", "journal-write-failed",
    "journal-sync-failed", "journal-newer-version",
  ]

  /// Whether the same would come of making the files every time.
  private static func isForGood(_ failure: Failure) -> Bool {
    // The disk, or the installed version, may be another the next time.
    if failure.isOfDisk || Self.passing.contains(failure.code) { return false }
    return [.damaged, .failed, .refused, .notFound].contains(failure.exit)
  }
}
