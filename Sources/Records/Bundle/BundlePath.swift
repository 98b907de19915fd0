/// Names of files within a bundle: folders and a file, divided by strokes, that cannot lead out of it.
public enum BundlePath {
  /// The longest name in bytes.
  public static let longest = 400
  /// The most folders one in another.
  public static let deepest = 8

  /// Why this cannot be the name of a file of a bundle; nil where it can.
  public static func objection(to path: String) -> String? {
    let bytes = Array(path.utf8)
    if bytes.isEmpty { return "it is empty" }
    if bytes.count > longest { return "it is longer than \(longest) bytes" }
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.count > deepest { return "it has more than \(deepest) parts" }
    for part in parts {
      if part.isEmpty { return "a part of it is empty" }
      if part.count > 120 { return "a part of it is longer than 120 bytes" }
      if part.first == UInt8(ascii: ".") { return "a part of it begins with a dot" }
      if part.last == UInt8(ascii: ".") || part.last == 0x20 {
        return "a part of it ends with a dot or a space"
      }
      if part.contains(where: { $0 < 0x20 || $0 >= 0x7F || forbidden.contains($0) }) {
        return "it has a character that a file name must not have everywhere"
      }
    }
    return nil
  }

  private static let forbidden = Set("\\:*?\"<>|".utf8)
}
