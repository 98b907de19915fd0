/// The end of a ring that appends records; one thread owns it.
///
/// Nothing here allocates, takes a lock or makes a system call, except that a sleeping reader is
/// woken through its eventfd.
@safe public struct RingProducer: ~Copyable, Sendable {
  @usableFromInline let memory: RingMemory
  @usableFromInline var written: UInt64
  // The last sight of the slowest reader: shared lines are read only when this shows no room.
  @usableFromInline var slowest: UInt64
  @usableFromInline var pendingLoss: UInt64 = 0
  @usableFromInline var isFinished = false
  /// How many frames were reported lost so far.
  public private(set) var lost: UInt64 = 0
  /// The number that the next record gets; a gap record, where one is due, comes before it.
  public var nextSequence: UInt64 { upcoming }
  @usableFromInline var upcoming: UInt64

  init(_ memory: RingMemory) {
    self.memory = memory
    largestContent = Placement.largestContent(capacity: memory.capacity)
    written = memory.firstIndex
    slowest = memory.firstIndex
    upcoming = memory.firstSequence
  }

  deinit {
    if !isFinished { memory.finish() }
  }

  /// The longest content that one record can have.
  public let largestContent: Int

  /// How full the slowest reader lets the ring be, from 0 to 1.
  public var fillLevel: Double {
    Double(written &- memory.slowest(behind: written)) / Double(memory.capacity)
  }

  /// Whether a record of that many bytes of content can be appended now.
  ///
  /// An instrument that is polled is not asked for a frame when it cannot.
  public mutating func hasRoom(for byteCount: Int) -> Bool { place(for: byteCount) != nil }

  /// Reserves `capacity` bytes of content and lets `fill` write them in place.
  ///
  /// `fill` sets the header's kind, `byteCount` (at most `capacity`) and times; size and sequence of
  /// the slot follow. It returns false when there is nothing to keep; when it throws, nothing is
  /// kept either. The bytes it is given hold what lay there before. A capacity above
  /// ``largestContent`` is a programmer's mistake and traps.
  @inlinable @inline(__always) public mutating func append<E: Error>(
    capacity: Int,
    _ fill: (inout RecordHeader, inout MutableSpan<UInt8>) throws(E) -> Bool
  ) throws(E) -> AppendOutcome {
    guard let record = place(for: capacity) else { return .full }
    var header = RecordHeader(kind: .frame)
    // Safe: the slot was found free for `capacity` bytes, and the producer alone may write it until
    // it publishes; the span does not outlive the call of `fill`.
    var content = unsafe MutableSpan(_unsafeStart: memory.content(record), count: capacity)
    guard try fill(&header, &content) else { return .nothing }
    precondition(Int(header.byteCount) <= capacity, "a record longer than its reserved room")
    return .appended(sequence: publish(header, at: record, reserved: capacity))
  }

  /// Appends a record with a copy of `content`; the header's size and sequence are filled in.
  @inlinable public mutating func append(
    _ header: RecordHeader, _ content: Span<UInt8>
  ) -> AppendOutcome {
    guard let record = place(for: content.count) else { return .full }
    // Safe: as above; two different pieces of memory, both of at least that many bytes.
    unsafe content.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe memory.content(record).update(from: start, count: source.count)
    }
    var header = header
    header.byteCount = UInt32(content.count)
    return .appended(sequence: publish(header, at: record, reserved: content.count))
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
      let place = Placement(from: written, gapDue: true, size: 0, capacity: memory.capacity)
      memory.clearMark(at: place.end)
      publishGap(place, madeAt: 0)
      upcoming &+= 1
      written = place.end
      memory.announce(written)
    }
    isFinished = true
    memory.finish()
  }

  /// Where a record of that many bytes of content goes; nil where there is no room.
  @inlinable @inline(__always) mutating func place(for byteCount: Int) -> UInt64? {
    precondition(!isFinished, "the ring has been finished")
    precondition(byteCount >= 0 && byteCount <= largestContent, "a record too long for its ring")
    let size = Placement.slotSize(content: byteCount)
    let left = memory.capacity &- (written & (memory.capacity &- 1))
    let needed = written &+ size &+ Placement.reserve
    guard pendingLoss == 0, size <= left, needed &- slowest <= memory.capacity else {
      return placeAnew(size)
    }
    return written
  }

  /// The same when something goes before the record, or the readers have to be asked.
  @usableFromInline mutating func placeAnew(_ size: UInt64) -> UInt64? {
    let place = Placement(
      from: written, gapDue: pendingLoss > 0, size: size, capacity: memory.capacity)
    let needed = place.end &+ Placement.reserve
    if needed &- slowest > memory.capacity {
      slowest = memory.slowest(behind: written)
      if needed &- slowest > memory.capacity { return nil }
    }
    return place.record
  }

  /// Publishes a record whose content lies in its place, and what goes before it.
  ///
  /// The first slot gets its mark last: a reader that has come to it then finds all the others.
  @inlinable @inline(__always) mutating func publish(
    _ header: RecordHeader, at record: UInt64, reserved: Int
  ) -> UInt64 {
    let size = Placement.slotSize(content: Int(header.byteCount))
    let end = record &+ size
    var header = header
    header.sequence = pendingLoss == 0 ? upcoming : upcoming &+ 1
    memory.write(header, at: record)
    memory.clearMark(at: end)
    memory.setMark(size, at: record)
    if record != written { publishWhatGoesBefore(reserved, madeAt: header.lastByte) }
    upcoming = header.sequence &+ 1
    written = end
    memory.announce(end)
    return header.sequence
  }

  /// Publishes the gap record and the filling in front of a record.
  @usableFromInline mutating func publishWhatGoesBefore(_ reserved: Int, madeAt time: UInt64) {
    publishGap(
      Placement(
        from: written, gapDue: pendingLoss > 0, size: Placement.slotSize(content: reserved),
        capacity: memory.capacity),
      madeAt: time)
  }

  /// Publishes the gap record and the filling of a place, as far as it has them.
  private mutating func publishGap(_ place: Placement, madeAt time: UInt64) {
    // From behind to the front: filling stands before the gap record or behind it.
    if let (index, size) = place.filling, index != written {
      memory.setMark(size, isFilling: true, at: index)
    }
    if let gap = place.gap {
      memory.write(
        RecordHeader(kind: .gap, lastByte: time, byteCount: 8, sequence: upcoming), at: gap)
      // Safe: a gap's slot has 64 bytes of content.
      let content = memory.content(gap)
      for byte in 0..<8 {
        unsafe content[byte] = UInt8(truncatingIfNeeded: pendingLoss >> (8 * UInt64(byte)))
      }
      pendingLoss = 0
      memory.setMark(Placement.gapSize, at: gap)
    }
    if let (index, size) = place.filling, index == written {
      memory.setMark(size, isFilling: true, at: index)
    }
  }
}
