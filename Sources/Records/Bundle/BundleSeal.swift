internal import Crypto
internal import Laboratory

/// The signature of a bundle: who vouches for its manifest, the content of `SEAL.json`.
public struct BundleSeal: Sendable, Hashable {
  /// The public key, 64 lower-case hexadecimal digits.
  public var key: String
  /// The signature, 128 lower-case hexadecimal digits.
  public var signature: String

  /// Its only spelling, one line.
  public var bytes: [UInt8] {
    CanonicalJSON.object(["key": .text(key), "signature": .text(signature)]).bytes + [0x0A]
  }

  /// How the key is named where its whole would be too long.
  public var keyID: String { String(key.prefix(16)) }

  /// Reads a seal; what it says against the form is thrown in words.
  public init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.count < 512, bytes.last == 0x0A, let json = CanonicalJSON(bytes.dropLast()),
      let members = json.members, members.count == 2, let key = members["key"]?.text,
      Hexadecimal.bytes(key)?.count == 32, let signature = members["signature"]?.text,
      Hexadecimal.bytes(signature)?.count == 64
    else { throw .seal("it is no key and signature in their only spelling") }
    (self.key, self.signature) = (key, signature)
  }

  init(key: [UInt8], signature: [UInt8]) {
    (self.key, self.signature) = (Hexadecimal.text(key), Hexadecimal.text(signature))
  }

  /// Whether it is the key's signature of this manifest.
  public func isRight(of manifest: [UInt8]) -> Bool {
    guard let key = Hexadecimal.bytes(key), let signature = Hexadecimal.bytes(signature) else {
      return false
    }
    return AuditKey.isRight(signature, over: Self.signed(manifest), by: key)
  }

  /// What the signature is made over.
  static func signed(_ manifest: [UInt8]) -> [UInt8] {
    Array("gauger-bundle:".utf8) + Hexadecimal.digits(SHA256.hash(data: manifest))
  }
}

extension AuditChain {
  /// Seals the manifest of a bundle by the key of the home, which is made where there is none.
  public func seal(_ manifest: [UInt8]) throws(AuditError) -> BundleSeal {
    let opened = try told { () throws(AuditDiskError) in
      try disk.makeFolder(folder)
      return try disk.openFolder(folder)
    }
    let lock = try lock(opened, shared: false)
    defer { withExtendedLifetime(lock) {} }
    var found = try AuditKey.read(disk, opened)
    if found == nil {
      found = try told { () throws(AuditDiskError) in
        guard try !disk.names(in: opened).contains(AuditKey.file) else {
          throw AuditDiskError(call: .open, path: folder + "/" + AuditKey.file, number: 13)
        }
        let made = try AuditKey.make(disk, opened)
        try made.publishPublic(disk, opened)
        return made
      }
    }
    guard let key = found, let signature = key.sign(BundleSeal.signed(manifest)) else {
      throw .keyDamaged(folder + "/" + AuditKey.file)
    }
    return BundleSeal(key: key.publicBytes, signature: signature)
  }
}

/// Public keys as people write them.
public enum PublicKeyText {
  /// The key in a text: 64 hexadecimal digits, blanks around them let pass; nil for anything else.
  public static func key(_ text: String) -> String? {
    let word = text.split(whereSeparator: \.isWhitespace)
    guard word.count == 1, let first = word.first?.lowercased(),
      Hexadecimal.bytes(first)?.count == 32
    else { return nil }
    return first
  }

  /// Whether this is the signature of a key over a text; all in hexadecimal digits.
  public static func isRight(_ signature: String, over text: String, by key: String) -> Bool {
    guard let signature = Hexadecimal.bytes(signature), let key = Hexadecimal.bytes(key) else {
      return false
    }
    return AuditKey.isRight(signature, over: Array(text.utf8), by: key)
  }
}
