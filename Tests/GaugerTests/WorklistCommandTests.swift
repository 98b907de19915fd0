import Emulation
import Foundation
import Testing

/// `gauger worklist` and `gauger acquire --next` as programs and people see them.
@Suite struct WorklistCommandTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private func put(_ name: String, _ text: String) throws -> String {
    let path = "\(home.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func gauger(_ words: String...) throws -> Program.Outcome {
    try Program.gauger(words + ["--home", home.path])
  }

  private func states() throws -> [String] {
    let listed = try gauger("worklist", "list", "--all", "--json")
    let answer = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
    let entries = try #require(answer?["entries"] as? [[String: Any]])
    return entries.map { "\($0["id"] ?? "?") \($0["state"] ?? "?")" }
  }

  @Test func whatCannotBeMeantIsRefused() throws {
    #expect(try gauger("acquire", "--next", "--sample", "A").status == 2)
    #expect(try gauger("acquire", "usb:1-1").status == 2)
    #expect(try gauger("acquire", "--sample", "A").status == 2)
    #expect(try gauger("acquire", "usb:1-1", "--sample", "A", "--again", "why").status == 2)
    #expect(try gauger("worklist", "skip", "x", "--reason", "r").status == 2)
    #expect(try gauger("worklist", "skip", "0001-1", "--reason", " ").status == 2)
    #expect(try gauger("worklist", "skip", "0001-1", "--reason", "r").status == 3)
    #expect(try gauger("worklist", "next").status == 3)
    #expect(try gauger("worklist", "add", home.path + "/none.csv").status == 3)
    #expect(try gauger("watch", "--once").status == 3)
  }

  @Test func aListIsAddedShownAndSkipped() throws {
    let path = try put("a.csv", "sample,kind\nA,\nB,bad\n\u{1B}[2J,\nC,blank\n")
    let added = try gauger("worklist", "add", path)
    #expect(added.status == 1)
    #expect(added.errors.contains("line 3 of a.csv: kind is \"bad\""))
    #expect(added.errors.contains("line 4 of a.csv") && !added.errors.contains("\u{1B}"))
    #expect(try gauger("worklist", "add", path).status == 0)
    let listed = try gauger("worklist", "list")
    #expect(listed.output.split(separator: "\n").count == 3 && listed.output.contains("0001-2"))
    #expect(try gauger("worklist", "skip", "0001-1", "--reason", "no vial").status == 0)
    #expect(try gauger("worklist", "skip", "0001-1", "--reason", "no vial").status == 9)
    #expect(try states() == ["0001-1 skipped", "0001-2 open"])
    #expect(try gauger("audit", "verify").status == 0)
    #expect(try gauger("audit", "show").output.contains("reason: no vial"))
  }

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
  func theNextEntryIsMeasured() throws {
    let path = try put("a.csv", "sample,instrument,client\nA,usb2000plus,ACME\nB,gc-9,\n")
    #expect(try gauger("worklist", "add", path).status == 0)
    let words = ["acquire", "--next", "usb2000plus", "--scans", "2", "--home", home.path]
    let outcome = try Program.emulating(["usb2000plus", "--speed", "100"], words)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    let worklist = try #require(run.record["worklist"] as? [String: Any])
    #expect(worklist["columns"] as? [String: String] == ["client": "ACME"])
    #expect(try states() == ["0001-1 done", "0001-2 open"])
    let nothing = try Program.emulating(["usb2000plus", "--speed", "100"], words)
    #expect(nothing.status == 3 && nothing.errors.contains("worklist-nothing-open"))
  }

  /// Killed at any moment, an entry ends as done by one whole run.
  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
  func killedAtAnyMomentEveryEntryIsDoneOnceInTheEnd() throws {
    let names = (0..<6).map { "S-\($0)" }
    let path = try put("a.csv", "sample\n" + names.joined(separator: "\n"))
    #expect(try gauger("worklist", "add", path).status == 0)
    let bench = try PreloadBench(devices: [
      EmulatedCatalogue.make(
        EmulatedSetup(model: "ocean-optics/usb2000plus", seed: 3, speed: 100))
    ])
    defer { bench.stop() }
    let words = [
      "acquire", "--next", "usb2000plus", "--scans", "3", "--set", "integration_us=10000",
      "--home", home.path,
    ]
    let gauger = try #require(Program.path)
    let whole = try Killed.life(gauger, words, bench.environment, killAfter: nil)
    #expect(whole.status == 0)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<14 {
      let delay = whole.microseconds * Int.random(in: 20...105, using: &random) / 100
      _ = try Killed.life(gauger, words, bench.environment, killAfter: delay)
    }
    #expect(try self.gauger("runs", "recover").status != 10)
    for _ in 0..<8 {
      let last = try Killed.life(gauger, words, bench.environment, killAfter: nil)
      if last.status == 3 { break }
    }
    #expect(try states() == (1...6).map { "0001-\($0) done" })
    var done: [String: Int] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs") {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(home.path)/runs/\(name)/run.json"))
      let record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      guard record["complete"] as? Bool == true else { continue }
      done[(record["sample"] as? [String: Any])?["id"] as? String ?? "?", default: 0] += 1
    }
    #expect(done == Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }))
    #expect(try self.gauger("audit", "verify").status == 0)
  }
}

/// A life of the program that may be ended by SIGKILL.
enum Killed {
  static func life(
    _ program: String, _ words: [String], _ environment: [String: String] = [:],
    killAfter microseconds: Int?
  ) throws -> (status: Int32, microseconds: Int) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let began = ContinuousClock.now
    try process.run()
    if let microseconds {
      usleep(UInt32(microseconds))
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    return (process.terminationStatus, Int((ContinuousClock.now - began) / .microseconds(1)))
  }
}
