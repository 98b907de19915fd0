internal import Crypto
public import Laboratory

/// One version of an object in the register, as its file holds it.
///
/// The file is canonical JSON (the page `AuditFormat` says it byte for byte) and a line feed; its
/// SHA-256 is what the next version and the audit chain name it by.
public struct RegisterEntry: Sendable, Hashable {
  /// What kind of object.
  public var kind: RegisterKind
  /// Which object, as people call it.
  public var object: String
  /// The number of the version, from 1.
  public var version: Int
  /// SHA-256 of the file of the version before; none for the first.
  public var supersedes: String?
  /// Who made the version.
  public var person: String
  /// Why; none where the person gave no reason.
  public var reason: String?
  /// When.
  public var time: Timestamp
  /// What it says of the object.
  public var fields: RegisterFields

  /// The largest file that is read, in bytes.
  public static let largestFile = 256 << 10

  /// Makes an entry.
  public init(
    kind: RegisterKind, object: String, version: Int, supersedes: String?, person: String,
    reason: String?, time: Timestamp, fields: RegisterFields
  ) {
    self.kind = kind
    self.object = object
    self.version = version
    self.supersedes = supersedes
    self.person = person
    self.reason = reason
    self.time = time
    self.fields = fields
  }

  /// The bytes of its file.
  public var bytes: [UInt8] {
    var members: [String: CanonicalJSON] = [
      "schema": .number(1), "kind": .text(kind.rawValue), "object": .text(object),
      "version": .number(version), "person": .text(person), "time": .text(time.iso8601),
      "body": fields.json,
    ]
    members["supersedes"] = supersedes.map { .text($0) }
    members["reason"] = reason.map { .text($0) }
    return CanonicalJSON.object(members).bytes + [0x0A]
  }

  /// SHA-256 of its file, lower-case hexadecimal.
  public var sha256: String { Hexadecimal.text(SHA256.hash(data: bytes)) }

  /// What results and decisions name it by.
  public var reference: RegisterReference {
    RegisterReference(kind: kind.rawValue, object: object, version: version, sha256: sha256)
  }

  /// Reads the bytes of a file; nil for everything that is not an entry in its only spelling.
  ///
  /// Members of later versions are refused, for their hash would not be that of the file.
  public init?(bytes: [UInt8]) {
    guard bytes.count <= Self.largestFile, bytes.last == 0x0A,
      let members = CanonicalJSON(bytes.dropLast())?.members, members["schema"]?.number == 1,
      let kind = members["kind"]?.text.flatMap({ RegisterKind(rawValue: $0) }),
      let object = members["object"]?.text, RegisterName.isObject(object),
      let version = members["version"]?.number, version > 0,
      let person = members["person"]?.text,
      let time = members["time"]?.text.flatMap({ Timestamp(iso8601: $0) }),
      let fields = members["body"].flatMap({ RegisterFields($0) })
    else { return nil }
    self.init(
      kind: kind, object: object, version: version, supersedes: members["supersedes"]?.text,
      person: person, reason: members["reason"]?.text, time: time, fields: fields)
    guard self.bytes == bytes else { return nil }
  }

  /// What it says, by its type; throws `register-damaged` where it cannot say that.
  public func body<Body: RegisterBody>(_ type: Body.Type) throws(RegisterError) -> Body {
    guard kind == Body.kind else { throw .fieldMissing("kind") }
    do throws(RegisterError) { return try Body(object: object, fields: fields) } catch {
      throw error.located(at: "\(kind.rawValue)/\(object), version \(version)")
    }
  }
}

/// What the register says of an object of one kind.
public protocol RegisterBody: Sendable, Hashable {
  /// The kind.
  static var kind: RegisterKind { get }
  /// How the register names it.
  var object: String { get }
  /// What its file says of it.
  var fields: RegisterFields { get }
  /// Reads what a file says; throws what is missing.
  init(object: String, fields: RegisterFields) throws(RegisterError)
}
