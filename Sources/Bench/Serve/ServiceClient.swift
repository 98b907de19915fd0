internal import Delivery
internal import Foundation
internal import Glibc
public import Laboratory
internal import Links

/// The way from a command to the service that keeps its home.
public final class ServiceClient: Sendable {
  /// How a command that the service did has ended.
  public enum Ending: Sendable, Hashable {
    /// With this status, as it would have alone.
    case status(Int32)
    /// By this signal, which nobody but the client has sent.
    case signal(Int32)
  }

  /// The signals that a client passes on.
  public static let signals: Set<Int32> = [SIGINT, SIGTERM, SIGHUP]
  static let hangUp = SIGHUP

  private let connection: LocalConnection
  private let home: Home
  private let holder: HomeLock.Holder

  private init(_ connection: LocalConnection, _ home: Home, _ holder: HomeLock.Holder) {
    (self.connection, self.home, self.holder) = (connection, home, holder)
  }

  /// The service that keeps a home; nil where none does, so that a command works by itself.
  ///
  /// Waits up to `patience` for one that just begins or ends. Throws `service-silent`,
  /// `service-denied`.
  public static func find(
    _ home: Home, patience: Duration = .seconds(10)
  ) throws(Failure) -> ServiceClient? {
    let deadline = ContinuousClock.now + patience
    while let holder = HomeLock.holder(of: home) {
      do throws(LocalSocketError) {
        return ServiceClient(try .connect(home.serviceSocket), home, holder)
      } catch {
        if case .system(_, EACCES) = error { throw denied(home, holder) }
        guard ContinuousClock.now < deadline else { throw silent(home, holder, error) }
      }
      Disk.pause(.milliseconds(20))
    }
    return nil
  }

  /// Has the service do a command with the standard streams of this process, and waits for its end.
  ///
  /// `arguments` begin with the program's own name. `started` is told the version of the service's
  /// program. Blocks.
  public func run(
    _ arguments: [String], environment: [String: String], started: (String) -> Void
  ) throws(Failure) -> Ending {
    var request = ServiceRequest(type: .run)
    request.version = serviceProtocolVersion
    request.arguments = arguments
    request.folder = FileManager.default.currentDirectoryPath
    request.environment = environment.filter { Self.travels($0.key) }
    request.bench = Self.bench(environment)
    var (said, refusal): (Int32?, Failure?) = (nil, nil)
    do throws(LocalSocketError) {
      try connection.send(request, descriptors: [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO])
      while true {
        let answer = try connection.receive(ServiceAnswer.self).frame
        switch answer.type {
        case .refused:
          refusal = answer.failure
          throw LocalSocketError.ended
        case .started: started(answer.program ?? "?")
        case .ending: said = answer.status
        case .exit:
          if let signal = answer.signal { return .signal(signal) }
          return .status(answer.status ?? said ?? ExitStatus.failed.rawValue)
        case .status: break
        }
      }
    } catch {
      if let refusal { throw refusal }
      // The worker outlives its service, and has said how it ends.
      if let said { return .status(said) }
      throw lost(error)
    }
  }

  /// How the service stands.
  public func status() throws(Failure) -> ServiceStatus {
    var request = ServiceRequest(type: .status)
    request.version = serviceProtocolVersion
    var refusal: Failure?
    do throws(LocalSocketError) {
      try connection.send(request)
      let answer = try connection.receive(
        ServiceAnswer.self, until: .now + .seconds(10)
      ).frame
      if let status = answer.service { return status }
      refusal = answer.failure
      throw .misspoken("no status")
    } catch {
      throw refusal ?? lost(error)
    }
  }

  /// Passes a signal on to the command that runs; from any thread.
  public func pass(_ signal: Int32) {
    var request = ServiceRequest(type: .signal)
    request.number = signal
    // Where nobody hears it any more the end of the connection says the same.
    try? connection.send(request)
  }

  // MARK: - What travels

  /// The variables that a command hears of through the service.
  ///
  /// Which home and whose work it is, the service says itself.
  static func travels(_ name: String) -> Bool {
    if ["GAUGER_HOME", ServedWork.homeVariable, ServedWork.folderVariable].contains(name) {
      return false
    }
    return ["LANG", "LANGUAGE", "TZ", "TERM", "COLUMNS", "LINES", "NO_COLOR"].contains(name)
      || name.hasPrefix("LC_") || name.hasPrefix("GAUGER_")
  }

  /// The emulated bench that an environment leads to; none where it is this computer's own.
  static func bench(_ environment: [String: String]) -> String? {
    environment[EmulationMark.benchVariable].flatMap { $0.isEmpty ? nil : $0 }
  }

  // MARK: - What is told

  private static func denied(_ home: Home, _ holder: HomeLock.Holder) -> Failure {
    Failure(
      "service-denied", exit: .denied,
      what: "The service of \(home.path) may not be asked by this account (\(holder.text)).",
      why: "It listens to its own account, to root, and to the group that may write in the home.",
      next: "Join that group (sudo usermod -aG gauger NAME), and log in again.")
  }

  private static func silent(
    _ home: Home, _ holder: HomeLock.Holder, _ error: LocalSocketError
  ) -> Failure {
    var why = "It begins or ends just now, or it hangs."
    if case .pathTooLong = error { why = ServicePath.tooLong(home.serviceSocket) }
    return Failure(
      "service-silent", exit: .busy,
      what: "The service of \(home.path) does not answer (\(holder.text)).", why: why,
      next: "Try again; if it stays so, restart the service.")
  }

  private func lost(_ error: LocalSocketError) -> Failure {
    if case .misspoken(let what) = error {
      return Failure(
        "service-misunderstood", exit: .failed,
        what: "The service of \(home.path) answered what this command does not understand.",
        why: "It was \(what); perhaps program and service are of different versions.",
        next: "Restart the service, so that it runs the program that is installed.")
    }
    return Failure(
      "service-lost", exit: .gone,
      what: "The service of \(home.path) went away before the command was over.",
      why: "It ended without a word (\(holder.text)).",
      next: "What was taken is kept: gauger runs list shows it, gauger runs recover ends it.")
  }
}
