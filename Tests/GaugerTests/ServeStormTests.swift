import Foundation
import Synchronization
import Testing

/// The service is killed again and again while commands acquire and deliver through it.
///
/// `GAUGER_STORM_SEED` repeats the choices of an earlier storm.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
struct ServeStormTests {
  private static let kills = 30

  @Test(.timeLimit(.minutes(10)))
  func aServiceKilledAtAnyMomentLosesNothingAndDeliversOnce() throws {
    let seed = StormTests.seed
    var random = Seeded(state: seed)
    let served = try ServedBench(speed: 50, seed: seed)
    let poller = try Poller(roots: [served.home + "/outbox"])
    // How long a command is on this computer, now.
    let began = ContinuousClock.now
    #expect(try served.gauger(Self.acquire(10)).status == 0)
    let life = Int((ContinuousClock.now - began) / .microseconds(1))
    var ends: [Int32: Int] = [:]
    for _ in 0..<Self.kills {
      let delay = Int.random(in: 0..<life, using: &random)
      let scans = Int.random(in: 1...60, using: &random)
      let outcome = try served.gauger(Self.acquire(scans)) { _ in
        let other = try? served.launch(
          ["deliver", "retry", "--home", served.home], output: served.folder.path + "/other",
          errors: served.folder.path + "/other")
        usleep(UInt32(delay))
        kill(served.service.processIdentifier, SIGKILL)
        served.service.waitUntilExit()
        other?.waitUntilExit()
      }
      ends[outcome.status, default: 0] += 1
      // Done; done and left to the next service; or the service went before the command had begun.
      if ![0, 12, 6].contains(outcome.status) {
        Issue.record("seed \(seed): \(outcome.status) \(outcome.errors)")
      }
      try served.start()
    }
    #expect((ends[0] ?? 0) > Self.kills / 2, "seed \(seed): \(ends)")
    let runs = try FileManager.default.contentsOfDirectory(atPath: served.home + "/runs").sorted()
    // The service mends by itself what is left.
    served.wait { (try? Self.waiting(served.home).isEmpty) == true }
    let waiting = try Self.waiting(served.home)
    #expect(waiting == [], "seed \(seed)")
    #expect(served.stop() == 0)
    let seen = try poller.finish()
    #expect(seen.complaints == [], "seed \(seed)")
    #expect(seen.times.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    #expect(seen.taken.sorted() == runs.map { $0 + "-1" }, "seed \(seed)")
    for run in runs {
      #expect(try Program.gauger(["runs", "verify", run, "--home", served.home]).status == 0)
    }
    let audit = try Program.gauger([
      "audit", "verify", "--anchor", served.home + "/outbox", "--home", served.home,
    ])
    #expect(audit.status == 0, "seed \(seed): \(audit.output)")
    let doctor = try Program.gauger(["doctor", "--home", served.home])
    #expect(doctor.output.contains("runs: all are ended"), "seed \(seed): \(doctor.output)")
    print("storm of seed \(seed): \(Self.kills) kills, \(runs.count) runs, exit codes \(ends)")
  }

  private static func acquire(_ scans: Int) -> [String] {
    [
      "acquire", "usb2000plus", "--sample", "storm", "--scans", "\(scans)", "--set",
      "integration_us=10000",
    ]
  }

  /// What is not handed over, and what is not ended.
  private static func waiting(_ home: String) throws -> [String] {
    let status = try Program.gauger(["deliver", "status", "--json", "--home", home])
    let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8))
    let rows = (object as? [String: Any])?["deliveries"] as? [[String: Any]] ?? []
    let open = try FileManager.default.contentsOfDirectory(atPath: home + "/run").filter {
      $0.hasSuffix(".open")
    }
    return open
      + rows.filter { !["handed_over", "confirmed"].contains($0["state"] as? String) }.map {
        "\($0["run"] ?? "?"): \($0["state"] ?? "?")"
      }
  }
}

/// What is given to systemd is what it understands.
@Suite struct UnitFileTests {
  private static let analyze = "/usr/bin/systemd-analyze"

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: analyze), "systemd is not installed"))
  func theUnitIsUnderstoodAndHardened() throws {
    let folder = try TemporaryFolder()
    let text = try String(
      contentsOfFile: Repository.path("systemd/gauger.service"), encoding: .utf8)
    let unit = folder.path + "/gauger.service"
    let program = try #require(Program.path)
    // Nothing is installed here, neither program nor manual.
    try text.replacingOccurrences(of: "ExecStart=gauger ", with: "ExecStart=\(program) ")
      .replacingOccurrences(of: "Documentation=man:gauger(1)\n", with: "")
      .write(toFile: unit, atomically: true, encoding: .utf8)
    let verified = try Program.run([Self.analyze, "verify", unit])
    #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified.errors)")
    let judged = try Program.run([
      Self.analyze, "security", "--offline=yes", "--threshold=30", "--no-pager", unit,
    ])
    #expect(judged.status == 0, "\(judged.output.suffix(400))\(judged.errors)")
  }

  @Test func theOptionsOfTheUnitAreThoseOfTheProgram() throws {
    let text = try String(
      contentsOfFile: Repository.path("systemd/gauger.service"), encoding: .utf8)
    let start = try #require(
      text.split(separator: "\n").first { $0.hasPrefix("ExecStart=gauger ") })
    let words = start.dropFirst("ExecStart=gauger ".count).split(separator: " ").map(String.init)
    #expect(try Program.gauger([words[0], "--help"]).output.contains("USAGE: gauger serve"))
    #expect(words == ["serve", "--home", "/var/lib/gauger"])
  }
}
