internal import Instruments

/// The events of a run on their way to the one who listens.
///
/// Of progress that nobody has taken yet only the newest is kept, so that a listener who is slow, or
/// never comes, costs no memory however long the run; everything else is kept, in order.
final class RunEventQueue: Sendable {
  private struct State {
    var events: [RunEvent] = []
    var isEnded = false
    var waiting: Waiting?
  }

  private let state = Guarded(State())

  /// Adds an event; after the end it is left out.
  func put(_ event: RunEvent) {
    let waiting = state.withLock { state -> Waiting? in
      guard !state.isEnded else { return nil }
      if let waiting = state.waiting.take() { return waiting }
      if case .progress = event, case .progress? = state.events.last { state.events.removeLast() }
      state.events.append(event)
      return nil
    }
    waiting?.resume(returning: event)
  }

  /// Says that nothing more will come; what is there is still given out.
  func end() {
    state.withLock { state in
      state.isEnded = true
      return state.waiting.take()
    }?.resume(returning: nil)
  }

  /// The next event, waited for; nil at the end, or when the waiting task is cancelled.
  func next() async -> RunEvent? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (given, event) = state.withLock { state -> (Waiting?, RunEvent?) in
          if !state.events.isEmpty { return (continuation, state.events.removeFirst()) }
          if state.isEnded || Task.isCancelled { return (continuation, nil) }
          // One listener at a time; a second one sends the first away.
          defer { state.waiting = continuation }
          return (state.waiting.take(), nil)
        }
        given?.resume(returning: event)
      }
    } onCancel: {
      state.withLock { $0.waiting.take() }?.resume(returning: nil)
    }
  }

  private typealias Waiting = CheckedContinuation<RunEvent?, Never>
}
