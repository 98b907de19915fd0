/// How infrared, Raman or ultraviolet spectra are compared with a library.
///
/// Both sides go the same way: interpolated on a grid of whole steps, baseline, cut at zero. Then the
/// parts of the region that both have are compared.
public struct VibrationalSearch: Sendable, Hashable, Codable {
  /// A part of the axis.
  public struct Region: Sendable, Hashable, Codable {
    /// Where it begins, in units of the axis.
    public var from: Double
    /// Where it ends.
    public var to: Double

    /// Chooses a part.
    public init(from: Double, to: Double) {
      self.from = from
      self.to = to
    }
  }

  /// What ranks; each gives 0 to 100.
  public enum Ranking: String, Sendable, Hashable, Codable, CaseIterable {
    /// HQI: 100 r^2, r the correlation; 0 where that is negative.
    case correlation = "hqi"
    /// The same of first derivatives: blind to baselines, more sensitive to errors of the axis.
    case derivative = "first-derivative"
    /// 100 cos^2 without centring.
    case cosine
    /// 100 (1 - angle / 90 degrees) between the spectra as vectors.
    case angle = "spectral-angle"
    /// 100 (1 - d / sqrt 2), d the distance of the spectra at unit length.
    case distance = "euclidean"

    /// Whether the mean of each spectrum is taken off first.
    var isCentred: Bool { self == .correlation || self == .derivative }
  }

  /// How values between the points of a spectrum are found.
  public enum Curve: String, Sendable, Hashable, Codable {
    /// Straight lines.
    case linear
    /// A cubic spline.
    case cubic
  }

  /// Which parts of the axis are compared.
  public var regions: [Region]
  /// The grid's step, in units of the axis.
  public var step: Double
  /// How values between points are found.
  public var curve: Curve
  /// The smoothness of the arPLS baseline on a grid of step 1; none: no baseline is taken off.
  public var baselineSmoothness: Double?
  /// Whether what is below the baseline becomes zero.
  public var clipsBelowZero: Bool
  /// The window of the first derivative (Savitzky-Golay, order 2), points of the grid; odd.
  public var derivativeWindow: Int
  /// What ranks.
  public var ranking: Ranking
  /// The part of the regions, 0 to 1, that both spectra must have.
  public var leastOverlap: Double
  /// No match below this score of 0 to 100.
  public var leastScore: Double
  /// The next different substance must score so much less, else the answer is "one of".
  public var leastMargin: Double
  /// How many substances the answer lists at most.
  public var listed: Int

  /// Chooses; the defaults are those of Raman spectra of one class of instruments.
  ///
  /// Across classes of instruments 60 is a sensible `leastScore`.
  public init(
    regions: [Region] = [Region(from: 400, to: 1800)], step: Double = 1, curve: Curve = .linear,
    baselineSmoothness: Double? = 1e5, clipsBelowZero: Bool = true, derivativeWindow: Int = 9,
    ranking: Ranking = .correlation, leastOverlap: Double = 0.8, leastScore: Double = 85,
    leastMargin: Double = 5, listed: Int = 10
  ) {
    self.regions = regions
    self.step = step
    self.curve = curve
    self.baselineSmoothness = baselineSmoothness
    self.clipsBelowZero = clipsBelowZero
    self.derivativeWindow = derivativeWindow
    self.ranking = ranking
    self.leastOverlap = leastOverlap
    self.leastScore = leastScore
    self.leastMargin = leastMargin
    self.listed = listed
  }

  /// Infrared absorbance: fingerprint and stretching regions, without the crystal's and the air's.
  public static let infrared = VibrationalSearch(
    regions: [Region(from: 650, to: 1800), Region(from: 2750, to: 3750)],
    baselineSmoothness: nil, clipsBelowZero: false)

  private enum CodingKeys: String, CodingKey {
    case regions, step, curve, ranking, listed
    case baselineSmoothness = "baseline_smoothness"
    case clipsBelowZero = "clips_below_zero"
    case derivativeWindow = "derivative_window"
    case leastOverlap = "least_overlap"
    case leastScore = "least_score"
    case leastMargin = "least_margin"
  }

  /// Reads what is given; the rest has its defaults.
  ///
  /// A `baseline_smoothness` of 0 is none.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    regions = try box.decodeIfPresent([Region].self, forKey: .regions) ?? regions
    step = try box.decodeIfPresent(Double.self, forKey: .step) ?? step
    curve = try box.decodeIfPresent(Curve.self, forKey: .curve) ?? curve
    let smoothness =
      try box.decodeIfPresent(Double.self, forKey: .baselineSmoothness) ?? baselineSmoothness
    baselineSmoothness = smoothness == 0 ? nil : smoothness
    clipsBelowZero =
      try box.decodeIfPresent(Bool.self, forKey: .clipsBelowZero) ?? clipsBelowZero
    derivativeWindow =
      try box.decodeIfPresent(Int.self, forKey: .derivativeWindow) ?? derivativeWindow
    ranking = try box.decodeIfPresent(Ranking.self, forKey: .ranking) ?? ranking
    leastOverlap = try box.decodeIfPresent(Double.self, forKey: .leastOverlap) ?? leastOverlap
    leastScore = try box.decodeIfPresent(Double.self, forKey: .leastScore) ?? leastScore
    leastMargin = try box.decodeIfPresent(Double.self, forKey: .leastMargin) ?? leastMargin
    listed = try box.decodeIfPresent(Int.self, forKey: .listed) ?? listed
  }

  /// Writes all, a missing baseline as 0.
  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(regions, forKey: .regions)
    try box.encode(step, forKey: .step)
    try box.encode(curve, forKey: .curve)
    try box.encode(baselineSmoothness ?? 0, forKey: .baselineSmoothness)
    try box.encode(clipsBelowZero, forKey: .clipsBelowZero)
    try box.encode(derivativeWindow, forKey: .derivativeWindow)
    try box.encode(ranking, forKey: .ranking)
    try box.encode(leastOverlap, forKey: .leastOverlap)
    try box.encode(leastScore, forKey: .leastScore)
    try box.encode(leastMargin, forKey: .leastMargin)
    try box.encode(listed, forKey: .listed)
  }

  /// Throws where a number is out of its range.
  public func check() throws(VibrationalError) {
    func look(_ name: String, _ value: Double, _ range: ClosedRange<Double>)
      throws(VibrationalError)
    {
      guard range.contains(value) else {
        throw .parameter(
          name: name, value: value, allowed: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try look("regions", Double(regions.count), 1...20)
    try look("step", step, 1e-3...1e3)
    var end = -Double.infinity
    for region in regions {
      try look("from", region.from, -1e6...1e6)
      try look("to", region.to, -1e6...1e6)
      // Rising and apart, so that no point of the grid is in two regions.
      guard region.from > end, region.to - region.from >= 4 * step else {
        throw .parameter(
          name: "from", value: region.from,
          allowed: "above the region before it, and 4 steps below its end")
      }
      try look("points", (region.to - region.from) / step, 4...1e6)
      end = region.to
    }
    try look("baseline_smoothness", baselineSmoothness ?? 1, 1e-3...1e12)
    try look("derivative_window", Double(derivativeWindow), 3...101)
    guard derivativeWindow % 2 == 1 else {
      throw .parameter(
        name: "derivative_window", value: Double(derivativeWindow), allowed: "odd")
    }
    try look("least_overlap", leastOverlap, 0.01...1)
    try look("least_score", leastScore, 0...100)
    try look("least_margin", leastMargin, 0...100)
    try look("listed", Double(listed), 1...1000)
  }
}
