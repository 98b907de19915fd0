public import Instruments
public import Links

/// One emulated instrument: the pure model behind a lock, shared by the fronts.
///
/// May be used from any thread; no call waits.
public final class EmulatedDevice: Sendable {
  private struct State: Sendable {
    var device: any EmulatedModel
    var isPlugged = true
    var isClaimed = false
    var faults: FaultInjector
    /// What was on before a reset that nothing was said after.
    var leftAtReset: [String]?
    /// What was on each time that a program let go.
    var left: [[String]] = []
    /// Whether a command came since it was last started.
    var isTouched = false
    var bytesReceived = 0
    var wakers: [@Sendable () -> Void] = []

    /// Whether a fault has pulled the plug since this was last asked.
    mutating func takePull() -> Bool {
      defer { faults.pullsPlug = false }
      return faults.pullsPlug
    }
  }

  private let state: Guarded<State>
  /// How the instrument is connected.
  let connection: EmulatedConnection
  /// Whether it is connected by a serial line, not by USB.
  public var isSerial: Bool { if case .serial = connection { true } else { false } }
  /// The lasting id of the model (`ocean-optics/usb2000plus`).
  public let model: String
  /// The serial number, on the bus and in the memory.
  public let serialNumber: String

  init(_ device: any EmulatedModel, faults: FaultPlan = FaultPlan()) {
    connection = device.connection
    model = device.id
    serialNumber = device.serialNumber
    state = Guarded(State(device: device, faults: FaultInjector(plan: faults)))
  }

  /// How many spectra the host fetched to their last byte.
  public var framesSent: Int { state.withLock { $0.device.framesSent } }

  /// How many bytes of commands the host has sent.
  public var bytesReceived: Int { state.withLock { $0.bytesReceived } }

  /// Whether the device is on the bus.
  public var isPlugged: Bool { state.withLock { $0.isPlugged } }

  /// What went wrong by its plan so far, in order (`fault short at frame 5`).
  public var faultsInjected: [String] { state.withLock { $0.faults.injected } }

  /// What was switched on when a program last let go of it, by the model's own account (`lamp`).
  ///
  /// What a reset or power-up switches on by itself does not count.
  public var leftOn: [String] { state.withLock { $0.left.last ?? [] } }

  /// `leftOn` of each program that had it, in order.
  public var leftEachTime: [[String]] { state.withLock { $0.left } }

  /// Whether its plan plugs it in again after it was pulled out.
  var plugsInAgain: Bool { state.withLock { $0.faults.plan.plugsInAgain } }

  /// Makes a link that reaches this device within the process.
  public func inProcessLink() -> InProcessLink { InProcessLink(to: self) }

  /// Takes the device off the bus: every link to it ends with `.gone`.
  public func unplug() {
    change {
      if $0.isPlugged, $0.isTouched { $0.left.append($0.device.energised) }
      $0.isPlugged = false
    }
  }

