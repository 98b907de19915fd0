internal import Dispatch
internal import Instruments

/// Work that is done beside the caller, by one other thread, piece by piece in the order given.
///
/// So that a writer's costly part and its file go on at the same time. The caller bounds the memory:
/// what was given and not yet taken waits. What comes out does not depend on how the two take turns.
final class Lane<Input: Sendable, Output: Sendable>: Sendable {
  private let queue: DispatchQueue
  private let work: @Sendable (Input) -> Output
  private let done = Guarded<[Output]>([])
  private let count = DispatchSemaphore(value: 0)

  /// Makes a lane; `work` is never called twice at a time.
  init(_ name: String, _ work: @escaping @Sendable (Input) -> Output) {
    queue = DispatchQueue(label: "gauger.\(name)")
    self.work = work
  }

  /// Has a piece worked on when those before it are done.
  func give(_ input: Input) {
    queue.async { [self] in
      let output = work(input)
      done.withLock { $0.append(output) }
      count.signal()
    }
  }

  /// What came of the oldest piece that was not taken yet; waits for it.
  ///
  /// To be called at most as often as `give`.
  func take() -> Output {
    count.wait()
    return done.withLock { $0.removeFirst() }
  }
}
