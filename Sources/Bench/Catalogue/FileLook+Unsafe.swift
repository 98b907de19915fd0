internal import Glibc

/// What the system says of a plain file without opening it.
struct FileLook: Sendable, Hashable {
  /// Its size in bytes.
  var size: Int
  /// Inode and times, which are others after every change; empty where the last one is so young that
  /// a second one could have the same times.
  var stamp: String

  /// Looks at a path; nil where no plain file is there.
  init?(_ path: String, now: Int) {
    var facts = stat()
    // Safe: lstat fills the structure it is given; the path is a zero-ended copy.
    guard unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int(facts.st_size)
    let (modified, changed) = (facts.st_mtim, facts.st_ctim)
    // A time to come is that of a clock that was set back, and says as little.
    let isOld = max(modified.tv_sec, changed.tv_sec) + 2 <= now
    stamp =
      isOld
      ? "\(facts.st_ino).\(modified.tv_sec).\(modified.tv_nsec).\(changed.tv_sec).\(changed.tv_nsec)"
      : ""
  }

  /// The wall clock in seconds, as files have it.
  static var now: Int { Glibc.time(nil) }
}
