internal import Glibc

/// A pseudo-terminal whose far end stands for a serial port.
///
/// Our own descriptor of the far end keeps it and its settings alive between its users, and tells
/// when they come and go.
struct PseudoTerminal: Sendable {
  /// Our side: what is read here was written to the port.
  let master: Int32
  private let slave: Int32
  /// Says when the port is opened and closed; -1 where the kernel does not tell.
  let watch: Int32
  /// The path of the port (`/dev/pts/3`).
  let path: String

  init() throws(Posix.Refusal) {
    // Safe: Swift passes the path as a NUL-ended text that lives over the call.
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard master >= 0 else { throw Posix.Refusal("open /dev/ptmx") }
    do throws(Posix.Refusal) {
      (path, slave) = try Self.openFarEnd(of: master)
    } catch {
      close(master)
      throw error
    }
    watch = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    // Safe: as above. Where it fails the port counts as open all the time.
    _ = unsafe inotify_add_watch(watch, path, Self.opened | Self.closed)
  }

  // TIOCSPTLCK and TIOCGPTN, which the C library declares in a way that Swift does not read.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430
  private static let opened = UInt32(IN_OPEN)
  private static let closed = UInt32(IN_CLOSE_WRITE) | UInt32(IN_CLOSE_NOWRITE)

  /// Finds, unlocks and opens the port; the calls that the C library's functions make.
  private static func openFarEnd(
    of master: Int32
  ) throws(Posix.Refusal) -> (path: String, descriptor: Int32) {
    var (unlocked, number): (Int32, Int32) = (0, 0)
    // Safe: each call reads or fills the number it is given.
    guard unsafe ioctl(master, setLock, &unlocked) == 0,
      unsafe ioctl(master, getNumber, &number) == 0
    else { throw Posix.Refusal("unlock of a pseudo-terminal") }
    let path = "/dev/pts/\(number)"
    // Safe: Swift passes the path as a NUL-ended text that lives over the call.
    let descriptor = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Posix.Refusal("open \(path)") }
    do throws(Posix.Refusal) {
      try makeRaw(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    return (path, descriptor)
  }

  private static func makeRaw(_ descriptor: Int32) throws(Posix.Refusal) {
    var settings = termios()
    // Safe: the calls fill and read the structure they are given.
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { throw Posix.Refusal("tcgetattr") }
    unsafe cfmakeraw(&settings)
    guard unsafe tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
      throw Posix.Refusal("tcsetattr")
    }
  }

  /// By how much the number of users has changed since the last call; nil where it is not told.
  func changeOfUsers() -> Int? {
    guard watch >= 0 else { return nil }
    var change = 0
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      // Safe: the array's own length is given; the descriptor does not block.
      let count = unsafe read(watch, &bytes, bytes.count)
      guard count > 0 else { return change }
      // Events of 16 bytes: watch, mask, cookie, length of a name that follows.
      var start = 0
      while start + 16 <= count {
        let mask = UInt32(littleEndian(bytes, at: start + 4, count: 4))
        change += mask & Self.opened != 0 ? 1 : 0
        change -= mask & Self.closed != 0 ? 1 : 0
        start += 16 + Int(littleEndian(bytes, at: start + 12, count: 4))
      }
    }
  }

  /// Makes the port as new for its next user: raw, open to all, nothing left unread.
  func tidy() {
    // A port kept for one user alone is given free, which the kernel does for real ports by itself.
    _ = ioctl(slave, UInt(TIOCNXCL))
    tcflush(slave, TCIFLUSH)
    // A port that cannot be set any more is one that its next user finds out about.
    _ = try? Self.makeRaw(slave)
  }

  /// Takes what the port's user wrote.
  func receive() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // Safe: the array's own length is given; the descriptor does not block.
    let count = unsafe read(master, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Sends bytes to the port's user; returns how many there was room for.
  func send(_ bytes: ArraySlice<UInt8>) -> Int {
    // Safe: the slice's own bytes and length are given; the descriptor does not block.
    let count = unsafe bytes.withUnsafeBytes { unsafe write(master, $0.baseAddress, $0.count) }
    return max(0, count)
  }

  /// Closes everything: to a user, the port is unplugged.
  func end() {
    if watch >= 0 { close(watch) }
    close(slave)
    close(master)
  }
}
