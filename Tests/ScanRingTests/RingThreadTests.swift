import Synchronization
import Testing

@testable import ScanRing

/// SplitMix64, so that a failed round can be repeated from its seed.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// What one reading thread found.
struct Findings: Sendable {
  var records: UInt64 = 0
  var frames: UInt64 = 0
  var lost: UInt64 = 0
  var mistakes: [String] = []
}

/// The ring between real threads.
///
/// These are the tests to run under the thread sanitizer:
/// `swift test --sanitize=thread --scratch-path /tmp/ring-tsan --filter ScanRingTests`.
@Suite struct RingThreadTests {
  private func read(_ handoff: Handoff<RingReader>, dawdle seed: UInt64) -> Findings {
    var findings = Findings()
    guard var reader = handoff.take() else { return findings }
    var numbers = SeededNumbers(state: seed)
    var expectedFrame: UInt64 = 0
    while true {
      let outcome = reader.next { header, content in
        if header.sequence != findings.records { findings.mistakes.append("sequence") }
        findings.records += 1
        if header.kind == .gap {
          var count: UInt64 = 0
          for byte in (0..<8).reversed() { count = count << 8 | UInt64(content[byte]) }
          findings.lost += count
          expectedFrame += count
          return
        }
        if header.detail != expectedFrame { findings.mistakes.append("frame number") }
        expectedFrame += 1
        findings.frames += 1
        if content.count != Int(header.flags) { findings.mistakes.append("length") }
        for place in content.indices
        where content[place] != UInt8(truncatingIfNeeded: header.detail &* 31 &+ UInt64(place)) {
          findings.mistakes.append("content")
          return
        }
      }
      switch outcome {
      case .record: if numbers.next() % 4096 == 0 { reader.wait(atMost: .milliseconds(1)) }
      case .empty:
        let nap: Duration = numbers.next() % 8 == 0 ? .microseconds(50) : .zero
        reader.wait(atMost: .seconds(20), napping: nap)
      case .finished: return findings
      }
    }
  }

  private final class Found: Sendable {
    let findings = Mutex<Findings?>(nil)
  }

  /// The last seed runs as on a kernel without the fence for a whole process.
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func everyFrameReachesBothReadersOrIsCountedLost(seed: UInt64) throws {
    let frames: UInt64 = 60_000
    let ring = ScanRing(
      exactCapacity: 16384, readers: 2, firstIndex: 0 &- (64 * 5000 * seed),
      sleepersFence: seed < 4)
    // One a reader: two threads that met at one lock would look like a race to the sanitizer.
    let found = [Found(), Found()]
    let readers = (0..<2).compactMap { index -> WorkerThread? in
      let handoff = Handoff(ring.takeReader(index))
      return WorkerThread(name: "reader \(index)") {
        let findings = read(handoff, dawdle: seed &+ UInt64(index))
        found[index].findings.withLock { $0 = findings }
      }
    }
    let handoff = Handoff(ring.takeProducer())
    let lost = Mutex<UInt64>(0)
    let producing = WorkerThread(name: "producer") {
      guard var producer = handoff.take() else { return }
      var numbers = SeededNumbers(state: seed)
      for frame in 0..<frames {
        let size = Int(numbers.next() % 700)
        let outcome = producer.append(capacity: 700) { header, content in
          for place in 0..<size {
            content[place] = UInt8(truncatingIfNeeded: frame &* 31 &+ UInt64(place))
          }
          header.flags = UInt16(size)
          header.byteCount = UInt32(size)
          header.detail = frame
          return true
        }
        if outcome == .full { producer.lose(1) }
        if numbers.next() % 64 == 0 {
          // Now and then everybody comes to rest, so that sleeping and waking are met as well.
          while ring.backlog(ofReader: 0) + ring.backlog(ofReader: 1) > 0 {}
        }
      }
      producer.finish()
      lost.withLock { $0 = producer.lost }
    }
    try #require(producing != nil && readers.count == 2)
    producing?.join()
    for reader in readers { reader.join() }
    let lostCount = lost.withLock { $0 }
    for index in 0..<2 {
      let findings = try #require(found[index].findings.withLock { $0 })
      #expect(findings.mistakes == [])
      #expect(findings.lost == lostCount)
      #expect(findings.frames + findings.lost == frames)
      #expect(findings.frames > 1000)
    }
  }

  /// One record a round, and the next one only after the answer: a lost wake-up would stand still
  /// for the whole wait of a minute, and the round's count of late wakes would show it.
  @Test(arguments: [true, false])
  func noWakeUpIsEverLost(sleepersFence: Bool) throws {
    let rounds = 10_000
    let (there, back) = (
      ScanRing(exactCapacity: 1024, readers: 1, sleepersFence: sleepersFence),
      ScanRing(exactCapacity: 1024, readers: 1, sleepersFence: sleepersFence)
    )
    let answering = Handoff(back.takeProducer())
    let hearing = Handoff(there.takeReader(0))
    let thread = WorkerThread(name: "echo") {
      guard var producer = answering.take(), var reader = hearing.take() else { return }
      while true {
        switch reader.next({ _, _ in }) {
        case .record: _ = put(&producer, [], kind: .event)
        case .empty: reader.wait(atMost: .seconds(60))
        case .finished: return
        }
      }
    }
    try #require(thread != nil)
    var producer = there.takeProducer()
    var reader = back.takeReader(0)
    var late = 0
    for round in 0..<rounds {
      _ = put(&producer, [], kind: .event)
      // Different delays meet the other side at different moments of falling asleep.
      for _ in 0..<(round % 97) { _ = reader.backlog }
      while reader.next({ _, _ in }) != .record {
        let before = ContinuousClock.now
        reader.wait(atMost: .seconds(60))
        if before.duration(to: .now) >= .seconds(59) { late += 1 }
      }
    }
    producer.finish()
    thread?.join()
    #expect(late == 0)
    #expect(back.backlog(ofReader: 0) == 0)
  }
}
