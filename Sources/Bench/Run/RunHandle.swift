internal import Acquisition
public import Instruments
public import Laboratory
internal import Synchronization

/// A run that is going on: its events, and the ways to influence it.
public final class RunHandle: Sendable {
  /// What happens, in order; ends after `finished` or `failed`.
  ///
  /// Progress that was not taken in time is replaced by the newer. For one listener.
  public let events: AsyncStream<RunEvent>
  private let queue = RunEventQueue()
  private let session = Mutex<InstrumentSession?>(nil)
  private let stopped = Atomic<Bool>(false)

  init(_ body: @escaping @Sendable (RunHandle) async -> Void) {
    events = AsyncStream(unfolding: { [queue] in await queue.next() })
    Task { [self] in
      await body(self)
      queue.end()
    }
  }

  /// Ends the run in order, also in the middle of an exposure; what was taken is kept.
  public func stop() {
    stopped.store(true, ordering: .releasing)
    session.withLock { $0 }?.stop(.person)
  }

  /// Asks for other instrument settings from the next frame on.
  ///
  /// Throws what the profile says against them; then nothing changes and the run goes on.
  public func change(_ settings: Settings) throws(Failure) {
    guard let session = session.withLock({ $0 }) else {
      throw Failure(
        "run-not-open", exit: .failed, what: "The settings cannot be changed yet.",
        why: "The instrument of this run is not open.", next: "Try again when the run has started.")
    }
    try session.change(settings)
  }

  func tell(_ event: RunEvent) { queue.put(event) }

  var wasStopped: Bool { stopped.load(ordering: .acquiring) }

  func drives(_ newSession: InstrumentSession) {
    session.withLock { $0 = newSession }
    if wasStopped { newSession.stop(.person) }
  }
}
