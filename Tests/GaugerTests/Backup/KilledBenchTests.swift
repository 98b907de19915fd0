import Foundation
import Testing

/// `gauger bench` killed at any moment leaves what was there, whole.
@Suite(.timeLimit(.minutes(10)), .tags(.slow)) struct KilledBenchTests {
  /// A home with some imported runs.
  private func home(in folder: TemporaryFolder, runs: Int = 12) throws -> String {
    let home = folder.path + "/home"
    let files = folder.path + "/files"
    try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
    for number in 0..<runs {
      let text = "##TITLE= S\(number)\n##JCAMP-DX= 4.24\n##DATA TYPE= INFRARED SPECTRUM\n"
        + "##XUNITS= 1/CM\n##YUNITS= ABSORBANCE\n##FIRSTX= 400\n##LASTX= 402\n##NPOINTS= 3\n"
        + "##XYDATA= (X++(Y..Y))\n400 \(number) 2 4\n##END=\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(files)/\(number).jdx"))
    }
    let imported = try Program.gauger(
      ["import", files, "--sample", "S-1", "--home", home])
    try #require(imported.status == 0, "\(imported.errors)")
    return home
  }

  /// Runs the program and kills it after so many milliseconds; whether it was still running.
  private func killed(_ arguments: [String], after milliseconds: Int) throws -> Bool {
    let seconds = "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())"
    let outcome = try Program.run(
      ["/usr/bin/timeout", "-s", "KILL", seconds, try #require(Program.path)] + arguments)
    return outcome.status == 137 || outcome.status == 128 + 9
  }

  private func python(_ code: String, _ arguments: String...) throws -> String {
    let outcome = try Program.run(["/usr/bin/python3", "-c", code] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  @Test func theOldCatalogueStaysUntilTheNewOneIsWhole() throws {
    let folder = try TemporaryFolder()
    let home = try home(in: folder)
    var hits = 0
    for round in 0..<40 {
      if try killed(["bench", "rebuild", "--home", home], after: 5 + round * 4) { hits += 1 }
      // Read by no code of ours: whole, and with every run.
      let found = try python(
        """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1] + "/gauger.sqlite")
        print(db.execute("PRAGMA quick_check").fetchone()[0],
              db.execute("SELECT count(*) FROM runs").fetchone()[0])
        """, home)
      #expect(found == "ok 12\n", "round \(round)")
    }
    #expect(hits >= 8, "\(hits) of 40 rebuilds were killed on their way")
    let listed = try Program.gauger(["runs", "list", "--sample", "S-1", "--json", "--home", home])
    #expect(listed.status == 0 && listed.errors.isEmpty, "\(listed.errors)")
    let rebuilt = try Program.gauger(["bench", "rebuild", "--home", home])
    #expect(rebuilt.status == 0, "\(rebuilt.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: home + "/run")
    #expect(left.filter { $0.hasPrefix("catalogue-") } == [], "what was half made is gone")
    let names = try FileManager.default.contentsOfDirectory(atPath: home)
    #expect(names.filter { $0.contains("damaged") } == [])
  }

  @Test(
    .enabled(if: Outside.strangersWanted, "no GAUGER_PYTHON: backups NOT checked by a stranger"))
  func aBackupIsWholeOrNotThere() throws {
    let folder = try TemporaryFolder()
    let home = try home(in: folder)
    let backups = folder.path + "/backups"
    var hits = 0
    for round in 0..<25 {
      if try killed(["bench", "backup", backups, "--home", home], after: 5 + round * 11) {
        hits += 1
      }
    }
    #expect(hits >= 5, "\(hits) of 25 backups were killed on their way")
    let last = try Program.gauger(["bench", "backup", backups, "--home", home, "--json"])
    #expect(last.status == 0, "\(last.errors)")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Strangers/check_backup.py").path
    let checked = try Program.run([try #require(Outside.python), script, backups])
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(try !FileManager.default.contentsOfDirectory(atPath: backups).contains {
      $0.hasPrefix(".new-")
    })
    let drill = try Program.gauger(["bench", "restore", backups, "--drill"])
    #expect(drill.status == 0, "\(drill.errors)")
  }
}
