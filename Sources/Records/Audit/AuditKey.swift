internal import Crypto

/// The Ed25519 key by which full segments are signed: `audit/key`, read by its owner alone.
///
/// Made at first use. Where it is moved away another is made, and the chain says so.
struct AuditKey: Sendable {
  static let file = "key"
  static let publicFile = "key.pub"

  private let key: Curve25519.Signing.PrivateKey

  /// The 32 bytes of the public key.
  var publicBytes: [UInt8] { Array(key.publicKey.rawRepresentation) }

  func sign(_ bytes: [UInt8]) -> [UInt8]? { (try? key.signature(for: bytes)).map { Array($0) } }

  static func isRight(_ signature: [UInt8], over bytes: [UInt8], by publicBytes: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicBytes) else {
      return false
    }
    return key.isValidSignature(signature, for: bytes)
  }

  /// The key of a folder; nil where it is not there, or another account's.
  static func read(_ disk: AuditDisk, _ folder: AuditFile) throws(AuditError) -> AuditKey? {
    let bytes: [UInt8]
    do throws(AuditDiskError) {
      bytes = try disk.read(try disk.openFile(file, in: folder), at: 0, count: 66)
    } catch {
      if error.isMissing || error.isDenied { return nil }
      throw AuditError(error)
    }
    guard bytes.count == 65, bytes.last == 0x0A, let seed = Hexadecimal.bytes(bytes.dropLast()),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    else { throw .keyDamaged(folder.path + "/" + file) }
    return AuditKey(key: key)
  }

  /// Makes a new key, durably; only under the lock, and where there is none.
  static func make(_ disk: AuditDisk, _ folder: AuditFile) throws(AuditDiskError) -> AuditKey {
    let made = AuditKey(key: Curve25519.Signing.PrivateKey())
    try publish(Array(made.key.rawRepresentation), file, 0o600, disk, folder)
    // No segment may name a key that a lost power takes away.
    try disk.syncFolder(folder)
    return made
  }

  /// Keeps the public key beside it; an older one stays as `key.pub-<digits>`.
  ///
  /// Its name is kept by the sync of the folder that follows for the segment.
  func publishPublic(_ disk: AuditDisk, _ folder: AuditFile) throws(AuditDiskError) {
    let known = Self.publicKey(disk, folder)
    guard known != publicBytes else { return }
    if let known {
      let older = "\(Self.publicFile)-\(Hexadecimal.text(known.prefix(4)))"
      try disk.remove(older, in: folder)
      try disk.name(Self.publicFile, as: older, in: folder)
    } else {
      try disk.remove(Self.publicFile, in: folder)
    }
    try Self.publish(publicBytes, Self.publicFile, 0o640, disk, folder)
  }

  /// The public key as it is kept beside the key; nil where it is not there or cannot be one.
  static func publicKey(_ disk: AuditDisk, _ folder: AuditFile) -> [UInt8]? {
    guard let file = try? disk.openFile(publicFile, in: folder),
      let bytes = try? disk.read(file, at: 0, count: 66), bytes.count == 65
    else { return nil }
    return Hexadecimal.bytes(bytes.dropLast())
  }

  private static func publish(
    _ bytes: [UInt8], _ name: String, _ mode: UInt32, _ disk: AuditDisk, _ folder: AuditFile
  ) throws(AuditDiskError) {
    let hidden = ".\(name).part"
    try disk.remove(hidden, in: folder)
    let file = try disk.create(hidden, in: folder, mode: mode)
    do throws(AuditDiskError) {
      try disk.write(Hexadecimal.digits(bytes) + [0x0A], to: file, at: 0)
      try disk.sync(file)
      try disk.name(hidden, as: name, in: folder)
    } catch {
      // What is not whole is made anew by the next act; where removing fails too, it is then removed.
      try? disk.remove(hidden, in: folder)
      throw error
    }
  }
}
