import Emulation
import Instruments
import Laboratory
import ScanRing
import Synchronization
import Testing

@testable import Acquisition

/// A session from opening to closing, ended at every moment there is.
@Suite(.timeLimit(.minutes(5))) struct SessionTests {
  @Test func aStopBetweenOpeningAndRunningTakesNothing() async throws {
    let stand = try Stand()
    _ = try await stand.session.open()
    _ = try await stand.session.apply(Stand.settings)
    stand.session.stop(.person)
    let ring = ScanRing(capacity: 1 << 20, readers: 1)
    let taken = Taken()
    taken.start(ring)
    let outcome = await stand.session.run(
      stand.plan(.scans(5), darks: 2), into: Handoff(ring.takeProducer()))
    #expect(outcome.end == .person && outcome.failure == nil && outcome.counts.scans == 0)
    #expect(!stand.wire.writes.contains([0x09]))
    #expect(taken.wait().map(\.header.kind) == [.clock, .clock, .end])
    #expect(await stand.session.close() == .safe)
    #expect(!stand.wire.lampIsOn)
  }

  @Test func aStopBeforeOpeningDoesNotEvenConnect() async throws {
    let stand = try Stand()
    stand.session.stop(.person)
    let failure = await #expect(throws: Failure.self) { try await stand.session.open() }
    #expect(failure?.code == "link-cancelled" && failure?.exit == .stoppedShort)
    #expect(stand.wire.connections == 0)
    _ = await stand.session.close()
  }

  /// Every command in turn is the moment of the stop, those of making safe included.
  @Test(.tags(.slow)) func aStopAtAnyCommandLeavesTheLampOffAndTheDeviceFree() async throws {
    let whole = try Stand(speed: 1e6)
    let plan = whole.plan(.scans(2), darks: 2)
    #expect(try await whole.whole(plan).outcome?.end == .done)
    let commands = whole.wire.writes.count
    #expect(commands > 20)
    // Asking for 20 memory slots is 20 times the same; every third of them will do.
    let opening = try #require(whole.wire.writes.lastIndex { $0[0] == 0x05 })
    for moment in (0..<commands).filter({ $0 >= opening || $0 < 8 || $0 % 3 == 0 }) {
      let stand = try Stand(speed: 1e6)
      let session = stand.session
      stand.wire.onWrite { number, _ in if number == moment { session.stop(.person) } }
      let ended = try await stand.whole(plan)
      #expect(!stand.wire.lampIsOn, "stopped at command \(moment) of \(commands)")
      #expect(!stand.wire.writes.dropFirst(moment).contains([3, 1, 0]), "on after the stop")
      if let outcome = ended.outcome {
        #expect(outcome.end == (outcome.counts.scans == 4 ? outcome.end : .person))
        #expect(outcome.failure == nil)
        #expect(ended.safe == .safe, "stopped at command \(moment) of \(commands)")
        #expect(ended.kinds.last == .end)
        #expect(ended.count(.frame) + ended.count(.dark) == Int(outcome.counts.scans))
      } else {
        #expect(ended.failure?.exit == .stoppedShort)
      }
      // Claimable again: the link was closed.
      try stand.device.claim()
    }
  }

  /// The same for a plug that is pulled: nothing hangs, and nobody says that it is safe.
  @Test(.tags(.slow)) func anUnplugAtAnyCommandEndsTheSession() async throws {
    let whole = try Stand(speed: 1e6)
    let plan = whole.plan(.scans(2), darks: 2)
    _ = try await whole.whole(plan)
    let commands = whole.wire.writes.count
    let opening = try #require(whole.wire.writes.lastIndex { $0[0] == 0x05 })
    for moment in (0..<commands).filter({ $0 >= opening || $0 < 8 || $0 % 5 == 0 }) {
      let stand = try Stand(speed: 1e6)
      let device = stand.device
      stand.wire.onWrite { number, _ in if number == moment { device.unplug() } }
      let ended = try await stand.whole(plan)
      #expect(ended.safe == .unknown, "unplugged at command \(moment) of \(commands)")
      if let outcome = ended.outcome {
        #expect([.unplug, .done].contains(outcome.end))
        #expect(ended.kinds.last == .end)
      } else {
        #expect(ended.failure?.exit == .gone)
      }
    }
  }

  @Test func aStopAfterTheRunDoesNotReachTheMakingSafe() async throws {
    let stand = try Stand()
    let session = stand.session
    let ended = Mutex(false)
    stand.wire.onWrite { _, _ in if ended.withLock({ $0 }) { session.stop(.person) } }
    _ = try await session.open()
    let ring = ScanRing(capacity: 1 << 20, readers: 1)
    let taken = Taken()
    taken.start(ring)
    let outcome = await session.run(stand.plan(.scans(2)), into: Handoff(ring.takeProducer()))
    ended.withLock { $0 = true }
    #expect(await session.close() == .safe)
    #expect(outcome.end == .done && taken.wait().last?.header.kind == .end)
    #expect(!stand.wire.lampIsOn)
    stand.wire.forget()
  }

  @Test func afterClosingEveryRequestIsAnsweredAtOnce() async throws {
    let stand = try Stand()
    let session = stand.session
    _ = try await session.open()
    #expect(await session.close() == .safe)
    #expect(await session.close() == .safe)
    let apply = await #expect(throws: Failure.self) { try await session.apply(Stand.settings) }
    #expect(apply?.code == "session-not-open")
    let open = await #expect(throws: Failure.self) { try await session.open() }
    #expect(open?.code == "session-not-open")
    let ring = ScanRing(capacity: 1 << 16, readers: 1)
    let taken = Taken()
    taken.start(ring)
    let outcome = await session.run(stand.plan(.scans(1)), into: Handoff(ring.takeProducer()))
    #expect(outcome.failure?.code == "session-not-open")
    #expect(taken.wait().isEmpty)
  }

  @Test func beforeOpeningEveryRequestIsAnsweredAtOnce() async throws {
    let stand = try Stand()
    let apply = await #expect(throws: Failure.self) {
      try await stand.session.apply(Stand.settings)
    }
    #expect(apply?.code == "session-not-open")
    #expect(await stand.session.close() == .safe)
  }

  @Test func aBusyDeviceIsNamedAndTheSessionEnds() async throws {
    let stand = try Stand()
    try stand.device.claim()
    let failure = await #expect(throws: Failure.self) { try await stand.session.open() }
    #expect(failure?.exit == .busy)
    _ = await stand.session.close()
  }

  /// Threads of closed sessions are gone, whatever their end was.
  @Test func noThreadStaysBehind() async throws {
    weak var left: InstrumentSession?
    do {
      let stand = try Stand(speed: 1e6)
      left = stand.session
      _ = try await stand.whole(stand.plan(.scans(1)))
    }
    // The thread holds the session until it has ended.
    try await until { left == nil }
    do {
      let stand = try Stand()
      left = stand.session
      stand.device.unplug()
      _ = try await stand.whole(stand.plan(.scans(1)))
    }
    try await until { left == nil }
  }
}
