/// Whether an instrument may be used.
///
/// The firmware that a version names is the one that was looked at; the versions are its history.
public struct InstrumentState: RegisterBody {
  /// Whether it may be used.
  public enum Service: String, Sendable, Hashable, Codable, CaseIterable {
    /// It may.
    case inService = "in-service"
    /// It may, and results say so.
    case restricted
    /// It may not.
    case outOfService = "out-of-service"
    /// Nobody has shown yet that it does what it shall.
    case notVerified = "not-verified"
  }

  /// The kind.
  public static let kind = RegisterKind.instruments
  /// The profile id of the model.
  public var model: String
  /// The serial number that it states.
  public var serialNumber: String
  /// Whether it may be used.
  public var service: Service
  /// The firmware that was looked at; none where the model tells none, or nobody looked.
  public var firmware: String?
  /// Where it stands.
  public var place: String?

  /// Names the state of an instrument.
  public init(
    model: String, serialNumber: String, service: Service, firmware: String? = nil,
    place: String? = nil
  ) {
    self.model = model
    self.serialNumber = serialNumber
    self.service = service
    self.firmware = firmware
    self.place = place
  }

  /// Model and serial number; a model has no blank.
  public var object: String { Self.object(model: model, serialNumber: serialNumber) }

  /// The name of an instrument in the register.
  public static func object(model: String, serialNumber: String) -> String {
    "\(model) \(serialNumber)"
  }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields([
      "model": model, "serial_number": serialNumber, "state": service.rawValue,
    ])
    fields["firmware"] = firmware
    fields["place"] = place
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    self.init(
      model: try fields.demand("model"), serialNumber: try fields.demand("serial_number"),
      service: try fields.demand("state", as: Service.self), firmware: fields["firmware"],
      place: fields["place"])
    guard self.object == object else { throw RegisterError.fieldMissing("serial_number") }
  }
}
