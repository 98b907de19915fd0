internal import Foundation
public import Laboratory

/// Where services are found on this computer.
public enum ServicePath {
  /// What is wrong with a path that has no room in an address of a socket.
  static func tooLong(_ path: String) -> String {
    "\(path) has \(path.utf8.count) bytes; the address of a socket holds "
      + "\(LocalConnection.longestPath)."
  }

  /// Throws `home-other-service` where this account would use a home of its own while a service
  /// keeps the system's: results would lie in two places, and nobody would know.
  ///
  /// Nothing is said of a home that somebody named.
  public static func checkAccident(_ home: Home) throws(Failure) {
    let list = FileManager.default.contents(atPath: "/proc/net/unix") ?? Data()
    try checkAccident(home, sockets: String(decoding: list, as: UTF8.self))
  }

  static func checkAccident(_ home: Home, sockets: String) throws(Failure) {
    guard !home.isNamed, home.path != Home.ofSystem else { return }
    let socket = Home.ofSystem + "/run/gauger.sock"
    guard
      sockets.split(separator: "\n").contains(where: {
        $0.split(separator: " ").last.map(String.init) == socket
      })
    else { return }
    throw Failure(
      "home-other-service", exit: .denied,
      what: "Two homes: this account would use \(home.path), and a service keeps \(Home.ofSystem).",
      why: "\(Home.ofSystem) cannot be written by this account, so that its own would be taken.",
      next: "Join the group gauger and log in again (sudo usermod -aG gauger NAME), or name the "
        + "home that you mean with --home FOLDER.")
  }
}
