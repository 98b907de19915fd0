internal import Foundation

/// What a service manager is told, where one asks for it: datagrams to `NOTIFY_SOCKET`, as
/// sd_notify(3) says.
public struct SystemdNotice: Sendable {
  private let socket: String?
  /// How often the service manager wants to hear that the service lives; none where it does not.
  public let watchdog: Duration?

  /// Reads what the service manager asks for.
  public init(environment: [String: String], process: Int32? = nil) {
    let name = environment["NOTIFY_SOCKET"] ?? ""
    socket = name.hasPrefix("/") || name.hasPrefix("@") ? name : nil
    let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(process ?? getpid())" } ?? true
    let wait = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
    watchdog = isOurs && wait > 0 ? .microseconds(wait) : nil
  }

  /// The service works.
  public func ready(_ status: String) { send("READY=1\nSTATUS=\(line(status))") }

  /// The service is asked to stop and does so.
  public func stopping() { send("STOPPING=1\nSTATUS=stopping") }

  /// What the service is at, in words.
  public func status(_ text: String) { send("STATUS=\(line(text))") }

  /// The service lives.
  public func alive() { send("WATCHDOG=1") }

  private func line(_ text: String) -> String {
    text.replacingOccurrences(of: "\n", with: " ")
  }

  private func send(_ text: String) {
    if let socket { LocalConnection.notify(socket, text) }
  }
}
