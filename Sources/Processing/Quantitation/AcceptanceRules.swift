/// What a method asks of a sequence before its samples count.
///
/// Shares are fractions of 1; tolerances are percent where the name says so, else seconds.
public struct AcceptanceRules: Sendable, Hashable, Codable {
  /// What happens to samples without a check before or behind them.
  public enum OpenEnd: String, Sendable, Hashable, Codable {
    /// They are held.
    case hold
    /// They count, flagged `no-opening-check` or `no-closing-check`.
    case flag
    /// They count.
    case accept
  }

  /// How far a check may be from its level, percent.
  public var checkPercent: Double
  /// Whether a failed check is mended only by a good one of the same level.
  public var checksByLevel: Bool
  /// What happens to samples in front of the first check; the calibration is no check.
  public var openStart: OpenEnd
  /// What happens to samples behind the last check.
  public var openEnd: OpenEnd
  /// How many injections may stand between two checks; none: any number.
  public var injectionsBetweenChecks: Int?
  /// Which share of the response of the lowest working level a blank may show.
  public var carryOverShare: Double
  /// The lowest area of the internal standard, as share of the mean of the calibration standards.
  public var internalStandardLowest: Double
  /// The highest area of the internal standard, likewise.
  public var internalStandardHighest: Double
  /// How far the retention time may be from that of the standards, percent of it.
  public var retentionPercent: Double
  /// How far it may be in seconds; a time within either passes.
  public var retentionSeconds: Double
  /// How far the relative retention (to the internal standard) may be, percent; none: not asked.
  public var relativeRetentionPercent: Double?

  /// Makes rules: checks +-15 %, internal standard 50 to 150 %, retention +-2 % or +-6 s.
  public init(
    checkPercent: Double = 15, checksByLevel: Bool = true, openStart: OpenEnd = .accept,
    openEnd: OpenEnd = .hold, injectionsBetweenChecks: Int? = 20, carryOverShare: Double = 0.2,
    internalStandardLowest: Double = 0.5, internalStandardHighest: Double = 1.5,
    retentionPercent: Double = 2, retentionSeconds: Double = 6,
    relativeRetentionPercent: Double? = nil
  ) {
    self.checkPercent = checkPercent
    self.checksByLevel = checksByLevel
    self.openStart = openStart
    self.openEnd = openEnd
    self.injectionsBetweenChecks = injectionsBetweenChecks
    self.carryOverShare = carryOverShare
    self.internalStandardLowest = internalStandardLowest
    self.internalStandardHighest = internalStandardHighest
    self.retentionPercent = retentionPercent
    self.retentionSeconds = retentionSeconds
    self.relativeRetentionPercent = relativeRetentionPercent
  }

  private enum CodingKeys: String, CodingKey {
    case checkPercent = "check_percent"
    case checksByLevel = "checks_by_level"
    case openStart = "open_start"
    case openEnd = "open_end"
    case injectionsBetweenChecks = "injections_between_checks"
    case carryOverShare = "carry_over_share"
    case internalStandardLowest = "internal_standard_lowest"
    case internalStandardHighest = "internal_standard_highest"
    case retentionPercent = "retention_percent"
    case retentionSeconds = "retention_s"
    case relativeRetentionPercent = "relative_retention_percent"
  }
}
