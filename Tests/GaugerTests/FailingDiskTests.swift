import Foundation
import Journal
import ScanRing
import Testing

/// Disks that refuse: the durable count freezes, the run ends by name, nothing half-written shows,
/// and what was kept is brought to its end when the disk works again.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
struct FailingDiskTests {
  static let libraries = ["/usr/lib/fiu/fiu_run_preload.so", "/usr/lib/fiu/fiu_posix_preload.so"]
  static let hasFIU =
    libraries.allSatisfy { FileManager.default.fileExists(atPath: $0) } || Outside.strangersWanted

  // MARK: - Syncs

  @Test(.enabled(if: hasFIU, "no fiu-utils here: failing syncs are NOT checked"))
  func withoutOneConfirmationNothingIsEverDurable() throws {
    let bench = try FailingBench()
    let outcome = try bench.acquire(
      failing: "enable name=posix/io/sync/fdatasync,failinfo=5", scans: 100_000)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("code: journal-sync-failed"))
    #expect(bench.durable(outcome).allSatisfy { $0 == 0 })
    let run = try RunFolder(only: bench.home)
    #expect(run.counts["durable"] == 0)
    #expect(run.record["ended_by"] as? String == "space")
    #expect(run.record["complete"] as? Bool == false)
    #expect(run.record["safe"] as? String == "safe")
  }

  @Test(.enabled(if: hasFIU, "no fiu-utils here: failing syncs are NOT checked"))
  func afterAFailedConfirmationTheDurableCountStandsStill() throws {
    let bench = try FailingBench()
    let outcome = try bench.acquire(
      failing: "enable_random name=posix/io/sync/fdatasync,failinfo=5,probability=0.05",
      scans: 100_000)
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("code: journal-sync-failed"))
    let run = try RunFolder(only: bench.home)
    let counts = bench.durable(outcome)
    // Rises and never falls, and the record says no more than was ever said.
    #expect(counts == counts.sorted())
    let last = try #require(run.counts["durable"])
    #expect(counts.allSatisfy { $0 <= last })
    let frames = try bench.frames(run)
    #expect(last <= frames, "\(last) durable of \(frames)")
    // Not one more was confirmed behind the failure: it is the count of some earlier moment.
    #expect(run.record["complete"] as? Bool == false)
  }

  /// By number of the call, so that every step of a run meets it once.
  @Test(
    .enabled(if: SyncTrace.isThere || Outside.strangersWanted, "no strace here: NOT checked"),
    arguments: ["fsync", "renameat,renameat2"], [1, 2, 3, 5, 8, 11, 14, 17, 20, 23])
  func whateverStepOfPublishingFailsNothingHalfIsSeenAndLaterAllIsMended(
    _ calls: String, _ number: Int
  ) throws {
    let bench = try FailingBench()
    let poller = try Poller(roots: [bench.home + "/outbox"])
    let outcome = try bench.acquire(injecting: "\(calls):error=EIO:when=\(number)", scans: 5)
    // A thread may make fewer calls than that: then nothing failed.
    #expect(outcome.status == 0 || outcome.errors.contains("code: "), "\(outcome.errors)")
    let recovered = try Program.gauger(["runs", "recover", "--home", bench.home], seconds: 60)
    #expect(recovered.status == 0, "\(recovered.errors)")
    #expect(try Program.gauger(["deliver", "retry", "--home", bench.home]).status == 0)
    let seen = try poller.finish()
    #expect(seen.complaints == [])
    guard let run = try bench.onlyRun() else { return #expect(outcome.status != 0) }
    // Once begun it is kept, and delivered once.
    let scans = run.counts["scans"] ?? 0
    #expect(seen.taken.count == (scans > 0 ? 1 : 0), "\(outcome.errors)")
    if scans > 0 {
      let verified = try Program.gauger(["runs", "verify", "last", "--home", bench.home])
      #expect(verified.status == 0, "\(verified.output)")
    }
    #expect(bench.leftovers() == [])
  }

  /// Without an instrument every write may fail, also those of the libraries.
  @Test(.enabled(if: hasFIU, "no fiu-utils here: failing writes are NOT checked"))
  func aRecoveryOnAFailingDiskGoesOnWhereItStood() throws {
    let bench = try FailingBench()
    // Killed while it acquires: calls are counted by thread, and this one belongs to one thread alone.
    #expect(
      try bench.acquire(injecting: "fdatasync:signal=KILL:when=8", scans: 100_000).status != 0)
    let poller = try Poller(roots: [bench.home + "/outbox"])
    var outcomes: [Program.Outcome] = []
    for fault in [
      // The first fails for certain; the others as it comes.
      "sync/fsync,failinfo=5,probability=1", "rw/write,failinfo=28,probability=0.3",
      "rw/write,failinfo=5,probability=0.1",
      "rw/write/reduce,probability=0.7", "sync/fsync,failinfo=5,probability=0.2",
      "sync/fsync,failinfo=28,probability=0.05", "rw/write/reduce,probability=0.2",
    ] {
      outcomes.append(
        try bench.failing(
          "enable_random name=posix/io/\(fault)", ["runs", "recover", "--home", bench.home]))
    }
    #expect(
      outcomes.contains { $0.status != 0 },
      "nothing failed: \(outcomes.map { $0.output + $0.errors })")
    #expect(try Program.gauger(["runs", "recover", "--home", bench.home]).status == 0)
    #expect(try Program.gauger(["deliver", "retry", "--home", bench.home]).status == 0)
    let seen = try poller.finish()
    #expect(seen.complaints == [] && seen.taken.count == 1)
    #expect(try Program.gauger(["runs", "verify", "last", "--home", bench.home]).status == 0)
    #expect(bench.leftovers() == [])
  }

  // MARK: - Space

  @Test(
    .enabled(
      if: SmallHome.isPossible || Outside.isRequired,
      "no disk in memory can be mounted: full disks are NOT checked"),
    arguments: [320, 448, 640, 1024])
  func aDiskThatFillsUpEndsTheRunAndWithSpaceItIsBroughtToItsEnd(_ kibibytes: Int) throws {
    let outcome = try SmallHome.run(kibibytes: kibibytes)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "acquire 11", "\(outcome.errors)")
    #expect(outcome.errors.contains("no-space"), "\(outcome.errors)")
    #expect(lines.dropFirst().first == "recover 0", "\(outcome.errors)")
    #expect(lines.contains("verify 0"), "\(outcome.output)\n\(outcome.errors)")
    #expect(lines.contains("ready 1"), "\(outcome.output)")
    #expect(lines.contains("left 0"), "\(outcome.output)")
  }
}

