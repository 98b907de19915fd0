internal import Crypto
public import Laboratory

/// With which values something of an instrument was calibrated, and until when that holds.
public struct CalibrationRecord: RegisterBody {
  /// The kind.
  public static let kind = RegisterKind.calibrations
  /// The profile id of the model.
  public var model: String
  /// The serial number of the instrument.
  public var serialNumber: String
  /// What was calibrated, without a blank: `wavelength`, `mass-scale`.
  public var subject: String
  /// The values, by name, as texts that keep every digit.
  public var values: [String: String]
  /// Who certified it, and under which number.
  public var certificate: String?
  /// When it was done.
  public var done: Timestamp
  /// From when on it counts no more; none for ever.
  public var due: Timestamp?

  /// Names a calibration.
  public init(
    model: String, serialNumber: String, subject: String, values: [String: String],
    certificate: String? = nil, done: Timestamp, due: Timestamp? = nil
  ) {
    self.model = model
    self.serialNumber = serialNumber
    self.subject = subject
    self.values = values
    self.certificate = certificate
    self.done = done
    self.due = due
  }

  /// Model, subject and serial number; neither of the first two has a blank.
  public var object: String { "\(model) \(subject) \(serialNumber)" }

  /// SHA-256 of the values in canonical JSON.
  public var valuesSHA256: String {
    let json = CanonicalJSON.object(values.mapValues { .text($0) })
    return Hexadecimal.text(SHA256.hash(data: json.bytes))
  }

  /// What the file says.
  public var fields: RegisterFields {
    var fields = RegisterFields(
      [
        "model": model, "serial_number": serialNumber, "subject": subject, "done": done.iso8601,
        "values_sha256": valuesSHA256,
      ], groups: ["values": values])
    fields["certificate"] = certificate
    fields["due"] = due?.iso8601
    return fields
  }

  /// Reads what a file says.
  public init(object: String, fields: RegisterFields) throws(RegisterError) {
    self.init(
      model: try fields.demand("model"), serialNumber: try fields.demand("serial_number"),
      subject: try fields.demand("subject"), values: fields.groups["values"] ?? [:],
      certificate: fields["certificate"], done: try fields.demandTime("done"),
      due: try fields.optionalTime("due"))
    guard self.object == object else { throw RegisterError.fieldMissing("serial_number") }
    guard fields["values_sha256"] == valuesSHA256 else {
      throw RegisterError.fieldMissing("values_sha256")
    }
  }
}
