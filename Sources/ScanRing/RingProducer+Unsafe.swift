/// The end of a ring that appends records; one thread owns it.
///
/// Nothing here allocates, takes a lock or makes a system call, except that a sleeping reader is
/// woken through its eventfd.
@safe public struct RingProducer: ~Copyable, Sendable {
  private let memory: RingMemory
  private var written: UInt64
  // The last sight of the slowest reader: shared lines are read only when this shows no room.
  private var slowest: UInt64
  private var pendingLoss: UInt64 = 0
  private var isFinished = false
  /// How many frames were reported lost so far.
  public private(set) var lost: UInt64 = 0
  /// The number that the next record gets; a gap record, where one is due, comes before it.
  public private(set) var nextSequence: UInt64

  init(_ memory: RingMemory) {
    self.memory = memory
    written = memory.firstIndex
    slowest = memory.firstIndex
    nextSequence = memory.firstSequence
  }

  deinit {
    if !isFinished { memory.finish() }
  }

  /// The longest content that one record can have.
  public var largestContent: Int { Placement.largestContent(capacity: memory.capacity) }

  /// How full the slowest reader lets the ring be, from 0 to 1.
  public var fillLevel: Double {
    Double(written &- memory.slowest(behind: written)) / Double(memory.capacity)
  }

  /// Whether a record of that many bytes of content can be appended now.
  ///
  /// An instrument that is polled is not asked for a frame when it cannot.
  public mutating func hasRoom(for byteCount: Int) -> Bool { placement(for: byteCount) != nil }

  /// Reserves `capacity` bytes of content and lets `fill` write them in place.
  ///
  /// `fill` sets the header's kind, `byteCount` (at most `capacity`) and times; size and sequence of
  /// the slot follow. It returns false when there is nothing to keep; when it throws, nothing is
  /// kept either. The bytes it is given hold what lay there before. A capacity above
  /// ``largestContent`` is a programmer's mistake and traps.
  public mutating func append<E: Error>(
    capacity: Int,
    _ fill: (inout RecordHeader, inout MutableSpan<UInt8>) throws(E) -> Bool
  ) throws(E) -> AppendOutcome {
    guard let place = placement(for: capacity) else { return .full }
    var header = RecordHeader(kind: .frame)
    // Safe: the slot was found free for `capacity` bytes, and the producer alone may write it until
    // it publishes; the span does not outlive the call of `fill`.
    var content = unsafe MutableSpan(_unsafeStart: memory.content(place.record), count: capacity)
    guard try fill(&header, &content) else { return .nothing }
    precondition(Int(header.byteCount) <= capacity, "a record longer than its reserved room")
    return .appended(sequence: publish(header, place))
  }

  /// Appends a record with a copy of `content`; the header's size and sequence are filled in.
  public mutating func append(_ header: RecordHeader, _ content: Span<UInt8>) -> AppendOutcome {
    guard let place = placement(for: content.count) else { return .full }
    // Safe: as above; two different pieces of memory, both of at least that many bytes.
    unsafe content.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe memory.content(place.record).update(from: start, count: source.count)
    }
    var header = header
    header.byteCount = UInt32(content.count)
    return .appended(sequence: publish(header, place))
  }

  /// Reports frames that the instrument sent and the full ring could not take.
  ///
  /// The next record that is appended, or the end, comes behind a `gap` record with their number.
  public mutating func lose(_ count: UInt64) {
    lost = lost.addingReportingOverflow(count).overflow ? .max : lost + count
    pendingLoss =
      pendingLoss.addingReportingOverflow(count).overflow ? .max : pendingLoss + count
  }

  /// Ends the ring: readers get what is in it and then `.finished`.
  ///
  /// Losses not yet recorded are recorded first; there is always room for that. Calling it again
  /// does nothing; a dropped producer ends the ring too.
  public mutating func finish() {
    guard !isFinished else { return }
    if pendingLoss > 0 {
      var place = Placement(from: written, gapDue: true, size: 0, capacity: memory.capacity)
      writeGap(&place, madeAt: 0)
      written = place.end
      memory.publish(written)
    }
    isFinished = true
    memory.finish()
  }

  private mutating func placement(for byteCount: Int) -> Placement? {
    precondition(!isFinished, "the ring has been finished")
    precondition((0...largestContent).contains(byteCount), "a record too long for its ring")
    let place = Placement(
      from: written, gapDue: pendingLoss > 0, size: Placement.slotSize(content: byteCount),
      capacity: memory.capacity)
    let needed = place.end &+ Placement.reserve
    if needed &- slowest > memory.capacity {
      slowest = memory.slowest(behind: written)
      if needed &- slowest > memory.capacity { return nil }
    }
    return place
  }

  private mutating func publish(_ header: RecordHeader, _ place: Placement) -> UInt64 {
    var (header, place) = (header, place)
    writeGap(&place, madeAt: header.lastByte)
    let size = Placement.slotSize(content: Int(header.byteCount))
    header.sequence = nextSequence
    memory.write(header, size: size, at: place.record)
    place.shrink(to: size)
    nextSequence &+= 1
    written = place.end
    memory.publish(written)
    return header.sequence
  }

  private mutating func writeGap(_ place: inout Placement, madeAt time: UInt64) {
    if let (index, size) = place.filling { memory.writeFilling(size: size, at: index) }
    guard let gap = place.gap else { return }
    let header = RecordHeader(
      kind: .gap, lastByte: time, byteCount: 8, sequence: nextSequence)
    memory.write(header, size: Placement.gapSize, at: gap)
    // Safe: a gap's slot has 64 bytes of content.
    let content = memory.content(gap)
    for byte in 0..<8 {
      unsafe content[byte] = UInt8(truncatingIfNeeded: pendingLoss >> (8 * UInt64(byte)))
    }
    pendingLoss = 0
    nextSequence &+= 1
  }
}
