public import Instruments
public import Laboratory
internal import Links
public import ScanRing
internal import Synchronization

/// One opened instrument and the thread that owns it, from opening to closing.
///
/// The thread opens the instrument itself, since the instrument may never change hands. The
/// `async` calls hand it one piece of work and resume when that is done; none of them blocks.
public final class InstrumentSession: Sendable {
  /// Connects to the instrument; called on the session's own thread.
  public typealias Connector = @Sendable () throws(LinkError) -> any ByteLink & ~Copyable

  /// What is known once an instrument is open.
  public struct Opened: Sendable {
    /// What it said of itself.
    public var record: InstrumentRecord
    /// The size in bytes of its largest frame.
    public var largestFrame: Int
    /// Whether the far side is one of our emulators.
    public var emulated: Bool
  }

  /// How a run of the instrument went.
  public struct Outcome: Sendable {
    /// How it ended.
    public var end: RunEnd
    /// What went wrong, where something did.
    public var failure: Failure?
    /// What was counted by the acquisition thread.
    public var counts: RunCounts
  }

  /// What the running acquisition can be told, from any thread.
  public let mailbox = Mailbox()
  /// What has been taken so far, for any thread to read.
  public let counters = AcquisitionCounters()

  /// What a stop reaches, and whether it may: making safe must never be cut short.
  private struct Stopping {
    var canceller: LinkCanceller?
    var isHeard = true
  }

  private let queue = RequestQueue<Request>()
  private let stopping = Guarded(Stopping())
  private let thread = Mutex<WorkerThread?>(nil)
  private let leftSafe = Mutex(SafeState.safe)
  let driver: DriverEntry
  let profile: DeviceProfile
  let connect: Connector

  enum Request: Sendable {
    case open(CheckedContinuation<Result<Opened, Failure>, Never>)
    case apply(Settings, CheckedContinuation<Result<Settings, Failure>, Never>)
    case run(AcquisitionPlan, Handoff<RingProducer>, CheckedContinuation<Outcome, Never>)
    case close(CheckedContinuation<SafeState, Never>)
  }

  /// Prepares a session; its thread starts when it is opened.
  public init(
    driver: DriverEntry, profile: DeviceProfile, connect: @escaping Connector
  ) {
    self.driver = driver
    self.profile = profile
    self.connect = connect
  }

  /// Starts the session's thread, connects and opens the instrument, and makes it safe.
  public func open() async throws(Failure) -> Opened {
    let isFirst = try thread.withLock { (thread) throws(Failure) -> Bool in
      guard thread == nil else { return false }
      let started = WorkerThread(name: "acquire") { [self] in
        requestRealTimePriority()
        serve()
      }
      guard let started else { throw Self.noThread }
      thread = started
      queue.open()
      return true
    }
    guard isFirst else { throw Self.notOpen }
    return try await withCheckedContinuation { submit(.open($0)) }.get()
  }

  /// Puts settings in force and returns them as sent, after rounding.
  public func apply(_ settings: Settings) async throws(Failure) -> Settings {
    try await withCheckedContinuation { submit(.apply(settings, $0)) }.get()
  }

  /// Takes what the plan says into the ring whose producer is handed over, then finishes the ring.
  public func run(_ plan: AcquisitionPlan, into ring: Handoff<RingProducer>) async -> Outcome {
    await withCheckedContinuation { submit(.run(plan, ring, $0)) }
  }

  /// Ends a run early, also in the middle of a long exposure; what was taken is kept.
  ///
  /// Also ends opening. What makes the instrument safe is never cut short.
  public func stop(_ reason: Mailbox.StopReason) {
    // Under the lock and once, so that no cancel arrives late, in the middle of making safe.
    stopping.withLock {
      if mailbox.requestStop(reason), $0.isHeard { $0.canceller?.cancel() }
    }
  }

  /// Asks for other settings from the next frame of the run on.
  ///
  /// Throws what the profile says against them; then nothing changes and the run goes on.
  public func change(_ settings: Settings) throws(Failure) {
    for (name, asked) in settings.values.sorted(by: { $0.key < $1.key }) {
      guard let rule = profile.setting(name), rule.scope == .instrument else {
        throw DriverError.unknownSetting(name: name).failure
      }
      guard rule.accepted(asked) != nil else {
        throw DriverError.outOfRange(name: name, asked: asked, rule: rule).failure
      }
    }
    mailbox.requestChange(settings)
  }

  /// Makes the instrument safe and gives it back; the thread ends.
  ///
  /// Must be called, also after a failure, or the thread stays. Calling it again tells the same.
  public func close() async -> SafeState {
    await withCheckedContinuation { submit(.close($0)) }
  }

  private func submit(_ request: Request) {
    if !queue.put(request) { refuse(request) }
  }

  /// Answers a request that no thread will serve: before opening or after closing.
  private func refuse(_ request: Request) {
    switch request {
    case .open(let reply): reply.resume(returning: .failure(Self.notOpen))
    case .apply(_, let reply): reply.resume(returning: .failure(Self.notOpen))
    case .run(_, let ring, let reply):
      // Dropping the producer ends the ring, so that its readers end too.
      _ = ring.take()
      reply.resume(
        returning: Outcome(end: .fault, failure: Self.notOpen, counts: counters.counts))
    case .close(let reply): reply.resume(returning: leftSafe.withLock { $0 })
    }
  }

