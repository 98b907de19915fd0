internal import GRDB
public import Laboratory

/// Why the catalogue could not be used.
///
/// Nothing is lost with it: it is an index, and every fact stands in the files of the home.
public enum CatalogueError: Explained, Hashable {
  /// It is no database any more, or contradicts itself; the path, what was found.
  case damaged(String, String)
  /// A newer program made it; the path, its version, ours.
  case newer(String, Int, Int)
  /// It is the database of another program; the path.
  case foreign(String)
  /// Other programs held it for longer than was waited; the path.
  case busy(String)
  /// The disk is full; the path, the system's words.
  case noSpace(String, String)
  /// Rights, or a read-only file system, forbid it; the path, the system's words.
  case denied(String, String)
  /// It could not be read or written otherwise; the path, the system's words.
  case inputOutput(String, String)

  init(_ error: any Error, _ path: String) {
    if let known = error as? CatalogueError {
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self = .inputOutput(path, "\(error)")
      return
    }
    let words = error.message ?? error.description
    switch error.resultCode {
    // A constraint can only fail where rows and indexes do not fit each other any more.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH:
      self = .damaged(path, words)
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .busy(path)
    case .SQLITE_FULL: self = .noSpace(path, words)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self = .denied(path, words)
    // A table that is not there although the version says so.
    case .SQLITE_ERROR where words.hasPrefix("no such"): self = .damaged(path, words)
    default: self = .inputOutput(path, words)
    }
  }

  init(_ error: AuditDiskError) {
    if error.isFull {
      self = .noSpace(error.path, error.text)
    } else if error.isDenied || error.isMissing {
      self = .denied(error.path, error.text)
    } else {
      self = .inputOutput(error.path, error.text)
    }
  }

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .damaged(let path, let found):
      Failure(
        "catalogue-damaged", exit: .damaged, what: "The catalogue \(path) cannot be used.",
        why: "It is damaged: \(found). Nothing is lost: all it says stands in the files of the home.",
        next: "Make it anew of the files, the old one is set aside: gauger bench rebuild")
    case .newer(let path, let found, let known):
      Failure(
        "catalogue-newer", exit: .failed, what: "The catalogue \(path) was left as it is.",
        why: "A newer Gauger made it: its version is \(found), this program knows \(known).",
        next: "Use the newer Gauger; or move that file away and run: gauger bench rebuild")
    case .foreign(let path):
      Failure(
        "catalogue-foreign", exit: .failed, what: "\(path) was left as it is.",
        why: "It is a database, and not one of Gauger's.",
        next: "Find out who put it there, move it away, then run: gauger bench rebuild")
    case .busy(let path):
      Failure(
        "catalogue-busy", exit: .busy, what: "The catalogue could not be used in time.",
        why: "Other programs held \(path) all the time.",
        next: "Try again; what was missed is caught up then. See gauger commands that hang.")
    case .noSpace(let path, let system):
      Failure(
        "catalogue-no-space", exit: .noSpace, what: "The catalogue was not brought up to date.",
        why: "\(path) could not be written, there is no space: \(system).",
        next: "Free space on that disk; the next command catches up.")
    case .denied(let path, let system):
      Failure(
        "catalogue-denied", exit: .denied, what: "The catalogue could not be used.",
        why: "\(path): \(system).",
        next: "Give this account the right to read and write it, and the folder that it lies in.")
    case .inputOutput(let path, let system):
      Failure(
        "catalogue-io-failed", exit: .failed, what: "The catalogue could not be used.",
        why: "\(path): \(system).", next: "Check the disk; then run: gauger bench rebuild")
    }
  }
}
