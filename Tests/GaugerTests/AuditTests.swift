import Emulation
import Foundation
import ScanRing
import Synchronization
import Testing

/// The audit chain as the program keeps it.
@Suite struct AuditTests {
  private struct Entry: Decodable {
    var sequence: Int
    var action: String
    var object: String
    var person: String
    var old: String?
    var new: String?
    var reason: String?
    var detail: [String: String]?
  }

  private func entries(_ home: String) throws -> [Entry] {
    struct Listing: Decodable { var entries: [Entry] }
    let shown = try Program.gauger(["audit", "show", "--json", "--home", home])
    #expect(shown.status == 0, "\(shown.errors)")
    return try JSONDecoder().decode(Listing.self, from: Data(shown.output.utf8)).entries
  }

  private func chain(_ home: String) throws -> [UInt8] {
    let folder = home + "/audit"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    return names.filter { $0.hasSuffix(".jsonl") }.flatMap {
      [UInt8](FileManager.default.contents(atPath: "\(folder)/\($0)") ?? Data())
    }
  }

  /// A table of another system, as a file to import.
  private func table(_ folder: String, _ name: String, _ value: Int) throws -> String {
    let path = "\(folder)/\(name)"
    let rows = (0..<40).map { "\($0),\($0 == 20 ? 100 + value : 1)" }
    try ("time,signal\n" + rows.joined(separator: "\n") + "\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func importTable(_ path: String, _ home: String) throws -> Program.Outcome {
    try Program.gauger([
      "import", path, "--columns", "time=1 unit=s value=2", "--sample", "S-1", "--operator", "ada",
      "--home", home,
    ])
  }

  private func newMethod(_ name: String, _ home: String) throws -> Program.Outcome {
    try Program.gauger([
      "method", "new", name, "--from", Repository.path("MethodTemplates/fid-area-percent.yaml"),
      "--home", home,
    ])
  }

  // MARK: - What goes wrong

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
  func whereTheChainCannotBeWrittenARunGoesOnAndOtherActsAreRefused() throws {
    let home = try TemporaryFolder()
    // A file where the folder must be, which no right of root helps over.
    try Data().write(to: URL(fileURLWithPath: home.path + "/audit"))
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--home", home.path])
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(taken.errors.contains("code: audit-io-failed"))
    let run = try RunFolder(only: home.path)
    let warnings = try #require(run.record["warnings"] as? [String])
    #expect(warnings.contains { $0.contains("code: audit-io-failed") })
    #expect(run.record["deliveries"] as? [String: String] == ["outbox": "handed_over"])
    let verified = try Program.gauger(["runs", "verify", "last", "--home", home.path])
    #expect(verified.status == 0, "what is said of the chain changes no file: \(verified.output)")
    let id = URL(fileURLWithPath: run.path).lastPathComponent
    let ready = try String(
      contentsOfFile: "\(home.path)/outbox/out/\(id)-1.ready", encoding: .utf8)
    #expect(ready.hasPrefix("{\"emulated\":true,"), "no place in a chain that is not there")

    let method = try newMethod("m-1", home.path)
    #expect(method.status == 1 && method.errors.contains("code: audit-io-failed"))
    #expect(!FileManager.default.fileExists(atPath: home.path + "/methods/m-1.yaml"))
    let file = try table(home.path, "t.csv", 1)
    let imported = try importTable(file, home.path)
    #expect(imported.status == 1 && imported.errors.contains("code: audit-io-failed"))
    let runs = try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs")
    #expect(runs == [id])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: home.path + "/run")
        .filter { $0.hasSuffix(".open") } == [])
  }

