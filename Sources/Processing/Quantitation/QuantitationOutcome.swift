/// What a calibration says of a response: a number where there is one, else why there is none.
public enum QuantitationOutcome: Sendable, Hashable {
  /// The content, within the working range.
  case value(QuantifiedValue)
  /// No response that counts as detected.
  case notDetected(NotQuantified)
  /// Detected, and below the lowest level of the working range: no number is released.
  case belowRange(NotQuantified)
  /// Above the highest level of the working range or the top of the curve: dilute.
  case aboveRange(NotQuantified)
  /// No statement can be made.
  case refused(QuantitationRefusal)

  /// The number, where there is one.
  public var quantified: QuantifiedValue? {
    if case .value(let value) = self { value } else { nil }
  }
}

/// A content with its uncertainty, in the unit of the calibration.
public struct QuantifiedValue: Sendable, Hashable, Codable {
  /// How an interval was computed.
  public enum IntervalKind: String, Sendable, Hashable, Codable {
    /// `x +- t u`.
    case student
    /// Inverse prediction, not symmetric (Fieller).
    case fieller
  }

  /// The content.
  public var value: Double
  /// The standard uncertainty of the inverse prediction; none without degrees of freedom.
  public var standardUncertainty: Double?
  /// `n - p` of the curve.
  public var degreesOfFreedom: Int
  /// The coverage factor: Student's t at the confidence; none without degrees of freedom.
  public var coverageFactor: Double?
  /// The two-sided confidence of the interval.
  public var confidence: Double
  /// How the interval was computed.
  public var interval: IntervalKind
  /// The lower end; none where the interval is open there or there is none.
  public var lower: Double?
  /// The upper end; none where the interval is open there or there is none.
  public var upper: Double?
  /// The response that it was computed from.
  public var response: Double
  /// How many replicates the response is the mean of.
  public var replicates: Int
  /// What else must be known (`interval-open`, `no-uncertainty` and those of the curve).
  public var flags: [String]

  private enum CodingKeys: String, CodingKey {
    case value, confidence, interval, lower, upper, response, replicates, flags
    case standardUncertainty = "standard_uncertainty"
    case degreesOfFreedom = "degrees_of_freedom"
    case coverageFactor = "coverage_factor"
  }
}

/// Why there is no number though there was a measurement.
public struct NotQuantified: Sendable, Hashable, Codable {
  /// The response; none where no peak was found.
  public var response: Double?
  /// The limit that it is below or above, unit of the calibration; none where none is known.
  public var limit: Double?
  /// What else must be known.
  public var flags: [String]

  /// Makes a reason.
  public init(response: Double?, limit: Double?, flags: [String] = []) {
    self.response = response
    self.limit = limit
    self.flags = flags
  }
}

/// Why a calibration makes no statement of a response.
public enum QuantitationRefusal: String, Sendable, Hashable, Codable {
  /// The response is no number, or infinite.
  case responseNotFinite = "response-not-finite"
  /// Fewer than one replicate.
  case noReplicates = "no-replicates"
  /// No two neighbouring levels of the calibration pass.
  case noWorkingRange = "no-working-range"
  /// The slope of the line cannot be told from 0.
  case slopeNotSignificant = "slope-not-significant"
  /// The internal standard was not found, or its area is not above 0.
  case noInternalStandard = "no-internal-standard"
}

extension QuantitationOutcome: Codable {
  private enum State: String, Codable {
    case value
    case notDetected = "not_detected"
    case belowRange = "below_range"
    case aboveRange = "above_range"
    case refused
  }

  private enum CodingKeys: String, CodingKey {
    case state, quantity, bound, reason
  }

  /// Reads an outcome by its `state`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func bound() throws -> NotQuantified {
      try container.decode(NotQuantified.self, forKey: .bound)
    }
    switch try container.decode(State.self, forKey: .state) {
    case .value: self = .value(try container.decode(QuantifiedValue.self, forKey: .quantity))
    case .notDetected: self = .notDetected(try bound())
    case .belowRange: self = .belowRange(try bound())
    case .aboveRange: self = .aboveRange(try bound())
    case .refused:
      self = .refused(try container.decode(QuantitationRefusal.self, forKey: .reason))
    }
  }

  /// Writes an outcome with its `state`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func put(_ state: State, _ bound: NotQuantified) throws {
      try container.encode(state, forKey: .state)
      try container.encode(bound, forKey: .bound)
    }
    switch self {
    case .value(let value):
      try container.encode(State.value, forKey: .state)
      try container.encode(value, forKey: .quantity)
    case .notDetected(let bound): try put(.notDetected, bound)
    case .belowRange(let bound): try put(.belowRange, bound)
    case .aboveRange(let bound): try put(.aboveRange, bound)
    case .refused(let reason):
      try container.encode(State.refused, forKey: .state)
      try container.encode(reason, forKey: .reason)
    }
  }
}
