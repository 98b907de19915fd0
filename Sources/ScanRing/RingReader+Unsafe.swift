/// One reading end of a ring; one thread owns it.
///
/// Dropping it lets the producer go on without it.
@safe public struct RingReader: ~Copyable, Sendable {
  private let memory: RingMemory
  private let index: Int
  private var read: UInt64
  // The last sight of the producer: the shared line is read only when this shows nothing new.
  private var seen: UInt64

  init(_ memory: RingMemory, _ index: Int) {
    self.memory = memory
    self.index = index
    read = memory.firstIndex
    seen = memory.firstIndex
  }

  deinit { memory.depart(index) }

  /// The size of the ring in bytes.
  public var capacity: Int { Int(memory.capacity) }

  /// The longest content that one record can have.
  public var largestContent: Int { Placement.largestContent(capacity: memory.capacity) }

  /// How many bytes of the ring this reader has still to read.
  public var backlog: Int { Int(memory.published &- read) }

  /// How full this reader lets the ring be, from 0 to 1; more than 0.75 deserves an alarm.
  public var fillLevel: Double { Double(backlog) / Double(memory.capacity) }

  /// Gives the next record to `body` in place, and its room back to the producer afterwards.
  ///
  /// When `body` throws, the record stays and comes again. Never waits.
  public mutating func next<E: Error>(
    _ body: (RecordHeader, Span<UInt8>) throws(E) -> Void
  ) throws(E) -> ReadOutcome {
    while true {
      if read == seen {
        // Finished before published: what was appended before the end is seen with it.
        let finished = memory.isFinished
        seen = memory.published
        if read == seen { return finished ? .finished : .empty }
      }
      let (size, isFilling) = memory.slotSize(read)
      if isFilling {
        read &+= size
        continue
      }
      let header = memory.header(read)
      // Safe: published, and not written again before `release`; the span does not outlive the call.
      try body(
        header, unsafe Span(_unsafeStart: memory.content(read), count: Int(header.byteCount)))
      read &+= size
      memory.release(index, upTo: read)
      return .record
    }
  }

  /// Sleeps until there is something to read, the ring is finished, or the time is over.
  public mutating func wait(atMost limit: Duration) {
    let deadline = Bell.now + limit.nanosecondsToWait
    while memory.published == read, !memory.isFinished {
      let left = deadline - Bell.now
      guard left > 0 else { return }
      memory.sleep(index, at: read, nanoseconds: left)
    }
  }
}
