/// One thing that the quality rules have to say of something that a person wants to do.
public struct QualityFinding: Sendable, Hashable, Codable {
  /// What, why, what to do next, and the lasting code.
  public var failure: Failure
  /// Whether it is refused where the rules are enforced; else results only say it.
  public var isRefusal: Bool

  /// Makes a finding.
  public init(_ failure: Failure, isRefusal: Bool = true) {
    self.failure = failure
    self.isRefusal = isRefusal
  }

  private enum CodingKeys: String, CodingKey {
    case failure
    case isRefusal = "refuses"
  }
}

/// One version of something that the register of the bench holds.
public struct RegisterReference: Sendable, Hashable, Codable {
  /// What kind of object: `people`, `instruments`.
  public var kind: String
  /// Which.
  public var object: String
  /// The number of the version, from 1.
  public var version: Int
  /// SHA-256 of its file.
  public var sha256: String

  /// Names a version.
  public init(kind: String, object: String, version: Int, sha256: String) {
    self.kind = kind
    self.object = object
    self.version = version
    self.sha256 = sha256
  }
}

/// What the quality rules decided when a run began, and by what.
public struct RunQuality: Sendable, Hashable, Codable {
  /// The policy in force: `off`, `warn` or `enforce`.
  public var policy: String
  /// What there was to say.
  public var findings: [QualityFinding]
  /// The versions of the register that it was decided by.
  public var register: [RegisterReference]
  /// What was asked for otherwise than the method says.
  public var departures: [String]

  /// Makes a decision.
  public init(
    policy: String, findings: [QualityFinding] = [], register: [RegisterReference] = [],
    departures: [String] = []
  ) {
    self.policy = policy
    self.findings = findings
    self.register = register
    self.departures = departures
  }
}
