public import Instruments

/// A link to an emulated device in the same process.
///
/// Times are as on a bus of no length: a read ends when the device's bytes are ready.
public struct InProcessLink: ByteLink, ~Copyable {
  private let device: any InProcessDevice
  private let waiter: InProcessWaiter
  private var posted: [Leg] = []
  private var isOpen = false

  /// Ends every wait of this link early, from any thread.
  public let canceller = LinkCanceller()

  /// Always true.
  public var reachesEmulator: Bool { true }

  /// Makes a link; the device is claimed at its first use.
  public init(to device: any InProcessDevice) {
    self.device = device
    let waiter = InProcessWaiter()
    self.waiter = waiter
    canceller.onCancel { waiter.wake() }
    device.onChange { waiter.wake() }
    posted.reserveCapacity(32)
  }

  deinit { if isOpen { device.release() } }

  /// Reserves room for posted reads.
  public mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    try open()
    posted.reserveCapacity(legs.count * max(1, inFlight))
  }

  /// Sends all `bytes`; the device takes them at once.
  public mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    try open()
    try device.send(bytes, to: endpoint)
  }

  /// Notes a read, so that the next `read` of its end point takes this one's length.
  public mutating func post(_ leg: Leg) throws(LinkError) {
    try open()
    posted.append(leg)
  }

  /// Waits for a read to end and returns how many bytes came.
  public mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try open()
    var wanted = leg
    if let index = posted.firstIndex(where: { $0.endpoint == leg.endpoint }) {
      wanted = posted.remove(at: index)
    }
    wanted.byteCount = min(wanted.byteCount, buffer.count - offset)
    var filled = 0
    while true {
      if canceller.isCancelled { throw .cancelled }
      let seen = waiter.changes
      guard let ready = try device.fetch(wanted, into: &buffer, at: offset, filled: &filled) else {
        return filled
      }
      if deadline.hasPassed { throw .timedOut(received: filled) }
      waiter.wait(until: min(ready, deadline), unlessChangedSince: seen)
    }
  }

  /// Takes back posted reads of the end point and drops what comes until it is quiet.
  public mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    posted.removeAll { $0.endpoint == endpoint }
    var scratch = [UInt8](repeating: 0, count: 16_384)
    let leg = Leg(endpoint: endpoint, byteCount: scratch.count)
    var dropped = 0
    while true {
      var span = scratch.mutableSpan
      let end = min(MonotonicInstant.now.advanced(by: quiet), deadline)
      do {
        dropped += try read(leg, into: &span, at: 0, until: end)
      } catch .timedOut(let received) {
        dropped += received
        if received == 0 || deadline.hasPassed { return dropped }
      }
    }
  }

  /// Makes a control request; the device answers at once.
  public mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try open()
    return try device.control(request, data: &data)
  }

  /// Ends the stalled state of an end point.
  public mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    try open()
    try device.clearHalt(endpoint)
  }

  /// Puts the device back to the state after power-up.
  public mutating func reset() throws(LinkError) {
    try open()
    posted.removeAll(keepingCapacity: true)
    try device.reset()
  }

  /// Takes back posted reads and lets go of the device.
  public mutating func close() {
    posted.removeAll()
    if isOpen { device.release() }
    isOpen = false
  }

  private mutating func open() throws(LinkError) {
    guard !isOpen else { return }
    try device.claim()
    isOpen = true
  }
}
