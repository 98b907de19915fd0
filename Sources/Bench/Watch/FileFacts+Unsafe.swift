internal import Glibc

/// What the system knows of a name without opening it.
struct FileFacts: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case file, folder, link, other
  }

  var kind: Kind
  /// Bytes.
  var size: Int64
  /// When its content last changed, ns since 1970, by the clock of whoever keeps it.
  var changed: Int64

  /// Looks at a path; symbolic links are not followed; nil where nothing is there.
  static func of(_ path: String) -> FileFacts? {
    var facts = stat()
    // Safe: lstat fills the structure it is given; the path is a zero-ended copy.
    guard unsafe lstat(path, &facts) == 0 else { return nil }
    let kind: Kind =
      switch facts.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    // A clock may stand anywhere: nothing here may overflow.
    let seconds = Int64(facts.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return FileFacts(
      kind: kind, size: Int64(facts.st_size),
      changed: seconds.overflow ? .max : seconds.partialValue &+ Int64(facts.st_mtim.tv_nsec))
  }
}
