import Emulation
import Instruments
import Laboratory
import ScanRing
import Synchronization
import Testing

@testable import Acquisition

/// Runs of a session from the first record to the last, and what goes wrong on the way.
@Suite(.timeLimit(.minutes(5))) struct RunTests {
  @Test func aRunHasItsRecordsInOrderAndEveryScanIsCountedOnce() async throws {
    let stand = try Stand(staleFrames: false)
    let ended = try await stand.whole(stand.plan(.scans(5), darks: 2))
    let outcome = try #require(ended.outcome)
    #expect(outcome.end == .done && outcome.failure == nil)
    #expect(outcome.counts.scans == 7 && outcome.counts.dark == 2)
    #expect(ended.records.map(\.header.sequence) == (0..<UInt64(ended.records.count)).map { $0 })
    #expect(ended.kinds.first == .clock)
    #expect(ended.kinds.suffix(2) == [.clock, .end])
    #expect(ended.count(.frame) == 5 && ended.count(.dark) == 2)
    #expect(ended.safe == .safe && !stand.wire.lampIsOn)
  }

  @Test func theLampIsOffForDarksAndAsAskedAfterwards() async throws {
    let stand = try Stand(staleFrames: false)
    let ended = try await stand.whole(stand.plan(.scans(2), darks: 2))
    #expect(ended.outcome?.end == .done)
    let said = stand.wire.writes.filter { [0x03, 0x09].contains($0[0]) }
    // Twice at opening; as applied; darks; the run; before its end is recorded, and at closing.
    let off: [UInt8] = [3, 0, 0]
    let on: [UInt8] = [3, 1, 0]
    let stale = try #require(ended.outcome).counts.stale
    let spectra = said.filter { $0 == [9] }.count
    #expect(spectra == 4 + Int(stale))
    #expect(said.filter { $0 != [9] } == [off, off, on, off, on, off, off])
  }

  @Test func anInstrumentIsNotAskedWhileTheRingHasNoRoomAndNothingIsLost() async throws {
    let stand = try Stand()
    _ = try await stand.session.open()
    _ = try await stand.session.apply(Stand.settings)
    let ring = ScanRing(capacity: 1 << 16, readers: 1)
    let (taken, producer) = (Taken(), Handoff(ring.takeProducer()))
    let session = stand.session
    let plan = stand.plan(.scans(100))
    let running = Task { await session.run(plan, into: producer) }
    try await until { session.counters.waitsForRoom > 0 }
    let asked = stand.wire.writes.count
    let waits = session.counters.waitsForRoom
    try await until { session.counters.waitsForRoom > waits + 20 }
    #expect(stand.wire.writes.count == asked)
    let held = session.counters.counts
    #expect(held.scans > 5 && held.scans < 16)
    taken.start(ring)
    let outcome = await running.value
    let records = taken.wait()
    #expect(outcome.end == .done && outcome.counts.scans == 100)
    #expect(records.filter { $0.header.kind == .frame }.count == 100)
    #expect(records.filter { $0.header.kind == .gap }.isEmpty)
    #expect(records.map(\.header.sequence) == (0..<UInt64(records.count)).map { $0 })
    #expect(await session.close() == .safe)
  }

  @Test func aStoppedRunIsMadeSafeBeforeItWaitsForASlowReader() async throws {
    let stand = try Stand()
    _ = try await stand.session.open()
    _ = try await stand.session.apply(Stand.settings)
    let ring = ScanRing(capacity: 1 << 16, readers: 1)
    let (taken, producer) = (Taken(), Handoff(ring.takeProducer()))
    let session = stand.session
    let plan = stand.plan(.untilStopped)
    let running = Task { await session.run(plan, into: producer) }
    try await until { session.counters.waitsForRoom > 0 }
    #expect(stand.wire.lampIsOn)
    session.stop(.person)
    try await until { !stand.wire.lampIsOn }
    taken.start(ring)
    #expect(await running.value.end == .person)
    #expect(taken.wait().last?.header.kind == .end)
    #expect(await session.close() == .safe)
  }

  /// An exposure of a minute: were it not cut short, it would give a scan.
  @Test func aStopDuringALongExposureEndsItAndTheLampIsOff() async throws {
    let stand = try Stand(speed: 1, staleFrames: false)
    let session = stand.session
    stand.wire.onWrite { _, command in
      if command == [0x09] { Task { session.stop(.person) } }
    }
    let settings = Settings(["integration_us": 60_000_000, "lamp": 1])
    let ended = try await stand.whole(stand.plan(.scans(3), settings: settings))
    #expect(ended.outcome?.end == .person && ended.failure == nil)
    #expect(ended.outcome?.counts.scans == 0)
    #expect(ended.kinds.last == .end)
    #expect(ended.safe == .safe && !stand.wire.lampIsOn)
  }

  @Test func damagedFramesInARowEndTheRunByNameAndAreKeptAsRefused() async throws {
    let stand = try Stand(staleFrames: false)
    stand.wire.damage { $0 > 3 }
    let ended = try await stand.whole(stand.plan(.scans(50)))
    let outcome = try #require(ended.outcome)
    #expect(outcome.end == .fault)
    #expect(outcome.failure?.code == "answer-unexpected")
    #expect(outcome.failure?.exit == .instrumentFault)
    #expect(outcome.counts.scans == UInt64(ended.count(.frame)))
    #expect(outcome.counts.refused == 4)
    let refused = ended.records.filter {
      ScanFlags(rawValue: $0.header.flags).contains(.refused)
    }
    #expect(refused.count == 4)
    #expect(refused.allSatisfy { $0.content.count == 4097 && $0.content.last == 0x68 })
    #expect(refused.allSatisfy { $0.header.detail == UInt64(FrameRefusal.lostSync.rawValue) })
    #expect(ended.safe == .safe && !stand.wire.lampIsOn)
  }

  @Test func oneDamagedFrameNowAndThenDoesNotEndARun() async throws {
    let stand = try Stand(staleFrames: false)
    stand.wire.damage { $0 % 3 == 0 }
    let ended = try await stand.whole(stand.plan(.scans(20)))
    let outcome = try #require(ended.outcome)
    #expect(outcome.end == .done && outcome.counts.scans == 20)
    #expect(outcome.counts.refused >= 8)
    #expect(ended.count(.frame) == 20)
    #expect(ended.count(.refused) == Int(outcome.counts.refused + outcome.counts.stale))
  }

  @Test func unpluggingDuringDarksKeepsThemAndSaysThatNobodyKnowsTheLamp() async throws {
    let stand = try Stand(staleFrames: false)
    let (device, asked) = (stand.device, Count())
    stand.wire.onWrite { _, command in
      guard command == [0x09] else { return }
      if asked.next() == 6 { device.unplug() }
    }
    let ended = try await stand.whole(stand.plan(.scans(5), darks: 50))
    let outcome = try #require(ended.outcome)
    #expect(outcome.end == .unplug && outcome.failure?.exit == .gone)
    #expect(outcome.counts.scans == outcome.counts.dark)
    #expect(outcome.counts.scans + outcome.counts.stale == 5)
    #expect(ended.count(.dark) == Int(outcome.counts.dark) && ended.count(.frame) == 0)
    #expect(ended.kinds.last == .end)
    #expect(ended.safe == .unknown)
  }

  @Test func aCommandThatFailsHalfWayThroughTheDarkSettingsEndsTheRunSafely() async throws {
    let stand = try Stand(staleFrames: false)
    let changes = Count()
    stand.wire.refuse { command in
      guard command[0] == 0x03 else { return nil }
      // Twice at opening, as applied, then for the darks.
      return changes.next() == 4 ? .timedOut(received: 0) : nil
    }
    let ended = try await stand.whole(stand.plan(.scans(5), darks: 5))
    #expect(ended.outcome?.end == .fault && ended.failure?.exit == .timedOut)
    #expect(ended.count(.dark) == 0 && ended.count(.frame) == 0)
    #expect(ended.safe == .safe && !stand.wire.lampIsOn)
  }

  @Test func aSettingOutOfRangeSendsNothing() async throws {
    let stand = try Stand()
    _ = try await stand.session.open()
    let before = stand.wire.writes
    let wrong: [(Settings, String)] = [
      (Settings(["integration_us": 1, "lamp": 1]), "setting-out-of-range"),
      (Settings(["lamp": 0.5]), "setting-out-of-range"),
      (Settings(["integration_us": 10_000, "warp": 1]), "setting-unknown"),
    ]
    for (settings, code) in wrong {
      let failure = await #expect(throws: Failure.self) {
        try await stand.session.apply(settings)
      }
      #expect(failure?.code == code && failure?.exit == .usage)
    }
    #expect(stand.wire.writes == before)
    #expect(await stand.session.close() == .safe)
  }

  @Test func settingsChangedDuringDarksStartTheDarksAnew() async throws {
    let stand = try Stand(staleFrames: false)
    let (session, asked) = (stand.session, Count())
    stand.wire.onWrite { _, command in
      guard command == [0x09] else { return }
      if asked.next() == 3 {
        do { try session.change(Settings(["integration_us": 20_000])) } catch {
          Issue.record("\(error)")
        }
      }
    }
    let ended = try await stand.whole(stand.plan(.scans(2), darks: 4))
    #expect(ended.outcome?.end == .done)
    let last = try #require(ended.kinds.lastIndex(of: .dark))
    let change = try #require(ended.kinds[..<last].lastIndex(of: .settings))
    #expect(ended.kinds[change...last].filter { $0 == .dark }.count == 4)
    #expect(
      String(decoding: ended.records[change].content, as: UTF8.self)
        == #"{"integration_us":20000,"lamp":0}"#)
    let after = try #require(ended.kinds[last...].firstIndex(of: .settings))
    #expect(
      String(decoding: ended.records[after].content, as: UTF8.self)
        == #"{"integration_us":20000,"lamp":1}"#)
    #expect(ended.count(.frame) == 2)
  }

  @Test func aChangeThatTheProfileRefusesDoesNotEndTheRun() async throws {
    let stand = try Stand(staleFrames: false)
    let session = stand.session
    let codes = Mutex<[String]>([])
    stand.wire.onWrite { _, command in
      guard command == [0x09] else { return }
      let wishes: [(String, Double)] = [("integration_us", 1), ("warp", 1), ("laser_nm", 785)]
      for wrong in wishes {
        do throws(Failure) { try session.change(Settings([wrong.0: wrong.1])) } catch {
          codes.withLock { $0.append(error.code) }
        }
      }
    }
    let ended = try await stand.whole(stand.plan(.scans(1)))
    #expect(ended.outcome?.end == .done && ended.outcome?.counts.scans == 1)
    #expect(
      codes.withLock { Array($0.prefix(3)) }
        == ["setting-out-of-range", "setting-unknown", "setting-unknown"])
  }
}
