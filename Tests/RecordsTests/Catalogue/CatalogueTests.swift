import Foundation
import Laboratory
import Testing

@testable import Records

/// A row that any run gives.
func runRow(_ run: String, sample: String = "S-1", serial: String = "A1") -> CatalogueRow {
  CatalogueRow(
    .runs,
    [
      "run": .text(run), "kind": .text("sample"), "sample": .text(sample), "person": .text("ada"),
      "address": .text("usb:1-1"), "model": .text("m/1"), "instrument": .text("M"),
      "maker": .text("Maker"), "serial_number": .text(serial), "driver": .text("d"),
      "started": .text("2026-11-20T10:15:00.000000Z"), "ended_by": .text("done"),
      "complete": .init(true), "emulated": .init(false), "safe": .text("safe"),
      "scans": .integer(3), "dark": .integer(0), "durable": .integer(3), "lost": .integer(0),
      "profile_sha256": .text(""), "software": .text("Gauger 1.2.0"),
      "deliveries": .text("{\"outbox\":\"confirmed\"}"),
    ])
}

func entry(_ path: String, _ sha256: String, _ rows: [CatalogueRow]) -> CatalogueEntry {
  CatalogueEntry(
    path: path, stamp: CatalogueStamp(sha256: sha256, size: 10, stamp: "1.2.3"), rows: rows)
}

@Suite struct CatalogueTests {
  private let one = "20261120T101500Z-m1-aaaa"
  private let two = "20261120T101600Z-m1-bbbb"

  private func file(_ folder: TestFolder) -> String { folder.path + "/gauger.sqlite" }

  private func code(_ work: () throws -> Void) -> String? {
    do { try work() } catch { return (error as? any Explained)?.failure.code ?? "\(error)" }
    return nil
  }

