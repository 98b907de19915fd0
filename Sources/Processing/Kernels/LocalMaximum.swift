/// A point or plateau higher than what is beside it.
public struct LocalMaximum: Sendable, Hashable {
  /// How far it stands out of what surrounds it.
  public struct Prominence: Sendable, Hashable {
    /// The height above the higher of its two bases.
    public var height: Double
    /// The lowest point to the left, before anything higher comes; the nearest of equals.
    public var leftBase: Int
    /// The lowest point to the right.
    public var rightBase: Int
  }

  /// How wide it is at a level.
  public struct Width: Sendable, Hashable {
    /// The width, in points.
    public var points: Double
    /// The level at which it is measured.
    public var level: Double
    /// Where the signal crosses the level on the left, between points by a straight line.
    public var left: Double
    /// Where it crosses it on the right.
    public var right: Double
  }

  /// The point; of a plateau its middle, the left one of two.
  public var index: Int
  /// The first point of its plateau.
  public var leftEdge: Int
  /// The last point of its plateau; the same where it is one point.
  public var rightEdge: Int
  /// The value there.
  public var height: Double
  /// By how much it is above the point to the left; 0 within a plateau.
  public var leftThreshold: Double
  /// By how much it is above the point to the right; 0 within a plateau.
  public var rightThreshold: Double
  /// How far it stands out, where that was asked for.
  public var prominence: Prominence?
  /// How wide it is, where that was asked for.
  public var width: Width?
}
