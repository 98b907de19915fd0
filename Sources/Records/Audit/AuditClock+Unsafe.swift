internal import CLinux
internal import Glibc
internal import Laboratory

extension AuditClock {
  /// The clocks of this computer now.
  static func read() -> AuditClock {
    let facts = gauger_clock_facts()
    let wall = microseconds(CLOCK_REALTIME)
    return AuditClock(
      time: Timestamp(microseconds: Int64(wall)), boot: start,
      monotonic: microseconds(CLOCK_BOOTTIME),
      state: facts.state < 0 ? .unknown : facts.state == 0 ? .free : .synchronised,
      estimatedError: facts.estimated_error, largestError: facts.largest_error)
  }

  private static func microseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    // Safe: the call fills the structure it is given; both clocks always exist on Linux.
    unsafe clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  private static let start = AuditSource.word("/proc/sys/kernel/random/boot_id")
}

extension AuditSource {
  /// This program on this computer.
  static let current = AuditSource(
    account: Int(getuid()), host: word("/proc/sys/kernel/hostname"), program: Gauger.signature)

  /// The first line of a file of the kernel; empty where it cannot be read.
  fileprivate static func word(_ path: String) -> String {
    // Safe: the path is copied by the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    // Safe: at most the buffer's size is read into it.
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    let line = buffer.prefix(max(0, count)).prefix { $0 != 0x0A }
    return String(decoding: line, as: UTF8.self)
  }
}
