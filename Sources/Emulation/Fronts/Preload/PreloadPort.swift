internal import Glibc
internal import Instruments

/// One plugged-in device of the preload bench, as the kernel's usbfs would serve it.
///
/// URBs, finished lists and claims belong to one open file each: addresses of one client's memory
/// mean nothing in another's.
struct PreloadPort: PreloadNode {
  let device: EmulatedDevice
  let tree: USBTree
  /// The index of the device on the bench.
  let index: Int
  let listener: Int32
  /// Full: nothing to reap; empty: reap now (libusb polls it for writing).
  private let fifo: Int32
  private var fifoIsFull = false
  private(set) var isGone = false
  private(set) var connections: [PreloadConnection] = []
  private var claimant: Int32?
  /// Those that ever had the claim; a reset gives it back for a moment.
  private var users: Set<Int32> = []
  /// Transfers under way, in the order of their submission: reads, and commands never taken.
  private var pending: [USBFS.URB] = []
  private var finished: [USBFS.URB] = []

  init(device: EmulatedDevice, tree: USBTree, index: Int) throws(Posix.Refusal) {
    self.device = device
    self.tree = tree
    self.index = index
    listener = try Posix.listen(at: tree.socket)
    do {
      fifo = try Posix.makeFIFO(at: tree.node)
    } catch {
      Glibc.close(listener)
      throw error
    }
    setReady(false)
  }

  var place: Int { tree.port }
  var terminal: String? { nil }
  var busEntries: [String] { ["\(USBTree.bus)-\(tree.port)"] }

  func events(action: String, sequence: Int) -> [[(String, String)]] {
    [tree.properties(action: action, sequence: sequence)]
  }

  /// Whether nothing needs this port any more.
  var isOver: Bool { isGone && connections.isEmpty }

  /// The descriptors on which clients may say something.
  var descriptors: [Int32] { (isGone ? [] : [listener]) + connections.map(\.descriptor) }

  /// Does what a descriptor with something to read asks for; false for a foreign one.
  mutating func serve(_ descriptor: Int32) -> Bool {
    if descriptor == listener, !isGone {
      if let opened = Posix.accept(from: listener) {
        connections.append(PreloadConnection(descriptor: opened))
      }
      return true
    }
    guard let slot = connections.firstIndex(where: { $0.descriptor == descriptor }) else {
      return false
    }
    var connection = connections[slot]
    do {
      if let request = try connection.nextRequest() {
        if request.isIOControl {
          try answer(request, on: &connection)
        } else {
          // Reading and writing of the device file itself is left to the library.
          try connection.answer(PreloadConnection.notHandled)
        }
      }
    } catch {
      // The client closed the file or ended: what it had under way goes with it.
      drop(descriptor)
    }
    return true
  }

  /// Ends every read with "no device" and serves no new client.
  mutating func unplug() {
    isGone = true
    for var urb in pending {
      urb.status = USBFS.Status.shutDown
      finished.append(urb)
    }
    pending.removeAll()
    setReady(true)
    Glibc.close(listener)
    tree.remove()
  }

  /// Closes everything; the port is not used afterwards.
  mutating func close() {
    if !isGone { unplug() }
    for connection in connections { Glibc.close(connection.descriptor) }
    connections.removeAll()
    Glibc.close(fifo)
  }

  /// Fetches what is ready into the reads under way; returns when more will be ready.
  mutating func pump() -> MonotonicInstant {
    var next = MonotonicInstant.never
    var waiting: Set<UInt8> = []
    var index = 0
    while index < pending.count {
      let endpoint = pending[index].endpoint
      // A command that is never taken waits until its program takes it back.
      guard pending[index].isIn else {
        index += 1
        continue
      }
      guard !waiting.contains(endpoint) else {
        index += 1
        continue
      }
      if let until = progress(&pending[index]) {
        waiting.insert(endpoint)
        next = min(next, until)
        index += 1
      } else {
        finish(pending.remove(at: index))
      }
    }
    return next
  }

  /// Goes on with one read; nil when it has ended.
  private func progress(_ urb: inout USBFS.URB) -> MonotonicInstant? {
    var (data, filled) = (urb.data, urb.filled)
    urb.data = []
    var span = data.mutableSpan
    let state = device.progress(
      of: urb.endpoint, into: &span, at: 0, filled: &filled, limit: urb.length)
    (urb.data, urb.filled, urb.actual) = (data, filled, filled)
    switch state {
    case .pending(let until): return until
    case .done: return nil
    case .overflow: urb.status = USBFS.Status.overflow
    case .stalled: urb.status = USBFS.Status.stalled
    case nil: urb.status = USBFS.Status.noEndpoint
    }
    return nil
  }

  // MARK: Calls

