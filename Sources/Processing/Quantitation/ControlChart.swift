/// A Shewhart chart of single values (ISO 7870-2): where the mean and the limits are.
public struct ControlChart: Sendable, Hashable, Codable {
  /// Where a value stands.
  public enum State: String, Sendable, Hashable, Codable {
    /// Within two standard deviations.
    case inControl = "in_control"
    /// Beyond two.
    case warning
    /// Beyond three.
    case action
  }

  /// The mean of the runs that made the chart.
  public var mean: Double
  /// Their standard deviation.
  public var standardDeviation: Double
  /// How many there were.
  public var count: Int
  /// `few-runs` below 20.
  public var flags: [String]

  /// Makes a chart from runs in control; none of fewer than two, of no numbers or of equal values.
  public init?(_ values: [Double]) {
    guard values.allSatisfy(\.isFinite), let mean = Statistics.mean(values),
      let deviation = Statistics.deviation(values), deviation > 0
    else { return nil }
    self.init(mean: mean, standardDeviation: deviation, count: values.count)
  }

  /// Makes a chart of known mean and standard deviation; none unless the latter is above 0.
  public init?(mean: Double, standardDeviation: Double, count: Int) {
    guard mean.isFinite, standardDeviation.isFinite, standardDeviation > 0 else { return nil }
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.count = count
    flags = count < 20 ? ["few-runs"] : []
  }

  /// How many standard deviations a value is from the mean.
  public func z(_ value: Double) -> Double { (value - mean) / standardDeviation }

  /// Where a value stands; none of what is no number.
  public func state(_ value: Double) -> State? {
    guard value.isFinite else { return nil }
    let z = abs(z(value))
    return z > 3 ? .action : z > 2 ? .warning : .inControl
  }

  private enum CodingKeys: String, CodingKey {
    case mean, count, flags
    case standardDeviation = "standard_deviation"
  }
}

/// A chart of the ranges of duplicates.
public struct RangeChart: Sendable, Hashable, Codable {
  /// The mean range.
  public var meanRange: Double
  /// The standard deviation of one value, `R / d2`, `d2 = 2/sqrt(pi)`.
  public var standardDeviation: Double
  /// Beyond it: warning.
  public var warning: Double
  /// Beyond it: action (`D4 R`, 3.267 R).
  public var action: Double

  /// Makes a chart from duplicates; none of none, of no numbers, or where all are equal.
  public init?(_ duplicates: [(Double, Double)]) {
    let ranges = duplicates.map { abs($0.0 - $0.1) }
    guard ranges.allSatisfy(\.isFinite), let mean = Statistics.mean(ranges), mean > 0 else {
      return nil
    }
    let d2 = 2 / Double.pi.squareRoot()
    let d3 = (2 - 4 / Double.pi).squareRoot()
    meanRange = mean
    standardDeviation = mean / d2
    warning = mean * (1 + 2 * d3 / d2)
    action = mean * (1 + 3 * d3 / d2)
  }

  private enum CodingKeys: String, CodingKey {
    case warning, action
    case meanRange = "mean_range"
    case standardDeviation = "standard_deviation"
  }
}

/// A two-sided cumulative sum of standardised values (ISO 7870-4).
///
/// `C+ = max(0, C+ + z - k)`, `C- = max(0, C- - z - k)`; beyond `h` it alarms and starts anew.
public struct CusumChart: Sendable, Hashable, Codable {
  /// Which side alarmed.
  public enum Alarm: String, Sendable, Hashable, Codable {
    /// Values have become larger.
    case upward
    /// Values have become smaller.
    case downward
  }

  /// The reference value, standard deviations.
  public var reference: Double
  /// The decision interval, standard deviations.
  public var interval: Double
  /// The upward sum.
  public private(set) var upward = 0.0
  /// The downward sum.
  public private(set) var downward = 0.0

  /// Starts a chart; k = 0.5 and h = 5 alarm once in 465 values in control.
  public init(reference: Double = 0.5, interval: Double = 5) {
    self.reference = reference
    self.interval = interval
  }

  /// Takes a standardised value and says whether it alarms; no number changes nothing.
  public mutating func step(_ z: Double) -> Alarm? {
    guard z.isFinite else { return nil }
    upward = max(0, upward + z - reference)
    downward = max(0, downward - z - reference)
    let alarm: Alarm? = upward > interval ? .upward : downward > interval ? .downward : nil
    if alarm != nil { (upward, downward) = (0, 0) }
    return alarm
  }
}

/// An exponentially weighted moving average of standardised values (ISO 7870-6).
///
/// `E = lambda z + (1 - lambda) E`, limits `+-L sqrt(lambda/(2 - lambda) (1 - (1 - lambda)^(2 i)))`.
public struct EwmaChart: Sendable, Hashable, Codable {
  /// The weight of the newest value, above 0 and at most 1.
  public var weight: Double
  /// The width of the limits, standard deviations of the average.
  public var width: Double
  /// The average.
  public private(set) var average = 0.0
  private var fading = 1.0

  /// Starts a chart; 0.2 and 2.9 alarm once in 416 values in control.
  public init(weight: Double = 0.2, width: Double = 2.9) {
    self.weight = weight
    self.width = width
  }

  /// The limit at the last value taken, on both sides; 0 before the first.
  public var limit: Double {
    width * (weight / (2 - weight) * (1 - fading)).squareRoot()
  }

  /// Takes a standardised value and says whether the average is beyond its limit; no number changes
  /// nothing.
  public mutating func step(_ z: Double) -> Bool {
    guard z.isFinite else { return false }
    average = weight * z + (1 - weight) * average
    fading *= (1 - weight) * (1 - weight)
    return abs(average) > limit
  }
}

/// Scores of proficiency rounds (ISO 13528).
public enum ProficiencyScore {
  /// `(x - X) / sigma_pt`; none unless `sigma` is above 0.
  public static func z(_ value: Double, assigned: Double, sigma: Double) -> Double? {
    sigma > 0 ? finite((value - assigned) / sigma) : nil
  }

  /// `(x - X) / sqrt(sigma_pt^2 + u_X^2)`: with the uncertainty of the assigned value.
  public static func zPrime(
    _ value: Double, assigned: Double, sigma: Double, assignedUncertainty: Double
  ) -> Double? {
    let square = sigma * sigma + assignedUncertainty * assignedUncertainty
    return square > 0 ? finite((value - assigned) / square.squareRoot()) : nil
  }

  /// `(x - X) / sqrt(u_x^2 + u_X^2)`: by standard uncertainties.
  public static func zeta(
    _ value: Double, uncertainty: Double, assigned: Double, assignedUncertainty: Double
  ) -> Double? {
    zPrime(value, assigned: assigned, sigma: uncertainty, assignedUncertainty: assignedUncertainty)
  }

  /// `(x - X) / sqrt(U^2 + U_ref^2)`: by expanded uncertainties; beyond 1 is unsatisfactory.
  public static func en(
    _ value: Double, expanded: Double, assigned: Double, assignedExpanded: Double
  ) -> Double? {
    zPrime(value, assigned: assigned, sigma: expanded, assignedUncertainty: assignedExpanded)
  }

  private static func finite(_ score: Double) -> Double? { score.isFinite ? score : nil }
}
