/// How peaks are found in a chromatogram: four numbers and the sampling interval.
///
/// The detector is one machine, live and again; its table stands in <doc:ChromatographyChain>. Of the
/// four numbers only the expected width matters as a rule: within 6 to 8 s it finds the same peaks of
/// a real gas chromatogram, and so do rise factors of 3 to 5.
public struct PeakDetection: Sendable, Hashable, Codable {
  /// The width at half height that a typical peak of the method has, s; above 0.
  public var expectedWidth: Double
  /// How many slope noises the signal must rise by to begin a peak (k_up); above 0.
  public var riseFactor: Double
  /// How many slope noises count as flat (k_dn); above 0, at most the rise factor.
  public var fallFactor: Double
  /// How many points in a row decide (n); at least 1.
  public var consecutivePoints: Int
  /// The time between two points, s; none: the median of the first 64 intervals.
  public var interval: Double?

  /// Makes parameters; those not given are the defaults.
  public init(
    expectedWidth: Double, riseFactor: Double = 4, fallFactor: Double = 2,
    consecutivePoints: Int = 3, interval: Double? = nil
  ) {
    self.expectedWidth = expectedWidth
    self.riseFactor = riseFactor
    self.fallFactor = fallFactor
    self.consecutivePoints = consecutivePoints
    self.interval = interval
  }

  private enum CodingKeys: String, CodingKey {
    case expectedWidth = "expected_width_s"
    case riseFactor = "rise_factor"
    case fallFactor = "fall_factor"
    case consecutivePoints = "consecutive_points"
    case interval = "interval_s"
  }

  /// Refuses parameters no detector can work with, by name.
  public func check() throws(ChromatographyError) {
    func need(_ holds: Bool, _ name: String, _ value: Double, _ allowed: String)
      throws(ChromatographyError)
    {
      guard holds, value.isFinite else {
        throw .parameter(name: name, value: value, allowed: allowed)
      }
    }
    try need(expectedWidth > 0, "expected_width_s", expectedWidth, "above 0")
    try need(riseFactor > 0, "rise_factor", riseFactor, "above 0")
    try need(
      fallFactor > 0 && fallFactor <= riseFactor, "fall_factor", fallFactor,
      "above 0, at most rise_factor")
    try need(
      (1...1000).contains(consecutivePoints), "consecutive_points", Double(consecutivePoints),
      "1 to 1000")
    if let interval { try need(interval > 0, "interval_s", interval, "above 0") }
  }

  /// The half window of the slope filter in points: a sixth of the expected width, at least 2.
  public func halfWindow(interval: Double) -> Int {
    Self.points(expectedWidth / (6 * interval), atLeast: 2)
  }

  /// A number of points out of a quotient of times, within 2^20.
  ///
  /// A half goes up, also one that the last digits of measured times have made a little less.
  static func points(_ quotient: Double, atLeast least: Int) -> Int {
    guard quotient < 1_048_576 else { return 1_048_576 }
    return max(least, Int((quotient * (1 + 1e-9)).rounded()))
  }
}
