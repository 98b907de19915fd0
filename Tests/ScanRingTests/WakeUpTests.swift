import Synchronization
import Testing

@testable import ScanRing

/// The moment in which a reader falls asleep and the producer publishes.
@Suite struct WakeUpTests {
  private static let idle = Atomic<Int>(0)

  /// Nobody sleeps beside a record.
  ///
  /// The producer's processor may look at the sleepers before its record has left the store buffer;
  /// nothing but the fence that a sleeper asks of the whole process then helps the reader. Take `ProcessFence.pass` out of `RingMemory.sleep` and this fails.
  ///
  /// Both sides meet before every round, so that publishing and falling asleep happen at once, moved
  /// against each other by a seeded number of turns. The producer's stores wait long for lines that
  /// the other side has just written, as those of a frame do. A wake-up counts as lost when the reader did not
  /// come back within ten seconds of the publication.
  @Test(arguments: [true, false])
  func aReaderThatFallsAsleepBesideARecordIsWoken(sleepersFence: Bool) throws {
    let rounds: UInt64 = 60_000
    let memory = RingMemory(
      capacity: 1 << 16, readers: 1, firstIndex: 0, firstSequence: 0, sleepersFence: sleepersFence)
    let ready = Atomic<UInt64>(0)
    let woken = Atomic<UInt64>(0)
    let isOver = Atomic<Bool>(false)
    let sleeper = WorkerThread(name: "sleeper") {
      var numbers = SeededNumbers(state: 1)
      for round in 0..<rounds {
        takeLines(memory, from: round)
        ready.store(round + 1, ordering: .sequentiallyConsistent)
        turn(numbers.next() % 64)
        while memory.mark(at: round * 64) == 0, !isOver.load(ordering: .relaxed) {
          memory.sleep(0, at: round * 64, nanoseconds: 60_000_000_000)
        }
        woken.store(round + 1, ordering: .releasing)
      }
    }
    try #require(sleeper != nil)
    var numbers = SeededNumbers(state: 2)
    var lost = 0
    for round in 0..<rounds where lost == 0 {
      while ready.load(ordering: .acquiring) <= round {}
      turn(numbers.next() % 64)
      takeLines(memory, from: round)
      memory.clearMark(at: (round + 1) * 64)
      memory.setMark(64, at: round * 64)
      memory.announce((round + 1) * 64)
      let deadline = ContinuousClock.now + .seconds(10)
      var turns = 0
      while woken.load(ordering: .acquiring) <= round, lost == 0 {
        turns += 1
        if turns % 65_536 == 0, ContinuousClock.now > deadline { lost += 1 }
      }
    }
    isOver.store(true, ordering: .relaxed)
    memory.finish()
    sleeper?.join()
    #expect(lost == 0)
  }

  /// A reader that naps first is not rung for what came meanwhile, and finds it all.
  @Test func aNapFindsWhatCameWithoutBeingWoken() {
    let ring = ScanRing(exactCapacity: 4096, readers: 1)
    var producer = ring.takeProducer()
    var reader = ring.takeReader(0)
    reader.wait(atMost: .milliseconds(1), napping: .seconds(100))
    for byte in 0..<3 { _ = put(&producer, [UInt8(byte)]) }
    // Something is there already: no nap.
    reader.wait(atMost: .seconds(100), napping: .seconds(100))
    let all = drain(&reader)
    #expect(all.map(\.content) == [[0], [1], [2]])
  }

  @Test func theProcessFenceOfThisKernelPasses() {
    #expect(!ProcessFence.isAvailable || ProcessFence.pass())
  }

  /// Writes to lines that both sides write and nobody reads.
  private func takeLines(_ memory: RingMemory, from round: UInt64) {
    for line in 100..<116 { memory.clearMark(at: (round + UInt64(line)) * 64) }
  }

  private func turn(_ count: UInt64) {
    for _ in 0..<count { _ = Self.idle.load(ordering: .acquiring) }
  }
}
