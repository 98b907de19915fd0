internal import CLinux
internal import Glibc
internal import Instruments

/// Ends the wait of the thread that owns a serial line, from any other thread: an eventfd.
final class SerialWaker: Sendable {
  let descriptor: Int32

  init() throws(LinkError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    if descriptor < 0 { throw LinkError.serial(errno, doing: "make what ends waits") }
  }

  deinit { Glibc.close(descriptor) }

  /// Ends the present wait, or the next one.
  func wake() {
    var one: UInt64 = 1
    // Safe: eight bytes of a local; it only fails when it was woken already.
    unsafe _ = Glibc.write(descriptor, &one, 8)
  }

  /// Forgets that it was woken.
  func settle() {
    var count: UInt64 = 0
    // Safe: eight bytes of a local; an empty counter gives EAGAIN and changes nothing.
    unsafe _ = Glibc.read(descriptor, &count, 8)
  }
}
