/// The content of a sample by standard addition: where the line through the additions meets 0.
///
/// `x0 = b0/b1`, `s_x0 = (s/b1) sqrt(1/n + ybar^2/(b1^2 Sxx))`, both times the dilution.
public struct StandardAddition: Sendable, Hashable, Codable {
  /// The content, unit of the additions; below 0 where the line meets 0 right of the origin.
  public let value: Double
  /// Its standard uncertainty; none of two additions.
  public let standardUncertainty: Double?
  /// `n - 2`.
  public let degreesOfFreedom: Int
  /// The ends of the two-sided interval at the confidence; none of two additions.
  public let lower: Double?
  /// The upper end.
  public let upper: Double?
  /// The two-sided confidence.
  public let confidence: Double
  /// The line.
  public let coefficients: [Double]
  /// `below-zero` where the content is negative.
  public let flags: [String]

  /// Computes the content from the levels added and their responses; equal weights.
  ///
  /// - Parameters:
  ///   - additions: the levels added and their responses, that of nothing added among them.
  ///   - dilution: how many times the sample was diluted before the additions; above 0.
  ///   - confidence: the two-sided confidence of the interval.
  public init(
    _ additions: [CalibrationPoint], dilution: Double = 1, confidence: Double = 0.95
  ) throws(CalibrationError) {
    guard dilution.isFinite, dilution > 0 else {
      throw .unusableRule("the dilution is \(dilution)")
    }
    let line = try CalibrationCurve.fit(
      additions, rules: CalibrationRules(confidence: confidence, detection: .response(0)))
    let (b0, b1) = (line.coefficients[0], line.coefficients[1])
    let used = additions.filter(\.used)
    let count = Double(used.count)
    let x = used.reduce(0) { $0 + $1.level } / count
    let y = used.reduce(0) { $0 + $1.response } / count
    let sxx = used.reduce(0) { $0 + ($1.level - x) * ($1.level - x) }
    let content = dilution * b0 / b1
    value = content
    degreesOfFreedom = line.degreesOfFreedom
    self.confidence = confidence
    coefficients = line.coefficients
    flags = content < 0 ? ["below-zero"] : []
    let u = line.residualDeviation.map {
      dilution * $0 / b1 * (1 / count + y * y / (b1 * b1 * sxx)).squareRoot()
    }
    standardUncertainty = u
    let half = u.flatMap { u in line.coverageFactor.map { $0 * u } }
    lower = half.map { content - $0 }
    upper = half.map { content + $0 }
  }

  private enum CodingKeys: String, CodingKey {
    case value, lower, upper, confidence, coefficients, flags
    case standardUncertainty = "standard_uncertainty"
    case degreesOfFreedom = "degrees_of_freedom"
  }
}