  private mutating func answer(
    _ request: PreloadConnection.Request, on connection: inout PreloadConnection
  ) throws(SocketEnded) {
    let isReap = request.code == USBFS.reap || request.code == USBFS.reapNoDelay
    if isGone, !isReap, request.code != USBFS.discard {
      return try connection.answer(-1, error: ENODEV)
    }
    switch request.code {
    case USBFS.getCapabilities:
      connection.write(USBFS.capabilities.littleEndianBytes, at: request.argument)
      try connection.answer(0)
    case USBFS.claimInterface, USBFS.disconnectClaim:
      // Closing a file gives its claims back at once, also where we have yet to notice it.
      if let holder = claimant, holder != connection.descriptor, Posix.hasEnded(holder) {
        drop(holder)
      }
      let isOurs = claimant == connection.descriptor
      let isFree = isOurs || claimant == nil && !device.refusesClaim()
      if isFree {
        claimant = connection.descriptor
        users.insert(connection.descriptor)
      }
      try isFree ? connection.answer(0) : connection.answer(-1, error: EBUSY)
    case USBFS.releaseInterface:
      if claimant == connection.descriptor { claimant = nil }
      try connection.answer(0)
    case USBFS.getDriver, USBFS.driverCommand:
      try connection.answer(-1, error: ENODATA)
    case USBFS.reset:
      device.restart()
      cancelAll()
      try connection.answer(0)
    case USBFS.clearHalt, USBFS.resetEndpoint:
      let endpoint = try connection.read(4, at: request.argument)
      device.endStall(of: endpoint[0])
      try connection.answer(0)
    case USBFS.setConfiguration, USBFS.setInterface:
      try connection.answer(0)
    case USBFS.getSpeed:
      try connection.answer(tree.descriptors.isHighSpeed ? 3 : 2)
    case USBFS.submit:
      try submit(at: request.argument, on: &connection)
    case USBFS.discard:
      let isFound = discard(request.argument, of: connection.descriptor)
      try isFound ? connection.answer(0) : connection.answer(-1, error: EINVAL)
    case USBFS.reap, USBFS.reapNoDelay:
      try reap(into: request.argument, on: &connection)
    default:
      try connection.answer(-1, error: ENOTTY)
    }
  }

  private mutating func submit(
    at address: UInt64, on connection: inout PreloadConnection
  ) throws(SocketEnded) {
    let bytes = try connection.read(USBFS.URB.size, at: address)
    guard var urb = USBFS.URB(bytes, at: address, owner: connection.descriptor) else {
      return try connection.answer(-1, error: EINVAL)
    }
    if urb.isControl {
      let sent = try connection.read(urb.length, at: urb.buffer)
      try connection.answer(0)
      if let answer = tree.descriptors.answer(setup: sent) {
        urb.data = Array(sent.prefix(8)) + answer
        urb.filled = urb.data.count
        urb.actual = answer.count
      } else {
        urb.status = USBFS.Status.stalled
      }
      finish(urb)
    } else if urb.isIn {
      try connection.answer(0)
      urb.data = [UInt8](repeating: 0, count: urb.length)
      pending.append(urb)
    } else {
      let sent = try connection.read(urb.length, at: urb.buffer)
      try connection.answer(0)
      if device.receive(sent, on: urb.endpoint) {
        urb.actual = urb.length
        finish(urb)
      } else {
        pending.append(urb)
      }
    }
  }

  private mutating func discard(_ address: UInt64, of owner: Int32) -> Bool {
    guard
      let slot = pending.firstIndex(where: { $0.address == address && $0.owner == owner })
    else { return false }
    var urb = pending.remove(at: slot)
    urb.status = USBFS.Status.cancelled
    finish(urb)
    return true
  }

  private mutating func cancelAll() {
    for var urb in pending {
      urb.status = USBFS.Status.cancelled
      finish(urb)
    }
    pending.removeAll()
  }

  private mutating func reap(
    into address: UInt64, on connection: inout PreloadConnection
  ) throws(SocketEnded) {
    guard let slot = finished.firstIndex(where: { $0.owner == connection.descriptor }) else {
      if !isGone, finished.isEmpty { setReady(false) }
      return try connection.answer(-1, error: isGone ? ENODEV : EAGAIN)
    }
    let urb = finished.remove(at: slot)
    connection.write(Array(urb.data.prefix(urb.filled)), at: urb.buffer)
    connection.write(urb.status.littleEndianBytes, at: urb.address + 4)
    connection.write(Int32(urb.actual).littleEndianBytes, at: urb.address + 28)
    connection.write(urb.address.littleEndianBytes, at: address)
    try connection.answer(0)
  }

  // MARK: State

  private mutating func finish(_ urb: USBFS.URB) {
    finished.append(urb)
    setReady(true)
  }

  private mutating func setReady(_ ready: Bool) {
    guard ready == fifoIsFull else { return }
    Posix.setFIFO(fifo, full: !ready)
    fifoIsFull = !ready
  }

  private mutating func drop(_ descriptor: Int32) {
    Glibc.close(descriptor)
    connections.removeAll { $0.descriptor == descriptor }
    pending.removeAll { $0.owner == descriptor }
    finished.removeAll { $0.owner == descriptor }
    if claimant == descriptor { claimant = nil }
    if users.remove(descriptor) != nil, !isGone { device.letGo() }
  }
}
