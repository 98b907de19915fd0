internal import CLinux
internal import Glibc

/// Wakes one sleeping thread from another: an eventfd.
///
/// A ring while nobody waits is kept until the next wait. Where the system has no descriptor left,
/// waits become naps of a millisecond, so that nothing stands still.
package final class Bell: Sendable {
  /// How long a wait may be that nobody can be relied on to end.
  static let nap: Int64 = 1_000_000
  private let descriptor: Int32

  /// Makes a silent bell.
  package init() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Wakes the waiting thread, or the next one to wait.
  ///
  /// Never blocks and never allocates.
  package func ring() {
    guard descriptor >= 0 else { return }
    var one: UInt64 = 1
    // Safe: eight bytes of a local. It can only fail when the counter is full, and then it is rung.
    _ = unsafe write(descriptor, &one, 8)
  }

  /// Sleeps until the bell is rung or the time is over; may wake early without a reason.
  package func wait(nanoseconds: Int64) {
    guard nanoseconds > 0 else { return }
    guard descriptor >= 0 else {
      Self.nap(nanoseconds: min(nanoseconds, Self.nap))
      return
    }
    // Rounded up: a wait rounded down to 0 ms would spin.
    let milliseconds = Int32(clamping: (nanoseconds - 1) / 1_000_000 + 1)
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Safe: one entry, a local.
    guard unsafe poll(&entry, 1, milliseconds) > 0 else { return }
    var count: UInt64 = 0
    // Safe: eight bytes of a local; an empty counter gives EAGAIN and changes nothing.
    _ = unsafe read(descriptor, &count, 8)
  }

  /// Sleeps that long, up to a second, whatever rings; a signal ends it early.
  static func nap(nanoseconds: Int64) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(min(max(0, nanoseconds), 999_999_999)))
    // Safe: a local in, nothing out.
    unsafe nanosleep(&time, nil)
  }

  /// Nanoseconds of the monotonic clock.
  package static var now: Int64 {
    var time = timespec()
    // Safe: the call fills the structure it is given.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

extension Duration {
  /// The duration in whole nanoseconds, held to what can be added to a clock's time.
  package var nanosecondsToWait: Int64 {
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000_000 else { return 1_000_000_000_000_000_000 }
    guard seconds >= 0 else { return 0 }
    return max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
