/// A step of the review of a run, with its signature where it has one.
///
/// Every step is a version of the same object; the earlier ones keep theirs.
public struct Review: RegisterBody {
  /// The kind.
  public static let kind = RegisterKind.reviews
  /// The run.
  public var run: String
  /// What the run is from here on.
  public var state: ReviewState
  /// SHA-256 of what was looked at.
  public var digest: String
  /// SHA-256 of the register's file of the release that this one takes the place of.
  public var amends: String?
  /// Name, time and meaning, bound to what was looked at.
  public var signature: RecordSignature?

  /// Names a step.
  public init(
    run: String, state: ReviewState, digest: String, amends: String? = nil,
    signature: RecordSignature? = nil
  ) {
    self.run = run
    self.state = state
    self.digest = digest
    self.amends = amends
    self.signature = signature
  }

  /// The run.
  public var object: String { run }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields(["state": state.rawValue, "digest": digest])
    fields["amends"] = amends
    if let signature { fields.groups["signature"] = signature.texts }
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    self.init(
      run: object, state: try fields.demand("state", as: ReviewState.self),
      digest: try fields.demand("digest"), amends: fields["amends"])
    if let texts = fields.groups["signature"] {
      guard let signature = RecordSignature(texts: texts) else {
        throw RegisterError.fieldMissing("signature")
      }
      self.signature = signature
    }
  }
}