/// A home whose disk is made to fail.
struct FailingBench {
  let folder: TemporaryFolder
  var home: String { folder.path + "/home" }

  init() throws { folder = try TemporaryFolder() }

  private func arguments(_ scans: Int) -> [String] {
    [
      "acquire", "usb2000plus", "--sample", "s", "--scans", "\(scans)", "--json", "--set",
      "integration_us=20000", "--home", home,
    ]
  }

  /// A run under libfiu, beside the library that shows it the emulated bus.
  func acquire(failing fault: String, scans: Int) throws -> Program.Outcome {
    let gauger = try #require(Program.path)
    return try Program.run(
      [gauger, "emulate", "usb2000plus", "--speed", "10", "--"] + Self.preloaded(fault)
        + [gauger] + arguments(scans), seconds: 60)
  }

  /// Another command under libfiu.
  func failing(_ fault: String, _ arguments: [String]) throws -> Program.Outcome {
    try Program.run(
      Self.preloaded(fault) + [try #require(Program.path)] + arguments, seconds: 60)
  }

  /// A run whose system calls fail by number, as strace has it.
  func acquire(injecting fault: String, scans: Int) throws -> Program.Outcome {
    let gauger = try #require(Program.path)
    return try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--speed", "10", "--", SyncTrace.program, "-f", "-o",
        "/dev/null", "-e", "signal=none", "-e", "inject=" + fault, gauger,
      ] + arguments(scans), seconds: 60)
  }

  private static func preloaded(_ fault: String) -> [String] {
    let all = FailingDiskTests.libraries.joined(separator: ":")
    let set = "export LD_PRELOAD=\"\(all):$LD_PRELOAD\" FIU_CTRL_FIFO= FIU_ENABLE=\"$0\""
    return ["/bin/sh", "-c", set + "; exec \"$@\"", fault]
  }

  /// The durable counts that were told, in order.
  func durable(_ outcome: Program.Outcome) -> [Int] {
    outcome.output.matches(of: /"durable":(\d+).*"event":"progress"/).compactMap { Int($0.1) }
  }

  func onlyRun() throws -> RunFolder? {
    let runs = home + "/runs"
    guard FileManager.default.fileExists(atPath: runs),
      try !FileManager.default.contentsOfDirectory(atPath: runs).isEmpty
    else { return nil }
    return try RunFolder(only: home)
  }

  func frames(_ run: RunFolder) throws -> Int {
    var reader = try JournalReader(path: run.path + "/raw.journal")
    var frames = 0
    while let entry = try reader.next() {
      if [.frame, .dark, .refused].contains(entry.header.kind) { frames += 1 }
    }
    return frames
  }

  /// Names that only unfinished work has.
  func leftovers() -> [String] {
    let all = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
    return all.filter {
      $0.hasSuffix(".part") || $0.hasSuffix(".open") || $0.hasSuffix(".reserve")
        || $0.contains("/.new-")
    }
  }
}

/// A home on a small disk in memory that only one child process sees.
enum SmallHome {
  static let isPossible: Bool = {
    let outcome = try? Program.run(
      ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"])
    return outcome?.status == 0
  }()

  /// Measures until the disk is full, gives it space and recovers; says how each step ended.
  static func run(kibibytes: Int) throws -> Program.Outcome {
    let gauger = try #require(Program.path)
    let folder = try TemporaryFolder()
    let script = """
      G=$0; H=$1/home
      mount -t tmpfs -o size=\(kibibytes)k none "$1" || exit 99
      "$G" emulate usb2000plus --speed 10 -- "$G" acquire usb2000plus --sample s --scans 100000 \
        --set integration_us=20000 --home "$H"; echo "acquire $?"
      mount -o remount,size=8m "$1"
      "$G" runs recover --home "$H" >&2; echo "recover $?"
      "$G" deliver retry --home "$H" >&2; echo "retry $?"
      "$G" runs verify last --home "$H" >&2; echo "verify $?"
      echo "ready $(ls "$H/outbox/out" | grep -c 'ready$')"
      echo "left $(find "$H" -name '*.part' -o -name '*.open' -o -name '.reserve' | wc -l)"
      """
    return try Program.run(
      ["unshare", "-Urm", "bash", "-c", script, gauger, folder.path], seconds: 90)
  }
}
