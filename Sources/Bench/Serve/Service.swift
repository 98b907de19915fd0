internal import Delivery
internal import Dispatch
internal import Foundation
public import Laboratory
internal import Records
internal import Synchronization

/// Keeps a home: looks after its deliveries and folders, and does the commands of others.
///
/// One a home, by a lock that the kernel drops with the process. Every command is a process of its
/// own, so that none takes the service with it, and each goes on where the service is killed. What
/// guards instruments, runs and the spool against two at once are their own locks, here as anywhere.
public final class Service: Sendable {
  /// How a service behaves.
  public struct Pace: Sendable {
    /// How long the duties rest.
    public var rest: Duration
    /// How long a client may take to say what it wants.
    public var patience: Duration = .seconds(5)
    /// How long commands have to end in order when the service stops.
    public var stop: Duration
    /// How many clients there may be at once.
    public var mostClients = 64

    /// Names a pace.
    public init(rest: Duration = .seconds(5), stop: Duration = .seconds(20)) {
      (self.rest, self.stop) = (rest, stop)
    }
  }

  struct State {
    var bench: Bench
    var isStopping = false
    var isHasty = false
    var hasRecovered = false
    var connections = 0
    var workers: [pid_t: (worker: WorkerProcess, client: ServiceStatus.Client)] = [:]
    var lastRound: Timestamp?
    var waiting: Int?
    var troubles: [String: Failure] = [:]
  }

  let home: Home
  let pace: Pace
  let tell: @Sendable (ServiceEvent) -> Void
  let state: Mutex<State>
  private let open: @Sendable () throws(Failure) -> Bench
  private let lock: HomeLock
  private let place: LocalConnection
  private let notice: SystemdNotice
  private let since = Timestamp.now
  private let duties: [DutyThread]
  private let asked = DispatchSemaphore(value: 0)

  /// Takes a home and begins to listen; nobody is answered before `run`.
  ///
  /// `open` makes the bench, now and whenever the configuration is to be read again. Throws
  /// `home-held`, `service-socket`, and what `open` throws.
  public init(
    home: Home, pace: Pace = Pace(), notice: SystemdNotice,
    open: @escaping @Sendable () throws(Failure) -> Bench,
    tell: @escaping @Sendable (ServiceEvent) -> Void
  ) throws(Failure) {
    (self.home, self.pace, self.notice) = (home, pace, notice)
    (self.open, self.tell) = (open, tell)
    // Before anything is touched: a path that cannot work shall leave nothing behind.
    guard home.serviceSocket.utf8.count <= LocalConnection.longestPath else {
      throw Self.noSocket(home, ServicePath.tooLong(home.serviceSocket))
    }
    lock = try HomeLock(home)
    state = Mutex(State(bench: try open()))
    do throws(LocalSocketError) {
      let group = home.writingGroup
      place = try .listen(
        at: home.serviceSocket, mode: group == nil ? 0o600 : 0o660, group: group ?? .max)
    } catch {
      var why = "The system refused it."
      if case .system(let call, let number) = error {
        why = "The call \(call) gave the error number \(number)."
      }
      throw Self.noSocket(home, why)
    }
    duties = ServiceDuty.all.map(DutyThread.init)
  }

  /// Works until `stop`, and until everything has ended in order or its time is over. Blocks.
  public func run() {
    note(.serviceStarted)
    let listener = Thread { [self] in listen() }
    listener.start()
    for duty in duties { start(duty) }
    tell(ServiceEvent(.started, "keeps \(home.path), listens on \(home.serviceSocket)"))
    notice.ready("keeps \(home.path)")
    asked.wait()
    end()
    note(.serviceStopped)
    tell(ServiceEvent(.stopped, "\(home.path) is free"))
    withExtendedLifetime(lock) {}
  }

  /// Asks the service to stop; asked twice, it waits for nobody. From any thread.
  public func stop() {
    let isFirst = state.withLock { state in
      defer { state.isStopping = true }
      state.isHasty = state.isStopping
      return !state.isStopping
    }
    if isFirst { asked.signal() }
  }

  /// Reads the configuration again; one that cannot be used leaves the old one in force.
  public func reload() {
    do throws(Failure) {
      let bench = try open()
      state.withLock { $0.bench = bench }
      note(.configurationRead, bench.configuration.file)
      tell(ServiceEvent(.configured, bench.configuration.file ?? "no bench.yaml, the defaults"))
      for duty in duties { duty.wake() }
    } catch {
      tell(ServiceEvent(.trouble, "the configuration stays as it was", failure: error))
    }
  }

