/// How messages speak of one kind of text, and how large such a text may be.
public struct YAMLDialect: Sendable, Hashable {
  /// One of them (`profile`).
  public var name: String
  /// The largest text that is read, in bytes.
  public var largestSize: Int
  /// The deepest nesting of maps and lists.
  public var greatestDepth: Int
  /// Why a text that is larger cannot be one.
  public var sizeReason: String
  /// Why a missing key matters.
  public var missingReason: String
  /// Why an unknown key matters.
  public var unknownReason: String

  /// Makes a dialect.
  public init(
    name: String, largestSize: Int = 1 << 20, greatestDepth: Int = 12, sizeReason: String,
    missingReason: String, unknownReason: String
  ) {
    self.name = name
    self.largestSize = largestSize
    self.greatestDepth = greatestDepth
    self.sizeReason = sizeReason
    self.missingReason = missingReason
    self.unknownReason = unknownReason
  }

  /// More than one of them.
  var plural: String { "\(name)s" }
}
