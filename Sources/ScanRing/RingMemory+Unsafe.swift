public import Synchronization

/// The one allocation that all ends of a ring share: indices in front, records behind.
///
///     0      index behind the last published byte      (written by the producer)
///     256    1 when nothing more will come              (written by the producer)
///     512    which readers sleep, a bit each            (written by readers, rarely)
///     768    reader 0: its index; +8: 1 when it left    (written by reader 0)
///     1024   reader 1, and so on
///     4096   records
///
/// Indices count bytes, run freely and wrap at 64 bits; their place is the index masked. Lines that
/// different threads write lie 256 bytes apart, so that no pair of lines is fetched for two owners.
///
/// A slot is 64 bytes of header, then the content, then padding to a multiple of 64. The header is
/// `RecordHeader` as the compiler lays it out; at byte 56 stands the slot's *mark*: 0 while it is not
/// published, else its size, the lowest bit set when the slot is only filling in front of the wrap.
///
/// A reader looks at the mark of the slot it waits for, so that news reach it with the record's own
/// first line and not by way of an index elsewhere. For that the producer clears the mark behind a
/// record before it sets the record's own; room for it is always kept free (`Placement.reserve`).
// Unchecked because the compiler cannot see who may touch which byte: between the slowest reader's
// index and the first slot whose mark is 0 readers alone read, outside it the producer alone writes,
// and marks and indices are atomics with acquire and release.
@safe @usableFromInline final class RingMemory: @unchecked Sendable {
  static let mostReaders = 7
  private static let page = 4096

  @usableFromInline let capacity: UInt64
  @usableFromInline let readerCount: Int
  let firstIndex: UInt64
  let firstSequence: UInt64
  /// Whether sleepers bring the fence, so that the producer needs none (see `RingSleep+Unsafe.swift`).
  @usableFromInline let sleepersFence: Bool
  // The first byte, and the first byte of the records.
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let slots: UnsafeMutableRawPointer
  let bells: [Bell]

  /// `capacity` is a power of two; `firstIndex` a multiple of 64.
  init(
    capacity: Int, readers: Int, firstIndex: UInt64, firstSequence: UInt64,
    sleepersFence: Bool = ProcessFence.isAvailable
  ) {
    precondition(MemoryLayout<RecordHeader>.size <= 56, "header outgrew its slot")
    self.capacity = UInt64(capacity)
    self.firstIndex = firstIndex
    self.firstSequence = firstSequence
    self.sleepersFence = sleepersFence
    readerCount = readers
    bells = (0..<readers).map { _ in Bell() }
    // Safe: allocated here, written whole before any use, so that no page is first touched while
    // a run is on; freed in `deinit` alone.
    unsafe base = .allocate(byteCount: Self.page + capacity, alignment: Self.page)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.page + capacity)
    unsafe slots = base + Self.page
    for offset in [0, 256, 512] { unsafe atomic(offset).initialize(to: Atomic(0)) }
    unsafe atomic(0).pointee.store(firstIndex, ordering: .relaxed)
    for reader in 0..<readers {
      unsafe atomic(Self.line(reader)).initialize(to: Atomic(firstIndex))
      unsafe atomic(Self.line(reader) + 8).initialize(to: Atomic(0))
    }
  }

  deinit {
    // Safe: the last end is gone, nobody else can reach the memory; atomics need no clean-up.
    unsafe base.deallocate()
  }

  @inlinable static func line(_ reader: Int) -> Int { 768 &+ 256 &* reader }

  // Safe: offsets come from the map above, are multiples of 8 and lie in the first page.
  @inlinable func atomic(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  // MARK: Indices

  /// The index behind the last published byte; a reader may be ahead of it for a moment.
  @inlinable var published: UInt64 {
    // Safe: see `atomic`.
    unsafe atomic(0).pointee.load(ordering: .acquiring)
  }

  @inlinable var isFinished: Bool {
    // Safe: see `atomic`. Acquire: what was published before the end is seen with it.
    unsafe atomic(256).pointee.load(ordering: .acquiring) != 0
  }

  /// Says that everything before `index` was published, and wakes readers that sleep.
  @inlinable func announce(_ index: UInt64) {
    // Safe: see `atomic`.
    unsafe atomic(0).pointee.store(index, ordering: .releasing)
    wakeSleepers()
  }

  func finish() {
    // Safe: see `atomic`.
    unsafe atomic(256).pointee.store(1, ordering: .releasing)
    wakeSleepers()
  }

  /// The index of the slowest reader that is still there; `written` when all have left.
  @usableFromInline func slowest(behind written: UInt64) -> UInt64 {
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
    // Safe: see `atomic`.
    backlog(behind: unsafe atomic(Self.line(reader)).pointee.load(ordering: .acquiring))
  }

  /// How many bytes are published behind a reader's index; none when it is ahead for a moment.
  func backlog(behind index: UInt64) -> UInt64 {
    UInt64(max(0, Int64(bitPattern: published &- index)))
  }

  @inlinable func release(_ reader: Int, upTo index: UInt64) {
    // Safe: see `atomic`. Release: reading the bytes happens before the producer may reuse them.
    unsafe atomic(Self.line(reader)).pointee.store(index, ordering: .releasing)
  }

  func depart(_ reader: Int) {
    // Safe: see `atomic`.
    unsafe atomic(Self.line(reader) + 8).pointee.store(1, ordering: .releasing)
  }

  // MARK: Slots

  // Safe: masked, so within the allocation; slots never cross the end.
  @inlinable func slot(_ index: UInt64) -> UnsafeMutableRawPointer {
    unsafe slots + Int(truncatingIfNeeded: index & (capacity &- 1))
  }

  // Safe: 8 aligned bytes of a slot that are only ever used as this atomic while they are a mark.
  @inlinable func mark(_ index: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (slot(index) + 56).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// Where the content of the slot at `index` begins.
  @safe @inlinable func content(_ index: UInt64) -> UnsafeMutablePointer<UInt8> {
    // Safe: the slot has its header in front; content is only ever bound to bytes.
    unsafe (slot(index) + 64).assumingMemoryBound(to: UInt8.self)
  }

  @inlinable func write(_ header: RecordHeader, at index: UInt64) {
    // Safe: 64 aligned bytes that the producer owns until it publishes; both types are trivial.
    unsafe slot(index).assumingMemoryBound(to: RecordHeader.self).initialize(to: header)
  }

  /// Takes the mark off the slot that will be next, before the one in front of it is published.
  @inlinable func clearMark(at index: UInt64) {
    // Safe: see `mark`; the place is free, as `Placement.reserve` keeps it.
    unsafe mark(index).pointee.store(0, ordering: .relaxed)
  }

  /// Publishes the slot at `index`, to readers that have come to it.
  @inlinable func setMark(_ size: UInt64, isFilling: Bool = false, at index: UInt64) {
    // Safe: see `mark`. Release: the slot's bytes and the cleared mark behind it are seen with it.
    unsafe mark(index).pointee.store(isFilling ? size | 1 : size, ordering: .releasing)
  }

  /// The mark of the slot at `index`, which a reader has come to; 0 while it is not published.
  @inlinable func mark(at index: UInt64) -> UInt64 {
    // Safe: see `mark`. Acquire: the slot's bytes are seen with it.
    unsafe mark(index).pointee.load(ordering: .acquiring)
  }

  @inlinable func header(_ index: UInt64) -> RecordHeader {
    // Safe: a published slot, written by `write`.
    unsafe slot(index).assumingMemoryBound(to: RecordHeader.self).pointee
  }
}
