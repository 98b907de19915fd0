internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import Methods
internal import ScanRing
internal import Synchronization

/// The processing side of one run: a tap that empties the ring, and the core that computes.
final class Core: Sendable {
  struct Result: Sendable {
    var output = RunOutput()
    var failure: Failure?
    var readBack: UInt64
  }

  private let backlog: Backlog
  private let journal: String
  private let result = Mutex<Result?>(nil)
  private let done = DispatchSemaphore(value: 0)

  private let recorder: JournalRecorder
  private let lostFrames = Atomic<UInt64>(0)

  private let onProvisional: @Sendable ([LiveFinding]) -> Void

  /// `onProvisional` is told of peaks that close while the run goes on, on the core's thread.
  init(
    journal: String, recorder: JournalRecorder, backlogLimit: Int = 64 << 20,
    onProvisional: @escaping @Sendable ([LiveFinding]) -> Void = { _ in }
  ) {
    self.onProvisional = onProvisional
    self.journal = journal
    self.recorder = recorder
    backlog = Backlog(limit: backlogLimit)
  }

  /// Starts tap and core, each on a thread of its own.
  func start(reader: Handoff<RingReader>, processor: RunProcessor) throws(Failure) {
    let processor = Mutex<RunProcessor?>(processor)
    let tap = WorkerThread(name: "core-tap") { [self] in
      if let reader = reader.take() { empty(reader) }
    }
    let core = WorkerThread(name: "core") { [self] in
      if let processor = processor.withLock({ $0.take() }) { compute(processor) }
    }
    // One without the other ends with the ring: tap and journal empty it to its end.
    if tap == nil { backlog.finish(records: 0) }
    guard tap != nil, core != nil else {
      throw Failure(
        "no-thread", exit: .failed, what: "The system gives no thread for the processing.",
        why: "Too many threads or processes are running, or a limit is set for this account.",
        next: "Close other programs and start again; see ulimit -u.")
    }
  }

  /// Frames that the ring could not take, as its gap records say.
  var lost: UInt64 { lostFrames.load(ordering: .relaxed) }

  /// Waits until everything is computed; blocks.
  func wait() -> Result {
    done.wait()
    return result.withLock { $0.take() } ?? Result(failure: nil, readBack: 0)
  }

  private func empty(_ source: consuming RingReader) {
    var reader = source
    var seen: UInt64 = 0
    var chunk = BacklogChunk()
    while true {
      let outcome = reader.next { header, content in
        seen = header.sequence &+ 1
        if header.kind == .gap { lostFrames.add(Self.count(in: content), ordering: .relaxed) }
        guard backlog.hasRoom(for: content.count, beside: chunk) else { return }
        chunk.add(header, content)
      }
      switch outcome {
      case .record:
        if chunk.byteCount >= Backlog.chunkSize { backlog.put(&chunk) }
      case .empty:
        backlog.put(&chunk)
        reader.wait(atMost: .seconds(1), napping: .milliseconds(5))
      case .finished:
        backlog.put(&chunk)
        backlog.finish(records: seen)
        return
      }
    }
  }

  private static func unreadable(_ journal: String, _ record: UInt64) -> Failure {
    Failure(
      "core-cannot-read-back", exit: .damaged,
      what: "Record \(record) was written to \(journal) but cannot be read back.",
      why: "The disk gives back something else than it was given.",
      next: "Check the disk. What can be read is found by: gauger runs verify RUN")
  }

  private static func count(in content: Span<UInt8>) -> UInt64 {
    (0..<min(8, content.count)).reduce(0) { $0 | UInt64(content[$1]) << (8 * UInt64($1)) }
  }

  private func compute(_ start: RunProcessor) {
    var processor = start
    var output = Result(failure: nil, readBack: 0)
    var follower: JournalFollower?
    var expected: UInt64 = 0
    func take(_ header: RecordHeader, _ content: [UInt8]) {
      expected = header.sequence &+ 1
      guard output.failure == nil else { return }
      do throws(Failure) {
        let made = try processor.consume(header, content)
        if !made.provisional.isEmpty { onProvisional(made.provisional) }
        output.output += made
      } catch {
        output.failure = error
      }
    }
    func readBack(until end: UInt64) {
      var tries = 0
      while expected < end {
        do throws(JournalError) {
          if follower == nil { follower = try JournalFollower(path: journal) }
          guard let record = try follower?.record(expected) else {
            // A journal that failed will never hold it; else the writer is a moment behind.
            if recorder.hasFailed {
              output.failure = recorder.progress.failure?.failure
              return
            }
            if recorder.progress.recordsWritten > expected {
              tries += 1
              if tries > 2500 {
                output.failure = Self.unreadable(journal, expected)
                return
              }
            }
            Thread.sleep(forTimeInterval: 0.002)
            continue
          }
          output.readBack += 1
          take(record.header, record.content)
        } catch {
          output.failure = output.failure ?? error.failure
          return
        }
      }
    }
    loop: while true {
      switch backlog.take() {
      case .chunks(let chunks):
        for chunk in chunks {
          chunk.forEach { header, content in
            readBack(until: header.sequence)
            take(header, Array(copying: content))
          }
          backlog.giveBack(chunk)
        }
      case .finished(let records):
        readBack(until: records)
        break loop
      }
    }
    output.output += processor.finish()
    let final = output
    result.withLock { $0 = final }
    done.signal()
  }
}
