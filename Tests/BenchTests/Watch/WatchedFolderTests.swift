import Delivery
import Foundation
import Laboratory
import Testing

@testable import Bench

/// Each finished export of a watched folder becomes one run, and nothing else does.
@Suite(.timeLimit(.minutes(3))) struct WatchedFolderTests {
  @Test func anExportBecomesARunWhenItIsWhole() throws {
    let stand = try WatchBench()
    #expect(try stand.look().old == 0)
    let bytes = Array(ImportBench.jcamp("24-0117").utf8)
    // It grows a piece a look: never the same at two looks, never read.
    for end in stride(from: 7, to: bytes.count, by: 23) {
      try stand.put("a.jdx", bytes[..<end])
      let look = try stand.look()
      #expect(look.imports == [] && look.waiting == ["a.jdx"] && look.aside == [])
    }
    try stand.put("a.jdx", bytes)
    #expect(try stand.looks(2) == [])
    let made = try #require(try stand.look().imports.first)
    #expect(made.outcome == .imported)
    let record = try #require(stand.runs.first)
    #expect(stand.runs.count == 1 && record.complete && record.isUnassigned)
    #expect(record.imported?.watched == WatchedSource(instrument: "gcms", name: "a.jdx"))
    #expect(record.person == "tester")
    #expect(try stand.looks(5) == [])
    #expect(stand.runs.count == 1)
    #expect(FileManager.default.contents(atPath: stand.path("a.jdx")) == Data(bytes))
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func aHalfExportThatStandsStillIsKeptAsideAndTriedAgainWhenItChanges() throws {
    let stand = try WatchBench()
    _ = try stand.look()
    let bytes = Array(ImportBench.jcamp("x").utf8)
    try stand.put("a.jdx", bytes.dropLast(8))
    try stand.put("b.txt", Array("nothing known\n".utf8))
    try stand.put("c.jdx", [])
    #expect(try stand.looks(3).map(\.outcome) == [.refused, .refused, .refused])
    let look = try stand.look()
    #expect(look.aside.map(\.name) == ["a.jdx", "b.txt", "c.jdx"])
    #expect(
      look.aside.map(\.failure.code) == [
        "jcamp-truncated", "import-format-unknown", "import-file-empty",
      ])
    #expect(look.imports == [] && stand.runs.isEmpty)
    try stand.put("a.jdx", bytes)
    #expect(try stand.looks(3).map(\.outcome) == [.imported])
    #expect(try stand.look().aside.map(\.name) == ["b.txt", "c.jdx"])
  }

  @Test func tenThousandOldFilesStayOutAndAreCounted() throws {
    let stand = try WatchBench()
    for number in 0..<10_000 {
      #expect(
        FileManager.default.createFile(atPath: stand.path("old-\(number).jdx"), contents: nil))
    }
    let first = try stand.look()
    #expect(first.old == 10_000 && first.imports == [] && first.waiting == [])
    #expect(first.warnings.count == 1 && first.warnings[0].contains("10000"))
    try stand.put("new.jdx", sample: "n")
    #expect(try stand.looks(3).map(\.outcome) == [.imported])
    // Exported again, an old one is new; and another process remembers what was old.
    try stand.put("old-7.jdx", sample: "seven")
    let other = try WatchBench(home: stand.home, exports: stand.exports)
    #expect(try other.looks(3).map(\.outcome) == [.imported])
    #expect(try other.look().old == 9999)
    // What was seen is a memory only: without it everything is looked at, and known.
    try FileManager.default.removeItem(atPath: stand.home.path + "/watch/gcms/seen.json")
    let third = try WatchBench(home: stand.home, exports: stand.exports)
    #expect(try third.looks(3).map(\.outcome) == [.known, .known])
    #expect(third.runs.count == 2)
  }

  @Test func sinceSaysWhatIsOldByTheFilesOwnTime() throws {
    let stand = try WatchBench("since: 2026-11-20")
    for (name, year) in [("old.jdx", 2005), ("future.jdx", 2090)] {
      try stand.put(name, sample: name)
      let date = try #require(Timestamp(iso8601: "\(year)-01-01T00:00:00Z"))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Double(date.microseconds) / 1e6)],
        ofItemAtPath: stand.path(name))
    }
    #expect(try stand.looks(3).map(\.outcome) == [.imported])
    #expect(stand.runs.first?.imported?.file == "future.jdx")
    #expect(try stand.look().old == 1)
  }

  @Test func aShareThatIsAwayIsNoEmptyFolder() throws {
    let stand = try WatchBench("sentinel: .here, since: all")
    try stand.put("a.jdx", sample: "a")
    for _ in 0..<4 { #expect(try stand.look().failure?.code == "watch-not-mounted") }
    #expect(stand.runs.isEmpty)
    try stand.put(".here", [])
    #expect(try stand.looks(3).map(\.outcome) == [.imported])
    // Away and back: nothing is forgotten, nothing is made twice.
    let away = stand.exports.path + "-away"
    try FileManager.default.moveItem(atPath: stand.exports.path, toPath: away)
    #expect(try stand.look().failure?.code == "watch-not-mounted")
    try FileManager.default.createDirectory(
      atPath: stand.exports.path, withIntermediateDirectories: false)
    #expect(try stand.look().failure?.code == "watch-not-mounted")
    try FileManager.default.removeItem(atPath: stand.exports.path)
    try FileManager.default.moveItem(atPath: away, toPath: stand.exports.path)
    #expect(try stand.looks(4) == [])
    #expect(stand.runs.count == 1)
  }

  @Test func aReExportIsANewVersionThatNamesTheOld() throws {
    let stand = try WatchBench("since: all")
    try stand.put("a.jdx", sample: "first")
    let first = try #require(try stand.looks(3).first?.run)
    try stand.put("a.jdx", sample: "second")
    let second = try #require(try stand.looks(3).first?.run)
    #expect(try stand.bench.runs.read(second).imported?.watched?.supersedes == first)
    #expect(try stand.bench.runs.read(first).imported?.watched?.supersedes == nil)
    // The old bytes again are the old run.
    try stand.put("a.jdx", sample: "first")
    let again = try #require(try stand.looks(3).first)
    #expect(again.outcome == .known && again.run == first && stand.runs.count == 2)
    try stand.put("copy of a.jdx", sample: "second")
    #expect(try stand.looks(3).first?.run == second)
  }

  @Test func aFolderIsOneExport() throws {
    let stand = try WatchBench("units: '*.D', pattern: '*.cdf', since: all")
    try stand.put("24-0117.D/acqmeth.txt", Array("method".utf8))
    try stand.put("24-0117.D/DATA.MS", [1, 2, 3, 4])
    #expect(try stand.looks(2) == [])
    // Its data come last, and it is not finished before.
    try stand.put("24-0117.D/export/data.jdx", sample: "Q")
    #expect(try stand.looks(2) == [])
    let made = try #require(try stand.look().imports.first)
    let record = try stand.bench.runs.read(try #require(made.run))
    let source = try #require(record.imported?.watched)
    #expect(source.name == "24-0117.D" && source.treeSHA256?.count == 64)
    #expect(source.files?.map(\.name) == ["DATA.MS", "acqmeth.txt", "export/data.jdx"])
    #expect(record.imported?.names == ["Q", "data", "24-0117"])
    #expect(record.imported?.sha256 == source.files?.last?.sha256)
    try stand.put("24-0117.D/export/data.jdx", sample: "R")
    let second = try #require(try stand.looks(3).first?.run)
    #expect(try stand.bench.runs.read(second).imported?.watched?.supersedes == record.run)
    // Two that could be the data are one too many; a link in it is none of ours.
    try stand.put("b.D/1.jdx", sample: "1")
    try stand.put("b.D/2.jdx", sample: "2")
    try stand.put("c.D/1.jdx", sample: "3")
    try FileManager.default.createSymbolicLink(
      atPath: stand.path("c.D/link"), withDestinationPath: "/etc/passwd")
    #expect(try stand.looks(3) == [])
    #expect(
      try stand.look().aside.map { "\($0.name) \($0.failure.code)" } == [
        "b.D watch-unit-unreadable", "c.D watch-not-plain",
      ])
  }

  @Test func linksPipesAndStrangeNamesAreLeftAloneAndSaid() throws {
    let stand = try WatchBench("since: all")
    let secret = stand.home.path + "/secret.jdx"
    try Data(ImportBench.jcamp("secret").utf8).write(to: URL(fileURLWithPath: secret))
    try FileManager.default.createSymbolicLink(
      atPath: stand.path("link.jdx"), withDestinationPath: secret)
    // Safe: the path is a zero-ended copy that lives through the call.
    let made = unsafe mkfifo(stand.path("pipe.jdx"), 0o600)
    #expect(made == 0)
    try stand.put("two\nlines.jdx", sample: "x")
    try stand.put(".hidden.jdx", sample: "x")
    #expect(try stand.looks(4) == [])
    #expect(stand.runs.isEmpty)
    #expect(
      try stand.look().aside.map(\.failure.code) == [
        "watch-not-plain", "watch-not-plain", "watch-name-unsafe",
      ])
  }

  @Test func aFileThatIsGoneInBetweenIsForgotten() throws {
    let stand = try WatchBench("since: all")
    try stand.put("a.jdx", sample: "a")
    _ = try stand.looks(2)
    try FileManager.default.removeItem(atPath: stand.path("a.jdx"))
    let look = try stand.look()
    #expect(look.imports == [] && look.waiting == [] && look.aside == [])
  }

  @Test func theSiteSaysFormatZoneAndWhatASampleIsCalled() throws {
    let stand = try WatchBench(
      """
      since: all, format: jcamp-dx, sample_pattern: '[0-9]{2}-[0-9]{4}', kind: blank, \
      time_zone: Europe/Rome, decimal_mark: comma
      """)
    try stand.put("1.jdx", sample: "24-0117")
    try stand.put("2.jdx", sample: "unknown")
    try stand.put("3.jdx", Array("Jaz Data File\nx\n".utf8))
    let made = try stand.looks(3)
    #expect(made.map(\.sample) == ["24-0117", "unassigned", nil])
    #expect(made.last?.failure?.code == "watch-format-other")
    #expect(stand.runs.allSatisfy { $0.kind == .blank })
    #expect(stand.runs.first?.imported?.declared["zone"] == "Europe/Rome")
  }

  @Test func aSampleThatAWorklistNamesIsKnown() throws {
    let stand = try WatchBench("since: all")
    let list = stand.home.path + "/list.csv"
    try Data("sample\n24-0117\n".utf8).write(to: URL(fileURLWithPath: list))
    _ = try Worklists(bench: stand.bench).add(list)
    try stand.put("1.jdx", sample: "24-0117")
    try stand.put("2.jdx", sample: "24-0118")
    #expect(try stand.looks(3).map(\.sample) == ["24-0117", "unassigned"])
    #expect { try stand.bench.instrument(at: "gcms") } throws: {
      ($0 as? Failure)?.code == "instrument-is-folder"
    }
  }

  @Test func doctorSaysWhetherAShareIsThere() throws {
    let stand = try WatchBench("sentinel: here")
    func finding() -> DoctorFinding? {
      Doctor.examine(home: stand.bench.home, profileFolders: [EmulatedBench.profiles]).first {
        $0.topic == "exports gcms"
      }
    }
    #expect(finding()?.state == .fail)
    try stand.put("here", [])
    #expect(finding()?.state == .ok)
  }

  @Test(arguments: [
    "link: usb, folder: x", "link: export-folder", "link: export-folder, folder: x, sentinel: a/b",
    "link: export-folder, folder: x, settle: 1", "link: export-folder, folder: x, since: soon",
    "link: export-folder, folder: x, format: pdf", "link: export-folder, folder: x, kind: thing",
    "link: export-folder, folder: x, time_zone: Mars",
    "link: export-folder, folder: x, colour: red",
    "link: export-folder, folder: x, decimal_mark: both",
    "link: export-folder, folder: x, sample_pattern: '('",
    "link: export-folder, folder: x, columns: {time: 1}",
  ])
  func aBadConfigurationIsRefusedWithItsLine(_ entry: String) throws {
    let home = try TemporaryFolder()
    try Data("instruments:\n  a: {\(entry)}\n".utf8).write(
      to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    #expect { try Configuration.read(home: Home(explicit: home.path, environment: [:])) } throws: {
      ($0 as? Failure)?.code == "bench-yaml-invalid"
        && ($0 as? Failure)?.what.contains("line 2") == true
    }
  }

  /// Real files of instruments, dropped a piece a look, from where other people keep them.
  @Test(.enabled(if: Self.data != nil, "SKIPPED: the real recordings are not there"))
  func realRecordingsDroppedInPiecesBecomeOneRunEach() throws {
    let data = try #require(Self.data)
    let files = [
      "gcms-andi-hp/HP_MS.CDF", "hplc-uv-andi/VARIAN1.CDF", "gcms-etizolam-sequence/220223001.ms1",
      "gcms-etizolam-sequence/220223002.ms1", "ir-jcamp-nitrocellulose/fitr_nitrocellulose.jdx",
      "raman-bwtek-raw/ICV_BW785__Ne_785nm_x20_50ms.txt",
    ]
    let stand = try WatchBench("since: all")
    let contents = try files.map { file in
      (
        name: URL(fileURLWithPath: file).lastPathComponent,
        bytes: Array(try Data(contentsOf: URL(fileURLWithPath: "\(data)/\(file)")))
      )
    }
    var random = SeededBytes(state: 11)
    var sizes = Array(repeating: 0, count: files.count)
    var made: [ImportReport] = []
    for look in 0..<14 {
      for (index, (name, bytes)) in contents.enumerated() where sizes[index] < bytes.count {
        // Sometimes an instrument pauses; then a piece may be read, and must not pass for a run.
        if look > 0, Bool.random(using: &random) { continue }
        sizes[index] =
          look > 9
          ? bytes.count
          : min(bytes.count, sizes[index] + Int.random(in: 1...80_000, using: &random))
        try stand.put(name, bytes[..<sizes[index]])
      }
      made += try stand.look().imports
    }
    for (index, (name, bytes)) in contents.enumerated() where sizes[index] < bytes.count {
      try stand.put(name, bytes)
    }
    made += try stand.looks(4)
    let held = Dictionary(grouping: stand.runs) { $0.imported?.sha256 ?? "" }
    for (name, bytes) in contents {
      #expect(held[Hash.sha256(of: bytes)]?.count == 1, "\(name)")
    }
    #expect(stand.runs.allSatisfy { $0.complete })
  }

  private static let data: String? = {
    let named = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "shared").path
    let folder = (named ?? beside) + "/data"
    return FileManager.default.fileExists(atPath: folder + "/gcms-andi-hp") ? folder : nil
  }()
}
