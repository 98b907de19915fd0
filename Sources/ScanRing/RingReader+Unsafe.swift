public import CLinux

/// One reading end of a ring; one thread owns it.
///
/// Dropping it lets the producer go on without it.
@safe public struct RingReader: ~Copyable, Sendable {
  @usableFromInline let memory: RingMemory
  @usableFromInline let index: Int
  @usableFromInline var read: UInt64

  init(_ memory: RingMemory, _ index: Int) {
    self.memory = memory
    self.index = index
    read = memory.firstIndex
  }

  deinit { memory.depart(index) }

  /// The size of the ring in bytes.
  public var capacity: Int { Int(memory.capacity) }

  /// The longest content that one record can have.
  public var largestContent: Int { Placement.largestContent(capacity: memory.capacity) }

  /// How many bytes of the ring this reader has still to read.
  public var backlog: Int { Int(memory.backlog(behind: read)) }

  /// How full this reader lets the ring be, from 0 to 1; more than 0.75 deserves an alarm.
  public var fillLevel: Double { Double(backlog) / Double(memory.capacity) }

  /// Gives the next record to `body` in place, and its room back to the producer afterwards.
  ///
  /// When `body` throws, the record stays and comes again. Never waits.
  @inlinable @inline(__always) public mutating func next<E: Error>(
    _ body: (RecordHeader, Span<UInt8>) throws(E) -> Void
  ) throws(E) -> ReadOutcome {
    while true {
      var mark = memory.mark(at: read)
      if mark == 0 {
        guard memory.isFinished else {
          // Safe: a hint, which never faults. The content's first line then comes together with the
          // mark, and not after it.
          unsafe gauger_prefetch(memory.content(read))
          return .empty
        }
        // Looked at again: what was appended before the end is seen with it.
        mark = memory.mark(at: read)
        if mark == 0 { return .finished }
      }
      if mark & 1 != 0 {
        read &+= mark & ~1
        continue
      }
      let header = memory.header(read)
      // Safe: published, and not written again before `release`; the span does not outlive the call.
      try body(
        header, unsafe Span(_unsafeStart: memory.content(read), count: Int(header.byteCount)))
      read &+= mark
      memory.release(index, upTo: read)
      return .record
    }
  }

  /// Sleeps until there is something to read, the ring is finished, or the time is over.
  ///
  /// First it naps for `nap` whatever comes, without asking to be woken: a producer of many records
  /// is then not held up by a reader to be woken at each, and they are found together. Only when the
  /// nap brought nothing does it ask.
  public mutating func wait(atMost limit: Duration, napping nap: Duration = .zero) {
    guard hasNothing else { return }
    let deadline = Bell.now + limit.nanosecondsToWait
    if nap > .zero { Bell.nap(nanoseconds: min(nap, limit).nanosecondsToWait) }
    while hasNothing {
      let left = deadline - Bell.now
      guard left > 0 else { return }
      memory.sleep(index, at: read, nanoseconds: left)
    }
  }

  private var hasNothing: Bool { memory.mark(at: read) == 0 && !memory.isFinished }
}
