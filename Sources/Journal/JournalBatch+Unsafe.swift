internal import ScanRing

/// Records gathered for one large write.
@safe struct JournalBatch {
  /// There is no room left; write what there is first.
  struct Full: Error {}

  private(set) var bytes: [UInt8]
  private var used = 0
  private(set) var records: UInt64 = 0
  private var frames: UInt64 = 0

  init(capacity: Int) { bytes = [UInt8](repeating: 0, count: capacity) }

  var isEmpty: Bool { records == 0 }
  var byteCount: Int { used }

  /// Adds a record in its form on disk; one too long for the whole room makes it grow, once.
  mutating func add(_ header: RecordHeader, _ content: Span<UInt8>) throws(Full) {
    let size = JournalFormat.recordHeaderSize + content.count
    if size > bytes.count - used {
      guard isEmpty else { throw Full() }
      bytes = [UInt8](repeating: 0, count: size)
    }
    let head = JournalFormat.encode(header)
    let sum = CRC32C.ofRecord(head.span, content)
    for place in head.indices { bytes[used + place] = head[place] }
    for byte in 0..<4 { bytes[used + 60 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte)) }
    let start = used + JournalFormat.recordHeaderSize
    // Unsafe for speed. Safe: the room was checked above, and the two memories are different.
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe content.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<start + source.count])
          .copyMemory(from: source)
      }
    }
    used += size
    records += 1
    if JournalFormat.isFrame(header.kind) { frames += 1 }
  }

  /// What of it is whole in its first `count` bytes.
  func whole(in count: Int) -> (records: UInt64, frames: UInt64, byteCount: Int) {
    guard count < used else { return (records, frames, used) }
    var whole: (records: UInt64, frames: UInt64, byteCount: Int) = (0, 0, 0)
    while whole.records < records {
      let head = bytes.span.extracting(
        whole.byteCount..<whole.byteCount + JournalFormat.recordHeaderSize)
      let end =
        whole.byteCount + JournalFormat.recordHeaderSize + Int(JournalFormat.number(head, 0, 4))
      guard end <= count else { break }
      let kind = RecordKind(rawValue: UInt16(JournalFormat.number(head, 4, 2)))
      whole.records += 1
      if kind.map(JournalFormat.isFrame) == true { whole.frames += 1 }
      whole.byteCount = end
    }
    return whole
  }

  mutating func clear() { (used, records, frames) = (0, 0, 0) }
}