  @Test func whatIsTypedWronglyIsSaid() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    for wrong in [
      ["audit", "show", "--since", "yesterday"], ["audit", "export"],
      ["audit", "export", "--output", "x", "--format", "xml"],
    ] {
      #expect(try Program.gauger(wrong + at).status == 2, "\(wrong)")
    }
    let none = try Program.gauger(["audit", "verify", "--anchor", home.path + "/none"] + at)
    #expect(none.status == 3 && none.errors.contains("code: audit-anchor-unreadable"))
    let empty = try Program.gauger(["audit", "verify"] + at)
    #expect(empty.status == 0 && empty.output.contains("0 entries"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == [])
  }

  // MARK: - What is kept

  @Test(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
  func aRunIsInTheChainFromStartToDeliveryAndTheLIMSHoldsItsPlace() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--operator", "ada"] + at)
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)
    let id = URL(fileURLWithPath: run.path).lastPathComponent
    let kept = try entries(home.path)
    #expect(
      kept.map { "\($0.action) \($0.object)" } == [
        "segment-opened audit/000001.jsonl", "run-started run/\(id)", "run-ended run/\(id)",
        "files-made run/\(id)", "delivery-submitted delivery/\(id)-1",
        "delivery-state delivery/\(id)-1",
      ])
    #expect(kept.dropFirst().allSatisfy { $0.person == "ada" })
    #expect(kept[2].new == run.record["journal_sha256"] as? String)
    let files = try #require(run.record["files"] as? [[String: Any]])
    for file in files {
      let name = try #require(file["name"] as? String)
      #expect(kept[3].detail?[name] == file["sha256"] as? String, "\(name)")
    }
    #expect(kept[5].detail?["state"] == "handed_over")

    // The place that the LIMS holds is that of the submission.
    struct Ready: Decodable {
      struct Audit: Decodable { var hash: String, sequence: Int }
      var audit: Audit
      var schema: Int
    }
    let path = "\(home.path)/outbox/out/\(id)-1.ready"
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let ready = try JSONDecoder().decode(Ready.self, from: before)
    #expect(ready.audit.sequence == 5 && ready.schema == 1)
    let lines = String(decoding: try chain(home.path), as: UTF8.self).split(separator: "\n")
    #expect(lines[4].hasSuffix("\"hash\":\"\(ready.audit.hash)\"}"))
    // A later attempt to hand it over writes the same bytes.
    try FileManager.default.removeItem(atPath: path)
    let status = "\(home.path)/spool/\(id)-1/to-outbox.json"
    let text = try String(contentsOfFile: status, encoding: .utf8)
    try text.replacing("handed_over", with: "spooled").write(
      toFile: status, atomically: true, encoding: .utf8)
    #expect(try Program.gauger(["deliver", "retry"] + at).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try Program.gauger(["runs", "verify", "last"] + at).status == 0)

    // Cut behind its beginning, the chain is without fault by itself; both keepers show it.
    let whole = try chain(home.path)
    let cut = lines[..<3].joined(separator: "\n") + "\n"
    try cut.write(
      toFile: home.path + "/audit/000001.jsonl", atomically: true, encoding: .utf8)
    let shorter = try Program.gauger(
      ["audit", "verify", "--anchor", home.path + "/outbox/out"] + at)
    #expect(shorter.status == 10 && shorter.errors.contains("code: audit-broken"))
    #expect(shorter.output.components(separatedBy: "truncated").count == 3)
    var altered = whole
    altered[400] ^= 0x01
    try Data(altered).write(to: URL(fileURLWithPath: home.path + "/audit/000001.jsonl"))
    let broken = try Program.gauger(["audit", "verify"] + at)
    #expect(broken.status == 10)
    #expect(broken.errors.contains("First 000001.jsonl, line 1"))
  }

  @Test func versionsNameWhatTheyReplaceAndWhy() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    let imported = try importTable(try table(home.path, "t.csv", 1), home.path)
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(try newMethod("m-1", home.path).status == 0)
    let id = try #require(
      try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs").first)
    let first = try Program.gauger(
      ["runs", "process", "last", "--method", "m-1", "--operator", "ada"] + at)
    #expect(first.status == 0, "\(first.errors)\(first.output)")
    let method = home.path + "/methods/m-1.yaml"
    let text = try String(contentsOfFile: method, encoding: .utf8)
    try (text + "\n# looked through\n").write(toFile: method, atomically: true, encoding: .utf8)
    let second = try Program.gauger(
      ["runs", "process", "last", "--method", "m-1", "--operator", "bob", "--reason", "=why"] + at)
    #expect(second.status == 0, "\(second.errors)\(second.output)")
    let quantified = try Program.gauger(
      ["quantify", "--method", "m-1", "--sequence", "q", id, "--operator", "eve"] + at)
    #expect(quantified.status == 0, "\(quantified.errors)\(quantified.output)")
    let kept = try entries(home.path)
    #expect(
      kept.dropFirst().map { "\($0.action) \($0.object) \($0.person)" }.filter {
        !$0.hasPrefix("method-made")
      } == [
        "run-imported run/\(id) ada", "evaluation-kept run/\(id) ada",
        "evaluation-kept run/\(id) bob", "sequence-kept sequence/q eve",
      ])
    let versions = kept.filter { $0.action == "evaluation-kept" }
    #expect(versions[0].old == nil && versions[0].reason == nil)
    #expect(versions[1].old == versions[0].new && versions[1].reason == "=why")
    for (index, version) in versions.enumerated() {
      struct Note: Decodable {
        struct File: Decodable { var name: String, sha256: String }
        var files: [File]
      }
      let path = "\(home.path)/runs/\(id)/evaluations/000\(index + 1)/version.json"
      let note = try JSONDecoder().decode(
        Note.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(version.new == note.files.first { $0.name == "evaluation.json" }?.sha256)
      #expect(version.detail?["version"] == "\(index + 1)")
    }
  }

  @Test func whoOnlyLooksWritesNothing() throws {
    let home = try TemporaryFolder()
    let at = ["--home", home.path]
    #expect(try importTable(try table(home.path, "t.csv", 1), home.path).status == 0)
    let before = try chain(home.path)
    for looks in [
      ["runs", "list"], ["runs", "show", "last"], ["runs", "verify", "last"], ["doctor"],
      ["deliver", "status"], ["deliver", "retry"], ["runs", "recover"], ["library", "list"],
      ["method", "list"], ["profiles", "list"], ["instruments"], ["audit", "show"],
      ["audit", "show", "--head"], ["audit", "verify"],
      ["audit", "export", "--output", home.path + "/x"],
      ["runs", "export", "last", "--format", "csv", "--output", home.path],
    ] {
      _ = try Program.gauger(looks + at)
      #expect(try chain(home.path) == before, "\(looks)")
    }
    let text = try String(contentsOfFile: home.path + "/x", encoding: .utf8)
    #expect(text.split(separator: "\n").count == 2)
    let again = try Program.gauger(["audit", "export", "--output", home.path + "/x"] + at)
    #expect(again.status == 1 && again.errors.contains("code: publish-exists"))
    let lines = home.path + "/lines"
    #expect(
      try Program.gauger(["audit", "export", "--output", lines, "--format", "json"] + at).status
        == 0)
    #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: lines))) == before)
  }

  @Test(.timeLimit(.minutes(3)))
  func eightProgramsAtOnceMakeOneChain() throws {
    let home = try TemporaryFolder()
    let failures = Mutex<[String]>([])
    let place = home.path
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      for number in 0..<3 {
        let outcome = try? newMethod("m-\(writer)-\(number)", place)
        if outcome?.status != 0 { failures.withLock { $0.append(outcome?.errors ?? "?") } }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let kept = try entries(home.path)
    #expect(kept.map(\.sequence) == Array(1...25))
    #expect(Set(kept.map(\.object)).count == 25)
    #expect(try Program.gauger(["audit", "verify", "--home", home.path]).status == 0)
  }

  /// Methods are made and their makers killed, at moments that a seed chooses.
  @Test(.tags(.slow), .timeLimit(.minutes(5)))
  func killedAtAnyMomentTheChainIsWholeAndKnowsWhatIsThere() throws {
    let home = try TemporaryFolder()
    let seed = StormTests.seed
    var random = Seeded(state: seed)
    var killed = 0
    var heads: [String] = []
    // How long a whole life is on this computer, now.
    let whole = ContinuousClock.now
    #expect(try newMethod("m-first", home.path).status == 0)
    var life = Int((ContinuousClock.now - whole) / .microseconds(1))
    for number in 0..<60 {
      let began = ContinuousClock.now
      let delay = Duration.microseconds(Int.random(in: life / 3...life, using: &random))
      let one = try Life(
        try #require(Program.path),
        [
          "method", "new", "m-\(number)", "--from",
          Repository.path("MethodTemplates/fid-area-percent.yaml"), "--home", home.path,
        ], output: home.path + "/said", home: home.path)
      if one.run(until: { _ in ContinuousClock.now - began >= delay }) {
        killed += 1
        life += life / 10
      } else {
        // The computer is faster than it was.
        life = Int((ContinuousClock.now - began) / .microseconds(1)) * 9 / 10
      }
      guard number.isMultiple(of: 10) else { continue }
      let head = try Program.gauger(["audit", "show", "--head", "--home", home.path])
      if !head.output.isEmpty { heads.append(head.output) }
    }
    try heads.joined().write(
      toFile: home.path + "/heads", atomically: true, encoding: .utf8)
    let verified = try Program.gauger(
      ["audit", "verify", "--home", home.path, "--anchor", home.path + "/heads"])
    #expect(verified.status == 0, "seed \(seed): \(verified.output)")
    let known = Set(try entries(home.path).map(\.object))
    #expect(killed > 10 && known.count > 2, "seed \(seed): \(killed), \(known.count)")
    let methods = home.path + "/methods"
    let names = try FileManager.default.contentsOfDirectory(atPath: methods)
    for name in names where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
      #expect(known.contains("method/\(name.dropLast(5))"), "seed \(seed)")
    }
    print("seed \(seed): \(killed) of 60 killed, \(known.count) entries, the chain is whole")
  }
}