  // MARK: - On the session's thread

  private func serve() {
    var instrument: (any Instrument & ~Copyable)?
    var healthy = true
    while true {
      switch queue.take() {
      case .open(let reply):
        let result = opening(&instrument)
        if instrument == nil { healthy = false }
        reply.resume(returning: result)
      case .apply(let settings, let reply):
        reply.resume(returning: applying(settings, to: &instrument))
      case .run(let plan, let ring, let reply):
        let outcome = running(plan, with: &instrument, into: ring)
        if outcome.end == .unplug { healthy = false }
        reply.resume(returning: outcome)
      case .close(let reply):
        let state = closing(&instrument, healthy: healthy)
        leftSafe.withLock { $0 = state }
        let unserved = queue.end()
        reply.resume(returning: state)
        for request in unserved { refuse(request) }
        return
      }
    }
  }

  /// Lets stops end waits; one that was asked for while they could not, now.
  private func hearStops() {
    stopping.withLock {
      $0.isHeard = true
      if mailbox.stopReason != nil { $0.canceller?.cancel() }
    }
  }

  /// From here on no stop ends a wait, not even one that was already asked for.
  private func ignoreStops() {
    stopping.withLock {
      $0.isHeard = false
      $0.canceller?.rearm()
    }
  }

  private func opening(
    _ instrument: inout (any Instrument & ~Copyable)?
  ) -> Result<Opened, Failure> {
    do throws(DriverError) {
      var emulated = false
      instrument = try openInstrument(emulated: &emulated)
      return try describe(&instrument, emulated: emulated)
    } catch {
      _ = closing(&instrument, healthy: false)
      return .failure(error.failure(on: profile.link.carrier))
    }
  }

  private func openInstrument(
    emulated: inout Bool
  ) throws(DriverError) -> any Instrument & ~Copyable {
    if mailbox.stopReason != nil {
      throw .link(.cancelled, step: "Connecting to \(profile.name)")
    }
    let link = try connected()
    emulated = link.reachesEmulator
    let stopper = link.canceller
    stopping.withLock { $0.canceller = stopper }
    hearStops()
    return try driver.open(link, profile)
  }

  private func connected() throws(DriverError) -> any ByteLink & ~Copyable {
    do throws(LinkError) {
      return try connect()
    } catch {
      throw .link(error, step: "Connecting to \(profile.name)")
    }
  }

  private func describe(
    _ instrument: inout (any Instrument & ~Copyable)?, emulated: Bool
  ) throws(DriverError) -> Result<Opened, Failure> {
    guard instrument != nil else { return .failure(Self.notOpen) }
    try instrument?.makeSafe()
    guard let record = instrument?.record, let size = instrument?.largestFrame else {
      return .failure(Self.notOpen)
    }
    // An instrument that names its maker itself is believed where it says that it is none.
    let says = EmulationMark.isEmulated(maker: record.remarks["maker"], environment: [:])
    return .success(Opened(record: record, largestFrame: size, emulated: emulated || says))
  }

  private func applying(
    _ settings: Settings, to instrument: inout (any Instrument & ~Copyable)?
  ) -> Result<Settings, Failure> {
    do throws(DriverError) {
      guard let sent = try instrument?.apply(settings) else { return .failure(Self.notOpen) }
      return .success(sent)
    } catch {
      return .failure(error.failure(on: profile.link.carrier))
    }
  }

  private func running(
    _ plan: AcquisitionPlan, with instrument: inout (any Instrument & ~Copyable)?,
    into ring: Handoff<RingProducer>
  ) -> Outcome {
    guard let producer = ring.take() else {
      return Outcome(end: .fault, failure: Self.notOpen, counts: counters.counts)
    }
    guard let opened = instrument.take() else {
      var unused = producer
      unused.finish()
      return Outcome(end: .fault, failure: Self.notOpen, counts: counters.counts)
    }
    var loop = AcquisitionLoop(
      instrument: opened, producer: producer, plan: plan, mailbox: mailbox, counters: counters,
      carrier: profile.link.carrier)
    hearStops()
    let (end, failure) = loop.acquire()
    ignoreStops()
    // Before the ring's end, which waits for the slowest reader; closing tells whether it worked.
    if end != .unplug { loop.makeSafe() }
    loop.conclude(end, failure)
    instrument = loop.giveBack()
    return Outcome(end: end, failure: failure, counts: counters.counts)
  }

  private func closing(
    _ instrument: inout (any Instrument & ~Copyable)?, healthy: Bool
  ) -> SafeState {
    ignoreStops()
    guard instrument != nil else { return healthy ? .safe : .unknown }
    defer { instrument = nil }
    do throws(DriverError) {
      try instrument?.close()
      return healthy ? .safe : .unknown
    } catch {
      return .unknown
    }
  }

  private static let noThread = Failure(
    "no-thread", exit: .failed, what: "The system gives no thread for the acquisition.",
    why: "Too many threads or processes are running, or a limit is set for this account.",
    next: "Close other programs and start again; see ulimit -u.")

  private static let notOpen = Failure(
    "session-not-open", exit: .failed, what: "The instrument is not open.",
    why: "It was never opened, or opening failed.", next: "Open it first, and read that failure.")
}
