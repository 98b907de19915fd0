public import Laboratory

/// Why the audit chain did not take an entry, or could not be read.
public enum AuditError: Explained, Hashable {
  /// The disk, or the share given to this account, is full; the path, the system's words.
  case noSpace(String, String)
  /// Rights, or a read-only file system, forbid it; the path, the system's words.
  case denied(String, String)
  /// The disk did not confirm that it keeps an entry; the path, the system's words.
  case notSynced(String, String)
  /// A file could not be read or written; the path, the system's words.
  case inputOutput(String, String)
  /// Other programs held the chain for longer than was waited.
  case busy(String)
  /// The file of the signing key holds no key; its path.
  case keyDamaged(String)
  /// A file that was named as an anchor holds none; the path, why.
  case noAnchor(String, String)

  init(_ error: AuditDiskError) {
    if error.isFull {
      self = .noSpace(error.path, error.text)
    } else if error.isDenied {
      self = .denied(error.path, error.text)
    } else if error.call == .sync || error.call == .syncFolder {
      self = .notSynced(error.path, error.text)
    } else {
      self = .inputOutput(error.path, error.text)
    }
  }

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .noSpace(let path, let system):
      Failure(
        "audit-no-space", exit: .noSpace, what: "The audit chain could not take an entry.",
        why: "\(path) could not be written, there is no space: \(system).",
        next: "Free space on that disk; then give the command again, if it was refused.")
    case .denied(let path, let system):
      Failure(
        "audit-denied", exit: .denied, what: "The audit chain could not be used.",
        why: "\(path): \(system).",
        next: "Give this account the right to read and write the folder 'audit' of the home.")
    case .notSynced(let path, let system):
      Failure(
        "audit-sync-failed", exit: .failed, what: "The audit chain did not keep an entry.",
        why: "The disk did not confirm that it keeps \(path): \(system).",
        next: "Check the disk; then give the command again, if it was refused.")
    case .inputOutput(let path, let system):
      Failure(
        "audit-io-failed", exit: .failed, what: "The audit chain could not be used.",
        why: "\(path): \(system).", next: "Check the disk and what stands at that path.")
    case .busy(let path):
      Failure(
        "audit-busy", exit: .busy, what: "The audit chain could not be used in time.",
        why: "Other programs held \(path) all the time.",
        next: "See which gauger commands hang on this computer, then try again.")
    case .keyDamaged(let path):
      Failure(
        "audit-key-damaged", exit: .damaged, what: "\(path) holds no key of the audit chain.",
        why: "It was altered, or its disk gave back other bytes.",
        next:
          "Bring it back from a backup; or move it away: a new key is made, and the chain says so.")
    case .noAnchor(let path, let why):
      Failure(
        "audit-anchor-unreadable", exit: .notFound, what: "\(path) gives no anchor.", why: why,
        next: "Name a file with lines 'SEQUENCE HASH', a '.ready' file, or a folder of deliveries.")
    }
  }
}

/// Does `work` and tells its failed call as an error of the chain.
func told<Value>(_ work: () throws(AuditDiskError) -> Value) throws(AuditError) -> Value {
  do throws(AuditDiskError) { return try work() } catch { throw AuditError(error) }
}
