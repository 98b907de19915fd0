internal import Foundation
public import Laboratory
internal import Synchronization

/// A command that this process does for a client of the service.
///
/// The process has the client's standard streams, and as its fourth descriptor the client's
/// connection: by that it hears of signals, knows whose command it is, and says how it ends. So a
/// command ends as it would alone even where the service that started it is gone.
public final class ServedWork: Sendable {
  /// The environment variable that names the service's home.
  static let homeVariable = "GAUGER_SERVED_HOME"
  /// The environment variable that names the folder in which the client gave the command.
  static let folderVariable = "GAUGER_SERVED_FOLDER"
  static let place: Int32 = 3

  /// The work that this process does for a client; nil where it works by itself.
  public static var current: ServedWork? { taken.withLock { $0 } }
  private static let taken = Mutex<ServedWork?>(nil)

  /// The home of the service.
  public let home: String
  /// The number of the client's account, as the kernel knows it.
  public let account: UInt32
  /// The name of the client's account.
  public let accountName: String
  private let connection: LocalConnection

  /// Begins the work where a service started this process; to be called once, before anything else.
  ///
  /// Gives a word to the person where the folder of the command cannot be entered.
  public static func begin() -> String? {
    let environment = ProcessInfo.processInfo.environment
    guard let home = environment[homeVariable] else { return nil }
    let folder = environment[folderVariable]
    Variables.remove([homeVariable, folderVariable])
    let connection = LocalConnection(adopting: place)
    // Whoever sets the variable by hand has no connection there, and works by itself.
    guard Variables.keepFromChildren(place), let peer = connection.peer else { return nil }
    let work = ServedWork(home: home, peer: peer, connection: connection)
    taken.withLock { $0 = work }
    Variables.set("USER", peer.name)
    work.listen()
    guard let folder, !FileManager.default.changeCurrentDirectoryPath(folder) else { return nil }
    _ = FileManager.default.changeCurrentDirectoryPath("/")
    return "the service may not enter \(folder): files there are not found by it"
  }

  private init(home: String, peer: ServicePeer, connection: LocalConnection) {
    self.home = home
    account = peer.account
    accountName = peer.name
    self.connection = connection
  }

  /// Throws `service-other-home` where the command is about another home than the service's.
  public func check(_ chosen: Home) throws(Failure) {
    let same = [home, chosen.path].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    guard same[0] != same[1] else { return }
    throw Failure(
      "service-other-home", exit: .usage,
      what: "The service of \(home) was asked for a command on \(chosen.path).",
      why: "The service keeps one home; here the command line or the environment names another.",
      next: "Give the same --home as the service has, by its whole path.")
  }

  /// Tells the client with which status this process is about to end.
  public func ends(with status: Int32) {
    var answer = ServiceAnswer(.ending)
    answer.status = status
    // A client that went away is nobody to tell.
    try? connection.send(answer)
  }

  /// Hears of signals until the client goes away, which is as a terminal that closes.
  private func listen() {
    let thread = Thread { [connection] in
      while true {
        do throws(LocalSocketError) {
          let frame = try connection.receive(ServiceRequest.self, atMost: 4096).frame
          guard frame.type == .signal, let number = frame.number,
            ServiceClient.signals.contains(number)
          else { continue }
          Variables.signalOwnGroup(number)
        } catch {
          Variables.signalOwnGroup(ServiceClient.hangUp)
          return
        }
      }
    }
    thread.start()
  }
}
