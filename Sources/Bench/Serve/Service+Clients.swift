internal import Foundation
internal import Laboratory
internal import Synchronization

extension Service {
  /// Serves one client on a thread of its own.
  func serve(_ client: LocalConnection) {
    let isRoom = state.withLock { state in
      guard state.connections < pace.mostClients else { return false }
      state.connections += 1
      return true
    }
    guard isRoom else {
      return refuse(
        client,
        Failure(
          "service-full", exit: .busy, what: "The service of \(home.path) has too many clients.",
          why: "It serves \(pace.mostClients) at once.",
          next: "Wait until one of them ends; gauger serve --status lists them."))
    }
    let thread = Thread { [self] in
      defer { state.withLock { $0.connections -= 1 } }
      do throws(Failure) { try answer(client) } catch { refuse(client, error) }
    }
    thread.start()
  }

  private func refuse(_ client: LocalConnection, _ failure: Failure) {
    var answer = ServiceAnswer(.refused)
    answer.failure = failure
    // One that went away needs no answer.
    try? client.send(answer)
    tell(ServiceEvent(.refused, "a client of \(client.peer?.name ?? "?")", failure: failure))
  }

  private func answer(_ client: LocalConnection) throws(Failure) {
    guard let peer = client.peer, peer.mayCommand(home, as: AccountName.own) else {
      throw Failure(
        "service-denied", exit: .denied,
        what: "The service of \(home.path) does not take commands of this account.",
        why: "It listens to its own account, to root, and to the group that may write in the home.",
        next: "Join that group (sudo usermod -aG gauger NAME), and log in again.")
    }
    let request: ServiceRequest
    let descriptors: [LocalConnection]
    do throws(LocalSocketError) {
      (request, descriptors) = try client.receive(
        ServiceRequest.self, until: .now + pace.patience)
    } catch .ended {
      return
    } catch .slow {
      throw misspoken("it did not come within \(Int(pace.patience / .seconds(1))) s")
    } catch .misspoken(let what) {
      throw misspoken(what)
    } catch {
      throw misspoken("it could not be read: \(error)")
    }
    guard request.version == serviceProtocolVersion else {
      throw misspoken(
        "version \(request.version.map { "\($0)" } ?? "none"), where "
          + "\(serviceProtocolVersion) is spoken")
    }
    switch request.type {
    case .signal: throw misspoken("a signal before there is a command")
    case .status:
      var answer = ServiceAnswer(.status)
      answer.service = status
      // One that went away needs no answer.
      try? client.send(answer)
    case .run: try run(try checked(request, descriptors.count), descriptors, peer, client)
    }
  }

  /// The longest command line, in bytes.
  static let longestCommand = 64 * 1024

  private func checked(
    _ request: ServiceRequest, _ descriptors: Int
  ) throws(Failure) -> ServiceRequest {
    let words = (request.arguments ?? []) + (request.environment ?? [:]).map { $0.key + $0.value }
    guard descriptors == 3 else {
      throw misspoken("\(descriptors) descriptors beside a command, where 3 are needed")
    }
    guard let arguments = request.arguments, !arguments.isEmpty else {
      throw misspoken("a command without words")
    }
    let size = (words + [request.folder ?? ""]).reduce(0) { $0 + $1.utf8.count + 1 }
    guard size <= Self.longestCommand else {
      throw misspoken("a command of \(size) bytes, where \(Self.longestCommand) are allowed")
    }
    guard !words.contains(where: { $0.utf8.contains(0) }),
      !(request.environment ?? [:]).keys.contains(where: { $0.isEmpty || $0.contains("=") })
    else { throw misspoken("a command with a byte that no command line can hold") }
    guard request.folder?.hasPrefix("/") == true, request.folder?.utf8.contains(0) == false else {
      throw misspoken("a folder that is no whole path")
    }
    guard request.bench == ServiceClient.bench(ProcessInfo.processInfo.environment) else {
      throw Failure(
        "service-other-instruments", exit: .busy,
        what: "The service of \(home.path) sees other instruments than this command.",
        why: "One of the two was started under gauger emulate, the other was not.",
        next: "Start the service under the same gauger emulate, or name another home here.")
    }
    return request
  }

