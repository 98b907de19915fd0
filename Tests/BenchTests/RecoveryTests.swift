import Delivery
import Foundation
import Instruments
import Journal
import Laboratory
import Links
import ScanRing
import Testing

@testable import Bench

/// Runs whose program was killed at some moment are ended as if it had been told to, once.
@Suite(.timeLimit(.minutes(5))) struct RecoveryTests {
  @Test func aKilledRunIsClosedWithWhatItTookAndDeliveredOnceAsIncomplete() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    try killed.cutJournal(byBytes: 1000)
    for name in [".reserve", ".run.json-1a.part", "files/.spectrum.csv-2b.part"] {
      try killed.put("x", name)
    }
    let half = "\(killed.bench.home.spool)/.new-\(killed.run)-1-7f"
    try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: true)
    #expect(killed.bench.runs.unfinishedNotice?.contains("gauger runs recover") == true)

    let reports = try killed.recovery.recoverAll()
    #expect(reports.map(\.outcome) == [.recovered])
    let report = try #require(reports.first)
    let record = try killed.record()
    #expect(report.record == record)
    #expect(record.endedBy == .killed && !record.complete && record.safe == .unknown)
    #expect(record.failure?.code == "run-killed")
    // Five scans and a stale one were in it; the cut went through the last.
    #expect(record.counts.scans == 4 && record.counts.stale == 1 && record.counts.durable == 5)
    #expect(report.bytesCut > 0)
    #expect(record.warnings.contains { $0.contains("raw.journal.torn") })
    #expect(record.journalSHA256 != nil)
    let ended = try #require(record.ended)
    #expect(ended > record.started && ended < .now)
    #expect(Verification(bench: killed.bench).verify(killed.run).passed)
    #expect(record.deliveries == ["outbox": .handedOver])
    #expect(try killed.ready() == ["\(killed.run)-1.ready"])
    let sheet = try killed.text("files/result.json")
    #expect(sheet.contains("\"complete\" : false"))
    // Nothing that has a name of unfinished work is left.
    let left = try killed.names() + killed.names("files")
    #expect(!left.contains { $0.hasPrefix(".") })
    #expect(!FileManager.default.fileExists(atPath: half))
    #expect(killed.bench.runs.unfinished(thorough: true) == [])
    #expect(killed.bench.runs.unfinishedNotice == nil)
  }

  @Test func recoveredTwiceItIsTheSameToTheLastByteAndDeliveredOnce() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    try killed.cutJournal(byBytes: 1000)
    let open = try killed.text("run.json")
    _ = try killed.recovery.recover(killed.run)
    let first = try killed.record()
    #expect(try killed.recovery.recover(killed.run).outcome == .whole)
    // As if it had been killed before its run.json: files and delivery are there already.
    try killed.put(open, "run.json")
    #expect(try killed.recovery.recover(killed.run).outcome == .recovered)
    #expect(try killed.record() == first)
    #expect(try killed.ready() == ["\(killed.run)-1.ready"])
    #expect(!(try killed.names().contains("unfinished")))
    // And as if before the record of its delivery.
    var between = first
    between.deliveries = [:]
    try killed.bench.runs.write(between)
    try killed.mark()
    #expect(try killed.recovery.recover(killed.run).outcome == .completed)
    #expect(try killed.record() == first)
    // And as if before its files.
    between.journalSHA256 = nil
    between.files = []
    try killed.bench.runs.write(between)
    #expect(try killed.recovery.recover(killed.run).outcome == .completed)
    #expect(try killed.record() == first)
    #expect(try killed.ready() == ["\(killed.run)-1.ready"])
    #expect(try Deliveries(bench: killed.bench).status().count == 1)
  }

  @Test func aRunKilledBehindItsLastRecordKeepsItsOwnWordsAndIsDelivered() async throws {
    let killed = try await KilledRun()
    var record = try killed.record()
    try killed.forgetDelivery()
    record.deliveries = [:]
    try killed.bench.runs.write(record)
    try killed.mark()
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .completed)
    #expect(report.record?.endedBy == .done && report.record?.complete == true)
    #expect(report.record?.deliveries == ["outbox": .handedOver])
    #expect(try killed.ready().count == 1)
  }

  @Test func filesOfAnotherWordingAreSetAsideAndNotThrownAway() async throws {
    let killed = try await KilledRun()
    let complete = try killed.text("files/spectrum.csv")
    try killed.makeOpen(keepingFiles: true)
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .recovered)
    #expect(try killed.text("files/spectrum.csv").contains("run-killed"))
    let aside = try #require(report.setAside.first { $0.contains("/unfinished/spectrum.csv.") })
    #expect(try String(contentsOfFile: aside, encoding: .utf8) == complete)
    #expect(Verification(bench: killed.bench).verify(killed.run).passed)
  }

  @Test func aCopiedFolderIsNotMendedForTheRunItWasCopiedFrom() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    let folder = killed.bench.home.folder(of: killed.run)
    let copy = try #require(RunID("\(killed.run)-copy"))
    try FileManager.default.copyItem(atPath: folder, toPath: folder + "-copy")
    #expect(try killed.recovery.recover(killed.run).outcome == .recovered)
    let record = try killed.record()
    #expect(!record.files.isEmpty)

    #expect(try killed.recovery.recover(copy).outcome == .unreadable)
    #expect(try killed.record() == record)
    #expect(try killed.ready() == ["\(killed.run)-1.ready"])
  }

  @Test func aRunThatIsGoingOnIsNotTouched() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    let before = try killed.text("run.json")
    let mark = try #require(try RunMark.take(killed.run, in: killed.bench.home))
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .running && report.failure?.code == "run-not-over")
    #expect(Recovery.status([report]) == .busy)
    #expect(try killed.text("run.json") == before)
    #expect(
      killed.bench.runs.unfinished() == [UnfinishedRun(run: killed.run, isRunning: true)])
    #expect(killed.bench.runs.unfinishedNotice == nil)
    try mark.remove()
  }

  @Test(arguments: [nil, "", "GAUGERJ1", "GAUGERJ1\u{40}\u{0}\u{0}\u{0}{"] as [String?])
  func aRunWithoutAnyRecordIsClosedAsEmpty(_ journal: String?) async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    try FileManager.default.removeItem(atPath: killed.path("raw.journal"))
    if let journal { try killed.put(journal, "raw.journal") }
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .empty)
    let record = try killed.record()
    #expect(record.endedBy == .killed && record.counts.all == 0 && record.deliveries == [:])
    #expect(try killed.ready() == [])
    #expect(Recovery.status([report]) == .done)
  }

  @Test(arguments: [nil, "", "{\"run\":", "\u{1}\u{2}"] as [String?])
  func aRecordThatIsMissingOrRubbishIsMadeAgainFromTheJournal(_ text: String?) async throws {
    let killed = try await KilledRun()
    let whole = try killed.record()
    try killed.makeOpen()
    try FileManager.default.removeItem(atPath: killed.path("run.json"))
    if let text { try killed.put(text, "run.json") }
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .recovered)
    let record = try killed.record()
    #expect(record.sample == whole.sample && record.instrument == whole.instrument)
    #expect(record.settings == whole.settings && record.counts == whole.counts)
    #expect(record.warnings.contains { $0.contains("made again from the journal") })
    let kept = try killed.names().filter { $0.hasPrefix("run.json.damaged-") }
    #expect(kept.count == (text == nil ? 0 : 1))
    #expect(Verification(bench: killed.bench).verify(killed.run).passed)
  }

  @Test func aRecordOfALaterVersionIsLeftAlone() async throws {
    let killed = try await KilledRun()
    let later = "{\"schema\":2,\"run\":\"\(killed.run)\"}"
    try killed.put(later, "run.json")
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .unreadable && Recovery.status([report]) == .damaged)
    #expect(try killed.text("run.json") == later)
  }

  @Test func anEmptyFolderGoesAndOneWithUnknownThingsStays() async throws {
    let killed = try await KilledRun()
    for name in ["run.json", "raw.journal", "plot.svg", "files"] {
      try FileManager.default.removeItem(atPath: killed.path(name))
    }
    try FileManager.default.createDirectory(
      atPath: killed.path("files"), withIntermediateDirectories: false)
    try killed.put("something", "notes.txt")
    #expect(try killed.recovery.recover(killed.run).outcome == .unreadable)
    #expect(try killed.text("notes.txt") == "something")
    try FileManager.default.removeItem(atPath: killed.path("notes.txt"))
    #expect(try killed.recovery.recover(killed.run).outcome == .removed)
    #expect(!FileManager.default.fileExists(atPath: killed.path("")))
    #expect(killed.bench.runs.unfinished(thorough: true) == [])
  }

  @Test func aDamagedJournalIsNotCutAndNothingOfItIsDelivered() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    let url = URL(fileURLWithPath: killed.path("raw.journal"))
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 6000] ^= 1
    try bytes.write(to: url)
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .damaged && report.failure?.code == "journal-damaged")
    #expect(Recovery.status([report]) == .damaged)
    let record = try killed.record()
    #expect(record.endedBy == .killed && record.failure?.code == "journal-damaged")
    #expect(record.counts.all > 0 && record.counts.all < 6)
    #expect(try Data(contentsOf: url) == bytes)
    #expect(try killed.ready() == [])
    #expect(killed.bench.runs.unfinished(thorough: true) == [])
  }

  @Test func whatIsInTheWayPostponesAndLosesNothing() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    // A folder of that name cannot be replaced by a file.
    try FileManager.default.createDirectory(
      atPath: killed.path("files/spectrum.jdx/x"), withIntermediateDirectories: true)
    let blocker = killed.path("unfinished")
    try killed.put("in the way", "unfinished")
    let report = try killed.recovery.recover(killed.run)
    #expect(report.outcome == .postponed)
    #expect(report.failure != nil)
    #expect(killed.bench.runs.unfinishedNotice != nil)
    try FileManager.default.removeItem(atPath: blocker)
    try FileManager.default.removeItem(atPath: killed.path("files/spectrum.jdx"))
    #expect(try killed.recovery.recover(killed.run).outcome == .completed)
    #expect(try killed.ready().count == 1)
  }

  @Test func theNextRunSaysThatItMadeTheInstrumentSafe() async throws {
    let killed = try await KilledRun()
    try killed.makeOpen()
    let next = try await killed.emulated.run(killed.emulated.request(scans: 1)) { event, _ in
      if case .warning(let text) = event {
        #expect(text.contains("killed or not ended") && text.contains("\(killed.run)"))
      }
    }
    let record = try #require(next.record)
    #expect(record.warnings.contains { $0.contains("\(killed.run) left the instrument in an") })
    #expect(record.safe == .safe)
    // The killed run's own record still tells how it left the instrument.
    _ = try killed.recovery.recover(killed.run)
    #expect(try killed.record().safe == .unknown)
    let third = try await killed.emulated.run(killed.emulated.request(scans: 1))
    #expect(third.record?.warnings == [])
  }

  @Test func theDoctorNamesKilledRunsAndTheMend() async throws {
    let killed = try await KilledRun()
    func finding() -> DoctorFinding? {
      Doctor.examine(
        home: killed.bench.home, profileFolders: [EmulatedBench.profiles],
        reach: Bench.Reach(
          list: { () throws(Failure) in [] },
          connect: { (_, _) throws(LinkError) in throw .gone })
      ).first { $0.topic == "runs" }
    }
    #expect(finding()?.state == .ok)
    try killed.makeOpen()
    #expect(finding()?.state == .warn)
    #expect(finding()?.detail.contains("\(killed.run)") == true)
    #expect(finding()?.mend?.contains("gauger runs recover") == true)
  }
}

