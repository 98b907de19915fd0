/// Which method a result is by: goes into every result.
public struct MethodReference: Sendable, Hashable, Codable {
  /// The lasting name, kebab-case.
  public var name: String
  /// Its version, as its author counts them.
  public var version: String
  /// SHA-256 of its text as read, lower-case hexadecimal.
  public var sha256: String

  /// Names a method.
  public init(name: String, version: String, sha256: String) {
    self.name = name
    self.version = version
    self.sha256 = sha256
  }
}
