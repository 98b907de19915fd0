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

  private let queue = RequestQueue<Request>()
  private let canceller = Mutex<LinkCanceller?>(nil)
  private let thread = Mutex<WorkerThread?>(nil)
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
    let started = WorkerThread(name: "acquire") { [self] in
      requestRealTimePriority()
      serve()
    }
    guard let started else {
      throw Failure(
        "no-thread", exit: .failed, what: "The system gives no thread for the acquisition.",
        why: "Too many threads or processes are running, or a limit is set for this account.",
        next: "Close other programs and start again; see ulimit -u.")
    }
    thread.withLock { $0 = started }
    return try await withCheckedContinuation { queue.put(.open($0)) }.get()
  }

  /// Puts settings in force and returns them as sent, after rounding.
  public func apply(_ settings: Settings) async throws(Failure) -> Settings {
    try await withCheckedContinuation { queue.put(.apply(settings, $0)) }.get()
  }

  /// Takes what the plan says into the ring whose producer is handed over, then finishes the ring.
  public func run(_ plan: AcquisitionPlan, into ring: Handoff<RingProducer>) async -> Outcome {
    await withCheckedContinuation { queue.put(.run(plan, ring, $0)) }
  }

  /// Ends a run early, also in the middle of a long exposure; what was taken is kept.
  public func stop(_ reason: Mailbox.StopReason) {
    mailbox.requestStop(reason)
    canceller.withLock { $0 }?.cancel()
  }

  /// Makes the instrument safe and gives it back; the thread ends.
  ///
  /// Must be called once, also after a failure, or the thread stays.
  public func close() async -> SafeState {
    guard thread.withLock({ $0 }) != nil else { return .safe }
    return await withCheckedContinuation { queue.put(.close($0)) }
  }

  // MARK: - On the session's thread

  private func serve() {
    var instrument: (any Instrument & ~Copyable)?
    var healthy = true
    while true {
      switch queue.take() {
      case .open(let reply):
        do throws(DriverError) {
          var emulated = false
          instrument = try openInstrument(emulated: &emulated)
          reply.resume(returning: try describe(&instrument, emulated: emulated))
        } catch {
          instrument = nil
          reply.resume(returning: .failure(error.failure))
        }
      case .apply(let settings, let reply):
        reply.resume(returning: applying(settings, to: &instrument))
      case .run(let plan, let ring, let reply):
        let outcome = running(plan, with: &instrument, into: ring)
        if outcome.end == .unplug { healthy = false }
        canceller.withLock { $0 }?.rearm()
        reply.resume(returning: outcome)
      case .close(let reply):
        canceller.withLock { $0 }?.rearm()
        reply.resume(returning: closing(&instrument, healthy: healthy))
        return
      }
    }
  }

  private func openInstrument(
    emulated: inout Bool
  ) throws(DriverError) -> any Instrument & ~Copyable {
    let link = try connected()
    emulated = link.reachesEmulator
    let stopper = link.canceller
    canceller.withLock { $0 = stopper }
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
    return .success(Opened(record: record, largestFrame: size, emulated: emulated))
  }

  private func applying(
    _ settings: Settings, to instrument: inout (any Instrument & ~Copyable)?
  ) -> Result<Settings, Failure> {
    do throws(DriverError) {
      guard let sent = try instrument?.apply(settings) else { return .failure(Self.notOpen) }
      return .success(sent)
    } catch {
      return .failure(error.failure)
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
      instrument: opened, producer: producer, plan: plan, mailbox: mailbox, counters: counters)
    let (end, failure) = loop.run()
    instrument = loop.giveBack()
    return Outcome(end: end, failure: failure, counts: counters.counts)
  }

  private func closing(
    _ instrument: inout (any Instrument & ~Copyable)?, healthy: Bool
  ) -> SafeState {
    guard instrument != nil else { return .safe }
    defer { instrument = nil }
    do throws(DriverError) {
      try instrument?.close()
      return healthy ? .safe : .unknown
    } catch {
      return .unknown
    }
  }

  private static let notOpen = Failure(
    "session-not-open", exit: .failed, what: "The instrument is not open.",
    why: "It was never opened, or opening failed.", next: "Open it first, and read that failure.")
}
