internal import Glibc

extension MonotonicInstant {
  /// Waits until a moment has passed; returns at once when it has.
  ///
  /// For the short rests that protocols ask for: nothing ends the wait early.
  public static func sleep(until moment: MonotonicInstant) {
    var time = timespec()
    time.tv_sec = Int(clamping: moment.nanoseconds / 1_000_000_000)
    time.tv_nsec = Int(moment.nanoseconds % 1_000_000_000)
    // Safe: the call only reads the structure; the absolute form survives interruption by signals.
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
