/// What a residual gas method demands of partial pressures.
public struct ResidualGasMethod: Sendable, Hashable {
  /// A limit of a partial pressure or of a ratio of two.
  public struct Limit: Sendable, Hashable {
    /// The keyword in the LIMS.
    public var keyword: String
    /// The mass that is judged.
    public var mass: Double
    /// The mass it is divided by; none where the pressure itself is judged, Torr.
    public var over: Double?
    /// What it may be.
    public var allowed: ClosedRange<Double>

    /// Makes a limit.
    public init(keyword: String, mass: Double, over: Double?, allowed: ClosedRange<Double>) {
      self.keyword = keyword
      self.mass = mass
      self.over = over
      self.allowed = allowed
    }
  }

  /// The limits, in the order of the text.
  public var limits: [Limit]

  /// Makes a method.
  public init(limits: [Limit] = []) { self.limits = limits }
}
