public import ScanRing
internal import Synchronization

/// Writes the records of a ring into a new journal, and counts what the disk keeps.
///
/// Two threads of its own: `journal` drains the ring into large writes; `journal-sync` lets the disk
/// confirm them every 10 ms while something is unconfirmed. They end after the ring's end, also when
/// the recorder was dropped before.
///
/// A write or confirmation that fails is never tried again: the failure is kept, nothing more is
/// written, and the ring is drained to its end so that the producer is not held up. After a failed
/// write the records written whole before it may still become durable; after a failed confirmation
/// the durable count stands still.
public final class JournalRecorder: Sendable {
  static let syncInterval: Int64 = 10_000_000
  static let batchSize = 1 << 20

  private let state: RecorderState
  private let threads: [WorkerThread]

  private init(_ state: RecorderState, _ threads: [WorkerThread]) {
    self.state = state
    self.threads = threads
  }

  /// Creates the journal and starts to record; the header is durable when this returns.
  ///
  /// `onDurable` is called on the sync thread with the number of durable records, whenever it rose;
  /// `onFailure` once, on the thread that met the first failure. Both must return soon.
  /// The file must not exist yet.
  public static func start(
    path: String, header: JournalHeader, reader: consuming RingReader,
    onDurable: (@Sendable (UInt64) -> Void)? = nil,
    onFailure: (@Sendable (JournalError) -> Void)? = nil
  ) throws(JournalError) -> JournalRecorder {
    try start(
      path: path, header: header, reader: reader, disk: Disk(), onDurable: onDurable,
      onFailure: onFailure)
  }

  static func start(
    path: String, header: JournalHeader, reader: consuming RingReader, disk: Disk,
    onDurable: (@Sendable (UInt64) -> Void)? = nil,
    onFailure: (@Sendable (JournalError) -> Void)? = nil
  ) throws(JournalError) -> JournalRecorder {
    let prefix = try prefix(header)
    let descriptor = disk.create(path)
    guard descriptor >= 0 else { throw .opening(path, -descriptor) }
    do throws(JournalError) {
      try begin(prefix, path, descriptor, disk)
    } catch {
      _ = disk.closeFile(descriptor)
      disk.remove(path)
      throw error
    }
    let state = RecorderState(path: path, headerSize: UInt64(prefix.count), onFailure: onFailure)
    let sync = SyncLoop(state: state, disk: disk, descriptor: descriptor, onDurable: onDurable)
    let writer = WriterLoop(
      state: state, disk: disk, descriptor: descriptor, sync: sync, reader: Handoff(reader))
    guard let syncThread = WorkerThread(name: "journal-sync", { sync.run() }) else {
      _ = disk.closeFile(descriptor)
      disk.remove(path)
      throw .noThread
    }
    guard let writerThread = WorkerThread(name: "journal", { writer.run() }) else {
      // The sync thread closes the file.
      sync.end()
      syncThread.join()
      disk.remove(path)
      throw .noThread
    }
    return JournalRecorder(state, [writerThread, syncThread])
  }

  /// How far the journal has come; may be asked from any thread at any time.
  public var progress: JournalProgress { state.progress }

  /// Whether something went wrong; without a lock, for the acquisition thread.
  public var hasFailed: Bool { state.hasFailed.load(ordering: .acquiring) }

  /// Waits until the ring has ended and all of it is written, confirmed and closed.
  ///
  /// Blocks the thread until then: never call it on Swift's task pool.
  public func waitUntilFinished() -> JournalProgress {
    for thread in threads { thread.join() }
    return state.progress
  }

  /// Magic, length, header and checksum.
  static func prefix(_ header: JournalHeader) throws(JournalError) -> [UInt8] {
    let text = try header.encoded()
    var bytes = JournalFormat.magic
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: text.count >> (8 * byte))) }
    bytes += text
    let sum = CRC32C.of(bytes.span)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: sum >> (8 * byte))) }
    return bytes
  }

  private static func begin(
    _ prefix: [UInt8], _ path: String, _ descriptor: Int32, _ disk: Disk
  ) throws(JournalError) {
    let count = disk.writeAll(descriptor, prefix.span)
    guard count == prefix.count else {
      throw .writing(path, count < 0 ? Int32(-count) : 0)
    }
    for code in [disk.sync(descriptor), disk.syncFolder(of: path)] where code != 0 {
      throw .syncFailed(path: path, code: -code)
    }
  }
}

/// The thread that drains the ring.
private final class WriterLoop: Sendable {
  private let state: RecorderState
  private let disk: Disk
  private let descriptor: Int32
  private let sync: SyncLoop
  private let reader: Handoff<RingReader>

  init(
    state: RecorderState, disk: Disk, descriptor: Int32, sync: SyncLoop,
    reader: Handoff<RingReader>
  ) {
    self.state = state
    self.disk = disk
    self.descriptor = descriptor
    self.sync = sync
    self.reader = reader
  }

