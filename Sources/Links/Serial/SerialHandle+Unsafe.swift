internal import CLinux
internal import Glibc
internal import Instruments

/// One open line: the same poll, read and write for a serial port and a pseudo-terminal.
///
/// Nothing here allocates after `init` but where an error's text is made.
final class SerialHandle {
  /// What one call moved.
  enum Moved {
    /// So many bytes.
    case bytes(Int)
    /// Nothing now.
    case nothing
    /// The line failed, with the system's number.
    case failed(Int32)
  }

  /// How a wait ended.
  enum WaitEnd {
    case ready, deadline, woken
    case failed(Int32)
  }

  /// Whether the port has modem lines; a bare pseudo-terminal has none.
  let hasModemLines: Bool
  let waker: SerialWaker
  private let facts: SerialFacts
  private let descriptor: Int32
  private let port: SerialPort?
  /// The descriptor that holds the lock; the line itself, on a pseudo-terminal.
  private let locked: Int32
  private let isSocket: Bool
  private var isOpen = true

  /// Connects to a local socket: a line without settings, locks and modem lines.
  init(socket path: String, facts: SerialFacts) throws(LinkError) {
    self.facts = facts
    (isSocket, hasModemLines, port) = (true, false, nil)
    waker = try SerialWaker()
    descriptor = try LocalSocket.connect(path)
    locked = descriptor
  }

  init(node: String, facts: SerialFacts, isPseudoTerminal: Bool) throws(LinkError) {
    self.facts = facts
    isSocket = false
    waker = try SerialWaker()
    let locked = try SerialNode.open(node)
    var opened: SerialPort?
    do throws(LinkError) {
      if !isPseudoTerminal { opened = try SerialPort(node: node, facts: facts) }
      let descriptor = opened?.descriptor ?? locked
      try LineSettings(facts: facts, isPseudoTerminal: isPseudoTerminal).apply(to: descriptor)
      SerialNode.claim(descriptor)
      var lines: Int32 = 0
      // Safe: the kernel fills the local, or refuses.
      hasModemLines = unsafe ioctl(descriptor, UInt(TIOCMGET), &lines) == 0
      // What lay in the line from before belongs to nobody.
      tcflush(descriptor, TCIOFLUSH)
      self.descriptor = descriptor
      self.locked = locked
      port = opened
    } catch {
      opened?.close()
      SerialNode.release(locked)
      throw error
    }
  }

  /// Waits until the line can be read (`POLLIN`) or written (`POLLOUT`), or has failed; with no
  /// events it only passes the time.
  func wait(for events: Int32, until deadline: MonotonicInstant) -> WaitEnd {
    var entries = (
      pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(events), revents: 0)
    )
    let left = deadline.remaining.wholeNanoseconds
    // A wait of a century is as good as one without end, and fits every field.
    let time = min(left, 3_200_000_000_000_000_000)
    var limit = timespec(
      tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    // Safe: as many entries as the tuple has, laid out as an array; a local time.
    let ready = unsafe withUnsafeMutablePointer(to: &entries) { both in
      unsafe both.withMemoryRebound(to: pollfd.self, capacity: 2) { first in
        unsafe ppoll(first, events == 0 ? 1 : 2, &limit, nil)
      }
    }
    if ready < 0 { return errno == EINTR ? .woken : .failed(errno) }
    if entries.0.revents != 0 {
      waker.settle()
      return .woken
    }
    return ready == 0 ? .deadline : .ready
  }

  /// Takes what is there, at most `count` bytes, into `buffer` from `offset` on.
  func receive(into buffer: inout MutableSpan<UInt8>, at offset: Int, count: Int) -> Moved {
    guard offset >= 0, count > 0, offset + count <= buffer.count else { return .nothing }
    // Safe: the range was checked against the buffer.
    let came = unsafe buffer.withUnsafeMutableBytes { raw in
      unsafe Glibc.read(descriptor, raw.baseAddress?.advanced(by: offset), count)
    }
    if came > 0 { return .bytes(came) }
    if came < 0, isSocket, errno == ECONNRESET { return .failed(EIO) }
    if came < 0 { return errno == EAGAIN || errno == EINTR ? .nothing : .failed(errno) }
    // An empty read is no sign of life: a port that was pulled out gives one for ever.
    return isGone ? .failed(EIO) : .nothing
  }

