internal import Synchronization

/// A lock-free ring of records between one producer and a fixed few readers.
///
/// Every reader sees every record, in order, at its own pace; the slowest one holds the producer
/// back, so nothing is ever overwritten. Records have any length and lie in one piece.
///
/// The two kinds of ends are values that cannot be copied, one thread each. A closure cannot
/// consume a captured value, so an end goes to its thread through a ``Handoff``:
///
///     let ring = ScanRing(capacity: 1 << 20, readers: 2)
///     let handoff = Handoff(ring.takeReader(0))
///     let thread = WorkerThread(name: "journal") {
///       guard var reader = handoff.take() else { return }
///       while true {
///         switch reader.next({ header, content in … }) {
///         case .record: continue
///         case .empty: reader.wait(atMost: .seconds(1))
///         case .finished: return
///         }
///       }
///     }
///
/// A reader that is taken and dropped no longer holds the producer back; one that is never taken
/// does, so make a ring for as many readers as there are.
public final class ScanRing: Sendable {
  private static let producerBit: UInt64 = 1 << 63
  private let memory: RingMemory
  private let taken = Atomic<UInt64>(0)

  /// Makes a ring of `capacity` bytes, rounded up to a power of two of at least 64 KiB.
  ///
  /// 1 to 7 readers. All memory is allocated and touched here.
  public init(capacity: Int, readers: Int) {
    precondition((1...RingMemory.mostReaders).contains(readers), "a ring has 1 to 7 readers")
    precondition(capacity <= 1 << 40, "a ring of more than a tebibyte")
    var rounded = 1 << 16
    while rounded < capacity { rounded <<= 1 }
    memory = RingMemory(capacity: rounded, readers: readers, firstIndex: 0, firstSequence: 0)
  }

  /// A ring for tests: any power of two from 1 KiB, with indices and sequence near their borders.
  ///
  /// `sleepersFence` false is a kernel without the fence for a whole process.
  init(
    exactCapacity: Int, readers: Int, firstIndex: UInt64 = 0, firstSequence: UInt64 = 0,
    sleepersFence: Bool = ProcessFence.isAvailable
  ) {
    precondition(exactCapacity >= 1024 && exactCapacity & (exactCapacity - 1) == 0)
    precondition(firstIndex % 64 == 0)
    memory = RingMemory(
      capacity: exactCapacity, readers: readers, firstIndex: firstIndex,
      firstSequence: firstSequence, sleepersFence: sleepersFence)
  }

  /// The size in bytes, headers and padding included.
  public var capacity: Int { Int(memory.capacity) }

  /// How many readers it was made for.
  public var readerCount: Int { memory.readerCount }

  /// The longest content that one record can have: a little less than half of the capacity.
  public var largestContent: Int { Placement.largestContent(capacity: memory.capacity) }

  /// The producing end; taking it twice is a programmer's mistake and traps.
  public func takeProducer() -> RingProducer {
    claim(Self.producerBit, "the producer of this ring was taken before")
    return RingProducer(memory)
  }

  /// One reading end, counted from 0; taking one twice is a programmer's mistake and traps.
  public func takeReader(_ index: Int) -> RingReader {
    precondition((0..<memory.readerCount).contains(index), "no such reader")
    claim(1 << UInt64(index), "this reader was taken before")
    return RingReader(memory, index)
  }

  /// How many bytes this reader has not released yet.
  ///
  /// May be asked from any thread, to alarm or to watch.
  public func backlog(ofReader index: Int) -> Int {
    precondition((0..<memory.readerCount).contains(index), "no such reader")
    return Int(memory.backlog(of: index))
  }

  /// How full this reader lets the ring be, from 0 to 1.
  ///
  /// May be asked from any thread; more than 0.75 deserves an alarm.
  public func fillLevel(ofReader index: Int) -> Double {
    Double(backlog(ofReader: index)) / Double(capacity)
  }

  private func claim(_ bit: UInt64, _ mistake: String) {
    let before = taken.bitwiseOr(bit, ordering: .relaxed).oldValue
    precondition(before & bit == 0, mistake)
  }
}

/// What became of an append.
public enum AppendOutcome: Sendable, Hashable {
  /// The record is in the ring under this number.
  case appended(sequence: UInt64)
  /// The slowest reader leaves no room; nothing was called and nothing changed.
  case full
  /// There was room, but nothing to keep.
  case nothing
}

/// What a reader found.
public enum ReadOutcome: Sendable, Hashable {
  /// A record; it was given to the closure and released.
  case record
  /// Nothing new yet.
  case empty
  /// Nothing new, and nothing will come any more.
  case finished
}
