import Foundation
import Journal
import ScanRing
import Testing

/// What the kernel was asked, call by call, while the real program measured, delivered and mended.
@Suite(
  .enabled(if: Outside.canEmulate, "umockdev is not installed"),
  .enabled(
    if: SyncTrace.isThere || Outside.strangersWanted, "no strace here: durability is NOT traced"))
struct DurabilityTraceTests {
  @Test func whatIsToldOrShownIsKeptBefore() throws {
    let home = try TemporaryFolder()
    let trace = try traced(
      home,
      [
        "acquire", "usb2000plus", "--sample", "s", "--scans", "400", "--dark", "take",
        "--dark-scans", "3", "--set", "integration_us=10000", "--json",
      ], emulated: true)
    #expect(trace.complaints == [])
    // run.json three times, five files, spool, its manifest, states and copies, five files, .ready.
    #expect(trace.judged["rename", default: 0] >= 20, "\(trace.judged)")
    #expect(trace.judged["durable", default: 0] >= 1, "\(trace.judged)")
  }

  @Test func aRecoveryKeepsWhatItCutsAndWhatItAddsBeforeItShowsAnything() throws {
    let home = try TemporaryFolder()
    try kill(in: home)
    let runs = home.path + "/home/runs"
    let run = try #require(try FileManager.default.contentsOfDirectory(atPath: runs).first)
    let journal = try #require(FileHandle(forWritingAtPath: "\(runs)/\(run)/raw.journal"))
    try journal.seekToEnd()
    try journal.write(contentsOf: Data([1, 2, 3]))
    try journal.close()
    let trace = try traced(home, ["runs", "recover", "--json"], emulated: false)
    #expect(trace.complaints == [])
    #expect(trace.judged["cut"] == 1)
    #expect(trace.judged["rename", default: 0] >= 18, "\(trace.judged)")
    // The killed program may have made the run's folder and not lived to keep its name.
    let text = try String(contentsOfFile: home.path + "/trace", encoding: .isoLatin1)
    let calls = text.split(separator: "\n")
    let keeps = calls.firstIndex { $0.contains("fsync(") && $0.contains("/home/runs>)") }
    let shows = calls.firstIndex { $0.contains("rename") && $0.contains("run.json") }
    #expect(try #require(keeps) < #require(shows))
  }

