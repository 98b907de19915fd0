/// Reads addresses of the form `usb:1-1.2`: bus, then the port on each hub on the way.
enum USBAddress {
  static let prefix = "usb:"

  /// The kernel's name in an address; nil when it cannot be one.
  ///
  /// Digits, one `-` and dots only, so that no address can name a path outside its folder.
  static func kernelName(_ address: String) -> String? {
    guard address.hasPrefix(prefix), address.utf8.count <= 64 else { return nil }
    let name = address.dropFirst(prefix.count)
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, isNumber(parts[0]),
      parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isNumber)
    else { return nil }
    return String(name)
  }

  /// The numbers in an address, for ordering: bus, then ports.
  static func numbers(_ address: String) -> [Int] {
    address.dropFirst(prefix.count).split { $0 == "-" || $0 == "." }.compactMap { Int($0) }
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
  }
}

/// A byte as documents write it: `0x82`.
func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return byte < 16 ? "0x0\(digits)" : "0x\(digits)"
}
