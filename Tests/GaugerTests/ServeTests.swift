import Emulation
import Foundation
import Synchronization
import Testing

/// Commands through `gauger serve` behave as they do alone.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
struct ServeTests {
  private static let acquire = [
    "acquire", "usb2000plus", "--sample", "S-1", "--scans", "6", "--set", "integration_us=10000",
    "--dark", "take", "--dark-scans", "2", "--json",
  ]

  /// The events of a stream of JSON Lines, without progress, and the last record.
  private func events(_ text: String) throws -> (names: [String], record: [String: Any]) {
    let lines = try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    return (
      lines.compactMap { $0["event"] as? String }.filter { $0 != "progress" },
      try #require(lines.last?["record"] as? [String: Any])
    )
  }

  @Test func acquiringThroughTheServiceIsAcquiringAlone() throws {
    let served = try ServedBench(speed: 100, seed: 7)
    let through = try served.gauger(Self.acquire)
    #expect(through.status == 0, "\(through.errors)")
    #expect(served.read(served.log).contains("command: acquire, for "))
    let home = try TemporaryFolder()
    let alone = try Program.emulating(
      ["usb2000plus", "--speed", "100", "--seed", "7"], Self.acquire + ["--home", home.path])
    #expect(alone.status == 0, "\(alone.errors)")
    let (mine, his) = (try events(through.output), try events(alone.output))
    #expect(mine.names == his.names)
    #expect(Set(mine.record.keys) == Set(his.record.keys))
    for key in ["counts", "settings", "deliveries", "complete", "emulated", "person", "kind"] {
      let (left, right) = (mine.record[key] as? NSObject, his.record[key] as? NSObject)
      #expect(left == right, "\(key): \(left ?? NSNull()) and \(right ?? NSNull())")
    }
    let names = { (record: [String: Any]) in
      (record["files"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    }
    #expect(names(mine.record) == names(his.record) && !names(his.record).isEmpty)
    // The same instrument of the same seed gives the same counts to whoever asks.
    let (left, right) = (try RunFolder(only: served.home), try RunFolder(only: home.path))
    #expect(try left.spectrum().raw == right.spectrum().raw)
    #expect(
      try Program.gauger(["runs", "verify", "last", "--home", served.home]).status == 0)
    #expect(served.delivered().count == 1)
    #expect(served.stop() == 0)
    #expect(try Program.gauger(["audit", "verify", "--home", served.home]).status == 0)
  }

  @Test func refusalsHaveTheSameWordsAndCodes() throws {
    let served = try ServedBench()
    let missing = try served.gauger(["acquire", "nowhere", "--sample", "s"])
    #expect(missing.status == 3)
    #expect(missing.errors.contains("code: instrument-not-found"))
    let json = try served.gauger(["acquire", "nowhere", "--sample", "s", "--json"])
    #expect(json.output.contains(#""event":"failed""#))
    #expect(try served.gauger(["acquire"]).status == 2, "words are judged before the service is asked")
    let second = try served.gauger(["serve"])
    #expect(second.status == 5)
    #expect(second.errors.contains("process \(served.service.processIdentifier), since 20"))
    #expect(second.errors.contains("code: home-held"))
    let watch = try served.gauger(["watch", "--once"])
    #expect(watch.status == 5 && watch.errors.contains("code: service-in-the-way"))
  }

  @Test func anInterruptThroughTheServiceKeepsTheScans() throws {
    let served = try ServedBench()
    for (signal, code) in [(SIGINT, Int32(8)), (SIGTERM, 8), (SIGHUP, 8)] {
      let before = served.device.framesSent
      let outcome = try served.gauger([
        "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--set",
        "integration_us=20000",
      ]) { client in
        served.wait { served.device.framesSent > before + 12 }
        kill(client.processIdentifier, signal)
      }
      #expect(outcome.status == code, "signal \(signal): \(outcome.errors)")
    }
    #expect(served.delivered().count == 3)
    let list = try Program.gauger(["runs", "list", "--json", "--home", served.home])
    #expect(list.output.components(separatedBy: #""person""#).count >= 3, "\(list.output)")
  }

  @Test func aClientThatIsKilledIsATerminalThatCloses() throws {
    let served = try ServedBench()
    _ = try served.gauger([
      "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--set",
      "integration_us=20000",
    ]) { client in
      served.wait { served.device.framesSent > 12 }
      kill(client.processIdentifier, SIGKILL)
    }
    #expect(served.wait { served.delivered().count == 1 }, "the run ends and is delivered")
    let run = try RunFolder(only: served.home)
    #expect(run.record["ended_by"] as? String == "person")
    #expect((run.counts["scans"] ?? 0) >= 10)
    #expect(served.wait { (try? served.workers().isEmpty) == true })
  }

  @Test func aRunOutlivesTheServiceAndEndsAsItWouldAlone() throws {
    let served = try ServedBench()
    let outcome = try served.gauger([
      "acquire", "usb2000plus", "--sample", "s", "--scans", "200", "--set",
      "integration_us=20000", "--json",
    ]) { _ in
      served.wait { served.device.framesSent > 12 }
      kill(served.service.processIdentifier, SIGKILL)
      served.service.waitUntilExit()
      // The next one begins while the run goes on, and lets it.
      do { try served.start() } catch { Issue.record(error) }
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: served.home)
    #expect(run.record["ended_by"] as? String == "done")
    #expect((run.counts["scans"] ?? 0) == 200)
    #expect(served.delivered().count == 1)
    #expect(served.stop() == 0)
  }

  @Test func aStopEndsRunsInOrderAndWaitsForThem() throws {
    let served = try ServedBench()
    let outcome = try served.gauger([
      "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--set",
      "integration_us=20000",
    ]) { _ in
      served.wait { served.device.framesSent > 12 }
      kill(served.service.processIdentifier, SIGTERM)
    }
    #expect(outcome.status == 8, "\(outcome.errors)")
    served.service.waitUntilExit()
    #expect(served.service.terminationStatus == 0)
    #expect(served.delivered().count == 1)
    #expect(!FileManager.default.fileExists(atPath: served.home + "/run/gauger.sock"))
  }

  @Test func aWorkerThatHangsAtTheStopIsKilledAndThatIsSaid() throws {
    let served = try ServedBench(["--stop-within", "300ms"])
    let outcome = try served.gauger([
      "acquire", "usb2000plus", "--sample", "s", "--duration", "1h", "--set",
      "integration_us=20000",
    ]) { _ in
      served.wait { served.device.framesSent > 12 }
      for worker in (try? served.workers()) ?? [] { kill(worker, SIGSTOP) }
      kill(served.service.processIdentifier, SIGTERM)
    }
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("code: service-worker-killed"), "\(outcome.errors)")
    served.service.waitUntilExit()
    #expect(served.service.terminationStatus == 0)
    #expect(served.read(served.log).contains("did not end in time and is killed"))
    // The next service mends what is left, and delivers it.
    try served.start()
    #expect(served.wait { served.delivered().count == 1 })
    let run = try RunFolder(only: served.home)
    #expect(run.record["ended_by"] as? String == "killed")
    #expect(served.read(served.log).contains("recovered: run "))
    #expect(served.stop() == 0)
  }

