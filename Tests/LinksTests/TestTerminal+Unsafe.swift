import Glibc

/// A pseudo-terminal whose other end a test holds: what it sends there, the link receives.
final class TestTerminal: Sendable {
  struct Refused: Error { var code: Int32 }

  /// The node that a link opens.
  let path: String
  private let master: Int32
  /// TIOCSPTLCK and TIOCGPTN, which the C library's module does not show.
  private static let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

  init() throws {
    // Safe: a constant text.
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { throw Refused(code: errno) }
    var number: UInt32 = 0
    var unlocked: Int32 = 0
    // Safe: locals of the types that the calls want (ioctl_tty(2)).
    guard unsafe ioctl(master, Self.unlock, &unlocked) == 0,
      unsafe ioctl(master, Self.number, &number) == 0
    else { throw Refused(code: errno) }
    path = "/dev/pts/\(number)"
  }

  var address: String { "pty:\(path)" }

  /// Sends bytes as the instrument would.
  func say(_ bytes: [UInt8]) {
    // Safe: the array's own bytes; a test that fills the buffer is stopped by its time limit.
    unsafe _ = bytes.withUnsafeBytes { unsafe write(master, $0.baseAddress, $0.count) }
  }

  /// Waits for bytes that the link sent, at most `count`; empty when nothing comes in a second.
  func hear(_ count: Int) -> [UInt8] {
    var heard: [UInt8] = []
    var naps = 0
    while heard.count < count {
      var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      // Safe: one entry, a local.
      guard unsafe poll(&entry, 1, 1000) > 0, naps < 1000 else { break }
      if entry.revents & Int16(POLLIN) == 0 {
        // Nobody has the line open just now.
        usleep(1000)
        naps += 1
        continue
      }
      var buffer = [UInt8](repeating: 0, count: count - heard.count)
      let room = buffer.count
      // Safe: at most the buffer's size is written.
      let came = unsafe buffer.withUnsafeMutableBytes { unsafe read(master, $0.baseAddress, room) }
      guard came > 0 else { break }
      heard += buffer[..<came]
    }
    return heard
  }

  /// How the line is set now: input flags, control flags.
  func settings() -> (input: UInt32, control: UInt32) {
    var line = termios()
    // Safe: the call fills the local.
    unsafe tcgetattr(master, &line)
    return (line.c_iflag, line.c_cflag)
  }

  /// Ends the instrument's side: the port is gone.
  func hangUp() { close(master) }
}
