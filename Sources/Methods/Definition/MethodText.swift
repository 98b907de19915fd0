/// The text of a method as it was read: what its hash is over.
public struct MethodText: Sendable, Hashable {
  /// The YAML text, to the byte.
  public var text: String
  /// The file it came from, for messages.
  public var file: String

  /// Names a text and its file.
  public init(text: String, file: String) {
    self.text = text
    self.file = file
  }
}