/// A run of five scans, and what turns its folder into that of one that was killed.
struct KilledRun: RunOnDisk {
  let emulated: EmulatedBench
  let run: RunID
  var bench: Bench { emulated.bench }

  init() async throws {
    emulated = try EmulatedBench()
    run = try #require(try await emulated.run(emulated.request()).record?.run)
  }
}

/// A finished run, and what makes its folder that of one that was killed.
protocol RunOnDisk {
  var bench: Bench { get }
  var run: RunID { get }
}

extension RunOnDisk {
  var recovery: Recovery { Recovery(bench: bench) }

  func path(_ name: String) -> String { "\(bench.home.folder(of: run))/\(name)" }
  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }
  func put(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }
  func names(_ inner: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(inner))
  }
  func record() throws -> RunRecord { try bench.runs.read(run) }

  /// The deliveries that a loader would take.
  func ready() throws -> [String] {
    let out = bench.home.outbox + "/out"
    guard FileManager.default.fileExists(atPath: out) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: out).filter {
      $0.hasSuffix(".ready")
    }
  }

  /// The mark that a killed program leaves.
  func mark() throws {
    try Data().write(to: URL(fileURLWithPath: "\(bench.home.locks)/\(run).open"))
  }

  func forgetDelivery() throws {
    try FileManager.default.removeItem(atPath: bench.home.outbox)
    try FileManager.default.removeItem(atPath: bench.home.spool)
  }

  /// As it stands while it is being acquired; with `keepingFiles`, while its files are made.
  func makeOpen(keepingFiles: Bool = false) throws {
    let ended = try record()
    var open = RunRecord(
      run: run, kind: ended.kind, sample: ended.sample, person: ended.person,
      instrument: ended.instrument, settings: ended.settings, scansAsked: ended.scansAsked,
      started: ended.started, timeZone: ended.timeZone, emulated: ended.emulated,
      profileSHA256: ended.profileSHA256, software: ended.software)
    open.laboratory = ended.laboratory
    try bench.runs.write(open)
    try mark()
    try forgetDelivery()
    guard !keepingFiles else { return }
    for name in ended.files.map(\.name) {
      try FileManager.default.removeItem(
        atPath: ResultFiles.path(of: name, in: bench.home.folder(of: run)))
    }
  }

  /// Takes the record of the end and some bytes before it away.
  func cutJournal(byBytes count: UInt64) throws {
    var reader = try JournalReader(path: path("raw.journal"))
    var end: UInt64 = 0
    while let entry = try reader.next() {
      if entry.header.kind == .frame { end = entry.offset + 64 + UInt64(entry.content.count) }
    }
    let handle = try #require(FileHandle(forWritingAtPath: path("raw.journal")))
    try handle.truncate(atOffset: end - count)
    try handle.close()
  }
}
