/// How responses depend on levels, as a method says it: `y = b0 + b1 x (+ b2 x^2)`.
public struct CalibrationModel: Sendable, Hashable, Codable {
  /// What each standard counts in the fit.
  public enum Weighting: String, Sendable, Hashable, Codable, CaseIterable {
    /// All the same.
    case equal = "1"
    /// 1/level.
    case inverseLevel = "1/x"
    /// 1/level^2.
    case inverseLevelSquared = "1/x2"
    /// 1/response.
    case inverseResponse = "1/y"
    /// 1/variance of the response, from replicates or as given with each point.
    case inverseVariance = "1/s2"
  }

  /// What becomes of standards of level 0 where the weight of 0 would be infinite.
  public enum ZeroLevelRule: String, Sendable, Hashable, Codable {
    /// They do not take part in the fit.
    case leaveOut = "leave_out"
    /// They weigh as much as those of the lowest level above 0.
    case lowestLevelWeight = "lowest_level_weight"
  }

  /// The highest power of the level: 1 or 2.
  public var degree: Int
  /// Whether `b0` is 0; allowed only where the interval of `b0` covers 0.
  public var throughZero: Bool
  /// What each standard counts.
  public var weighting: Weighting
  /// What becomes of standards of level 0 under `1/x` and `1/x2`.
  public var zeroLevel: ZeroLevelRule

  /// Makes a model; a straight line of equal weights where nothing is said.
  public init(
    degree: Int = 1, throughZero: Bool = false, weighting: Weighting = .equal,
    zeroLevel: ZeroLevelRule = .leaveOut
  ) {
    self.degree = degree
    self.throughZero = throughZero
    self.weighting = weighting
    self.zeroLevel = zeroLevel
  }

  /// How many coefficients are fitted.
  public var coefficientCount: Int { degree + (throughZero ? 0 : 1) }

  private enum CodingKeys: String, CodingKey {
    case degree, weighting
    case throughZero = "through_zero"
    case zeroLevel = "zero_level"
  }
}

extension CalibrationModel: CustomStringConvertible {
  /// The model in words, as a report prints it: `quadratic, weight 1/x`.
  public var description: String {
    let shape = degree == 1 ? "line" : degree == 2 ? "quadratic" : "degree \(degree)"
    return "\(shape)\(throughZero ? " through zero" : ""), weight \(weighting.rawValue)"
  }
}
