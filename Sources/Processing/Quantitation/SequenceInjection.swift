public import Laboratory

/// One injection of a sequence as its rules look at it, for one analyte.
public struct SequenceInjection: Sendable, Hashable, Codable {
  /// The run or vial, unique in the sequence.
  public var name: String
  /// What it is for; `standard`, `check`, `blank` and `sample` have rules.
  public var kind: RunKind
  /// The nominal level of a standard or check.
  public var level: Double?
  /// The response; none where no peak was found.
  public var response: Double?
  /// The area of the internal standard; none where it was not found or the method has none.
  public var internalStandardArea: Double?
  /// When the analyte appeared, s; none where it did not.
  public var retentionTime: Double?
  /// When the internal standard appeared, s.
  public var internalStandardTime: Double?
  /// What the calibration says of the response.
  public var outcome: QuantitationOutcome

  /// Makes an injection.
  public init(
    name: String, kind: RunKind, level: Double? = nil, response: Double? = nil,
    internalStandardArea: Double? = nil, retentionTime: Double? = nil,
    internalStandardTime: Double? = nil, outcome: QuantitationOutcome
  ) {
    self.name = name
    self.kind = kind
    self.level = level
    self.response = response
    self.internalStandardArea = internalStandardArea
    self.retentionTime = retentionTime
    self.internalStandardTime = internalStandardTime
    self.outcome = outcome
  }

  private enum CodingKeys: String, CodingKey {
    case name, kind, level, response, outcome
    case internalStandardArea = "internal_standard_area"
    case retentionTime = "retention_s"
    case internalStandardTime = "internal_standard_s"
  }
}

/// What the rules say of one injection.
public struct InjectionJudgement: Sendable, Hashable, Codable {
  /// A rule that objected.
  public enum Finding: String, Sendable, Hashable, Codable, CaseIterable {
    /// A check is outside its tolerance, or gave no number.
    case checkOut = "check-out"
    /// A check or standard without a level.
    case levelMissing = "level-missing"
    /// A blank shows the analyte at or above the detection response.
    case blankNotClean = "blank-not-clean"
    /// A blank shows more than the allowed share of the lowest working level.
    case carryOver = "carry-over"
    /// The area of the internal standard is out of its window.
    case internalStandardOut = "internal-standard-out"
    /// The internal standard was not found.
    case internalStandardMissing = "internal-standard-missing"
    /// The retention time is out of its window.
    case retentionOut = "retention-out"
    /// The relative retention is out of its window.
    case relativeRetentionOut = "relative-retention-out"
    /// The last check of a level before it failed.
    case heldByCheckBefore = "held-by-check-before"
    /// The next check of a level behind it failed.
    case heldByCheckBehind = "held-by-check-behind"
    /// The last blank before it failed.
    case heldByBlankBefore = "held-by-blank-before"
    /// The next blank behind it failed.
    case heldByBlankBehind = "held-by-blank-behind"
    /// No check stands before it.
    case noOpeningCheck = "no-opening-check"
    /// No check stands behind it.
    case noClosingCheck = "no-closing-check"
    /// Its checks stand further apart than the rules allow.
    case checksTooFarApart = "checks-too-far-apart"
  }

  /// The injection.
  public var name: String
  /// Whether a control passed; none for samples and others.
  public var passes: Bool?
  /// Whether its result must not be released.
  public var held: Bool
  /// The rules that objected, in the order of `Finding`.
  public var findings: [Finding]
  /// Which injections hold it, in the order of the sequence.
  public var heldBy: [String]
  /// The deviation of a check or standard from its level, percent.
  public var deviationPercent: Double?

  private enum CodingKeys: String, CodingKey {
    case name, passes, held, findings
    case heldBy = "held_by"
    case deviationPercent = "deviation_percent"
  }
}

/// What the rules say of a sequence.
public struct SequenceJudgement: Sendable, Hashable, Codable {
  /// One entry an injection, in the order of the sequence.
  public var injections: [InjectionJudgement]
  /// The mean area of the internal standard over the standards; none without.
  public var internalStandardMean: Double?
  /// The mean retention time over the standards, s; none without.
  public var retentionMean: Double?
  /// The mean relative retention over the standards; none without.
  public var relativeRetentionMean: Double?

  private enum CodingKeys: String, CodingKey {
    case injections
    case internalStandardMean = "internal_standard_mean"
    case retentionMean = "retention_mean_s"
    case relativeRetentionMean = "relative_retention_mean"
  }
}
