import Emulation
import Foundation
import Testing

/// What goes wrong at a bench, told by the real program: each with its code, its exit code, and
/// nothing lost or left behind.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct ErrorPathTests {
  // MARK: - Rights

  /// Runs a line of shell as an account without rights; `$G` is the program, `$T` a folder that it
  /// may write in.
  private func powerless(_ line: String, in folder: TemporaryFolder) throws -> Program.Outcome {
    let gauger = try #require(Program.path)
    let own = folder.path + "/own"
    try FileManager.default.createDirectory(
      atPath: own, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    // The system ignores rights where root asks.
    let other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return try Program.run(
      (getuid() == 0 ? other : []) + ["bash", "-c", line],
      environment: ["G": gauger, "T": own, "HOME": own, "TMPDIR": own], seconds: 60)
  }

  @Test func aHomeWithoutTheRightToWriteIsNamed() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: folder.path)
    let closed = folder.path + "/closed"
    try? FileManager.default.createDirectory(
      atPath: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path)
    let outcome = try powerless(
      "$G emulate usb2000plus -- $G acquire usb2000plus --sample s --home \(closed)/home",
      in: folder)
    #expect(outcome.status == 4, "\(outcome.errors)")
    #expect(outcome.errors.contains("code: home-not-writable"))
    #expect(outcome.errors.contains("has no right"), "\(outcome.errors)")
  }

  @Test func aDestinationWithoutTheRightToWriteLetsTheDeliveryWait() throws {
    let folder = try TemporaryFolder()
    let lims = folder.path + "/lims"
    for inner in ["tmp", "out", "ack", "reject", "done"] {
      try FileManager.default.createDirectory(
        atPath: "\(lims)/\(inner)", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o555])
    }
    let taken = try powerless(
      """
      mkdir -p $T/home
      printf 'destinations:\\n  - name: lims\\n    folder: \(lims)\\n    emulated: accept\\n' \
        > $T/home/bench.yaml
      $G emulate usb2000plus --speed 100 -- $G acquire usb2000plus --sample s --scans 2 \
        --home $T/home
      """, in: folder)
    #expect(taken.status == 12, "\(taken.errors)")
    #expect(taken.errors.contains("publish-denied"), "\(taken.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: lims + "/out").isEmpty)
    for inner in ["tmp", "out", "ack", "reject", "done"] {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: "\(lims)/\(inner)")
    }
    let sent = try powerless("$G deliver retry --home $T/home", in: folder)
    #expect(sent.status == 0, "\(sent.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: lims + "/out")
    #expect(names.filter { $0.hasSuffix(".ready") }.count == 1)
  }

  @Test func anInstrumentWithoutTheRightToOpenItIsListedAsDeniedAndExits4() throws {
    let folder = try TemporaryFolder()
    let outcome = try powerless(
      """
      $G emulate usb2000plus -- bash -c '
        chmod 000 $UMOCKDEV_DIR/dev/bus/usb/*/*
        $G instruments --json
        $G acquire usb2000plus --sample s --home $T/home'
      """, in: folder)
    #expect(outcome.status == 4, "\(outcome.errors)")
    #expect(outcome.output.contains("\"denied\""), "\(outcome.output)")
    #expect(outcome.errors.contains("code: usb-denied"))
    #expect(outcome.errors.contains("udev"), "the advice names the rules")
  }

  // MARK: - Somebody else

  @Test func aSecondCommandOnABusyInstrumentNamesTheHolder() throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    let script = """
      "$0" acquire usb2000plus --sample first --operator Ada --duration 1h --json --home "$1" \
        > "$1/stream" 2> "$1/first" & p=$!
      for i in {1..400}; do grep -q started "$1/stream" && break; sleep 0.05; done
      echo "pid $p"
      "$0" acquire usb2000plus --sample second --home "$1"; echo "acquire $?"
      "$0" live usb2000plus --frames 1 --home "$1"; echo "live $?"
      "$0" runs recover --home "$1"; echo "recover $?"
      "$0" runs list --home "$1"
      kill -TERM $p; wait $p; echo "first $?"
      """
    let outcome = try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--speed", "10", "--", "bash", "-c", script, gauger,
        home.path,
      ], seconds: 60)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.contains("acquire 5") && lines.contains("live 5"), "\(outcome.output)")
    let holder = try #require(lines.first { $0.hasPrefix("pid ") }).dropFirst(4)
    #expect(
      outcome.errors.contains("in use by process \(holder), acquiring sample first for Ada"),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("code: instrument-busy"))
    // A living run is no killed one.
    #expect(lines.contains("recover 5"), "\(outcome.output)")
    #expect(outcome.errors.contains("code: run-not-over"))
    #expect(outcome.output.contains("  running  "), "\(outcome.output)")
    #expect(lines.contains("first 8"), "\(outcome.output)")
    let run = try RunFolder(only: home.path)
    #expect(run.record["ended_by"] as? String == "person")
  }

  @Test func aSerialNumberThatIsNotThereIsNotFoundAndSaysWhatIs() throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb2000plus"], ["acquire", "usb2000plus:FLMS99", "--sample", "s", "--home", home.path])
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.contains("code: instrument-not-found"))
    #expect(outcome.errors.contains("There is no instrument \"usb2000plus:FLMS99\""))
    #expect(outcome.errors.contains("usb:9-1"), "it names what is plugged in")
  }

  @Test(arguments: [
    "integration_us=0", "integration_us=1e18", "integration_us=-5", "trigger_mode=99", "nope=1",
  ])
  func whatIsOutOfRangeIsRefusedBeforeOneByteIsSent(_ setting: String) throws {
    let home = try TemporaryFolder()
    let device = try EmulatedCatalogue.make(EmulatedSetup(model: "ocean-optics/usb2000plus"))
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    func acquire(_ setting: String) throws -> Program.Outcome {
      try Program.run(
        [
          try #require(Program.path), "acquire", "usb2000plus", "--sample", "s", "--scans", "1",
          "--set", setting, "--home", home.path,
        ], environment: bench.environment, seconds: 30)
    }
    let outcome = try acquire(setting)
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("code: setting-"), "\(outcome.errors)")
    #expect(device.bytesReceived == 0)
    // And the count counts.
    #expect(try acquire("integration_us=10000").status == 0)
    #expect(device.bytesReceived > 0)
  }

  // MARK: - Signals and terminals

  @Test(arguments: ["INT", "TERM", "HUP"])
  func aSignalEndsTheRunInOrder(_ signal: String) throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    let script = """
      "$0" acquire usb2000plus --sample s --duration 1h --json --home "$1" > "$1/stream" & p=$!
      for i in {1..400}; do grep -q '"durable":[1-9][0-9]' "$1/stream" && break; sleep 0.05; done
      kill -\(signal) $p; wait $p; echo "ended $?"
      """
    // Job control, or the shell would have the command ignore SIGINT.
    let outcome = try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--speed", "10", "--", "bash", "-mc", script, gauger,
        home.path,
      ], seconds: 60)
    #expect(outcome.output.contains("ended 8"), "\(outcome.output) \(outcome.errors)")
    try expectOrderlyEnd(home.path)
  }

  @Test func aClosedTerminalEndsTheRunInOrder() throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Strangers/close_terminal.py").path
    let outcome = try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--speed", "10", "--", "python3", script, " durable",
        gauger, "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--home", home.path,
      ], seconds: 60)
    #expect(outcome.status == 8, "\(outcome.output) \(outcome.errors)")
    try expectOrderlyEnd(home.path)
  }

  private func expectOrderlyEnd(_ home: String) throws {
    let run = try RunFolder(only: home)
    #expect(run.record["ended_by"] as? String == "person")
    #expect(run.record["safe"] as? String == "safe")
    #expect(run.record["complete"] as? Bool == false)
    let frames = (run.counts["scans"] ?? 0) + (run.counts["stale"] ?? 0)
    #expect(frames > 0 && run.counts["durable"] == frames)
    #expect(try Program.gauger(["runs", "verify", "last", "--home", home]).status == 0)
    let marks = try FileManager.default.contentsOfDirectory(atPath: home + "/run")
    #expect(!marks.contains { $0.hasSuffix(".open") })
  }
}
