internal import CLibUSB
public import Instruments

/// A link to an instrument over USB, by libusb's asynchronous transfers.
///
/// - Threads: one thread opens and owns the link until `close`; only `canceller` may be used from
///   others. The link has its own libusb context, and the owner handles its events itself while it
///   waits: no second thread of ours and no context switch stands between a transfer and its
///   reader. A cancel interrupts that wait. A class and not a noncopyable structure, because
///   libusb keeps addresses into it; it is not `Sendable`, so it cannot leave its thread.
/// - Memory: `prepare` reserves transfers with their buffers. After it, `write`, `post`, `read`,
///   `control` and `drain` allocate nothing of ours and take no lock of ours (libusb allocates its
///   small bookkeeping of a submission). A leg that was never prepared is reserved when first used.
/// - Lengths: a read is posted with its leg's length rounded up to whole packets, so that a late
///   filler packet cannot overflow it on the bus. If it then brings more bytes than the leg has,
///   `read` throws `.overflow`, as it does when the bus reports one. The leg's range of the buffer
///   then holds what came first and zeros behind it.
/// - Deadlines: a passed deadline takes the read back and gives what it had received. libusb's own
///   time-outs are not used. `clearHalt`, `reset` and opening are single calls of the kernel,
///   which has its own bound of 5 s for them.
/// - Errors: after any error of `read` the oldest posted read is no longer posted; later ones are
///   until `drain`, `reset` or `close`.
public final class USBLink: ByteLink {
  /// Ends every wait of this link early, from any thread.
  public let canceller = LinkCanceller()
  /// Whether the far side is one of our emulators: by its maker's name or by the environment.
  public let reachesEmulator: Bool
  /// The maker's name as the device states it.
  public let maker: String?
  /// The product's name as the device states it.
  public let product: String?
  /// The serial number of the device's descriptor; not always the instrument's own.
  public let serialNumber: String?
  /// The device node (`/dev/bus/usb/001/002`).
  public let node: String

  private let handle: USBHandle
  private let resetsAtClose: Bool
  private var queues: [USBQueue] = []
  private let output: USBTransfer
  private let setup: USBTransfer
  private var isClosed = false

  private static let outputSize = 16_384
  private static let setupSize = 8 + 4096
  private static let largestRead = 64 << 20
  /// How long the kernel may take to give a cancelled transfer back.
  private static let takeBackBound = Duration.milliseconds(80)
  /// How long an unplugged device may still be listed after its transfers failed.
  private static let unplugBound = Duration.milliseconds(80)

  /// Opens the device at `address` (`usb:1-1.2`, bus and ports as the kernel names them).
  ///
  /// Selects the configuration of `facts` only when another one is active, because selecting it
  /// again would reset the device's state; then claims the interface and detaches a kernel driver
  /// from it. Throws `.gone` where nothing is plugged in, `.denied` with the node, `.busy` with the
  /// holder's name where it may be read.
  public init(address: String, facts: DeviceProfile.USBFacts) throws(LinkError) {
    guard let name = USBAddress.kernelName(address) else {
      throw .system(
        operation: "open \(address)", code: LIBUSB_ERROR_INVALID_PARAM.rawValue,
        text: "not a USB address such as usb:1-1.2")
    }
    guard let entry = try Udev.usbDevice(named: name) else { throw .gone }
    output = try USBTransfer(capacity: Self.outputSize)
    setup = try USBTransfer(capacity: Self.setupSize)
    handle = try USBHandle.open(entry, facts: facts)
    resetsAtClose = facts.resetsAtClose
    node = entry.node
    maker = entry.makerText
    product = entry.productText
    serialNumber = entry.serialText
    reachesEmulator = EmulationMark.isEmulated(maker: entry.makerText)
    let waker = handle.waker
    canceller.onCancel { waker.wake() }
  }

  deinit { close() }

