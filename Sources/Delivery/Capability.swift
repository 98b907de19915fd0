/// What a destination can carry, so that nothing is bent on its way in.
public struct Capability: Sendable, Hashable {
  /// Whether negative numbers arrive as they are.
  public var negative: Bool
  /// Whether texts arrive as they are: an identity, `ND`, `<0.5`.
  public var text: Bool
  /// Whether an uncertainty arrives with its number.
  public var uncertainty: Bool
  /// Whether files arrive.
  public var files: Bool
  /// The most significant digits of a number; none where every bit arrives.
  public var digits: Int?

  /// Makes an entry.
  public init(negative: Bool, text: Bool, uncertainty: Bool, files: Bool, digits: Int? = nil) {
    self.negative = negative
    self.text = text
    self.uncertainty = uncertainty
    self.files = files
    self.digits = digits
  }

  /// The files of a run, byte by byte.
  public static let files = Capability(negative: true, text: true, uncertainty: true, files: true)
  /// SENAITE's table of two dimensions.
  public static let twoDimensions = Capability(
    negative: false, text: false, uncertainty: false, files: false, digits: 12)
  /// Single results written to SENAITE and read back.
  public static let readBack = Capability(
    negative: true, text: true, uncertainty: false, files: false)
}
