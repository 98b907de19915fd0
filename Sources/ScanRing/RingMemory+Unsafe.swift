internal import Glibc
internal import Synchronization

/// The one allocation that all ends of a ring share: indices in front, records behind.
///
///     0      index behind the last published byte      (written by the producer)
///     256    1 when nothing more will come              (written by the producer)
///     512    reader 0: its index; +8: 1 when it left    (written by reader 0)
///     768    reader 0: 1 while it sleeps                (written by both)
///     1024   reader 1, and so on
///     4096   records
///
/// Indices count bytes, run freely and wrap at 64 bits; their place is the index masked. Lines that
/// different threads write lie 256 bytes apart, so that no pair of lines is fetched for two owners.
///
/// A slot is 64 bytes of header, then the content, then padding to a multiple of 64. The header is
/// `RecordHeader` as the compiler lays it out; at byte 56 stands the size of the slot, its lowest
/// bit set when the slot is only filling in front of the wrap.
// Unchecked because the compiler cannot see who may touch which byte: between the slowest reader's
// index and the published index readers alone read, outside it the producer alone writes, and the
// indices themselves are atomics with acquire and release.
@safe final class RingMemory: @unchecked Sendable {
  static let headerSize = 64
  static let mostReaders = 7
  private static let page = 4096
  private static let sizeOffset = 56

  let capacity: UInt64
  let readerCount: Int
  let firstIndex: UInt64
  let firstSequence: UInt64
  private let base: UnsafeMutableRawPointer
  private let bells: [Bell]