  /// Puts the device on the bus, as after power-up.
  public func plug() {
    change { state in
      state.isPlugged = true
      state.isClaimed = false
      state.isTouched = false
      state.faults.restart(framesSent: state.device.framesSent)
      state.device.restart()
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let wakers = state.withLock { state in
      body(&state)
      return state.wakers
    }
    for wake in wakers { wake() }
  }

  // MARK: What fronts use

  /// Takes bytes from the host; false when they are never taken.
  @discardableResult func receive(_ bytes: [UInt8], on endpoint: UInt8) -> Bool {
    let (isTaken, pullsPlug) = state.withLock { state in
      state.isTouched = true
      state.bytesReceived += bytes.count
      let isTaken = state.faults.receive(bytes, on: endpoint, at: .now, by: &state.device)
      return (isTaken, state.takePull())
    }
    if pullsPlug { unplug() }
    return isTaken
  }

  /// Goes on with a read; nil for an end point that does not exist.
  func progress(
    of endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int
  ) -> ReadProgress? {
    let (progress, pullsPlug) = state.withLock { state in
      let progress = state.faults.fetch(
        endpoint, into: &buffer, at: start, filled: &filled, limit: limit, now: .now,
        from: &state.device)
      return (progress, state.takePull())
    }
    if pullsPlug { unplug() }
    return progress
  }

  /// Ends the stalled state of an end point.
  func endStall(of endpoint: UInt8) { state.withLock { $0.faults.clearHalt(endpoint) } }

  /// Whether another program has the instrument, by its plan; asked once for each claim.
  func refusesClaim() -> Bool { state.withLock { $0.faults.refusesClaim() } }

  /// Starts it anew, as after a USB reset.
  func restart() {
    state.withLock { state in
      if state.isTouched { state.leftAtReset = state.device.energised }
      state.isTouched = false
      state.faults.restart(framesSent: state.device.framesSent)
      state.device.restart()
    }
  }

  /// Passes on what the host did with its lines.
  func hear(_ lines: ModemLines, isBreak: Bool) {
    state.withLock { $0.device.hear(lines, isBreak: isBreak) }
  }

  /// Notes that the program which had it has let go of it.
  func letGo() {
    let comesBack = state.withLock { state in
      if state.isPlugged {
        let left = state.isTouched ? state.device.energised : state.leftAtReset
        if let left { state.left.append(left) }
        (state.isTouched, state.leftAtReset) = (false, nil)
      }
      return !state.isPlugged && state.faults.plan.plugsInAgain
    }
    if comesBack { plug() }
  }
}

extension EmulatedDevice: InProcessDevice {
  /// Takes one OUT transfer.
  public func send(_ bytes: Span<UInt8>, to endpoint: UInt8) throws(LinkError) {
    guard isPlugged else { throw .gone }
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for index in bytes.indices { copy.append(bytes[index]) }
    guard receive(copy, on: endpoint) else { throw .timedOut(received: 0) }
    // A fault may have pulled the plug at this command.
    guard isPlugged else { throw .gone }
  }

  /// Goes on with a read: fetches what is ready; nil when the transfer has ended.
  public func fetch(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int
  ) throws(LinkError) -> MonotonicInstant? {
    guard isPlugged else { throw .gone }
    let progress = progress(
      of: leg.endpoint, into: &buffer, at: start, filled: &filled, limit: leg.byteCount)
    guard isPlugged else { throw .gone }
    switch progress {
    case .done: return nil
    case .pending(let until): return until
    case .overflow: throw .overflow(endpoint: leg.endpoint)
    case .stalled: throw .stalled(endpoint: leg.endpoint)
    case nil:
      throw .system(
        operation: "read of end point \(leg.endpoint)", code: -5, text: "no such end point")
    }
  }

  /// Answers a standard request on end point 0.
  public func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>
  ) throws(LinkError) -> Int {
    guard isPlugged else { throw .gone }
    let length = UInt16(clamping: data.count)
    let setup =
      [request.type, request.request]
      + [request.value, request.index, length].flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]
      }
    guard case .usb(let descriptors, _) = connection, let answer = descriptors.answer(setup: setup)
    else { throw .stalled(endpoint: 0) }
    for (index, byte) in answer.enumerated() { data[index] = byte }
    return answer.count
  }

  /// Ends the stalled state of an end point.
  public func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    guard isPlugged else { throw .gone }
    endStall(of: endpoint)
  }

  /// Puts the device back to the state after power-up.
  public func reset() throws(LinkError) {
    guard isPlugged else { throw .gone }
    restart()
  }

  /// Takes the device for one user; throws `.busy` when another link has it.
  public func claim() throws(LinkError) {
    let refusal = state.withLock { state -> LinkError? in
      guard state.isPlugged else { return .gone }
      guard !state.faults.refusesClaim(), !state.isClaimed else { return .busy(holder: nil) }
      state.isClaimed = true
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Gives the device back.
  public func release() {
    state.withLock { $0.isClaimed = false }
    letGo()
  }

  /// Registers what wakes a waiting link when the device is unplugged.
  public func onChange(_ wake: @escaping @Sendable () -> Void) {
    state.withLock { $0.wakers.append(wake) }
  }
}
