/// That something is stopped until somebody says otherwise.
public struct Hold: RegisterBody {
  /// What is stopped.
  public enum Target: String, Sendable, Hashable, Codable, CaseIterable {
    /// The results of one run.
    case run
    /// All that is done by a method.
    case method
    /// All that is done on an instrument, by its serial number.
    case instrument
    /// All that a person does.
    case person
  }

  /// The kind.
  public static let kind = RegisterKind.holds
  /// What sort of thing is stopped.
  public var target: Target
  /// Its name: a run's id, a method, a serial number, a person.
  public var name: String
  /// Whether it is still stopped.
  public var isOpen: Bool

  /// Names a hold.
  public init(target: Target, name: String, isOpen: Bool = true) {
    self.target = target
    self.name = name
    self.isOpen = isOpen
  }

  /// Sort and name.
  public var object: String { Self.object(target, name) }

  /// The name of a hold in the register.
  public static func object(_ target: Target, _ name: String) -> String {
    "\(target.rawValue) \(name)"
  }

  /// What the file says.
  public var fields: RegisterFields {
    RegisterFields(["target": target.rawValue, "name": name, "open": "\(isOpen)"])
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    guard let isOpen = Bool(try fields.demand("open")) else {
      throw RegisterError.fieldMissing("open")
    }
    self.init(
      target: try fields.demand("target", as: Target.self), name: try fields.demand("name"),
      isOpen: isOpen)
    guard self.object == object else { throw RegisterError.fieldMissing("name") }
  }
}
