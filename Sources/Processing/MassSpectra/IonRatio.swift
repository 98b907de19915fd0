/// How far the ratio of two ions may be from its reference, by how large the ratio is.
public struct IonRatioTolerance: Sendable, Hashable, Codable {
  /// One row of the table.
  public struct Row: Sendable, Hashable, Codable {
    /// The row holds for reference ratios above this, % of the stronger ion.
    public var above: Double
    /// How far the ratio may be, % of the reference ratio.
    public var percent: Double

    /// Makes a row.
    public init(above: Double, percent: Double) {
      self.above = above
      self.percent = percent
    }

    private enum CodingKeys: String, CodingKey {
      case above = "above_percent"
      case percent = "tolerance_percent"
    }
  }

  /// The lasting name of the table.
  public var name: String
  /// The rows; the one with the largest `above` below the ratio holds.
  public var rows: [Row]

  /// Makes a table.
  public init(name: String, rows: [Row]) {
    self.name = name
    self.rows = rows
  }

  /// Electron-ionisation GC-MS by Commission Decision 2002/657/EC, table 4.
  public static let electronIonisation2002 = IonRatioTolerance(
    name: "2002-657-EC-ei-gc-ms",
    rows: [
      Row(above: 50, percent: 10), Row(above: 20, percent: 15), Row(above: 10, percent: 20),
      Row(above: 0, percent: 50),
    ])
  /// Chemical-ionisation GC-MS, GC-MSn, LC-MS and LC-MSn by the same table.
  public static let others2002 = IonRatioTolerance(
    name: "2002-657-EC-others",
    rows: [
      Row(above: 50, percent: 20), Row(above: 20, percent: 25), Row(above: 10, percent: 30),
      Row(above: 0, percent: 50),
    ])
  /// One figure for all, as in Implementing Regulation (EU) 2021/808; the laboratory confirms it.
  public static let uniform2021 = IonRatioTolerance(
    name: "2021-808-EU", rows: [Row(above: 0, percent: 40)])

  /// How far a ratio may be from this reference, % of it; nil where no row holds.
  public func percent(for reference: Double) -> Double? {
    rows.filter { reference > $0.above }.max { $0.above < $1.above }?.percent
  }
}

/// The ratio of two ions beside its reference.
public struct IonRatioCheck: Sendable, Hashable, Codable {
  /// What it came to.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// The ratio is within its tolerance.
    case agrees
    /// It is outside.
    case differs
    /// One of the ions was not found, or there is no reference: nothing is said.
    case notComparable = "not_comparable"
  }

  /// The ratio of the sample, %: the ion that is weaker in the reference over the stronger one.
  public var found: Double?
  /// The reference ratio, %.
  public var reference: Double?
  /// How far it may be, % of the reference.
  public var tolerance: Double?
  /// What it came to.
  public var outcome: Outcome

  private enum CodingKeys: String, CodingKey {
    case found = "ratio_percent"
    case reference = "reference_percent"
    case tolerance = "tolerance_percent"
    case outcome
  }

  /// Compares a sample's responses of two ions with the mean ratio of the calibrators of the same
  /// sequence.
  ///
  /// The ratio is that of the ion that is the weaker one in the mean of the calibrators, so that both
  /// ratios are of the same ions. Responses are areas or heights, all of the same kind; calibrators in
  /// which an ion was not found (not above 0) give no ratio.
  public init(
    first: Double, second: Double, calibrators: [(first: Double, second: Double)],
    tolerance table: IonRatioTolerance
  ) {
    (found, reference, tolerance, outcome) = (nil, nil, nil, .notComparable)
    let usable = calibrators.filter { Self.isResponse($0.first) && Self.isResponse($0.second) }
    guard !usable.isEmpty else { return }
    var mean = 0.0
    for pair in usable { mean += pair.second / pair.first }
    mean /= Double(usable.count)
    // Which one is weaker is decided once, by the mean, and holds for every ratio.
    let isSecondWeaker = mean <= 1
    if !isSecondWeaker {
      mean = 0
      for pair in usable { mean += pair.first / pair.second }
      mean /= Double(usable.count)
    }
    let expected = 100 * mean
    reference = expected
    tolerance = table.percent(for: expected)
    guard let tolerance, Self.isResponse(first), Self.isResponse(second) else { return }
    let ratio = 100 * (isSecondWeaker ? second / first : first / second)
    found = ratio
    outcome = abs(ratio - expected) <= tolerance / 100 * expected ? .agrees : .differs
  }

  private static func isResponse(_ value: Double) -> Bool { value.isFinite && value > 0 }
}
