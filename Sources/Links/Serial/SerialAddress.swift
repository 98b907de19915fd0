/// Reads addresses of the forms `serial:/dev/ttyUSB0`, `pty:/dev/pts/3` and `socket:/run/x.sock`.
public enum SerialAddress {
  /// What stands before the path of a serial port.
  public static let serialPrefix = "serial:"
  /// What stands before the path of a pseudo-terminal.
  public static let ptyPrefix = "pty:"
  /// What stands before the path of a local socket.
  public static let socketPrefix = "socket:"
  /// The longest path that the system takes.
  private static let longest = 4000

  /// Whether the text begins like the address of a line, whatever follows.
  public static func isOne(_ address: String) -> Bool {
    [serialPrefix, ptyPrefix, socketPrefix].contains { address.hasPrefix($0) }
  }

  /// Whether the address names a local socket.
  static func isSocket(_ address: String) -> Bool { address.hasPrefix(socketPrefix) }

  /// Whether what answers there may be any program of this computer: emulated, unless bridged.
  public static func isSoftware(_ address: String) -> Bool {
    isPseudoTerminal(address) || isSocket(address)
  }

  /// Whether the address names a pseudo-terminal.
  static func isPseudoTerminal(_ address: String) -> Bool { address.hasPrefix(ptyPrefix) }

  /// The path in an address; nil where it is none that could name a port.
  ///
  /// A serial port lies in `/dev`; a pseudo-terminal may have a link to it anywhere, and a socket lies
  /// anywhere.
  static func path(_ address: String) -> String? {
    let prefixes = [serialPrefix, ptyPrefix, socketPrefix]
    guard let prefix = prefixes.first(where: { address.hasPrefix($0) }) else { return nil }
    let path = String(address.dropFirst(prefix.count))
    guard path.utf8.count <= longest, path.hasPrefix(isSoftware(address) ? "/" : "/dev/"),
      !path.utf8.contains(0), !path.split(separator: "/").contains("..")
    else { return nil }
    return path
  }
}