  @Test func whatARecoverySetsAsideIsKeptThere() throws {
    let home = try TemporaryFolder()
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--home", home.path + "/home"])
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path + "/home").path
    try Data("{".utf8).write(to: URL(fileURLWithPath: run + "/run.json"))
    for folder in ["outbox", "spool"] {
      try FileManager.default.removeItem(atPath: "\(home.path)/home/\(folder)")
    }
    let trace = try traced(home, ["runs", "recover", "--json"], emulated: false)
    #expect(trace.complaints == [])
    let aside = try FileManager.default.contentsOfDirectory(atPath: run + "/unfinished")
    #expect(aside.count == 5, "\(aside)")
  }

  @Test func aDeliveryThatComesLateIsKeptStepByStep() throws {
    let home = try TemporaryFolder()
    let lims = home.path + "/home/lims"
    try FileManager.default.createDirectory(
      atPath: home.path + "/home", withIntermediateDirectories: true)
    try Data("destinations:\n  - name: lims\n    folder: \(lims)\n    emulated: accept\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/home/bench.yaml"))
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "1", "--home", home.path + "/home"])
    #expect(taken.status == 12, "\(taken.errors)")
    try FileManager.default.createDirectory(atPath: lims, withIntermediateDirectories: false)
    let prepared = try traced(home, ["deliver", "prepare", "lims"], emulated: false)
    #expect(prepared.complaints == [])
    let sent = try traced(home, ["deliver", "retry", "--json"], emulated: false)
    #expect(sent.complaints == [])
    #expect(sent.judged["rename", default: 0] >= 8, "\(sent.judged)")
    // The receipt comes: the delivery is moved to done/, file by file.
    let run = try RunFolder(only: home.path + "/home")
    let id = URL(fileURLWithPath: run.path).lastPathComponent + "-1"
    let files = try #require(run.record["files"] as? [[String: Any]])
    let hash = try #require(files.first?["sha256"] as? String)
    try Data("{\"id\":\"\(id)\",\"sha256\":\"\(hash)\",\"status\":\"imported\"}".utf8)
      .write(to: URL(fileURLWithPath: "\(lims)/ack/\(id).ack"))
    let moved = try traced(home, ["deliver", "retry", "--json"], emulated: false)
    #expect(moved.complaints == [])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: lims + "/done").contains("\(id).ready"))
  }

  /// The judge itself: without any one of these syncs it must have something against it.
  @Test func everySyncOfARunIsNeeded() throws {
    let home = try TemporaryFolder()
    let whole = try traced(
      home,
      [
        "acquire", "usb2000plus", "--sample", "s", "--scans", "30", "--set", "integration_us=50000",
        "--json",
      ], emulated: true)
    #expect(whole.complaints == [])
    let text = try String(contentsOfFile: home.path + "/trace", encoding: .isoLatin1)
    let lines = text.split(separator: "\n").filter {
      $0.contains(home.path) || $0.contains(" resumed>")
    }
    let ends = try frameEnds(home.path + "/home")
    func judge(without remove: (Substring) -> Bool) -> [String] {
      SyncTrace(
        lines.filter { !remove($0) }, home: home.path + "/home", output: home.path + "/output",
        framesWithin: { bytes in ends.prefix { $0 <= bytes }.count }
      ).complaints
    }
    #expect(judge { _ in false } == [])
    #expect(judge { $0.contains("fdatasync(") } != [])
    let syncs = lines.filter { $0.contains(" fsync(") && !$0.contains("/.reserve>") }
    #expect(syncs.count > 40)
    var unneeded: [Substring] = []
    for (index, sync) in syncs.enumerated() {
      var seen = -1
      let found = judge {
        guard $0.contains(" fsync("), !$0.contains("/.reserve>") else { return false }
        seen += 1
        return seen == index
      }
      if found == [] { unneeded.append(sync) }
    }
    // Several folders are made in a row there: the next sync covers the one before, not all.
    let rows = ["/home/outbox>)", "/home>)"]
    #expect(unneeded.filter { line in !rows.contains { line.contains($0) } } == [])
    for row in rows {
      #expect(judge { $0.contains(" fsync(") && $0.contains(row) } != [], "\(row)")
    }
  }

  // MARK: - Steps

  /// Runs the program under strace in `folder/home`, and judges what it asked the kernel.
  private func traced(
    _ folder: TemporaryFolder, _ arguments: [String], emulated: Bool
  ) throws -> SyncTrace {
    try #require(SyncTrace.isThere, "strace is required here: scripts/setup test")
    let gauger = try #require(Program.path)
    let home = folder.path + "/home"
    let (trace, output) = (folder.path + "/trace", folder.path + "/output")
    let inner = SyncTrace.command(trace) + [gauger] + arguments + ["--home", home]
    let outer =
      emulated ? [gauger, "emulate", "usb2000plus", "--speed", "10", "--"] + inner : inner
    let outcome = try Program.run(["/bin/sh", "-c", "exec \"$@\" > '\(output)'", "sh"] + outer)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = try String(contentsOfFile: trace, encoding: .isoLatin1)
    let ends = try frameEnds(home)
    return SyncTrace(
      text.split(separator: "\n"), home: home, output: output,
      framesWithin: { bytes in ends.prefix { $0 <= bytes }.count })
  }

  /// Where each frame of the only run's journal ends.
  private func frameEnds(_ home: String) throws -> [Int] {
    var reader = try JournalReader(path: try RunFolder(only: home).path + "/raw.journal")
    var ends: [Int] = []
    while let entry = try reader.next() {
      if [.frame, .dark, .refused].contains(entry.header.kind) {
        ends.append(Int(entry.offset) + 64 + entry.content.count)
      }
    }
    return ends
  }

  /// Leaves a run that was killed while it was acquiring.
  private func kill(in folder: TemporaryFolder) throws {
    let gauger = try #require(Program.path)
    let script = """
      "$@" > "\(folder.path)/stream" & p=$!
      for i in {1..400}; do grep -q '"durable":[1-9][0-9]' "\(folder.path)/stream" && break; sleep 0.05; done
      kill -9 $p; wait $p
      """
    let outcome = try Program.run([
      gauger, "emulate", "usb2000plus", "--speed", "10", "--", "bash", "-c", script, "bash", gauger,
      "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--json", "--set",
      "integration_us=10000", "--home", folder.path + "/home",
    ])
    #expect(outcome.status == 137, "\(outcome.errors)")
  }
}
