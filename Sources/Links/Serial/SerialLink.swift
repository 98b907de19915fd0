internal import Glibc
public import Instruments

/// A link to an instrument on a serial line, or on a pseudo-terminal that stands for one.
///
/// - Opening: a serial port is opened and set by libserialport, and what that leaves undone is set
///   behind it; a pseudo-terminal by the system alone. Every setting is read back; the first that
///   the port did not take throws `.settingRefused`. Afterwards both are the same: poll, read and
///   write on a descriptor.
/// - Threads: one thread opens and owns the link until `close`; only `canceller` may be used from
///   others. A class, like ``USBLink``, so that its owner can keep hold of it.
/// - Memory: no call after opening allocates, but where the text of an error is made.
/// - Reading: a line has one stream of bytes (end point 0) and no transfers, so `post` has nothing to
///   start: what comes is kept by the system (4096 bytes, as a rule) until it is read. `read` waits
///   for all bytes of its leg, or throws `.timedOut(received:)`.
/// - Writing: ends when the bytes have left the system, so that a line held by the other side is
///   noticed. With RTS/CTS it begins only while CTS is raised. At the deadline what has not left is
///   dropped: no command arrives long after it was given up.
public final class SerialLink: ByteLink {
  /// Ends every wait of this link early, from any thread.
  public let canceller = LinkCanceller()
  /// Whether the far side is one of our emulators; see ``EmulationMark``.
  public let reachesEmulator: Bool
  /// The device node, behind any stable name that leads to it (`/dev/ttyUSB0`).
  public let node: String

  private let handle: SerialHandle
  private let facts: SerialFacts
  private var dropped = [UInt8](repeating: 0, count: 4096)
  private var isClosed = false

  /// How often a line that is held is looked at again.
  private static let lookAgain = Duration.milliseconds(1)

  /// Opens the line at `address` (`serial:/dev/serial/by-id/...`, `pty:/dev/pts/3` or
  /// `socket:/run/x.sock`) and sets it.
  ///
  /// A pseudo-terminal or socket counts as an emulator unless it is `bridged` to a real instrument. Throws
  /// `.gone` where nothing is plugged in, `.denied` with the node, `.busy` with the holder's name
  /// where it may be read, `.settingRefused` for a setting that the port does not take.
  public convenience init(
    address: String, facts: SerialFacts, maker: String? = nil, bridged: Bool = false
  ) throws(LinkError) {
    try self.init(
      address: address, facts: facts,
      isEmulated: EmulationMark.isEmulated(
        maker: maker, isPseudoTerminal: SerialAddress.isSoftware(address),
        isBridged: bridged))
  }

  /// Opens the line of a listed port.
  public convenience init(port: InstrumentPort, facts: SerialFacts) throws(LinkError) {
    try self.init(address: port.address, facts: facts, isEmulated: port.isEmulated)
  }

  private init(address: String, facts: SerialFacts, isEmulated: Bool) throws(LinkError) {
    guard let path = SerialAddress.path(address) else {
      throw .system(
        operation: "open \(address)", code: EINVAL,
        text: "not an address such as serial:/dev/ttyUSB0 or pty:/dev/pts/3")
    }
    let isPty = SerialAddress.isPseudoTerminal(address)
    node = SerialAddress.isSoftware(address) ? path : SerialNode.kernelNode(path)
    self.facts = facts
    reachesEmulator = isEmulated
    handle =
      SerialAddress.isSocket(address)
      ? try SerialHandle(socket: node, facts: facts)
      : try SerialHandle(node: node, facts: facts, isPseudoTerminal: isPty)
    let waker = handle.waker
    canceller.onCancel { waker.wake() }
  }

  deinit { close() }