  /// `capacity` is a power of two; `firstIndex` a multiple of 64.
  init(capacity: Int, readers: Int, firstIndex: UInt64, firstSequence: UInt64) {
    precondition(MemoryLayout<RecordHeader>.size <= Self.sizeOffset, "header outgrew its slot")
    self.capacity = UInt64(capacity)
    self.firstIndex = firstIndex
    self.firstSequence = firstSequence
    readerCount = readers
    bells = (0..<readers).map { _ in Bell() }
    // Safe: allocated here, written whole before any use, so that no page is first touched while
    // a run is on; freed in `deinit` alone.
    unsafe base = .allocate(byteCount: Self.page + capacity, alignment: Self.page)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.page + capacity)
    unsafe atomic(0).initialize(to: Atomic(firstIndex))
    unsafe atomic(256).initialize(to: Atomic(0))
    for reader in 0..<readers {
      unsafe atomic(Self.line(reader)).initialize(to: Atomic(firstIndex))
      unsafe atomic(Self.line(reader) + 8).initialize(to: Atomic(0))
      unsafe atomic(Self.line(reader) + 256).initialize(to: Atomic(0))
    }
  }

  deinit {
    // Safe: the last end is gone, nobody else can reach the memory; atomics need no clean-up.
    unsafe base.deallocate()
  }

  private static func line(_ reader: Int) -> Int { 512 + 512 * reader }

  // Safe: offsets come from the map above, are multiples of 8 and lie in the first page.
  private func atomic(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  // MARK: Indices

  /// The index behind the last published byte.
  var published: UInt64 {
    // Safe: see `atomic`. Acquire: the bytes of the records are seen with it.
    unsafe atomic(0).pointee.load(ordering: .acquiring)
  }

  var isFinished: Bool {
    // Safe: see `atomic`.
    unsafe atomic(256).pointee.load(ordering: .acquiring) != 0
  }

  /// Makes everything before `index` readable and wakes readers that sleep.
  ///
  /// Store and load are sequentially consistent, as are those of a reader that goes to sleep: one
  /// of the two sees the other, so that no wake-up is lost.
  func publish(_ index: UInt64) {
    // Safe: see `atomic`.
    unsafe atomic(0).pointee.store(index, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  func finish() {
    // Safe: see `atomic`.
    unsafe atomic(256).pointee.store(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  private func wakeSleepers() {
    for reader in 0..<readerCount {
      // Safe: see `atomic`. The exchange makes one sleep cost one system call at most.
      let sleeping = unsafe atomic(Self.line(reader) + 256)
      if unsafe sleeping.pointee.load(ordering: .sequentiallyConsistent) != 0,
        unsafe sleeping.pointee.exchange(0, ordering: .sequentiallyConsistent) != 0
      {
        bells[reader].ring()
      }
    }
  }

  /// The index of the slowest reader that is still there; `written` when all have left.
  func slowest(behind written: UInt64) -> UInt64 {
    var distance: UInt64 = 0
    for reader in 0..<readerCount {
      // Safe: see `atomic`. Acquire: the reader is done with the bytes before its index.
      guard unsafe atomic(Self.line(reader) + 8).pointee.load(ordering: .acquiring) == 0
      else { continue }
      let index = unsafe atomic(Self.line(reader)).pointee.load(ordering: .acquiring)
      distance = max(distance, written &- index)
    }
    return written &- distance
  }

  /// How many bytes lie between what is published and what this reader has released.
  func backlog(of reader: Int) -> UInt64 {
    // Safe: see `atomic`. The reader's index first: it can never pass a later published one.
    let index = unsafe atomic(Self.line(reader)).pointee.load(ordering: .acquiring)
    return published &- index
  }

  func release(_ reader: Int, upTo index: UInt64) {
    // Safe: see `atomic`. Release: reading the bytes happens before the producer may reuse them.
    unsafe atomic(Self.line(reader)).pointee.store(index, ordering: .releasing)
  }

  func depart(_ reader: Int) {
    // Safe: see `atomic`.
    unsafe atomic(Self.line(reader) + 8).pointee.store(1, ordering: .releasing)
  }

  /// Sleeps until the producer publishes past `index` or finishes, or the time is over.
  func sleep(_ reader: Int, at index: UInt64, nanoseconds: Int64) {
    // Safe: see `atomic`. See `publish` for the ordering.
    let sleeping = unsafe atomic(Self.line(reader) + 256)
    unsafe sleeping.pointee.store(1, ordering: .sequentiallyConsistent)
    let published = unsafe atomic(0).pointee.load(ordering: .sequentiallyConsistent)
    let finished = unsafe atomic(256).pointee.load(ordering: .sequentiallyConsistent)
    if published == index, finished == 0 { bells[reader].wait(nanoseconds: nanoseconds) }
    unsafe sleeping.pointee.store(0, ordering: .sequentiallyConsistent)
  }

  // MARK: Slots

  // Safe: masked, so within the allocation; slots never cross the end.
  private func slot(_ index: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Self.page + Int(index & (capacity - 1))
  }

  /// Where the content of the slot at `index` begins.
  @safe func content(_ index: UInt64) -> UnsafeMutablePointer<UInt8> {
    // Safe: the slot has its header in front; content is only ever bound to bytes.
    unsafe (slot(index) + Self.headerSize).assumingMemoryBound(to: UInt8.self)
  }

  func write(_ header: RecordHeader, size: UInt64, at index: UInt64) {
    // Safe: 64 aligned bytes that the producer owns until it publishes; both types are trivial.
    unsafe slot(index).assumingMemoryBound(to: RecordHeader.self).initialize(to: header)
    unsafe (slot(index) + Self.sizeOffset).storeBytes(of: size, as: UInt64.self)
  }

  func writeFilling(size: UInt64, at index: UInt64) {
    // Safe: as in `write`.
    unsafe (slot(index) + Self.sizeOffset).storeBytes(of: size | 1, as: UInt64.self)
  }

  /// The size of the slot at `index`, and whether it is only filling.
  func slotSize(_ index: UInt64) -> (size: UInt64, isFilling: Bool) {
    // Safe: a published slot, written by `write` or `writeFilling`.
    let word = unsafe (slot(index) + Self.sizeOffset).load(as: UInt64.self)
    return (word & ~1, word & 1 != 0)
  }

  func header(_ index: UInt64) -> RecordHeader {
    // Safe: a published slot, written by `write`.
    unsafe slot(index).assumingMemoryBound(to: RecordHeader.self).pointee
  }
}