  func run() {
    defer { sync.end() }
    guard var reader = reader.take() else { return }
    var batch = JournalBatch(capacity: JournalRecorder.batchSize)
    while true {
      do throws(JournalBatch.Full) {
        let outcome = try reader.next { (header, content) throws(JournalBatch.Full) in
          try gather(header, content, &batch)
        }
        switch outcome {
        case .record: continue
        case .empty:
          write(&batch)
          // Records of a fast instrument are gathered, and the instrument's thread is not held up by
          // ringing for each; what is durable within 10 ms is so still.
          reader.wait(atMost: .seconds(60), napping: .milliseconds(2))
        case .finished:
          write(&batch)
          return
        }
      } catch {
        write(&batch)
      }
    }
  }

  private func gather(
    _ header: RecordHeader, _ content: Span<UInt8>, _ batch: inout JournalBatch
  ) throws(JournalBatch.Full) {
    guard content.count <= JournalFormat.largestContent else {
      // What came before it is still written.
      guard batch.isEmpty else { throw JournalBatch.Full() }
      state.fail(
        .recordTooLong(
          path: state.path, sequence: header.sequence, byteCount: content.count))
      state.recordsDropped.add(1, ordering: .releasing)
      return
    }
    guard !state.hasFailed.load(ordering: .acquiring) else {
      state.recordsDropped.add(1, ordering: .releasing)
      return
    }
    try batch.add(header, content)
  }

  private func write(_ batch: inout JournalBatch) {
    guard !batch.isEmpty else { return }
    defer { batch.clear() }
    guard !state.hasFailed.load(ordering: .acquiring) else {
      state.recordsDropped.add(batch.records, ordering: .releasing)
      return
    }
    let (taken, code) = disk.writeTelling(
      descriptor, batch.bytes.span.extracting(0..<batch.byteCount))
    // Of a batch written in part, the records that are whole in the file count and become durable.
    let whole = batch.whole(in: taken)
    if whole.records > 0 {
      state.bytesWritten.add(UInt64(whole.byteCount), ordering: .releasing)
      state.framesWritten.add(whole.frames, ordering: .releasing)
      state.recordsWritten.add(whole.records, ordering: .sequentiallyConsistent)
      sync.wake()
    }
    guard taken == batch.byteCount else {
      state.recordsDropped.add(batch.records - whole.records, ordering: .releasing)
      return state.fail(.writing(state.path, Int32(-code)))
    }
  }
}

/// The thread that lets the disk confirm, and closes the file at last.
private final class SyncLoop: Sendable {
  private let state: RecorderState
  private let disk: Disk
  private let descriptor: Int32
  private let onDurable: (@Sendable (UInt64) -> Void)?
  private let bell = Bell()
  private let isIdle = Atomic<Bool>(false)
  private let isEnding = Atomic<Bool>(false)

  init(
    state: RecorderState, disk: Disk, descriptor: Int32,
    onDurable: (@Sendable (UInt64) -> Void)?
  ) {
    self.state = state
    self.disk = disk
    self.descriptor = descriptor
    self.onDurable = onDurable
  }

  /// Says that something was written.
  func wake() {
    if isIdle.exchange(false, ordering: .sequentiallyConsistent) { bell.ring() }
  }

  /// Says that nothing more will be written.
  func end() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    bell.ring()
  }

  func run() {
    var last = Bell.now - JournalRecorder.syncInterval
    var canSync = true
    while true {
      let ending = isEnding.load(ordering: .sequentiallyConsistent)
      let rest = last + JournalRecorder.syncInterval - Bell.now
      if !ending, rest > 0 {
        // Many records become durable by one confirmation.
        bell.wait(nanoseconds: rest)
        continue
      }
      if canSync, unconfirmed {
        last = Bell.now
        canSync = confirm()
      }
      if ending { break }
      isIdle.store(true, ordering: .sequentiallyConsistent)
      if !(canSync && unconfirmed), !isEnding.load(ordering: .sequentiallyConsistent) {
        bell.wait(nanoseconds: 60_000_000_000)
      }
      isIdle.store(false, ordering: .sequentiallyConsistent)
    }
    let code = disk.closeFile(descriptor)
    if code != 0 { state.fail(.writing(state.path, -code)) }
  }

  private var unconfirmed: Bool {
    state.recordsWritten.load(ordering: .sequentiallyConsistent)
      != state.recordsDurable.load(ordering: .relaxed)
  }

  private func confirm() -> Bool {
    // Read before the call: what is written during it may not be covered. Records last, as they are
    // counted last: frames never run ahead of them.
    let bytes = state.bytesWritten.load(ordering: .acquiring)
    let frames = state.framesWritten.load(ordering: .acquiring)
    let records = state.recordsWritten.load(ordering: .acquiring)
    let code = disk.syncContent(descriptor)
    guard code == 0 else {
      state.fail(.syncFailed(path: state.path, code: -code))
      return false
    }
    state.bytesDurable.store(bytes, ordering: .releasing)
    state.framesDurable.store(frames, ordering: .releasing)
    state.recordsDurable.store(records, ordering: .releasing)
    onDurable?(records)
    return true
  }
}
