internal import Synchronization

/// Ends the waits of one link early, from any thread, once and for all.
public final class LinkCanceller: Sendable {
  private let flag = Atomic<Bool>(false)
  private let wakers = Mutex<[@Sendable () -> Void]>([])

  /// Makes a canceller that nobody has used yet.
  public init() {}

  /// Whether `cancel` was called.
  ///
  /// Takes no lock.
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }

  /// Ends every present and later wait of the link with `.cancelled`.
  ///
  /// Idempotent.
  public func cancel() {
    flag.store(true, ordering: .releasing)
    for wake in wakers.withLock({ $0 }) { wake() }
  }

  /// Lets waits happen again after a cancel: making safe needs the link once more.
  public func rearm() { flag.store(false, ordering: .releasing) }

  /// Registers what wakes the link's waiting thread; for the makers of links.
  public func onCancel(_ wake: @escaping @Sendable () -> Void) {
    wakers.withLock { $0.append(wake) }
    if isCancelled { wake() }
  }
}
