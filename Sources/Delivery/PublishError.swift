public import Laboratory

/// Why a file was not published.
///
/// The name it was to get is then free, or held by another file, untouched; only `notSynced` says
/// otherwise.
public enum PublishError: Explained, Hashable {
  /// A name from outside cannot be a file's name; the name, why.
  case unsafeName(String, String)
  /// The disk, or the share given to this person, is full; the path, the system's words.
  case noSpace(String, String)
  /// Rights, or a read-only file system, forbid it; the path, the system's words.
  case denied(String, String)
  /// The name is taken; the path.
  case exists(String)
  /// The folder, or the file to copy, is not there; the path.
  case missing(String)
  /// A symbolic link, pipe or device stands where a plain file or folder must be; the path.
  case notPlain(String)
  /// The temporary folder lies on another file system; the path.
  case otherFileSystem(String)
  /// The bytes could not be forced to the disk; the path, the system's words.
  case notSynced(String, String)
  /// The final name could not be given; the path, the system's words.
  case notRenamed(String, String)
  /// The file could not be read or written; the path, the system's words.
  case inputOutput(String, String)
  /// What was written does not read back; the path, why.
  case notAsWritten(String, String)

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .unsafeName(let name, let why):
      Failure(
        "publish-name-unsafe", exit: .refused,
        what: "\(name.debugDescription.prefix(200)) cannot be the name of a file.", why: "\(why).",
        next: "Give it a name of letters, digits, dots and dashes.")
    case .noSpace(let path, let system):
      Failure(
        "publish-no-space", exit: .noSpace, what: "\(path) could not be written.",
        why: "There is no space: \(system).", next: "Free space on that disk and try again.")
    case .denied(let path, let system):
      Failure(
        "publish-denied", exit: .denied, what: "\(path) could not be written.",
        why: "\(system).",
        next: "Give this account the right to write there, or name another folder.")
    case .exists(let path):
      Failure(
        "publish-exists", exit: .failed, what: "\(path) is there already and was left as it is.",
        why: "Files once published are never overwritten.",
        next: "Choose another name, or move the existing file away.")
    case .missing(let path):
      Failure(
        "publish-folder-missing", exit: .notFound, what: "\(path) is not there.",
        why: "The folder was removed, never made, or its share is not mounted.",
        next: "Make the folder or mount the share, and try again.")
    case .notPlain(let path):
      Failure(
        "publish-not-plain", exit: .refused, what: "\(path) was not touched.",
        why: "It is a symbolic link, a pipe or a device where a plain file or folder must be.",
        next: "Find out who put it there and remove it.")
    case .otherFileSystem(let path):
      Failure(
        "publish-other-file-system", exit: .refused, what: "\(path) was not written.",
        why: "The temporary folder lies on another file system, so that no rename is possible.",
        next: "Put both folders on one file system.")
    case .notSynced(let path, let system):
      Failure(
        "publish-sync-failed", exit: .failed, what: "\(path) may not survive a power cut.",
        why: "The disk did not confirm that it keeps the bytes: \(system).",
        next: "Check the disk and its cable or share, then try again.")
    case .notRenamed(let path, let system):
      Failure(
        "publish-rename-failed", exit: .failed, what: "\(path) did not get its name.",
        why: "\(system).", next: "Check that the file system has rename or hard links.")
    case .inputOutput(let path, let system):
      Failure(
        "publish-io-failed", exit: .failed, what: "\(path) could not be read or written.",
        why: "\(system).", next: "Check the disk and its cable or share, then try again.")
    case .notAsWritten(let path, let why):
      Failure(
        "publish-not-as-written", exit: .damaged, what: "\(path) was not published.",
        why: "It did not read back as written: \(why)",
        next: "Try again; if it comes back, report it with the run's folder.")
    }
  }
}
