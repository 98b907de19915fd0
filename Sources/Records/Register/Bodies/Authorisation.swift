public import Laboratory

/// That a person may do something by a method, from a moment until another.
public struct Authorisation: RegisterBody {
  /// The kind.
  public static let kind = RegisterKind.authorisations
  /// Stands for every method.
  public static let everyMethod = "*"
  /// Who.
  public var person: String
  /// By which method; `*` for all, and for what needs none.
  public var method: String
  /// What.
  public var activity: Activity
  /// From this moment on.
  public var validFrom: Timestamp
  /// Until just before this moment; none for ever.
  public var validTo: Timestamp?
  /// Whether it was taken back.
  public var isRevoked: Bool

  /// Names an authorisation.
  public init(
    person: String, method: String = everyMethod, activity: Activity, validFrom: Timestamp,
    validTo: Timestamp? = nil, isRevoked: Bool = false
  ) {
    self.person = person
    self.method = method
    self.activity = activity
    self.validFrom = validFrom
    self.validTo = validTo
    self.isRevoked = isRevoked
  }

  /// Activity, method and person; neither of the first two has a blank.
  public var object: String { Self.object(person: person, method: method, activity: activity) }

  /// The name of the authorisation of a person.
  public static func object(person: String, method: String, activity: Activity) -> String {
    "\(activity.rawValue) \(method) \(person)"
  }

  /// Whether it holds at a moment.
  public func holds(at time: Timestamp) -> Bool {
    !isRevoked && validFrom <= time && validTo.map { time < $0 } ?? true
  }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields([
      "person": person, "method": method, "activity": activity.rawValue,
      "valid_from": validFrom.iso8601, "revoked": "\(isRevoked)",
    ])
    fields["valid_to"] = validTo?.iso8601
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    guard let isRevoked = Bool(try fields.demand("revoked")) else {
      throw RegisterError.fieldMissing("revoked")
    }
    self.init(
      person: try fields.demand("person"), method: try fields.demand("method"),
      activity: try fields.demand("activity", as: Activity.self),
      validFrom: try fields.demandTime("valid_from"), validTo: try fields.optionalTime("valid_to"),
      isRevoked: isRevoked)
    guard self.object == object else { throw RegisterError.fieldMissing("person") }
  }
}
