/// Somebody who works at the bench.
public struct Person: RegisterBody {
  /// The kind.
  public static let kind = RegisterKind.people
  /// The short name that stands in runs and in the audit chain.
  public var id: String
  /// The full name.
  public var name: String
  /// What is read from the person's badge; none where there is none.
  public var badge: String?
  /// The public half of the key for signatures, 64 hexadecimal digits; none where there is none.
  public var publicKey: String?
  /// Whether the person still works here.
  public var isActive: Bool

  /// Names a person.
  public init(
    id: String, name: String, badge: String? = nil, publicKey: String? = nil, isActive: Bool = true
  ) {
    self.id = id
    self.name = name
    self.badge = badge
    self.publicKey = publicKey
    self.isActive = isActive
  }

  /// The id.
  public var object: String { id }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields(["name": name, "active": "\(isActive)"])
    fields["badge"] = badge
    fields["public_key"] = publicKey
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    guard let isActive = Bool(try fields.demand("active")) else {
      throw RegisterError.fieldMissing("active")
    }
    self.init(
      id: object, name: try fields.demand("name"), badge: fields["badge"],
      publicKey: fields["public_key"], isActive: isActive)
  }
}
