internal import Emulation
internal import Instruments
internal import Links

/// What happens to reads of one readout or question, counted from the moment it is set.
final class DamageScript: Sendable {
  struct State {
    var damage: Damage?
    var places = 0..<0
    var reads = 0
    /// The reads that brought bytes, by their number.
    var fruitful: [Int] = []
    /// How many writes came before each of these.
    var epochs: [Int] = []
    var writes = 0
    /// How often the damage was done.
    var done = 0
    /// After a cut nothing comes until something is asked for again.
    var isCut = false
    /// A byte too many, which comes before all others.
    var surplus: [UInt8] = []
    /// Whether a byte too many was read.
    var wasFelt = false
  }

  let state = Guarded(State())
  /// A serial line: reads end by count alone.
  let isSerial: Bool

  init(isSerial: Bool) { self.isSerial = isSerial }

  /// Begins to count reads at 0, and damages those of `places`.
  func begin(_ damage: Damage?, at places: Range<Int>) {
    state.withLock {
      ($0.damage, $0.places, $0.reads, $0.done) = (damage, places, 0, 0)
      ($0.fruitful, $0.epochs, $0.wasFelt) = ([], [], false)
    }
  }

  var fruitful: [Int] { state.withLock { $0.fruitful } }
  var done: Int { state.withLock { $0.done } }
  var epochs: [Int] { state.withLock { $0.epochs } }
  var wasFelt: Bool { state.withLock { $0.wasFelt } }

  /// What befalls the next read.
  fileprivate func next() -> Damage? {
    state.withLock { state in
      defer { state.reads += 1 }
      guard state.places.contains(state.reads), let damage = state.damage else { return nil }
      state.done += 1
      return damage
    }
  }
}

/// A link to an emulated device that damages what its script says.
struct DamagedLink: ByteLink, ~Copyable {
  private var base: InProcessLink
  private let device: EmulatedDevice
  private let script: DamageScript

  init(to device: EmulatedDevice, _ script: DamageScript) {
    base = device.inProcessLink()
    self.device = device
    self.script = script
  }

  var canceller: LinkCanceller { base.canceller }
  var reachesEmulator: Bool { true }

  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    try base.prepare(legs, inFlight: inFlight)
  }

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    script.state.withLock { state in
      state.isCut = false
      state.writes += 1
    }
    try base.write(bytes, to: endpoint, until: deadline)
  }

  mutating func post(_ leg: Leg) throws(LinkError) { try base.post(leg) }

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let damage = script.next()
    if script.state.withLock({ $0.isCut }) || damage == .stale { throw .timedOut(received: 0) }
    if damage == .gone { device.unplug() }
    let count = try readWhole(leg, into: &buffer, at: offset, until: deadline)
    guard count > 0 else { return 0 }
    script.state.withLock { state in
      state.fruitful.append(state.reads - 1)
      state.epochs.append(state.writes)
    }
    guard let damage else { return count }
    let last = offset + count - 1
    switch damage {
    case .cut: script.state.withLock { $0.isCut = true }
    case .oneShort:
      buffer[last] = 0
      if script.isSerial { throw .timedOut(received: count - 1) }
      return count - 1
    case .oneLong:
      guard script.isSerial else { throw .overflow(endpoint: leg.endpoint) }
      script.state.withLock { $0.surplus = [0x55] }
    case .wrongEnd: buffer[last] ^= 0xFF
    case .allZero: for index in offset...last { buffer[index] = 0 }
    case .allOnes: for index in offset...last { buffer[index] = 0xFF }
    case .timeOut: throw .timedOut(received: 0)
    case .gone, .stale: break
    }
    return count
  }

  /// Reads, with a byte too many before the others where one is waiting.
  private mutating func readWhole(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let surplus = script.state.withLock { state in
      defer { state.surplus = [] }
      if !state.surplus.isEmpty { state.wasFelt = true }
      return state.surplus
    }
    guard let byte = surplus.first else {
      return try base.read(leg, into: &buffer, at: offset, until: deadline)
    }
    buffer[offset] = byte
    guard leg.byteCount > 1 else { return 1 }
    let rest = Leg(endpoint: leg.endpoint, byteCount: leg.byteCount - 1)
    do {
      return try base.read(rest, into: &buffer, at: offset + 1, until: deadline) + 1
    } catch .timedOut(let received) {
      throw .timedOut(received: received + 1)
    }
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let surplus = script.state.withLock { state in
      defer { state.surplus = [] }
      return state.surplus.count
    }
    return try base.drain(endpoint, quiet: quiet, until: deadline) + surplus
  }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int { try base.control(request, data: &data, until: deadline) }

  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) { try base.clearHalt(endpoint) }
  mutating func reset() throws(LinkError) { try base.reset() }
  mutating func close() { base.close() }
}