  private func misspoken(_ why: String) -> Failure {
    Failure(
      "service-request-invalid", exit: .usage,
      what: "The service of \(home.path) does not understand what it was asked.",
      why: "It got \(why).",
      next: "Use the gauger command of the same version; the page ServiceProtocol says every byte.")
  }

  /// Has a worker do a command, and waits for its end.
  private func run(
    _ request: ServiceRequest, _ descriptors: [LocalConnection], _ peer: ServicePeer,
    _ client: LocalConnection
  ) throws(Failure) {
    let arguments = request.arguments ?? []
    let told = ServiceStatus.Client(
      process: 0, account: peer.name, command: Self.words(arguments), since: .now)
    let worker = try begin(request, descriptors + [client], told)
    var started = ServiceAnswer(.started)
    (started.process, started.program) = (worker.id, Gauger.signature)
    // A client that went away is the worker's to notice.
    try? client.send(started)
    tell(ServiceEvent(.command, "\(told.command), for \(peer.name), process \(worker.id)"))
    let ending = worker.wait()
    _ = state.withLock { $0.workers.removeValue(forKey: worker.id) }
    var answer = ServiceAnswer(.exit)
    var text = "\(told.command), process \(worker.id): "
    switch ending {
    case .status(let status):
      answer.status = status
      text += "exit code \(status)"
    case .signal(let signal):
      (answer.status, answer.signal) = (128 + signal, signal)
      text += "ended by signal \(signal)"
      // Whatever it was at is ended as after any other kill.
      recoverSoon()
    }
    // As above.
    try? client.send(answer)
    tell(ServiceEvent(.ended, text))
  }

  private func begin(
    _ request: ServiceRequest, _ descriptors: [LocalConnection], _ told: ServiceStatus.Client
  ) throws(Failure) -> WorkerProcess {
    var environment = ProcessInfo.processInfo.environment
    // What is between the service and its manager is no business of a command.
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"] {
      environment[name] = nil
    }
    for (name, value) in request.environment ?? [:] where ServiceClient.travels(name) {
      // Nobody unsays that an instrument is emulated.
      if name == "GAUGER_EMULATION", value.isEmpty { continue }
      environment[name] = value
    }
    environment["GAUGER_HOME"] = home.path
    environment[ServedWork.homeVariable] = home.path
    environment[ServedWork.folderVariable] = request.folder
    // Under the lock, so that a stop either refuses it or asks it to end.
    let begun: Result<WorkerProcess, LocalSocketError>? = state.withLock { state in
      guard !state.isStopping else { return nil }
      do throws(LocalSocketError) {
        let worker = try WorkerProcess.start(
          arguments: request.arguments ?? [], environment: environment, descriptors: descriptors)
        var client = told
        client.process = worker.id
        state.workers[worker.id] = (worker, client)
        return .success(worker)
      } catch {
        return .failure(error)
      }
    }
    switch begun {
    case .success(let worker): return worker
    case nil:
      throw Failure(
        "service-stopping", exit: .busy, what: "The service of \(home.path) is about to stop.",
        why: "It was asked to; commands that run are ending in order.",
        next: "Try again when it has stopped or runs again.")
    case .failure(let error):
      throw Failure(
        "service-no-process", exit: .failed,
        what: "The service of \(home.path) could not start the command.",
        why: "The system said: \(error).",
        next: "End other programs, or raise the limits of the service, and try again.")
    }
  }

  /// The words of a command that name it: what it is about may be a matter of a case.
  static func words(_ arguments: [String]) -> String {
    let names = arguments.dropFirst().prefix(2).filter { word in
      word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") } && word.first != "-"
    }
    return names.isEmpty ? "gauger" : names.joined(separator: " ")
  }
}
