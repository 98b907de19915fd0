import Delivery
import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// The catalogue of a home says what the files say, whatever happened to both.
@Suite(.timeLimit(.minutes(5))) struct CatalogueBenchTests {
  private func text(_ catalogue: BenchCatalogue) throws -> String {
    try catalogue.current().catalogue.dump()
  }

  /// What a catalogue says that is made of the files alone.
  private func truth(_ home: Home) throws -> String {
    let catalogue = try Catalogue()
    _ = try BenchCatalogue(home: home).catchUp(catalogue)
    return try catalogue.dump()
  }

  @Test func aRunIsInItWhenItIsOver() async throws {
    let emulated = try EmulatedBench()
    let ended = try await emulated.run(emulated.request(scans: 3))
    let record = try #require(ended.record)
    // Read as it lies there, by nobody who would catch up.
    let path = emulated.bench.catalogue.door.path
    let catalogue = try Catalogue(path, .reading)
    #expect(try catalogue.runs(RunQuestion()).map(\.run) == [record.run])
    let counts = try catalogue.counts()
    #expect(counts["deliveries"] == 1 && counts["steps"] == record.processing.count)
    #expect(try catalogue.dump() == truth(emulated.bench.home))
  }

  @Test func aDamagedOneIsNamedAndNoAnswerIsLost() async throws {
    let emulated = try EmulatedBench()
    let first = try #require(try await emulated.run(emulated.request(scans: 2)).record)
    let home = emulated.bench.home
    let right = try truth(home)
    let path = emulated.bench.catalogue.door.path
    try Data("no database at all, but long enough to be looked at".utf8)
      .write(to: URL(fileURLWithPath: path))
    // A run does not care.
    let second = try await emulated.run(emulated.request(scans: 2))
    #expect(second.status == .done)
    #expect(second.record?.failure == nil)
    var question = RunQuestion()
    question.sample = "S-1"
    let answer = try RunFinder(home: home).runs(question)
    #expect(answer.runs.map(\.run) == [second.record?.run, first.run].compactMap { $0 })
    #expect(answer.hindered?.code == "catalogue-damaged")
    #expect(answer.hindered?.next.contains("gauger bench rebuild") == true)

    let rebuilt = try emulated.bench.catalogue.rebuild()
    #expect(rebuilt.setAside.count == 1 && rebuilt.damage != nil && rebuilt.wasRight == nil)
    #expect(
      try String(contentsOfFile: rebuilt.setAside[0], encoding: .utf8).hasPrefix("no database"))
    #expect(rebuilt.counts["runs"] == 2)
    #expect(try text(emulated.bench.catalogue) == truth(home))
    #expect(try truth(home) != right)
    #expect(try RunFinder(home: home).runs(question).hindered == nil)
  }

  @Test func aNewerOneIsNeverReplaced() throws {
    let bench = try ImportBench()
    _ = try bench.run([try bench.put("a.jdx", ImportBench.jcamp("A"))])
    let door = bench.bench.catalogue.door
    do { try Catalogue(door.path, .writing).settle() }
    // Where the version stands in the file's head.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: door.path))
    try handle.seek(toOffset: 60)
    try handle.write(contentsOf: Data([0, 0, 0, 77]))
    try handle.close()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: door.path))
    let refused = #expect(throws: Failure.self) { try bench.bench.catalogue.rebuild() }
    #expect(refused?.code == "catalogue-newer")
    let (catalogue, hindered) = try bench.bench.catalogue.current()
    #expect(hindered?.code == "catalogue-newer")
    #expect(try catalogue.counts()["runs"] == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: door.path)) == bytes)
  }

  @Test func anEarlierVersionIsMigratedAndFilled() throws {
    let bench = try ImportBench()
    _ = try bench.run([try bench.put("a.jdx", ImportBench.jcamp("A"))])
    let door = bench.bench.catalogue.door
    for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
    where name.hasPrefix("gauger.sqlite") {
      try FileManager.default.removeItem(atPath: "\(bench.folder.path)/\(name)")
    }
    let schema = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "RecordsTests/Catalogue/Schemas/1.sql").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c",
      "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())",
      door.path, schema,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    // What the old one says of files that are not there goes, what it did not know comes.
    #expect(try text(bench.bench.catalogue) == truth(bench.bench.home))
    #expect(try bench.bench.catalogue.current().catalogue.counts()["runs"] == 1)
  }

  @Test func aRebuiltOneSaysWhatTheOldOneSaid() throws {
    let bench = try ImportBench()
    for number in 0..<5 {
      _ = try bench.run([try bench.put("\(number).jdx", ImportBench.jcamp("S\(number)"))])
    }
    let before = try text(bench.bench.catalogue)
    let rebuilt = try bench.bench.catalogue.rebuild()
    #expect(rebuilt.wasRight == true && rebuilt.damage == nil && rebuilt.setAside.isEmpty)
    #expect(rebuilt.before == rebuilt.counts && rebuilt.problems.isEmpty)
    #expect(try text(bench.bench.catalogue) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        .filter { $0.hasPrefix("gauger.sqlite") || $0.hasPrefix(".gauger") } == ["gauger.sqlite"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: bench.bench.home.locks)
        .filter { $0.hasPrefix("catalogue-") } == [])
    // The log of a program that is gone is not taken for part of the new file.
    try FileManager.default.removeItem(atPath: bench.bench.catalogue.door.path)
    try Data(repeating: 7, count: 5000)
      .write(to: URL(fileURLWithPath: bench.bench.catalogue.door.path + "-wal"))
    let again = try bench.bench.catalogue.rebuild()
    #expect(again.setAside.count == 1)
    #expect(try text(bench.bench.catalogue) == before)
  }

  @Test func aHomeThatIsNotThereIsNotMade() throws {
    let folder = try TemporaryFolder()
    let home = Home(explicit: folder.path + "/none", environment: [:])
    #expect(throws: Failure.self) { try BenchCatalogue(home: home).rebuild() }
    #expect(try RunFinder(home: home).runs(RunQuestion()).runs.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: home.path))
  }

  @Test(.enabled(if: SmallDisk.isPossible, "no disk in memory can be mounted: full disk NOT checked"))
  func aFullDiskKeepsTheOldOneAndLosesNoAnswer() throws {
    let folder = try TemporaryFolder()
    let disk = try #require(SmallDisk(kibibytes: 512, in: folder.path))
    let home = Home(explicit: disk.path, environment: [:])
    try home.prepare()
    let catalogue = BenchCatalogue(home: home)
    #expect(catalogue.follow(.all) == nil)
    let before = try Data(contentsOf: URL(fileURLWithPath: catalogue.door.path))
    let filler = FileManager.default.createFile(
      atPath: disk.path + "/filler", contents: Data(count: 1 << 20))
    withExtendedLifetime(filler) {}
    let refused = #expect(throws: Failure.self) { try catalogue.rebuild() }
    #expect(refused?.exit == .noSpace)
    #expect(try Data(contentsOf: URL(fileURLWithPath: catalogue.door.path)) == before)
    #expect(try RunFinder(home: home).runs(RunQuestion()).runs.isEmpty)
  }

  // MARK: - Whatever happens

  /// Any sequence of acts, noted at once, later or never, leads to what the files say.
  @Test(arguments: 0..<12) func anySequenceOfActsLeadsToWhatTheFilesSay(seed: UInt64) throws {
    var random = Steps(seed)
    let bench = try ImportBench()
    let home = bench.bench.home
    try home.prepare()
    var acts = Acts(bench: bench)
    for _ in 0..<25 {
      let touched = try acts.next(&random)
      switch random.below(4) {
      case 0: break
      case 1: #expect(bench.bench.catalogue.follow(.all) == nil)
      default: #expect(bench.bench.catalogue.follow(touched) == nil)
      }
      if random.below(8) == 0 {
        #expect(try text(bench.bench.catalogue) == truth(home), "seed \(seed)")
      }
    }
    #expect(try text(bench.bench.catalogue) == truth(home), "seed \(seed)")
    let rebuilt = try bench.bench.catalogue.rebuild()
    #expect(rebuilt.wasRight == true, "seed \(seed)")
    #expect(try text(bench.bench.catalogue) == truth(home), "seed \(seed)")
    try compareAnswers(home)
  }

  /// The catalogue's answers beside those of the folders.
  private func compareAnswers(_ home: Home) throws {
    let all = RunStore(home: home).list()
    func check(_ change: (inout RunQuestion) -> Void, _ fits: (RunRecord) -> Bool) throws {
      var question = RunQuestion()
      change(&question)
      let answer = try RunFinder(home: home).runs(question)
      #expect(answer.hindered == nil)
      #expect(answer.runs == all.runs.filter(fits), "\(question)")
      #expect(answer.problems == all.problems)
    }
    for sample in ["S-1", "S-2", "unassigned", "'; --"] {
      try check({ $0.sample = sample }, { $0.sample.id == sample })
    }
    for kind in RunKind.allCases { try check({ $0.kind = kind }, { $0.kind == kind }) }
    try check({ $0.state = .complete }, { $0.complete })
    try check({ $0.state = .open }, { $0.endedBy == .open })
    try check(
      { $0.state = .confirmed }, { $0.deliveries.values.contains(.confirmed) })
    try check({ $0.instrument = "unknown" }, { $0.instrument.model == "unknown" })
    try check(
      { $0.software = Gauger.version }, { $0.software == "gauger \(Gauger.version)" })
    let middle = all.runs.map(\.started).sorted()
    if let some = middle.dropFirst(middle.count / 2).first {
      try check({ $0.since = some }, { $0.started >= some })
    }
  }
}
