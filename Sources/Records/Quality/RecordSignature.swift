internal import Crypto
public import Laboratory

/// That a person signed a record, when, and what that means.
///
/// Ed25519 over canonical JSON with the members `digest`, `meaning`, `name`, `person`, `schema` and
/// `time`: moved to another record, name, time or meaning, it is wrong.
public struct RecordSignature: Sendable, Hashable {
  /// What a signature can mean.
  public enum Meaning: String, Sendable, Hashable, Codable, CaseIterable {
    /// The signer did it.
    case performed
    /// The signer looked it over.
    case reviewed
    /// The signer lets it go out.
    case released
  }

  /// SHA-256 of what was signed, 64 hexadecimal digits.
  public var digest: String
  /// What it means.
  public var meaning: Meaning
  /// Who signed, by id.
  public var person: String
  /// The signer's full name.
  public var name: String
  /// When, UTC.
  public var time: Timestamp
  /// The public key, 64 hexadecimal digits.
  public var publicKey: String
  /// The signature, 128 hexadecimal digits.
  public var signature: String

  /// The bytes that are signed.
  public static func signedBytes(
    digest: String, meaning: Meaning, person: String, name: String, time: Timestamp
  ) -> [UInt8] {
    CanonicalJSON.object([
      "schema": .number(1), "digest": .text(digest), "meaning": .text(meaning.rawValue),
      "person": .text(person), "name": .text(name), "time": .text(time.iso8601),
    ]).bytes
  }

  /// Whether the key made it over these words.
  public var isRight: Bool {
    guard let key = Hexadecimal.bytes(publicKey), let bytes = Hexadecimal.bytes(signature) else {
      return false
    }
    return AuditKey.isRight(
      bytes,
      over: Self.signedBytes(
        digest: digest, meaning: meaning, person: person, name: name, time: time), by: key)
  }

  var texts: [String: String] {
    [
      "digest": digest, "meaning": meaning.rawValue, "person": person, "name": name,
      "time": time.iso8601, "public_key": publicKey, "signature": signature,
    ]
  }

  init?(texts: [String: String]) {
    guard let digest = texts["digest"],
      let meaning = texts["meaning"].flatMap({ Meaning(rawValue: $0) }),
      let person = texts["person"], let name = texts["name"],
      let time = texts["time"].flatMap({ Timestamp(iso8601: $0) }),
      let publicKey = texts["public_key"], let signature = texts["signature"]
    else { return nil }
    self.digest = digest
    self.meaning = meaning
    self.person = person
    self.name = name
    self.time = time
    self.publicKey = publicKey
    self.signature = signature
  }
}

/// The key by which one person signs: 32 bytes in a file that its owner alone may read.
public struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// Makes a new key.
  public init() { key = Curve25519.Signing.PrivateKey() }

  /// Reads the content of a key's file: 64 hexadecimal digits and a line feed; nil for all else.
  public init?(fileContent bytes: [UInt8]) {
    guard bytes.count == 65, bytes.last == 0x0A, let seed = Hexadecimal.bytes(bytes.dropLast()),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    else { return nil }
    self.key = key
  }

  /// The content of its file.
  public var fileContent: [UInt8] { Hexadecimal.digits(key.rawRepresentation) + [0x0A] }

  /// The public half, 64 hexadecimal digits.
  public var publicKey: String { Hexadecimal.text(key.publicKey.rawRepresentation) }

  /// Signs a record; nil where the library refuses.
  public func sign(
    digest: String, meaning: RecordSignature.Meaning, person: String, name: String, time: Timestamp
  ) -> RecordSignature? {
    let bytes = RecordSignature.signedBytes(
      digest: digest, meaning: meaning, person: person, name: name, time: time)
    guard let made = try? key.signature(for: bytes) else { return nil }
    return RecordSignature(
      digest: digest, meaning: meaning, person: person, name: name, time: time,
      publicKey: publicKey, signature: Hexadecimal.text(made))
  }
}

extension RecordSignature {
  init(
    digest: String, meaning: Meaning, person: String, name: String, time: Timestamp,
    publicKey: String, signature: String
  ) {
    self.digest = digest
    self.meaning = meaning
    self.person = person
    self.name = name
    self.time = time
    self.publicKey = publicKey
    self.signature = signature
  }
}
