internal import Crypto

/// The signature of a backup's manifest: `key` and `signature` in hexadecimal digits, one a line.
///
/// Ed25519 over `gauger-backup:` and the 64 digits of the manifest's SHA-256, by the key of the home's
/// audit chain.
public struct BackupSeal: Sendable, Hashable {
  /// The public key, 64 lower-case hexadecimal digits.
  public var key: String
  /// The signature, 128 lower-case hexadecimal digits.
  public var signature: String

  /// The bytes of its file.
  public var bytes: [UInt8] { Array("key \(key)\nsignature \(signature)\n".utf8) }

  /// Reads the bytes of a seal; nil where they have another form.
  public init?(reading bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    guard bytes.count < 400, lines.count == 2, lines[0].hasPrefix("key "),
      lines[1].hasPrefix("signature "),
      Hexadecimal.bytes(String(lines[0].dropFirst(4)))?.count == 32,
      Hexadecimal.bytes(String(lines[1].dropFirst(10)))?.count == 64
    else { return nil }
    (key, signature) = (String(lines[0].dropFirst(4)), String(lines[1].dropFirst(10)))
  }

  /// Whether it is its key's signature of this manifest.
  public func isRight(of manifest: [UInt8]) -> Bool {
    guard let key = Hexadecimal.bytes(key), let signature = Hexadecimal.bytes(signature) else {
      return false
    }
    return AuditKey.isRight(signature, over: Self.signed(manifest), by: key)
  }

  fileprivate init(_ key: AuditKey, _ manifest: [UInt8]) throws(AuditError) {
    guard let signature = key.sign(Self.signed(manifest)) else { throw .keyDamaged("audit/key") }
    (self.key, self.signature) = (
      Hexadecimal.text(key.publicBytes), Hexadecimal.text(signature)
    )
  }

  private static func signed(_ manifest: [UInt8]) -> [UInt8] {
    Array("gauger-backup:".utf8) + Hexadecimal.digits(SHA256.hash(data: manifest))
  }
}

extension AuditChain {
  /// Signs the manifest of a backup by the key of the home; nil where the key is not there, or is
  /// another account's.
  public func sealBackup(_ manifest: [UInt8]) throws(AuditError) -> BackupSeal? {
    guard let opened = try? disk.openFolder(folder), let key = try AuditKey.read(disk, opened)
    else { return nil }
    return try BackupSeal(key, manifest)
  }
}
