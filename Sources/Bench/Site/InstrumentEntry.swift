/// What a site says of one instrument in `bench.yaml`.
public struct InstrumentEntry: Sendable, Hashable {
  /// Where it is, or which it is: any address.
  public var address: String
  /// The model on a serial line, where the site states it; then nobody needs to ask the line.
  public var model: String?
  /// Whether a pseudo-terminal leads to a real instrument; it counts as emulated otherwise.
  public var isBridged: Bool

  /// Makes an entry.
  public init(address: String, model: String? = nil, isBridged: Bool = false) {
    self.address = address
    self.model = model
    self.isBridged = isBridged
  }
}
