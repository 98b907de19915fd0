/// Whether a method may be used.
public struct MethodState: RegisterBody {
  /// Whether it may be used.
  public enum Use: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is being tried: nothing by it is released.
    case draft
    /// It was shown to be fit for its purpose.
    case validated
    /// It is no longer to be used.
    case withdrawn
  }

  /// The kind.
  public static let kind = RegisterKind.methods
  /// The lasting name.
  public var name: String
  /// The version as its author counts them.
  public var version: String
  /// SHA-256 of its text.
  public var sha256: String
  /// Whether it may be used.
  public var use: Use
  /// The name of the file that shows why.
  public var evidence: String?
  /// SHA-256 of that file, by which the register keeps a copy in `register/evidence/`.
  public var evidenceSHA256: String?

  /// Names the state of a method.
  public init(
    name: String, version: String, sha256: String, use: Use, evidence: String? = nil,
    evidenceSHA256: String? = nil
  ) {
    self.name = name
    self.version = version
    self.sha256 = sha256
    self.use = use
    self.evidence = evidence
    self.evidenceSHA256 = evidenceSHA256
  }

  /// The name.
  public var object: String { name }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields([
      "method_version": version, "method_sha256": sha256, "state": use.rawValue,
    ])
    fields["evidence"] = evidence
    fields["evidence_sha256"] = evidenceSHA256
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    self.init(
      name: object, version: try fields.demand("method_version"),
      sha256: try fields.demand("method_sha256"),
      use: try fields.demand("state", as: Use.self), evidence: fields["evidence"],
      evidenceSHA256: fields["evidence_sha256"])
  }
}