  /// Reserves nothing: the system keeps what comes.
  public func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) { try check() }

  /// Sends all `bytes`; `.timedOut(received:)` counts those that left.
  public func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    try check()
    try waitForClearToSend(until: deadline)
    var sent = 0
    while sent < bytes.count {
      switch handle.send(bytes, from: sent) {
      case .bytes(let count): sent += count
      case .failed(let code): throw LinkError.serial(code, doing: "write to \(node)")
      case .nothing:
        if try wait(for: POLLOUT, until: deadline) == .deadline { try giveUp(sent) }
      }
    }
    try waitUntilOut(sent, until: deadline)
  }

  /// Does nothing: what comes on a line is kept by the system until it is read.
  public func post(_ leg: Leg) throws(LinkError) { try check() }

  /// Waits for all bytes of the leg.
  public func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try check()
    guard offset >= 0, leg.byteCount >= 0, leg.byteCount <= buffer.count - offset else {
      throw .system(
        operation: "read \(leg.byteCount) bytes to \(offset) of a buffer of \(buffer.count)",
        code: EINVAL, text: "the buffer is too small")
    }
    var came = 0
    while came < leg.byteCount {
      if try wait(for: POLLIN, until: deadline) == .deadline {
        if came == 0, handle.isGone { throw .gone }
        throw .timedOut(received: came)
      }
      switch handle.receive(into: &buffer, at: offset + came, count: leg.byteCount - came) {
      case .bytes(let count): came += count
      case .failed(let code): throw LinkError.serial(code, doing: "read from \(node)")
      case .nothing: continue
      }
    }
    return came
  }

  /// Reads and drops what comes until the line has been quiet.
  ///
  /// Throws `.timedOut(received:)` with what was dropped when bytes still came at the deadline.
  public func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try check()
    var count = 0
    while true {
      let end = min(deadline, MonotonicInstant.now.advanced(by: quiet))
      if try wait(for: POLLIN, until: end) == .deadline {
        if handle.isGone { throw .gone }
        return count
      }
      var scratch = dropped.mutableSpan
      switch handle.receive(into: &scratch, at: 0, count: scratch.count) {
      case .bytes(let came): count += came
      case .failed(let code): throw LinkError.serial(code, doing: "read from \(node)")
      case .nothing: continue
      }
      if deadline.hasPassed { throw .timedOut(received: count) }
    }
  }

  /// Throws: a line has no control requests.
  public func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    throw .system(
      operation: "make a control request on \(node)", code: EINVAL,
      text: "a serial line has none")
  }

  /// Does nothing: a line cannot stall.
  public func clearHalt(_ endpoint: UInt8) throws(LinkError) { try check() }

  /// Drops what waits in both directions; the instrument is not told anything.
  public func reset() throws(LinkError) {
    try check()
    handle.dropAll()
  }

  /// The modem lines as they are now; nil on a bare pseudo-terminal.
  public func modemLines() throws(LinkError) -> ModemLines? {
    try check()
    return try handle.modemLines()
  }

  /// Sets DTR, and RTS where it does not belong to the flow control; false on a bare
  /// pseudo-terminal.
  public func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool {
    try check()
    return try handle.setModemLines(lines)
  }

  /// Holds the line in the break state for `length`; false on a bare pseudo-terminal.
  ///
  /// A cancel ends the break early.
  public func sendBreak(_ length: Duration) throws(LinkError) -> Bool {
    try check()
    guard handle.hasModemLines else { return false }
    try handle.setBreak(true)
    let end = MonotonicInstant.now.advanced(by: length)
    do throws(LinkError) {
      while try wait(for: 0, until: end) != .deadline {}
    } catch {
      // Nobody may find the line broken for ever; the first error is the one to tell.
      try? handle.setBreak(false)
      throw error
    }
    try handle.setBreak(false)
    return true
  }

  /// Lets go of the line; hangs up where the profile says so.
  public func close() {
    if isClosed { return }
    isClosed = true
    handle.close()
  }
}

// MARK: - Waiting

extension SerialLink {
  private enum WaitEnd { case ready, deadline }

  private func check() throws(LinkError) {
    if isClosed { throw .gone }
    if canceller.isCancelled { throw .cancelled }
  }

  /// Waits; a wake-up that was no cancel goes on waiting.
  private func wait(for events: Int32, until deadline: MonotonicInstant) throws(LinkError)
    -> WaitEnd
  {
    while true {
      if canceller.isCancelled { throw .cancelled }
      switch handle.wait(for: events, until: deadline) {
      case .ready: return .ready
      case .deadline: return .deadline
      case .woken: continue
      case .failed(let code): throw LinkError.serial(code, doing: "wait for \(node)")
      }
    }
  }

  /// With RTS/CTS: waits until the other side lets us send.
  private func waitForClearToSend(until deadline: MonotonicInstant) throws(LinkError) {
    guard facts.flowControl == .rtsCts, handle.hasModemLines else { return }
    while let lines = try handle.modemLines(), !lines.contains(.clearToSend) {
      if deadline.hasPassed { throw .timedOut(received: 0) }
      let again = MonotonicInstant.now.advanced(by: Self.lookAgain)
      _ = try wait(for: 0, until: min(deadline, again))
    }
  }

  /// Waits until what was sent has left the system.
  private func waitUntilOut(_ sent: Int, until deadline: MonotonicInstant) throws(LinkError) {
    while true {
      let left = handle.waitingOut
      if left == 0 { return }
      if deadline.hasPassed { try giveUp(sent) }
      let pause = max(facts.wireTime(of: left), .microseconds(100))
      let again = MonotonicInstant.now.advanced(by: min(pause, .milliseconds(50)))
      do throws(LinkError) {
        _ = try wait(for: 0, until: min(deadline, again))
      } catch {
        handle.dropOutput()
        throw error
      }
    }
  }

  /// Drops what has not left, and says how much has.
  private func giveUp(_ sent: Int) throws(LinkError) -> Never {
    let left = handle.waitingOut
    handle.dropOutput()
    if handle.isGone { throw .gone }
    throw .timedOut(received: max(0, sent - left))
  }
}
