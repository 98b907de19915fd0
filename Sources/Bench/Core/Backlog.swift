internal import Foundation
internal import ScanRing

/// Records on their way from the ring to the core, bounded in bytes.
///
/// When it is full the tap leaves records out; the core notices the hole in the sequence and reads
/// them back from the journal. So slow mathematics delays results but never the instrument.
final class Backlog: @unchecked Sendable {
  struct Item: Sendable {
    var header: RecordHeader
    var content: [UInt8]
  }

  // Safe: everything below is only touched while `condition` is locked.
  private let condition = NSCondition()
  private var items: [Item] = []
  private var first = 0
  private var bytes = 0
  private var end: UInt64?
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Whether this many bytes still fit.
  func hasRoom(for byteCount: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return bytes + byteCount <= limit
  }

  func put(_ item: Item) {
    condition.lock()
    items.append(item)
    bytes += item.content.count + 64
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
    case item(Item)
    case finished(records: UInt64)
  }

  /// Waits for the next record or the end.
  func take() -> Taken {
    condition.lock()
    defer { condition.unlock() }
    while first >= items.count {
      if let end { return .finished(records: end) }
      condition.wait()
    }
    let item = items[first]
    items[first].content = []
    first += 1
    bytes -= item.content.count + 64
    if first > 1024 || first == items.count {
      items.removeFirst(first)
      first = 0
    }
    return .item(item)
  }
}
