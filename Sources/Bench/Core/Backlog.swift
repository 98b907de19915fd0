internal import Foundation
internal import ScanRing
internal import Synchronization

/// Records on their way from the ring to the core, bounded in bytes.
///
/// The tap gathers what the ring holds into a chunk and hands it over at once; the core gives emptied
/// chunks back, so that in the long run nothing is allocated and one lock is taken for many scans.
///
/// When it is full the tap leaves records out; the core notices the hole in the sequence and reads
/// them back from the journal. So slow mathematics delays results but never the instrument.
final class Backlog: @unchecked Sendable {
  /// As much as is handed over at once; one record may be larger.
  static let chunkSize = 256 << 10
  private static let mostSpare = 4

  // Safe: what is not an atomic is only touched while `condition` is locked.
  private let condition = NSCondition()
  private var chunks: [BacklogChunk] = []
  private var spare: [BacklogChunk] = []
  private var end: UInt64?
  private let limit: Int
  private let bytes = Atomic<Int>(0)

  init(limit: Int) { self.limit = limit }

  /// Whether a record fits beside a chunk that is being gathered and all that was handed over.
  func hasRoom(for byteCount: Int, beside chunk: borrowing BacklogChunk) -> Bool {
    bytes.load(ordering: .relaxed) + chunk.byteCount + byteCount + BacklogChunk.recordCost <= limit
  }

  /// Hands a chunk over, and puts an empty one in its place; an empty one stays.
  func put(_ chunk: inout BacklogChunk) {
    guard !chunk.isEmpty else { return }
    bytes.add(chunk.byteCount, ordering: .relaxed)
    condition.lock()
    chunks.append(chunk)
    chunk = spare.popLast() ?? BacklogChunk()
    condition.signal()
    condition.unlock()
  }

  /// Says that the ring is finished and how many records it carried in all.
  func finish(records: UInt64) {
    condition.lock()
    end = records
    condition.signal()
    condition.unlock()
  }

  enum Taken {
    case chunks([BacklogChunk])
    case finished(records: UInt64)
  }

  /// Waits for the next records or the end.
  func take() -> Taken {
    condition.lock()
    defer { condition.unlock() }
    while chunks.isEmpty {
      if let end { return .finished(records: end) }
      condition.wait()
    }
    defer { chunks.removeAll(keepingCapacity: true) }
    return .chunks(chunks)
  }

  /// Takes a chunk back whose records are done with.
  func giveBack(_ chunk: consuming BacklogChunk) {
    bytes.subtract(chunk.byteCount, ordering: .relaxed)
    chunk.clear()
    condition.lock()
    defer { condition.unlock() }
    if spare.count < Self.mostSpare { spare.append(chunk) }
  }
}