  /// How it stands.
  public var status: ServiceStatus {
    state.withLock { state in
      ServiceStatus(
        home: home.path, process: getpid(), program: Gauger.signature, since: since,
        state: state.isStopping ? .stopping : state.hasRecovered ? .serving : .recovering,
        clients: state.workers.values.map(\.client).sorted { $0.since < $1.since },
        lastRound: state.lastRound, waiting: state.waiting,
        troubles: state.troubles.sorted { $0.key < $1.key }.map(\.value))
    }
  }

  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Looks for killed runs now, as a command has ended in no order.
  func recoverSoon() {
    for duty in duties where duty.duty.name == "recovery" { duty.wake() }
  }

  // MARK: - Inside

  /// Takes clients until the service stops, and tells the service manager that it lives.
  private func listen() {
    var lastSign = ContinuousClock.now
    while !isStopping {
      if let client = place.accept(within: .milliseconds(100)) { serve(client) }
      if let watchdog = notice.watchdog, ContinuousClock.now - lastSign > watchdog / 3 {
        notice.alive()
        lastSign = .now
      }
    }
  }

  private func start(_ duty: DutyThread) {
    let name = duty.duty.name
    duty.start(
      rest: pace.rest,
      round: { [self] in
        let bench = state.withLock { $0.isStopping ? nil : $0.bench }
        return bench.map { bench in
          ServiceDuty.Round(
            bench: bench, tell: tell,
            count: { [self] count in state.withLock { $0.waiting = count } },
            isStopping: { [self] in isStopping })
        }
      },
      done: { [self] failure in
        let before = state.withLock { state in
          if name == "recovery" { state.hasRecovered = true }
          state.lastRound = .now
          defer { state.troubles[name] = failure }
          return state.troubles[name]
        }
        if let failure, before != failure {
          tell(ServiceEvent(.trouble, name, failure: failure))
        } else if failure == nil, let before {
          tell(ServiceEvent(.mended, "\(name): \(before.code) is over"))
        }
      })
  }

  private func end() {
    notice.stopping()
    let deadline = ContinuousClock.now + pace.stop
    // No new clients: the name goes first, so that whoever waits for it finds the home free later.
    try? FileManager.default.removeItem(atPath: home.serviceSocket)
    let running = state.withLock { $0.workers.values.map(\.worker) }
    tell(ServiceEvent(.stopping, "\(running.count) commands are asked to end"))
    for worker in running { worker.send(SIGTERM) }
    for duty in duties { duty.wake() }
    while state.withLock({ !$0.workers.isEmpty && !$0.isHasty }), ContinuousClock.now < deadline {
      Disk.pause(.milliseconds(20))
    }
    for (worker, client) in state.withLock({ Array($0.workers.values) }) {
      tell(
        ServiceEvent(
          .warning, "\(client.command) (process \(worker.id)) did not end in time and is killed"))
      worker.send(SIGKILL)
    }
    // Its client is told how it ended.
    let last = ContinuousClock.now + .seconds(2)
    while state.withLock({ $0.connections > 0 }), ContinuousClock.now < last {
      Disk.pause(.milliseconds(20))
    }
    for duty in duties
    where !duty.waitForEnd(until: state.withLock { $0.isHasty } ? .now : deadline) {
      tell(
        ServiceEvent(
          .warning, "\(duty.duty.name) did not end in time; what it was at is done the next time"))
    }
  }

  private func note(_ action: AuditAction, _ file: String? = nil) {
    let bench = state.withLock { $0.bench }
    let hash = file.flatMap { try? Hash.sha256(ofFileAt: $0) }
    let act = AuditAct(
      action, "service/\(getpid())", by: BenchAudit.account, new: hash,
      detail: file.map { ["file": $0] } ?? [:])
    if let failure = bench.audit.note([act]) {
      tell(ServiceEvent(.trouble, "audit", failure: failure))
    }
  }

  private static func noSocket(_ home: Home, _ why: String) -> Failure {
    Failure(
      "service-socket", exit: .failed, what: "The service of \(home.path) cannot listen.",
      why: why,
      next: "Give it a home with a shorter path, or one where this account may make files.")
  }
}
