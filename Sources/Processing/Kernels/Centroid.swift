/// One peak of a profile spectrum as a place and a size.
public struct Centroid: Sendable, Hashable {
  /// Where it stands, in the unit of the axis.
  public var place: Double
  /// How high it is there, by the curve through its points.
  public var height: Double
  /// The area under straight lines between its points; 0 where that was not asked for.
  public var area: Double
  /// The first point that belongs to it.
  public var first: Int
  /// The last point that belongs to it.
  public var last: Int
  /// The highest point.
  public var apex: Int
  /// Whether its top is flat, as a saturated detector makes it: its place is then uncertain.
  public var isFlat: Bool
}
