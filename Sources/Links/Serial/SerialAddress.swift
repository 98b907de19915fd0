/// Reads addresses of the forms `serial:/dev/ttyUSB0` and `pty:/dev/pts/3`.
public enum SerialAddress {
  /// What stands before the path of a serial port.
  public static let serialPrefix = "serial:"
  /// What stands before the path of a pseudo-terminal.
  public static let ptyPrefix = "pty:"
  /// The longest path that the system takes.
  private static let longest = 4000

  /// Whether the text begins like the address of a line, whatever follows.
  public static func isOne(_ address: String) -> Bool {
    address.hasPrefix(serialPrefix) || address.hasPrefix(ptyPrefix)
  }

  /// Whether the address names a pseudo-terminal.
  static func isPseudoTerminal(_ address: String) -> Bool { address.hasPrefix(ptyPrefix) }

  /// The path in an address; nil where it is none that could name a port.
  ///
  /// A serial port lies in `/dev`; a pseudo-terminal may have a link to it anywhere.
  static func path(_ address: String) -> String? {
    let isPty = isPseudoTerminal(address)
    guard isPty || address.hasPrefix(serialPrefix) else { return nil }
    let path = String(address.dropFirst((isPty ? ptyPrefix : serialPrefix).count))
    guard path.utf8.count <= longest, path.hasPrefix(isPty ? "/" : "/dev/"),
      !path.utf8.contains(0), !path.split(separator: "/").contains("..")
    else { return nil }
    return path
  }
}