  /// Hands bytes to the system from `offset` on, as many as it takes now.
  func send(_ bytes: Span<UInt8>, from offset: Int) -> Moved {
    guard offset >= 0, offset < bytes.count else { return .nothing }
    if isSocket {
      let went = LocalSocket.send(bytes, from: offset, to: descriptor)
      if went > 0 { return .bytes(went) }
      return went == 0 || errno == EAGAIN || errno == EINTR ? .nothing : .failed(EIO)
    }
    // Safe: the range was checked against the bytes.
    let went = unsafe bytes.withUnsafeBytes { raw in
      unsafe Glibc.write(
        descriptor, raw.baseAddress?.advanced(by: offset), bytes.count - offset)
    }
    if went > 0 { return .bytes(went) }
    return went == 0 || errno == EAGAIN || errno == EINTR ? .nothing : .failed(errno)
  }

  /// Whether the port is gone, asked of the port itself.
  var isGone: Bool {
    guard isOpen else { return true }
    if isSocket { return LocalSocket.isEnded(descriptor) }
    var waiting: Int32 = 0
    // Safe: the kernel fills the local, or refuses.
    return unsafe ioctl(descriptor, UInt(TIOCINQ), &waiting) != 0
  }

  /// How many bytes wait in the system to go out.
  var waitingOut: Int {
    // What was handed over is the other program's.
    if isSocket { return 0 }
    var waiting: Int32 = 0
    // Safe: the kernel fills the local, or refuses.
    return unsafe ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 ? Int(waiting) : 0
  }

  /// Drops what waits to go out, so that no command arrives long after it was given up.
  func dropOutput() { if !isSocket { tcflush(descriptor, TCOFLUSH) } }

  /// Drops what waits in both directions.
  func dropAll() { if !isSocket { tcflush(descriptor, TCIOFLUSH) } }

  func modemLines() throws(LinkError) -> ModemLines? {
    guard hasModemLines else { return isGone ? try gone() : nil }
    var bits: Int32 = 0
    // Safe: the kernel fills the local, or refuses.
    guard unsafe ioctl(descriptor, UInt(TIOCMGET), &bits) == 0 else {
      throw LinkError.serial(errno, doing: "read the modem lines")
    }
    var lines: ModemLines = []
    for (line, bit) in Self.bits where bits & bit != 0 { lines.insert(line) }
    return lines
  }

  func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool {
    guard hasModemLines else { return isGone ? try gone() ?? false : false }
    let ours: Int32 = facts.flowControl == .rtsCts ? TIOCM_DTR : TIOCM_DTR | TIOCM_RTS
    var raised: Int32 = 0
    if lines.contains(.dataTerminalReady) { raised |= TIOCM_DTR }
    if lines.contains(.requestToSend) { raised |= TIOCM_RTS }
    var up = raised & ours
    var down = ~raised & ours
    // Safe: locals are read, nothing is kept. A set without lines changes none.
    guard unsafe ioctl(descriptor, UInt(TIOCMBIS), &up) == 0,
      unsafe ioctl(descriptor, UInt(TIOCMBIC), &down) == 0
    else { throw LinkError.serial(errno, doing: "set the modem lines") }
    return true
  }

  /// Begins or ends the break state.
  func setBreak(_ isOn: Bool) throws(LinkError) {
    guard ioctl(descriptor, UInt(isOn ? TIOCSBRK : TIOCCBRK)) == 0 else {
      throw LinkError.serial(errno, doing: "\(isOn ? "begin" : "end") a break")
    }
  }

  /// Lets go of the line.
  ///
  /// Idempotent.
  func close() {
    guard isOpen else { return }
    isOpen = false
    port?.close()
    if isSocket { Glibc.close(descriptor) } else { SerialNode.release(locked) }
  }

  private func gone<Nothing>() throws(LinkError) -> Nothing? { throw .gone }

  private static let bits: [(ModemLines, Int32)] = [
    (.dataTerminalReady, TIOCM_DTR), (.requestToSend, TIOCM_RTS), (.clearToSend, TIOCM_CTS),
    (.dataSetReady, TIOCM_DSR), (.carrierDetect, TIOCM_CAR), (.ring, TIOCM_RNG),
  ]
}
