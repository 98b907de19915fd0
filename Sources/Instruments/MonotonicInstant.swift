/// A moment on the computer's monotonic clock, in whole nanoseconds since it started.
///
/// Never set back, not comparable between computers or restarts. Source: `CLOCK_MONOTONIC`.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
  /// Nanoseconds since an arbitrary start (the computer's, on Linux).
  public var nanoseconds: UInt64

  /// Makes a moment from nanoseconds of the monotonic clock.
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// The earliest moment there is; stands for "not known" in stored records.
  public static let unknown = MonotonicInstant(nanoseconds: 0)

  /// The latest moment there is; a wait until then ends by a cancel alone.
  public static let never = MonotonicInstant(nanoseconds: .max)

  /// The moment `duration` later; stops at the ends of the range instead of wrapping.
  public func advanced(by duration: Duration) -> MonotonicInstant {
    let step = duration.wholeNanoseconds
    if step >= 0 {
      let (sum, over) = nanoseconds.addingReportingOverflow(UInt64(step))
      return over ? .never : MonotonicInstant(nanoseconds: sum)
    }
    let back = step.magnitude
    return MonotonicInstant(nanoseconds: back > nanoseconds ? 0 : nanoseconds - back)
  }

  /// The time from here to `other`; negative when `other` is earlier.
  public func duration(to other: MonotonicInstant) -> Duration {
    other.nanoseconds >= nanoseconds
      ? .nanoseconds(Int64(clamping: other.nanoseconds - nanoseconds))
      : .nanoseconds(-Int64(clamping: nanoseconds - other.nanoseconds))
  }

  /// The time left until here from now; zero when it has passed.
  public var remaining: Duration {
    let now = MonotonicInstant.now
    return self > now ? now.duration(to: self) : .zero
  }

  /// Whether this moment has passed.
  public var hasPassed: Bool { MonotonicInstant.now >= self }

  /// Orders moments by time.
  public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in whole nanoseconds, rounded towards zero and held to what `Int64` can say.
  public var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if over { return seconds < 0 ? .min : .max }
    let (sum, beyond) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return beyond ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in whole microseconds, rounded towards zero.
  public var wholeMicroseconds: Int64 { wholeNanoseconds / 1000 }

  /// The duration in seconds, as a number for people and formulas.
  public var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
