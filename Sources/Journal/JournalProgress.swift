internal import Synchronization

/// How far a journal has come.
///
/// Durable never exceeds written: it counts what the disk has confirmed to keep.
public struct JournalProgress: Sendable, Hashable {
  /// Records handed to the system whole.
  public var recordsWritten: UInt64
  /// Records that a loss of power cannot take any more.
  public var recordsDurable: UInt64
  /// Frames among the written records: accepted, refused, dark and reference.
  public var framesWritten: UInt64
  /// Frames among the durable records.
  public var framesDurable: UInt64
  /// The size of the file, header included.
  public var bytesWritten: UInt64
  /// How much of it is durable.
  public var bytesDurable: UInt64
  /// Records that came after a failure and are not in the file.
  public var recordsDropped: UInt64
  /// The first thing that went wrong; from then on nothing is written.
  public var failure: JournalError?
}

/// The counts that writer and sync thread share with whoever asks.
final class RecorderState: Sendable {
  let path: String
  let recordsWritten = Atomic<UInt64>(0)
  let framesWritten = Atomic<UInt64>(0)
  let bytesWritten: Atomic<UInt64>
  let recordsDurable = Atomic<UInt64>(0)
  let framesDurable = Atomic<UInt64>(0)
  let bytesDurable: Atomic<UInt64>
  let recordsDropped = Atomic<UInt64>(0)
  let hasFailed = Atomic<Bool>(false)
  private let firstFailure = Mutex<JournalError?>(nil)
  private let onFailure: (@Sendable (JournalError) -> Void)?

  init(
    path: String, headerSize: UInt64, onFailure: (@Sendable (JournalError) -> Void)?
  ) {
    self.path = path
    self.onFailure = onFailure
    bytesWritten = Atomic(headerSize)
    bytesDurable = Atomic(headerSize)
  }

  /// Keeps the first failure; later ones follow from it.
  func fail(_ error: JournalError) {
    let isFirst = firstFailure.withLock { failure in
      if failure != nil { return false }
      failure = error
      return true
    }
    hasFailed.store(true, ordering: .releasing)
    if isFirst { onFailure?(error) }
  }

  var progress: JournalProgress {
    // Durable before written, so that it is never seen ahead.
    let durable = (
      recordsDurable.load(ordering: .acquiring), framesDurable.load(ordering: .acquiring),
      bytesDurable.load(ordering: .acquiring)
    )
    return JournalProgress(
      recordsWritten: recordsWritten.load(ordering: .acquiring), recordsDurable: durable.0,
      framesWritten: framesWritten.load(ordering: .acquiring), framesDurable: durable.1,
      bytesWritten: bytesWritten.load(ordering: .acquiring), bytesDurable: durable.2,
      recordsDropped: recordsDropped.load(ordering: .acquiring),
      failure: hasFailed.load(ordering: .acquiring) ? firstFailure.withLock { $0 } : nil)
  }
}