  /// Reserves `inFlight` reads of each leg.
  public func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    for leg in legs { try queue(for: leg).reserve(max(1, inFlight), byteCount: leg.byteCount) }
  }

  /// Sends all `bytes`; `.timedOut(received:)` counts those that the device took.
  public func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    let type = try handle.endpoint(endpoint).type
    var sent = 0
    repeat {
      // Pieces are whole packets, so the device cannot see where one ends.
      let count = min(bytes.count - sent, Self.outputSize)
      output.fill(bytes, from: sent, count: count, at: 0)
      try submit(output, endpoint: endpoint, type: type, length: count)
      let end = wait(for: output, until: deadline)
      if output.isFinished { sent += output.actualLength }
      try check(end, output, endpoint: endpoint, received: sent, until: deadline)
      if output.actualLength < count { throw .timedOut(received: sent) }
    } while sent < bytes.count
  }

  /// Starts a read of the leg without waiting for it.
  public func post(_ leg: Leg) throws(LinkError) { try post(leg, to: queue(for: leg)) }

  /// Waits for the oldest posted read of the leg's end point and copies its bytes.
  public func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let queue = try queue(for: leg)
    guard offset >= 0, leg.byteCount <= buffer.count - offset else {
      throw invalid("read \(leg.byteCount) bytes to \(offset) of a buffer of \(buffer.count)")
    }
    if queue.posted == 0 { try post(leg, to: queue) }
    let transfer = queue[0]
    let end = wait(for: transfer, until: deadline)
    let came = transfer.isFinished ? transfer.actualLength : 0
    queue.removeOldest()
    let kept = min(came, leg.byteCount)
    transfer.copy(from: 0, count: kept, into: &buffer, at: offset)
    let overflowed =
      came > leg.byteCount
      || transfer.isFinished && transfer.status == LIBUSB_TRANSFER_OVERFLOW
    if overflowed {
      for i in offset + kept..<offset + leg.byteCount { buffer[i] = 0 }
      throw .overflow(endpoint: leg.endpoint)
    }
    try check(end, transfer, endpoint: leg.endpoint, received: came, until: deadline)
    return came
  }

  /// Takes back every posted read of the end point, then reads until it has been quiet.
  ///
  /// Throws `.timedOut(received:)` with what was dropped when bytes still came at the deadline.
  public func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let queue = try queue(for: Leg(endpoint: endpoint, byteCount: 1))
    var dropped = takeBackAll(queue)
    while true {
      let size = max(queue.transferLength(for: 4096), 4096)
      let transfer = try queue.next(size: size)
      try submit(
        transfer, endpoint: endpoint, type: queue.endpoint.type,
        length: queue.transferLength(for: 4096))
      queue.didPost()
      let end = wait(for: transfer, until: min(deadline, MonotonicInstant.now.advanced(by: quiet)))
      let came = transfer.isFinished ? transfer.actualLength : 0
      queue.removeOldest()
      dropped += came
      if end == .deadline, came == 0 { return dropped }
      let overflowed = transfer.isFinished && transfer.status == LIBUSB_TRANSFER_OVERFLOW
      if end != .deadline, !overflowed {
        try check(end, transfer, endpoint: endpoint, received: dropped, until: deadline)
      }
      if deadline.hasPassed { throw .timedOut(received: dropped) }
    }
  }

  /// Makes a control request on end point 0; bit 7 of its type says in which direction.
  public func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    guard data.count <= Int(UInt16.max) else { throw invalid("control of \(data.count) bytes") }
    let fetches = request.type & 0x80 != 0
    setup.reserve(8 + data.count)
    setup.fillSetup(request, length: data.count)
    if !fetches { setup.fill(data.span, from: 0, count: data.count, at: 8) }
    try submit(
      setup, endpoint: 0, type: UInt8(LIBUSB_TRANSFER_TYPE_CONTROL.rawValue),
      length: 8 + data.count)
    let end = wait(for: setup, until: deadline)
    let came = setup.isFinished ? min(setup.actualLength, data.count) : 0
    if fetches { setup.copy(from: 8, count: came, into: &data, at: 0) }
    try check(end, setup, endpoint: 0, received: came, until: deadline)
    return came
  }

  /// Ends the stalled state of an end point.
  public func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    try checkCode(handle.clearHalt(endpoint), "end the stall of \(hex(endpoint))")
  }

  /// Takes back every posted read and resets the device at the bus.
  ///
  /// Throws `.gone` when it comes back as another device: it must then be opened again.
  public func reset() throws(LinkError) {
    for queue in queues { _ = takeBackAll(queue) }
    let code = handle.reset()
    if code == LIBUSB_ERROR_NOT_FOUND.rawValue { throw .gone }
    try checkCode(code, "reset the device")
  }

  /// Takes back every posted read, resets the device if its profile says so, and lets go of it.
  public func close() {
    if isClosed { return }
    isClosed = true
    for queue in queues { _ = takeBackAll(queue) }
    // A refusal changes nothing: the device is let go of in any case.
    if resetsAtClose { _ = handle.reset() }
    for queue in queues { queue.release() }
    output.release()
    setup.release()
    handle.close()
  }
}

// MARK: - Waiting

extension USBLink {
  /// How a wait ended; in each case the transfer was given back if the kernel does so at all.
  private enum WaitEnd: Equatable {
    case finished, deadline, cancelled, stuck
    case failed(Int32)
  }

  private func wait(for transfer: USBTransfer, until deadline: MonotonicInstant) -> WaitEnd {
    var end = WaitEnd.finished
    while !transfer.isFinished {
      if canceller.isCancelled {
        end = .cancelled
        break
      }
      let left = deadline.remaining
      let code = handle.handleEvents(for: transfer, waitingAtMost: left)
      if transfer.isFinished { break }
      if code != 0, code != LIBUSB_ERROR_INTERRUPTED.rawValue {
        end = .failed(code)
        break
      }
      if left == .zero {
        end = .deadline
        break
      }
    }
    if transfer.isFinished { return end }
    takeBack(transfer)
    if !transfer.isFinished { return end == .cancelled ? end : .stuck }
    // It may have been completed in the moment of being taken back.
    return transfer.status == LIBUSB_TRANSFER_CANCELLED ? end : .finished
  }

