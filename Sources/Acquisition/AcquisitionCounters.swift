public import Instruments
public import Laboratory
internal import Synchronization

/// What has been taken so far, written by the acquisition thread and read by anyone.
public final class AcquisitionCounters: Sendable {
  private let accepted = Atomic<UInt64>(0)
  private let dark = Atomic<UInt64>(0)
  private let refused = Atomic<UInt64>(0)
  private let partial = Atomic<UInt64>(0)
  private let stale = Atomic<UInt64>(0)
  private let waits = Atomic<UInt64>(0)
  private let began = Atomic<UInt64>(0)
  private let frame = Atomic<Int64>(0)

  /// Makes counters of nothing.
  public init() {}

  /// The counts as they stand; `durable` and `lost` are known elsewhere and stay 0.
  public var counts: RunCounts {
    var counts = RunCounts()
    counts.scans = accepted.load(ordering: .relaxed)
    counts.dark = dark.load(ordering: .relaxed)
    counts.refused = refused.load(ordering: .relaxed)
    counts.partial = partial.load(ordering: .relaxed)
    counts.stale = stale.load(ordering: .relaxed)
    return counts
  }

  /// How often the instrument was not asked because the ring had no room.
  public var waitsForRoom: UInt64 { waits.load(ordering: .relaxed) }

  /// When the first frame of the run, darks not counted, was about to be asked for; nil before.
  public var framesBegan: MonotonicInstant? {
    let nanoseconds = began.load(ordering: .acquiring)
    return nanoseconds == 0 ? nil : MonotonicInstant(nanoseconds: nanoseconds)
  }

  /// How long one frame takes with the settings in force, the wait for a trigger not counted.
  public var frameTime: Duration { .nanoseconds(frame.load(ordering: .relaxed)) }

  func frames(last time: Duration) {
    let (seconds, attoseconds) = time.components
    let bounded = min(max(0, seconds), 1_000_000)
    frame.store(bounded * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
  }
  func begin(at moment: MonotonicInstant) { began.store(moment.nanoseconds, ordering: .releasing) }
  func countAccepted(dark isDark: Bool) {
    accepted.add(1, ordering: .relaxed)
    if isDark { dark.add(1, ordering: .relaxed) }
  }
  func countRefused() { refused.add(1, ordering: .relaxed) }
  func countPartial() { partial.add(1, ordering: .relaxed) }
  func countStale() { stale.add(1, ordering: .relaxed) }
  func countWait() { waits.add(1, ordering: .relaxed) }
}
