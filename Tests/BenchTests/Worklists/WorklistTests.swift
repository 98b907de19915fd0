import Delivery
import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Synchronization
import Testing

@testable import Bench

/// Worklists are kept as they came, given out once, and nothing of them is lost.
@Suite(.timeLimit(.minutes(2))) struct WorklistTests {
  /// A bench with a `bench.yaml`, and a clock that moves five seconds from look to look.
  struct Stand {
    let folder: TemporaryFolder
    let bench: Bench
    var worklists: Worklists

    init(_ yaml: String = "") throws {
      folder = try TemporaryFolder()
      try Data(yaml.utf8).write(to: URL(fileURLWithPath: folder.path + "/bench.yaml"))
      bench = try Bench(
        home: Home(explicit: folder.path, environment: [:]),
        profiles: ProfileStore.load(folders: [EmulatedBench.profiles]),
        reach: Bench.Reach(
          list: { () throws(Failure) in [] },
          connect: { (_, _) throws(LinkError) in throw LinkError.gone }))
      worklists = Worklists(bench: bench, person: "tester")
      worklists.now = Self.clock()
    }

    static func clock() -> @Sendable () -> Timestamp {
      let time = Time()
      return { time.next() }
    }

    final class Time: Sendable {
      private let looks = Atomic<Int64>(0)
      func next() -> Timestamp {
        let look = looks.wrappingAdd(1, ordering: .relaxed).newValue
        return Timestamp(microseconds: 1_800_000_000_000_000 + look * 5_000_000)
      }
    }

    var drop: String { folder.path + "/worklists/in" }

    func put(_ name: String, _ text: String) throws {
      try FileManager.default.createDirectory(
        atPath: drop, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(drop)/\(name)"))
    }

    func names(_ inner: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(drop)/\(inner)")) ?? []).sorted()
    }

    func add(_ text: String, named name: String = "list.csv") throws -> WorklistReport.Received {
      let path = folder.path + "/" + name
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try worklists.add(path)
    }

    /// What was taken in over so many looks.
    func look(_ times: Int = 1) throws -> [WorklistReport.Received] {
      try (0..<times).flatMap { _ in try worklists.poll().received }
    }
  }

  @Test func aDroppedFileIsTakenWhenItIsTheSameAtTwoLooks() throws {
    let stand = try Stand()
    _ = try stand.look()
    try stand.put("a.csv", "sample\nA\nB,C\n")
    #expect(try stand.worklists.poll().waiting == ["a.csv"])
    #expect(try stand.look() == [])
    // It grew in between: everything begins anew.
    try stand.put("a.csv", "sample,kind\nA,\nB,rubbish\n=C,blank\n")
    #expect(try stand.look(2) == [])
    let received = try #require(try stand.look().first)
    #expect(received.list == 1 && received.entries == 2 && received.refused.map(\.line) == [3])
    #expect(stand.names("") == ["done", "rejected"])
    #expect(
      stand.names("done") == ["0001-a.csv"] && stand.names("rejected") == ["0001-rejected.csv"])
    #expect(try stand.worklists.items().map(\.entry.sample.id) == ["A", "=C"])
    let kept = try Data(
      contentsOf: URL(fileURLWithPath: stand.folder.path + "/worklists/0001/original.csv"))
    #expect(kept == Data("sample,kind\nA,\nB,rubbish\n=C,blank\n".utf8))
    #expect(try stand.look(3) == [])
    // The same bytes again, under any name, are nothing new, and go out of the way.
    try stand.put("b.csv", "sample,kind\nA,\nB,rubbish\n=C,blank\n")
    let again = try stand.look(4)
    #expect(again.map(\.isKnown) == [true] && again.first?.list == 1)
    #expect(stand.names("") == ["done", "rejected"])
    #expect(try stand.worklists.items().count == 2)
  }

  @Test func whatIsNoPlainFileIsLeftAlone() throws {
    let stand = try Stand()
    _ = try stand.look()
    let secret = stand.folder.path + "/secret.csv"
    try Data("sample\nSECRET\n".utf8).write(to: URL(fileURLWithPath: secret))
    try FileManager.default.createSymbolicLink(
      atPath: stand.drop + "/link.csv", withDestinationPath: secret)
    // Safe: the path is a zero-ended copy that lives through the call.
    let made = unsafe mkfifo(stand.drop + "/pipe.csv", 0o600)
    #expect(made == 0)
    try stand.put("two\nlines.csv", "sample\nX\n")
    try stand.put(".hidden.csv", "sample\nX\n")
    var notes: [String] = []
    for _ in 0..<4 { notes = try stand.worklists.poll().notes }
    #expect(notes.count == 3)
    #expect(try stand.worklists.items() == [])
  }

  @Test func aBadFileStaysAndIsTriedAgainWhenItChanges() throws {
    let stand = try Stand()
    try stand.put("a.csv", "Probe\nA\n")
    for _ in 0..<3 { _ = try stand.look() }
    #expect(try stand.look().first?.failure?.code == "worklist-no-sample-column")
    #expect(stand.names("") == ["a.csv"])
    try stand.put("a.csv", "sample\nA\n")
    #expect(try stand.look(3).last?.list == 1)
    #expect(stand.names("done") == ["0001-a.csv"])
  }

  @Test func aNewerListOfTheSameNameTakesThePlaceOfTheOlder() throws {
    let stand = try Stand()
    #expect(try stand.add("sample\nA\nB\nC\n").list == 1)
    let first = try #require(try stand.worklists.next())
    let taken = try #require(try stand.worklists.take(first, by: "p"))
    try stand.worklists.skip(WorklistEntryID(list: 1, entry: 2), reason: "broken vial", by: "p")
    let newer = try stand.add("sample,client\nA,x\nB,x\nD,x\n")
    #expect(newer.list == 2 && newer.supersedes == 1)
    func states() throws -> [String] {
      try stand.worklists.items().map { "\($0.id) \($0.state.rawValue)" }
    }
    #expect(
      try states() == [
        "0001-1 taken", "0001-2 skipped", "0001-3 cancelled", "0002-1 taken", "0002-2 skipped",
        "0002-3 open",
      ])
    #expect(try stand.worklists.next()?.entry.sample.id == "D")
    taken.release("given back")
    #expect(try stand.worklists.next()?.id == WorklistEntryID(list: 2, entry: 1))
    #expect(try stand.worklists.endKilled() == [])
  }

  @Test func aListThatReturnsToWhatItWasOffersNothingDoneAgain() throws {
    let stand = try Stand()
    _ = try stand.add("sample\nA\nB\n")
    let item = try #require(try stand.worklists.next())
    var record = Self.record()
    record.complete = true
    #expect(try stand.worklists.take(item, by: "p")?.finish(record) == nil)
    #expect(try stand.add("sample\nB\nC\n").list == 2)
    let third = try stand.add("sample\nA\nB\n")
    #expect(third.list == 3 && third.supersedes == 2 && !third.isKnown)
    #expect(try stand.add("sample\nA\nB\n").isKnown)
    let live = try stand.worklists.items().filter { $0.id.list == 3 }
    #expect(live.map(\.state) == [.done, .open])
    #expect(try stand.worklists.next()?.id == WorklistEntryID(list: 3, entry: 2))
  }

  @Test func ofManyWhoTakeAtOnceOneGetsIt() throws {
    let stand = try Stand()
    _ = try stand.add("sample\n" + (0..<5).map { "S\($0)\n" }.joined())
    let won = Mutex<[String]>([])
    let worklists = stand.worklists
    DispatchQueue.concurrentPerform(iterations: 16) { index in
      for _ in 0..<20 {
        guard let item = try? worklists.next(),
          let taken = try? worklists.take(item, by: "p\(index)")
        else { continue }
        won.withLock { $0.append(taken.item.entry.sample.id) }
        var record = Self.record()
        record.complete = true
        #expect(taken.finish(record) == nil)
      }
    }
    #expect(won.withLock { $0.sorted() } == (0..<5).map { "S\($0)" })
    #expect(try stand.worklists.items().allSatisfy { $0.state == .done })
  }

  @Test func whatAKilledProgramTookIsSaidAndOfferedAgainOrDone() throws {
    let stand = try Stand()
    _ = try stand.add("sample\nA\nB\n")
    for _ in 0..<2 {
      let item = try #require(try stand.worklists.next())
      // Dropped without a word, as a kill does it: the lock goes, the state stays.
      _ = try #require(try stand.worklists.take(item, by: "p"))
    }
    #expect(try stand.worklists.items().map(\.state) == [.taken, .taken])
    // The run for B was whole when the program died.
    var record = Self.record()
    record.worklist = try stand.worklists.item(WorklistEntryID(list: 1, entry: 2)).reference
    (record.complete, record.endedBy) = (true, .done)
    try RunFolder.make(stand.bench.home.folder(of: record.run))
    try stand.bench.runs.write(record)
    let notes = try stand.worklists.poll().notes
    #expect(notes.count == 2 && notes[0].contains("offered again"))
    let items = try stand.worklists.items()
    #expect(items.map(\.state) == [.open, .done] && items[1].run == record.run)
    #expect(try stand.worklists.poll().notes == [])
  }

  @Test func whatIsOverIsNotChanged() throws {
    let stand = try Stand()
    _ = try stand.add("sample\nA\nB\n")
    let id = WorklistEntryID(list: 1, entry: 1)
    let taken = try #require(try stand.worklists.take(try stand.worklists.item(id), by: "p"))
    func code(_ id: WorklistEntryID) -> String? {
      do throws(Failure) {
        try stand.worklists.skip(id, reason: "r", by: "q")
        return nil
      } catch { return error.code }
    }
    #expect(code(id) == "worklist-entry-taken")
    #expect(try stand.worklists.take(try stand.worklists.item(id), by: "q") == nil)
    var record = Self.record()
    record.complete = true
    #expect(taken.finish(record) == nil)
    #expect(code(id) == "worklist-entry-closed")
    #expect(code(WorklistEntryID(list: 7, entry: 1)) == "worklist-entry-not-found")
    try stand.worklists.skip(
      WorklistEntryID(list: 1, entry: 2), reason: "r", cancels: true, by: "q")
    #expect(try stand.worklists.items().map(\.state) == [.done, .cancelled])
    #expect(try stand.worklists.next() == nil)
  }

  @Test func theMostUrgentComesFirstAndOnlyForItsInstrument() throws {
    let stand = try Stand()
    _ = try stand.add(
      """
      sample,priority,due,instrument
      late,,2026-12-01,
      soon,,2026-11-25,
      other,1,,gc-2
      first,urgent,,
      """)
    #expect(
      try stand.worklists.items().map(\.entry.sample.id) == ["other", "first", "soon", "late"])
    #expect(try stand.worklists.next(for: ["raman"])?.entry.sample.id == "first")
    #expect(try stand.worklists.next(for: ["gc-2"])?.entry.sample.id == "other")
  }

  @Test(arguments: [
    "worklists: {folder: a, url: 'https://x.example/y'}", "worklists: {}", "worklists: 5",
    "worklists: {url: 'http://lims.example/x'}", "worklists: {url: 'https://u:p@x.example/'}",
    "worklists: {folder: a, every_s: 60}", "worklists: {folder: a, delimiter: dot}",
    "worklists: {folder: a, delimiter: comma, decimal_mark: comma}",
    "worklists: {folder: a, columns: {Probe: probe}}", "worklists: {folder: a, password: x}",
    "worklists: [{folder: a, name: x}, {folder: b, name: x}]",
    "samples: {pattern: '('}", "samples: {check_digit: mod12}", "samples: {again: never}",
    "samples: {patern: x}", "samples: yes",
  ])
  func aBadConfigurationIsRefusedWithItsLine(_ yaml: String) throws {
    #expect { try Stand(yaml) } throws: {
      ($0 as? Failure)?.code == "bench-yaml-invalid"
        && ($0 as? Failure)?.what.contains("line 1") == true
    }
  }

  static func record() -> RunRecord {
    var random = SystemRandomNumberGenerator()
    return RunRecord(
      run: RunID(startedAt: .now, instrument: "test", random: &random), kind: .sample,
      sample: Sample(id: "S"), person: "p",
      instrument: RunInstrument(
        address: "usb:9-1", model: "m", name: "n", maker: "k", serialNumber: "1", firmware: nil,
        driver: "d"),
      settings: .init(), scansAsked: 1, started: .now, timeZone: "UTC", emulated: true,
      profileSHA256: "", software: "gauger")
  }
}