  private func takeBack(_ transfer: USBTransfer) {
    transfer.cancel()
    let bound = MonotonicInstant.now.advanced(by: Self.takeBackBound)
    while !transfer.isFinished, !bound.hasPassed {
      let code = handle.handleEvents(for: transfer, waitingAtMost: bound.remaining)
      if code != 0, code != LIBUSB_ERROR_INTERRUPTED.rawValue { return }
    }
  }

  /// Takes back all posted reads; returns how many bytes they had received.
  private func takeBackAll(_ queue: USBQueue) -> Int {
    // The newest first, so that bytes under way do not slip from one read into the next.
    for i in (0..<queue.posted).reversed() { queue[i].cancel() }
    var received = 0
    while let transfer = queue.oldest {
      takeBack(transfer)
      if transfer.isFinished { received += transfer.actualLength }
      queue.removeOldest()
    }
    return received
  }

  private func check(
    _ end: WaitEnd, _ transfer: USBTransfer, endpoint: UInt8, received: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) {
    switch end {
    case .cancelled: throw .cancelled
    case .deadline: throw .timedOut(received: received)
    case .failed(let code): throw LinkError.libusb(code, doing: "wait for \(hex(endpoint))")
    case .stuck: throw LinkError.libusb(LIBUSB_ERROR_TIMEOUT.rawValue, doing: "take back a read")
    case .finished: break
    }
    switch transfer.status {
    case LIBUSB_TRANSFER_COMPLETED: return
    case LIBUSB_TRANSFER_CANCELLED, LIBUSB_TRANSFER_TIMED_OUT:
      throw .timedOut(received: received)
    case LIBUSB_TRANSFER_STALL: throw .stalled(endpoint: endpoint)
    case LIBUSB_TRANSFER_NO_DEVICE: throw .gone
    case LIBUSB_TRANSFER_OVERFLOW: throw .overflow(endpoint: endpoint)
    default:
      // The first sign of a pulled plug is an error on the wire; the kernel takes the device off
      // its list a little later.
      if isUnplugged(until: deadline) { throw .gone }
      throw LinkError.libusb(LIBUSB_ERROR_IO.rawValue, doing: "carry bytes on \(hex(endpoint))")
    }
  }

  private func isUnplugged(until deadline: MonotonicInstant) -> Bool {
    let bound = min(deadline, MonotonicInstant.now.advanced(by: Self.unplugBound))
    while Nodes.exists(node) {
      if canceller.isCancelled || bound.hasPassed { return false }
      Nodes.pause(.milliseconds(5))
    }
    return true
  }
}

// MARK: - Submitting

extension USBLink {
  private func post(_ leg: Leg, to queue: USBQueue) throws(LinkError) {
    let length = queue.transferLength(for: leg.byteCount)
    let transfer = try queue.next(size: length)
    try submit(transfer, endpoint: leg.endpoint, type: queue.endpoint.type, length: length)
    queue.didPost()
  }

  private func submit(
    _ transfer: USBTransfer, endpoint: UInt8, type: UInt8, length: Int
  ) throws(LinkError) {
    if canceller.isCancelled { throw .cancelled }
    // A transfer that the kernel never gave back must not be used again.
    if !transfer.isFinished {
      throw LinkError.libusb(LIBUSB_ERROR_BUSY.rawValue, doing: "use \(hex(endpoint)) again")
    }
    let code = handle.submit(transfer, endpoint: endpoint, type: type, length: length)
    try checkCode(code, "post \(length) bytes on \(hex(endpoint))")
  }

  private func checkCode(_ code: Int32, _ operation: @autoclosure () -> String) throws(LinkError) {
    if code != 0 { throw LinkError.libusb(code, doing: operation()) }
  }

  private func queue(for leg: Leg) throws(LinkError) -> USBQueue {
    guard leg.byteCount > 0, leg.byteCount <= Self.largestRead, leg.endpoint & 0x80 != 0 else {
      throw invalid("read \(leg.byteCount) bytes from \(hex(leg.endpoint))")
    }
    for queue in queues where queue.endpoint.address == leg.endpoint { return queue }
    let queue = USBQueue(try handle.endpoint(leg.endpoint))
    queues.append(queue)
    return queue
  }

  private func invalid(_ operation: String) -> LinkError {
    LinkError.libusb(LIBUSB_ERROR_INVALID_PARAM.rawValue, doing: operation)
  }
}

extension USBHandle {
  /// The claimed interface's end point with this address.
  func endpoint(_ address: UInt8) throws(LinkError) -> USBEndpoint {
    for endpoint in endpoints where endpoint.address == address { return endpoint }
    throw LinkError.libusb(
      LIBUSB_ERROR_NOT_FOUND.rawValue, doing: "find end point \(hex(address))")
  }
}