  @Test func fiftyClientsAtOnceAreAllServed() throws {
    let served = try ServedBench()
    let statuses = Mutex<[Int32]>([])
    let gauger = try #require(Program.path)
    let home = served.home
    DispatchQueue.concurrentPerform(iterations: 50) { _ in
      let status =
        (try? Program.run([gauger, "worklist", "skip", "0001-1", "--reason", "x", "--home", home]))?
        .status ?? -2
      statuses.withLock { $0.append(status) }
    }
    // There is no such entry, which each is told: 3.
    #expect(statuses.withLock { $0 } == Array(repeating: 3, count: 50))
    let lines = served.read(served.log).components(separatedBy: "ended: worklist skip")
    #expect(lines.count <= 51)
    #expect(served.stop() == 0)
  }

  @Test func everyCommandStandsInTheTableOfPlaces() throws {
    let outcome = try Program.gauger(["serve", "--list-commands"])
    let rows = outcome.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(rows.count > 35)
    for row in rows {
      #expect(
        row.count == 2 && ["here", "service", "without-service"].contains(String(row[1])),
        "\(row.joined(separator: " ")): see Sources/gauger/CommandPlaces.swift")
    }
    // What the parser itself knows of is what was walked.
    let help = try Program.gauger(["--experimental-dump-help"])
    let root = try JSONSerialization.jsonObject(with: Data(help.output.utf8)) as? [String: Any]
    func leaves(_ command: [String: Any], _ words: [String]) -> [String] {
      let inner = (command["subcommands"] as? [[String: Any]] ?? []).filter {
        $0["commandName"] as? String != "help"
      }
      if inner.isEmpty { return [words.joined(separator: " ")] }
      return inner.flatMap { leaves($0, words + [$0["commandName"] as? String ?? "?"]) }
    }
    let known = leaves(try #require(root?["command"] as? [String: Any]), [])
    let listed = Set(rows.compactMap { $0.first.map(String.init) })
    #expect(Set(known).subtracting(listed) == [])
  }

  @Test(.enabled(if: Outside.strangersWanted, "GAUGER_PYTHON names no Python"))
  func aClientWrittenFromThePageAloneIsServed() throws {
    let served = try ServedBench()
    let script = Repository.path("Tests/GaugerTests/Strangers/serve_client.py")
    let python = try #require(Outside.python)
    let outcome = try Program.run(
      [python, script, served.home], environment: served.bench.environment)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("all of it was answered as the page says"))
    #expect(served.stop() == 0)
  }

  @Test(.enabled(if: Outside.strangersWanted, "GAUGER_PYTHON names no Python"))
  func aServiceManagerHearsWhatItNeeds() throws {
    let script = Repository.path("Tests/GaugerTests/Strangers/notify_socket.py")
    let home = try TemporaryFolder()
    let outcome = try Program.run([
      try #require(Outside.python), script, try #require(Program.path), home.path,
    ])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }
}