  @Test func whatIsNoCatalogueIsRefusedByName() throws {
    let folder = try TestFolder()
    let path = file(folder)
    let other = folder.path + "/other.sqlite"
    try sqlite(other, "CREATE TABLE prices (id INTEGER); INSERT INTO prices VALUES (7);")
    #expect(code { _ = try Catalogue(other, .writing) } == "catalogue-foreign")
    #expect(try sqlite(other, "SELECT * FROM prices") == "7\n", "it is left as it is")

    try Data("This is a letter to the laboratory.\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(code { _ = try Catalogue(path, .writing) } == "catalogue-damaged")
    try Data([UInt8](repeating: 0xFF, count: 8192)).write(to: URL(fileURLWithPath: path))
    #expect(code { _ = try Catalogue(path, .writing) } == "catalogue-damaged")
    #expect(code { _ = try Catalogue(folder.path, .writing) } == "catalogue-denied")
    #expect(code { _ = try Catalogue(folder.path + "/none/x", .writing) } == "catalogue-denied")
  }

  @Test func aNewerOneIsLeftAlone() throws {
    let folder = try TestFolder()
    let path = file(folder)
    _ = try Catalogue(path, .writing)
    try sqlite(path, "PRAGMA user_version = 99")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    for access in [Catalogue.Access.reading, .writing, .building] {
      #expect(code { _ = try Catalogue(path, access) } == "catalogue-newer")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func everyPageThatIsOverwrittenIsToldOrNeverRead() throws {
    let folder = try TestFolder()
    let path = file(folder)
    let made = try Catalogue(path, .writing)
    for number in 0..<50 {
      let run = "20261120T1015\(10 + number)Z-m1-aaaa"
      try made.take([entry("runs/\(run)/run.json", "\(number)", [runRow(run)])])
    }
    let right = try made.dump()
    try made.settle()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var told = 0
    for page in 1..<(bytes.count / 4096) {
      var damaged = bytes
      for place in page * 4096..<page * 4096 + 4096 { damaged[place] = 0xA5 }
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      let found = code {
        let opened = try Catalogue(path, .writing)
        if let damage = try opened.damage() { throw CatalogueError.damaged(path, damage) }
        #expect(try opened.dump() == right, "page \(page)")
      }
      #expect(found == nil || found == "catalogue-damaged", "page \(page): \(found ?? "")")
      if found != nil { told += 1 }
    }
    #expect(told >= 10)
  }

  @Test func whatAFileGaveGoesWithIt() throws {
    let catalogue = try Catalogue()
    let empty = try catalogue.dump()
    let step = CatalogueRow(
      .steps,
      [
        "run": .text(one), "number": .integer(1), "step": .text("dark"), "state": .text("done"),
        "detail": .text(""), "numbers": .text("{}"),
      ])
    try catalogue.take([entry("runs/\(one)/run.json", "a", [runRow(one), step])])
    try catalogue.take([entry("runs/\(two)/run.json", "b", [runRow(two)])])
    #expect(try catalogue.counts()["runs"] == 2)
    let both = try catalogue.dump()
    // Another content under the same name takes the place of all that it gave.
    try catalogue.take([entry("runs/\(one)/run.json", "c", [runRow(one, sample: "S-2")])])
    #expect(try catalogue.counts()["steps"] == 0)
    try catalogue.take([entry("runs/\(one)/run.json", "a", [runRow(one), step])])
    #expect(try catalogue.dump() == both)
    try catalogue.take([], gone: ["runs/\(one)/run.json", "runs/\(two)/run.json", "never/there"])
    #expect(try catalogue.dump() == empty)
  }

  @Test func whatFailsOnTheWayChangesNothing() throws {
    let folder = try TestFolder()
    let catalogue = try Catalogue(file(folder), .writing)
    try catalogue.take([entry("runs/\(one)/run.json", "a", [runRow(one)])])
    let before = try catalogue.dump()
    let bad = CatalogueRow(.runs, ["run": .text(two)])
    #expect(
      code {
        try catalogue.take(
          [entry("runs/\(one)/run.json", "b", []), entry("x", "c", [bad])], gone: [])
      } == "catalogue-damaged")
    #expect(try catalogue.dump() == before)
    #expect(try catalogue.damage() == nil)
  }

  @Test func numbersAreKeptToTheBit() throws {
    let folder = try TestFolder()
    let catalogue = try Catalogue(file(folder), .writing)
    let numbers: [Double] = [1e-12, 1e300, -0.2, 0.1 + 0.2, .leastNonzeroMagnitude, 7]
    let rows = numbers.enumerated().map { number, value in
      CatalogueRow(
        .results,
        [
          "run": .text(one), "origin": .text("run"), "number": .init(number),
          "keyword": .text("K'; DROP TABLE runs; --\n=1+1"), "value": .real(value),
          "flags": .text(""),
        ])
    }
    try catalogue.take([entry("runs/\(one)/files/result.json", "a", rows)])
    let text = try sqlite(
      file(folder), "SELECT printf('%!.17g', value) FROM results ORDER BY number")
    #expect(text.split(separator: "\n").compactMap { Double($0) } == numbers)
    #expect(try catalogue.counts()["runs"] == 0, "and what looks like a command is a text")
  }

  @Test func twoProgramsAtOnceWaitForEachOtherAndLoseNothing() async throws {
    let folder = try TestFolder()
    let path = file(folder)
    _ = try Catalogue(path, .writing)
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          do {
            for number in 0..<25 {
              // Each act of each program opens it anew.
              let catalogue = try Catalogue(path, .writing)
              let run = "20261120T1015\(10 + number)Z-m\(writer)-aaaa"
              try catalogue.take([entry("runs/\(run)/run.json", "a", [runRow(run)])])
            }
          } catch { Issue.record(error) }
        }
      }
    }
    let catalogue = try Catalogue(path, .reading)
    #expect(try catalogue.counts()["runs"] == 100)
    #expect(try catalogue.damage() == nil)
  }

  @Test func anotherProgramThatHoldsItIsWaitedForAndThenNamed() throws {
    let folder = try TestFolder()
    let path = file(folder)
    let catalogue = try Catalogue(path, .writing, patience: 0.05)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    holder.arguments = [
      "-c",
      """
      import sqlite3, sys
      held = sqlite3.connect(sys.argv[1], isolation_level=None)
      held.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()
      """, path,
    ]
    let (input, output) = (Pipe(), Pipe())
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    #expect(!output.fileHandleForReading.availableData.isEmpty)
    let entries = [entry("runs/\(one)/run.json", "a", [runRow(one)])]
    #expect(code { try catalogue.take(entries) } == "catalogue-busy")
    #expect(try catalogue.counts()["runs"] == 0, "and it can be read meanwhile")
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    try catalogue.take(entries)
    #expect(try catalogue.counts()["runs"] == 1)
  }

  @Test func nobodyPutsAnotherFileInPlaceOfOneThatIsOpen() throws {
    let folder = try TestFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/run", withIntermediateDirectories: true)
    var door = CatalogueDoor(home: folder.path)
    door.patience = 0.05
    do {
      let open = try door.open()
      let second = try door.open()
      #expect(code { try door.alone {} } == "catalogue-busy")
      withExtendedLifetime((open, second)) {}
    }
    var done = false
    try door.alone { () throws(Failure) in
      done = true
      #expect(code { _ = try door.open() } == "catalogue-busy")
    }
    #expect(done)
    let mode = try FileManager.default.attributesOfItem(atPath: door.path)[.posixPermissions]
    #expect(((mode as? NSNumber)?.intValue ?? 7) & 0o007 == 0)
  }
}

/// The answer of SQLite's own shell in Python, for what no code of ours shall say.
@discardableResult
func sqlite(_ path: String, _ sql: String) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
  process.arguments = [
    "-c",
    """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    if sys.argv[2].lstrip().startswith("SELECT"):
        for row in db.execute(sys.argv[2]): print("|".join(str(v) for v in row))
    else:
        db.executescript(sys.argv[2])
    db.commit()
    """, path, sql,
  ]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0, "\(sql)")
  return String(decoding: data, as: UTF8.self)
}
