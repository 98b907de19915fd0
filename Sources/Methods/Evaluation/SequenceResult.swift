public import Laboratory
public import Processing

/// What a method makes of a sequence of runs: curves, contents, and what must not be released.
public struct SequenceResult: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// The method.
  public var method: MethodReference
  /// Whether its results may be released as far as the method's state goes.
  public var methodState: String
  /// The libraries that were searched.
  public var libraries: [LibrarySource]
  /// The curves, one an analyte that has a calibration, in the order of the method.
  public var curves: [AnalyteCurve]
  /// The runs, in the order of the sequence.
  public var runs: [RunAnswers]
  /// What a person must know of the whole.
  public var warnings: [String]
  /// Names what computed it: program version and maths library.
  public var computedBy: String

  /// Makes a result without runs.
  public init(method: Method, libraries: [LibrarySource], computedBy: String) {
    self.method = method.reference
    methodState = method.state.rawValue
    self.libraries = libraries
    self.computedBy = computedBy
    curves = []
    runs = []
    warnings = []
  }

  private enum CodingKeys: String, CodingKey {
    case schema, method, libraries, curves, runs, warnings
    case methodState = "method_state"
    case computedBy = "computed_by"
  }
}

/// The curve of one analyte.
public struct AnalyteCurve: Sendable, Hashable, Codable {
  /// The analyte's name in the method.
  public var analyte: String
  /// The unit of its levels.
  public var unit: String
  /// The curve; none where it could not be made.
  public var curve: CalibrationCurve?
  /// Why there is none; empty where there is one.
  public var reason: String
  /// The runs of the standards, in the order of the curve's points.
  public var standards: [String]

  /// Makes an entry without a curve.
  public init(analyte: String, unit: String) {
    self.analyte = analyte
    self.unit = unit
    curve = nil
    reason = ""
    standards = []
  }

  private enum CodingKeys: String, CodingKey {
    case analyte, unit, curve, reason, standards
  }
}

/// What one run of a sequence comes to.
public struct RunAnswers: Sendable, Hashable, Codable {
  /// The run.
  public var facts: EvaluatedRun
  /// What was found in it.
  public var evaluation: RunEvaluation
  /// The answers, one an analyte.
  public var answers: [AnalyteAnswer]
  /// Why its answers must not be released; empty where they may.
  public var holds: [String]
}

/// The answer to the question how much of an analyte is in a sample.
public struct AnalyteAnswer: Sendable, Hashable, Codable {
  /// What the answer is.
  public enum State: String, Sendable, Hashable, Codable {
    /// A content with its uncertainty.
    case value
    /// It is there, and its content was not asked for.
    case present
    /// It was not detected.
    case notDetected = "not_detected"
    /// It is there, below what can be given as a number.
    case belowRange = "below_range"
    /// It is there, above the calibrated range.
    case aboveRange = "above_range"
    /// It could not be found out.
    case notEvaluated = "not_evaluated"
  }

  /// The analyte's name in the method.
  public var analyte: String
  /// Its keyword in the LIMS.
  public var keyword: String
  /// What the answer is.
  public var state: State
  /// The content of the sample, in `unit`; only where the state is `value`.
  public var value: Double?
  /// The unit.
  public var unit: String
  /// The expanded uncertainty of the value; none where the interval is not symmetric.
  public var uncertainty: Double?
  /// Where the interval begins, in `unit`; none where it is open there.
  public var lower: Double?
  /// Where it ends.
  public var upper: Double?
  /// The factor between standard and expanded uncertainty.
  public var coverageFactor: Double?
  /// The deviation from the known content, per cent; only for standards and checks.
  public var deviation: Double?
  /// Whether a standard, check or blank is as it must be; none for samples.
  public var passes: Bool?
  /// Why, where it is no value.
  public var reason: String
  /// What else must be known.
  public var flags: [String]

  /// Makes an answer without a number.
  public init(
    analyte: String, keyword: String, state: State, unit: String, reason: String = "",
    flags: [String] = []
  ) {
    self.analyte = analyte
    self.keyword = keyword
    self.state = state
    self.unit = unit
    self.reason = reason
    self.flags = flags
    value = nil
    uncertainty = nil
    lower = nil
    upper = nil
    coverageFactor = nil
    deviation = nil
    passes = nil
  }

  private enum CodingKeys: String, CodingKey {
    case analyte, keyword, state, value, unit, uncertainty, lower, upper, reason, flags, passes
    case coverageFactor = "coverage_factor"
    case deviation = "deviation_percent"
  }
}

extension SequenceResult {
  /// Whether an answer of a run rests on emulated data: its own, or that of standards and controls.
  public func isEmulated(_ run: RunAnswers) -> Bool {
    run.facts.emulated || runs.contains { $0.facts.emulated && $0.facts.kind != .sample }
  }
}
