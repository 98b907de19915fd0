import Foundation
import Journal
import ScanRing
import Testing

/// The whole program where files cannot grow: it ends by itself, with its own exit code.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct SmallDiskTests {
  @Test func aJournalThatMayNotGrowEndsTheRunWithExitCode11() throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    let outcome = try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--speed", "10", "--", "bash", "-c",
        "ulimit -f 512; exec \"$@\"", "bash", gauger, "acquire", "usb2000plus", "--sample", "S",
        "--scans", "100000", "--set", "integration_us=10000", "--home", home.path,
      ], seconds: 60)
    #expect(outcome.status == 11, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    #expect(run.record["ended_by"] as? String == "space")
    #expect(run.record["safe"] as? String == "safe")
    #expect((run.record["failure"] as? [String: Any])?["code"] as? String == "journal-no-space")
    let durable = try #require(run.counts["durable"])
    // Of the 512 KiB that 127 frames would fill.
    #expect(durable > 10 && durable < 128)
    var reader = try JournalReader(path: run.path + "/raw.journal")
    var frames = 0
    while let record = try reader.next() {
      if [.frame, .refused].contains(record.header.kind) { frames += 1 }
    }
    #expect(frames >= durable)
    #expect(run.counts["scans"].map { $0 + (run.counts["stale"] ?? 0) } == frames)
    // Only what the journal holds was computed, so it can be computed again.
    let verified = try Program.gauger(["runs", "verify", "last", "--home", home.path])
    #expect((verified.output + verified.errors).contains("the same to the last byte"))
    #expect(!(verified.output + verified.errors).contains("differs"))
    #expect(
      !FileManager.default.fileExists(atPath: run.path + "/.reserve"), "the kept room stayed")
  }
}
