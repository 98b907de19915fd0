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
    var wakers: [@Sendable () -> Void] = []
  }

  private let state: Guarded<State>
  /// How the instrument is connected.
  let connection: EmulatedConnection
  /// The lasting id of the model (`ocean-optics/usb2000plus`).
  public let model: String
  /// The serial number, on the bus and in the memory.
  public let serialNumber: String

  init(_ device: any EmulatedModel) {
    connection = device.connection
    model = device.id
    serialNumber = device.serialNumber
    state = Guarded(State(device: device))
  }

  /// How many spectra the host fetched to their last byte.
  public var framesSent: Int { state.withLock { $0.device.framesSent } }

  /// Whether the device is on the bus.
  public var isPlugged: Bool { state.withLock { $0.isPlugged } }

  /// Makes a link that reaches this device within the process.
  public func inProcessLink() -> InProcessLink { InProcessLink(to: self) }

  /// Takes the device off the bus: every link to it ends with `.gone`.
  public func unplug() { change { $0.isPlugged = false } }

  /// Puts the device on the bus, as after power-up.
  public func plug() {
    change { state in
      state.isPlugged = true
      state.isClaimed = false
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

  func receive(_ bytes: [UInt8], on endpoint: UInt8) {
    state.withLock { $0.device.receive(bytes, on: endpoint, at: .now) }
  }

  /// Goes on with a read; nil for an end point that does not exist.
  func progress(
    of endpoint: UInt8, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int,
    limit: Int
  ) -> ReadProgress? {
    state.withLock { state in
      state.device.fetch(
        endpoint, into: &buffer, at: start, filled: &filled, limit: limit, now: .now)
    }
  }

  func restart() { state.withLock { $0.device.restart() } }
}

extension EmulatedDevice: InProcessDevice {
  /// Takes one OUT transfer.
  public func send(_ bytes: Span<UInt8>, to endpoint: UInt8) throws(LinkError) {
    guard isPlugged else { throw .gone }
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for index in bytes.indices { copy.append(bytes[index]) }
    receive(copy, on: endpoint)
  }

  /// Goes on with a read: fetches what is ready; nil when the transfer has ended.
  public func fetch(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at start: Int, filled: inout Int
  ) throws(LinkError) -> MonotonicInstant? {
    guard isPlugged else { throw .gone }
    let progress = progress(
      of: leg.endpoint, into: &buffer, at: start, filled: &filled, limit: leg.byteCount)
    switch progress {
    case .done: return nil
    case .pending(let until): return until
    case .overflow: throw .overflow(endpoint: leg.endpoint)
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

  /// Does nothing but check that the device is there: end points do not stall by themselves.
  public func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    guard isPlugged else { throw .gone }
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
      guard !state.isClaimed else { return .busy(holder: nil) }
      state.isClaimed = true
      return nil
    }
    if let refusal { throw refusal }
  }

  /// Gives the device back.
  public func release() { state.withLock { $0.isClaimed = false } }

  /// Registers what wakes a waiting link when the device is unplugged.
  public func onChange(_ wake: @escaping @Sendable () -> Void) {
    state.withLock { $0.wakers.append(wake) }
  }
}
