import Foundation
import Testing

/// python-seabreeze, unmodified, meets our faults: it may fail, our emulator may not.
///
/// Whatever becomes of the stranger, the fault came, nothing hangs, and the next program measures.
@Suite(.serialized)
struct FaultedStrangerTests {
  static let plans = [
    "silent@2", "stall@2", "short@2", "babble@2", "bit-rot@2", "missing-sync@2", "unplug@2:back",
    "stuck-out@30", "slow@2:200ms", "short@command:10", "wrong-serial",
  ]

  @Test(
    .tags(.slow), .timeLimit(.minutes(3)),
    .enabled(if: Outside.strangersWanted && Outside.canEmulate, "no GAUGER_PYTHON or no umockdev"),
    arguments: plans, ["cseabreeze", "pyseabreeze"])
  func theEmulatorOutlivesAStranger(_ plan: String, _ backend: String) throws {
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/read_spectra.py").path
    let gauger = try #require(Program.path)
    // The stranger waits for ever for some answers; it is ended then.
    let outcome = try Program.run([
      gauger, "emulate", "usb2000plus", "--speed", "100", "--faults", plan, "--", "/bin/sh", "-c",
      """
      timeout -s KILL 10 "$1" "$2" "$3" 10000 0 4 >/dev/null 2>&1
      echo "stranger $?"
      exec "$0" acquire usb2000plus --sample after --scans 2 --home "$4"
      """,
      gauger, try #require(Outside.python), script, backend, folder.path,
    ])
    #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
    #expect(outcome.output.contains("stranger "))
    #expect(outcome.errors.contains(": fault \(plan.prefix { $0 != "@" && $0 != ":" }) "))
    let run = try RunFolder(only: folder.path)
    #expect(run.counts["scans"] == 2)
    #expect(run.record["safe"] as? String == "safe")
  }
}
