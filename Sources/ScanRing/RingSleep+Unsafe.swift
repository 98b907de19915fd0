public import CLinux
public import Synchronization

// How a reader sleeps and the producer wakes it, without a fence or a call on the producer's way
// while nobody sleeps.
//
//     producer                           reader
//     1  set the record's mark           a  set its bit among the sleepers
//     2  (kept in order by the compiler) b  fence of the whole process
//     3  look at the sleepers            c  look at the mark of the slot it waits for
//     4  a bit: take it, ring the bell   d  no mark: sleep until the bell rings
//
// A processor may do 3 before 1 has left its store buffer; without b both would then see nothing, and
// the reader would sleep beside a record. b (`membarrier`, private and expedited) makes every thread
// of the process pass a full fence at some point between a and c. If that point lies behind 1 in the
// producer, c sees the mark. If it lies before 1, it lies before 3 as well, and 3 sees the bit. The
// price is paid by the reader that is about to sleep for much longer.
//
// Where the kernel has no such call the producer makes a full fence of its own at 2, and b is one
// too: the same argument with fences on both sides.
extension RingMemory {
  /// Wakes the readers that sleep; called after every publication.
  @inlinable func wakeSleepers() {
    if sleepersFence {
      gauger_compiler_fence()
    } else {
      atomicMemoryFence(ordering: .sequentiallyConsistent)
    }
    // Safe: see `atomic`.
    if unsafe atomic(512).pointee.load(ordering: .relaxed) != 0 { ringBells() }
  }

  /// Takes the sleepers' bits and rings for each.
  ///
  /// One sleep costs one system call at most.
  @usableFromInline func ringBells() {
    // Safe: see `atomic`.
    let sleeping = unsafe atomic(512).pointee.exchange(0, ordering: .sequentiallyConsistent)
    for reader in 0..<readerCount where sleeping & (1 << UInt64(reader)) != 0 {
      bells[reader].ring()
    }
  }

  /// Sleeps until the slot at `index` is published, the ring is finished, or the time is over; may
  /// wake early without a reason.
  func sleep(_ reader: Int, at index: UInt64, nanoseconds: Int64) {
    var longest = nanoseconds
    let bit: UInt64 = 1 << UInt64(reader)
    // Safe: see `atomic`.
    unsafe atomic(512).pointee.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    if sleepersFence {
      // It was there when the ring was made; should it be refused now, no wake-up is relied on.
      if !ProcessFence.pass() { longest = min(longest, Bell.nap) }
    } else {
      atomicMemoryFence(ordering: .sequentiallyConsistent)
    }
    if mark(at: index) == 0, !isFinished { bells[reader].wait(nanoseconds: longest) }
    // Safe: see `atomic`.
    unsafe atomic(512).pointee.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
  }
}

/// A full fence on every thread of this process that runs, asked for by one of them.
enum ProcessFence {
  /// Whether this kernel has it; asking the first time makes the process known for it.
  static let isAvailable = gauger_process_fence_register() == 0

  /// Returns when every thread of the process has passed a full fence; false when it was refused.
  static func pass() -> Bool { gauger_process_fence() == 0 }
}
