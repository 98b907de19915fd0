/// Builds paths of names that come from outside, so that none can leave its folder.
public enum SafePath {
  /// The longest name in bytes; longer ones do not survive every file share.
  public static let longest = 120

  /// The path of `name` directly in `folder`.
  public static func child(of folder: String, named name: String) throws(PublishError) -> String {
    try check(name)
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// Refuses a name that is not one plain, visible file name on Linux and on Windows shares.
  public static func check(_ name: String) throws(PublishError) {
    if let why = objection(to: name) { throw .unsafeName(name, why) }
  }

  private static func objection(to name: String) -> String? {
    let bytes = Array(name.utf8)
    if bytes.isEmpty { return "it is empty" }
    if bytes.count > longest { return "it is longer than \(longest) bytes" }
    if bytes[0] == UInt8(ascii: ".") { return "it begins with a dot" }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "it has a control character" }
    if bytes.contains(where: { $0 >= 0x80 }) { return "it has a character outside ASCII" }
    if let bad = name.first(where: { "/\\:*?\"<>|".contains($0) }) { return "it has a \(bad)" }
    if name.hasSuffix(".") || name.hasSuffix(" ") { return "it ends with a dot or a space" }
    return nil
  }
}
