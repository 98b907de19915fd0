internal import Instruments
internal import Synchronization

/// What other threads may tell a running acquisition; it looks between two frames.
///
/// Looking costs one atomic load. The lock is only ever tried, never waited for, by the
/// acquisition thread.
public final class Mailbox: Sendable {
  /// Why a run shall end before its end.
  public enum StopReason: UInt8, Sendable {
    /// A person, a signal or a closing terminal.
    case person = 1
    /// The journal cannot keep what is taken.
    case space = 2
    /// The time asked for has passed, and no frame comes that would show it.
    case time = 3
  }

  private let stop = Atomic<UInt8>(0)
  private let hasChange = Atomic<Bool>(false)
  private let change = Mutex<Settings?>(nil)

  /// Makes an empty mailbox.
  public init() {}

  /// Asks the run to end after the present frame; true for the first reason given, which stays.
  func requestStop(_ reason: StopReason) -> Bool {
    stop.compareExchange(
      expected: 0, desired: reason.rawValue, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Why the run shall end, once somebody said so.
  public var stopReason: StopReason? { StopReason(rawValue: stop.load(ordering: .acquiring)) }

  /// Asks for other settings from the next frame on; a later request is put over one not yet seen.
  func requestChange(_ settings: Settings) {
    change.withLock { $0 = ($0 ?? Settings()).overlaid(with: settings) }
    hasChange.store(true, ordering: .releasing)
  }

  /// The settings asked for since the last look, if any.
  func takeChange() -> Settings? {
    guard hasChange.load(ordering: .acquiring) else { return nil }
    return change.withLockIfAvailable { pending in
      hasChange.store(false, ordering: .releasing)
      defer { pending = nil }
      return pending
    } ?? nil
  }
}
