internal import Delivery
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Processing
internal import Profiles
internal import ScanRing

/// What is known of a run that was killed: its record as found or made again, and its counts as the
/// journal holds them.
struct RunSalvage: Sendable {
  let bench: Bench
  let run: RunID

  private var folder: String { bench.home.folder(of: run) }
  private var journal: String { "\(folder)/\(RunFolder.journal)" }

  // MARK: - The record

  /// The run's record; one that is missing or is no JSON is made again from the journal's header.
  ///
  /// Nil where that is not possible; the report then says so.
  func record(_ report: inout Recovery.Report) throws(Failure) -> RunRecord? {
    let path = "\(folder)/run.json"
    let isThere = FileManager.default.fileExists(atPath: path)
    do throws(Failure) {
      return try bench.runs.read(run)
    } catch {
      // JSON that is not understood may be of a later version: that is not ours to replace.
      let data = isThere ? FileManager.default.contents(atPath: path) : Data()
      if data.flatMap({ try? JSONSerialization.jsonObject(with: $0) }) != nil || data == nil {
        (report.outcome, report.failure) = (.unreadable, error)
        return nil
      }
      guard let header = try header() else {
        try giveUp(&report, error)
        return nil
      }
      if isThere { try setAside("run.json") }
      return again(header, isThere ? "could not be read" : "was missing")
    }
  }

  /// The journal's header, where one was written whole.
  private func header() throws(Failure) -> JournalHeader? {
    guard FileManager.default.fileExists(atPath: journal) else { return nil }
    do throws(JournalError) {
      let header = try JournalReader(path: journal).header
      return header.run == run ? header : nil
    } catch {
      switch error {
      case .notAJournal, .damaged: return nil
      default: throw error.failure
      }
    }
  }

  /// Removes a folder in which nothing was ever begun; leaves any other as it is.
  private func giveUp(_ report: inout Recovery.Report, _ failure: Failure) throws(Failure) {
    let inner = "\(folder)/\(RunFolder.files)"
    let left =
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0 != RunFolder.files }
      + ((try? FileManager.default.contentsOfDirectory(atPath: inner)) ?? [])
    guard left.isEmpty else {
      (report.outcome, report.failure) = (.unreadable, failure)
      return
    }
    do throws(DiskError) {
      let disk = Disk()
      try disk.removeFolder(RunFolder.files, in: try disk.open(folder))
      try disk.removeFolder(run.text, in: try disk.open(bench.home.runs))
    } catch {
      throw PublishError(error).failure
    }
    report.outcome = .removed
  }

  private func setAside(_ name: String) throws(Failure) {
    do throws(DiskError) {
      let disk = Disk()
      let opened = try disk.open(folder)
      let tag = String(UInt32.random(in: .min ... .max), radix: 16)
      try disk.rename(name, in: opened, to: "\(name).damaged-\(tag)", in: opened, replacing: false)
      try disk.sync(opened)
    } catch {
      throw PublishError(error).failure
    }
  }

  private func again(_ header: JournalHeader, _ why: String) -> RunRecord {
    let profile = try? ProfileReader.read(
      text: header.profileText, file: "the journal's own profile")
    var record = RunRecord(
      run: run, kind: header.kind, sample: header.sample, person: header.person,
      instrument: RunInstrument(
        address: header.address ?? "?", model: profile?.id ?? header.instrument.model,
        name: profile?.name ?? header.instrument.model, maker: profile?.maker ?? "?",
        serialNumber: header.instrument.serialNumber, firmware: header.instrument.firmware,
        driver: header.driver),
      settings: header.settings, scansAsked: header.scansAsked, started: header.started,
      timeZone: header.timeZone, emulated: header.emulated,
      profileSHA256: Hash.sha256(of: Array(header.profileText.utf8)), software: header.program)
    record.warnings = [
      "run.json \(why) and was made again from the journal; averaging and darks of another run are "
        + "not known"
    ]
    return record
  }

  // MARK: - Closing

  /// Closes journal and record of a run that was killed while it was open.
  func close(_ record: inout RunRecord, _ report: inout Recovery.Report) throws(Failure) {
    if let source = record.imported { return closeImport(&record, source, &report) }
    (record.endedBy, record.complete) = (.killed, false)
    record.ended = record.started
    record.failure = Failure(
      "run-killed", exit: .failed, what: "The run was ended from outside, not in order.",
      why: "Its program was killed or crashed, or the power went.",
      next: "What was durable is kept. Measure again where more scans are needed.")
    report.outcome = .empty
    guard FileManager.default.fileExists(atPath: journal) else { return }
    do throws(JournalError) {
      if try JournalRecovery.neverBegan(path: journal) { return }
      report.bytesCut = try closeJournal(.killed)
      try count(&record)
      report.outcome = record.counts.all > 0 ? .recovered : .empty
    } catch {
      switch error {
      case .busy:
        (report.outcome, report.failure) = (.running, error.failure)
      case .damaged, .notAJournal:
        (report.outcome, report.failure) = (.damaged, error.failure)
        record.failure = error.failure
        countWhatIsSound(&record)
      default: throw error.failure
      }
    }
    let torn = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasPrefix(RunFolder.journal + ".torn") }.sorted()
    if !torn.isEmpty {
      record.warnings.append(
        "bytes behind the last whole record were cut off and kept in \(torn.joined(separator: ", "))"
      )
    }
  }

  /// Brings the journal to a record of the end; how many bytes were cut off.
  ///
  /// Nothing in that record depends on when this is done: the journal's hash stands in every file.
  func closeJournal(_ end: RunEnd) throws(JournalError) -> UInt64 {
    let note = Array("{\"ended_by\":\"\(end.rawValue)\",\"recovered\":true}".utf8)
    return try JournalRecovery.recover(path: journal, endNote: note).bytesCut
  }

  /// Counts what the journal holds; all of it is durable, as recovery has synced it.
  private func count(_ record: inout RunRecord) throws(JournalError) {
    var reader = try JournalReader(path: journal)
    let header = reader.header
    var counts = RunCounts()
    var last: UInt64 = 0
    defer {
      counts.durable = counts.all
      record.counts = counts
      if last > header.startedMonotonic.nanoseconds {
        let micros = (last - header.startedMonotonic.nanoseconds) / 1000
        record.ended = Timestamp(
          microseconds: header.started.microseconds + Int64(clamping: micros))
      }
    }
    while let entry = try reader.next() {
      counts.count(entry.header)
      switch entry.header.kind {
      case .gap:
        counts.lost += entry.content.prefix(8).enumerated().reduce(0) {
          $0 | UInt64($1.element) << (8 * UInt64($1.offset))
        }
      case .frame, .refused, .dark, .reference: last = entry.header.lastByte
      case .settings, .command, .clock, .event, .end: break
      }
      if entry.header.kind == .dark, header.kind.recordKind != .dark {
        record.darkSource = DarkFrame.ownRun
      }
    }
  }

  private func countWhatIsSound(_ record: inout RunRecord) {
    do throws(JournalError) { try count(&record) } catch {
      // The damage itself ends the counting; it is the record's failure already.
      record.failure = error.failure
    }
  }
}
