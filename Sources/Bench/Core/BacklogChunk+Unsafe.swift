internal import ScanRing

/// Records of a backlog that are handed over together, their contents one behind the other.
struct BacklogChunk: Sendable {
  /// What a record counts beside its content.
  static let recordCost = 64

  private var bytes: [UInt8] = []
  private var records: [(header: RecordHeader, end: Int)] = []

  var isEmpty: Bool { records.isEmpty }
  var byteCount: Int { bytes.count + Self.recordCost * records.count }

  mutating func add(_ header: RecordHeader, _ content: Span<UInt8>) {
    // Safe: copied within the call.
    unsafe content.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    records.append((header, bytes.count))
  }

  /// Gives the records in their order.
  func forEach(_ body: (RecordHeader, Span<UInt8>) -> Void) {
    var start = 0
    for (header, end) in records {
      body(header, bytes.span.extracting(start..<end))
      start = end
    }
  }

  /// Empties it; its memory stays, up to a chunk's size.
  mutating func clear() {
    records.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * Backlog.chunkSize)
  }
}

extension Array where Element == UInt8 {
  /// The bytes of a span in an array of their own.
  init(copying span: Span<UInt8>) {
    // Safe: copied within the call.
    self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
