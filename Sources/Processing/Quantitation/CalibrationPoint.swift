/// One standard: what was put in and what the instrument answered.
public struct CalibrationPoint: Sendable, Hashable, Codable {
  /// The run or vial it came from, for people.
  public var name: String
  /// The known content, in the unit of the calibration; 0 or more.
  public var level: Double
  /// The area, or the ratio of areas to the internal standard.
  public var response: Double
  /// The standard deviation of the response for weights `1/s2`; none: from the replicates.
  public var standardDeviation: Double?
  /// Whether it takes part in the fit.
  public var used: Bool
  /// Why a person left it out; none where it is used.
  public var reason: String?

  /// Makes a standard that is used.
  public init(
    name: String = "", level: Double, response: Double, standardDeviation: Double? = nil
  ) {
    self.name = name
    self.level = level
    self.response = response
    self.standardDeviation = standardDeviation
    used = true
    reason = nil
  }

  /// The same standard, left out of the fit; it is calculated back and shown nevertheless.
  public func leftOut(because reason: String) -> CalibrationPoint {
    var point = self
    point.used = false
    point.reason = reason
    return point
  }

  private enum CodingKeys: String, CodingKey {
    case name, level, response, used, reason
    case standardDeviation = "standard_deviation"
  }
}
