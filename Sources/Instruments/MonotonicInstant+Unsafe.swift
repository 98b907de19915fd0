internal import Glibc

extension MonotonicInstant {
  /// This moment.
  ///
  /// Allocates nothing and takes no lock, so that the acquisition thread may ask.
  public static var now: MonotonicInstant {
    var time = timespec()
    // Safe: the call fills the structure it is given; the monotonic clock always exists on Linux.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(
      nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
  }
}
