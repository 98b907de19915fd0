internal import Glibc

/// What a number of the system means for a journal.
enum SystemCode: Hashable {
  case exists, missing, denied, noSpace, other

  init(_ code: Int32) {
    switch code {
    case EEXIST: self = .exists
    case ENOENT, ENOTDIR: self = .missing
    case EACCES, EPERM, EROFS: self = .denied
    case ENOSPC, EDQUOT, EFBIG: self = .noSpace
    default: self = .other
    }
  }

  /// The system's own words.
  static func text(_ code: Int32) -> String {
    // Safe: the system's text is copied at once.
    unsafe "\(String(cString: strerror(code))) (error \(code))."
  }
}

/// The calls by which a journal reaches the disk; tests put failing ones in their place.
///
/// Results below zero are the system's error number, negated.
struct Disk: Sendable {
  /// Creates a file that must not exist yet and locks it against recovery.
  var create: @Sendable (String) -> Int32 = { path in
    // Safe: the text lives as long as the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { return -errno }
    // Where a file system knows no locks, recovery is not held off; that is no reason to refuse.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return descriptor
  }

  /// Writes once; how many bytes were taken.
  var write: @Sendable (Int32, Span<UInt8>) -> Int = { descriptor, bytes in
    // Safe: reads `bytes`, all of it at most. An interrupted call that wrote nothing is no failure.
    unsafe bytes.withUnsafeBytes { bytes in
      while true {
        let count = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        if count >= 0 { return count }
        if errno != EINTR { return -Int(errno) }
      }
    }
  }

  /// Waits until the content of a file is kept; called once a failure, never again.
  var syncContent: @Sendable (Int32) -> Int32 = { fdatasync($0) == 0 ? 0 : -errno }

  /// Waits until a file or folder is kept, with all that describes it.
  var sync: @Sendable (Int32) -> Int32 = { fsync($0) == 0 ? 0 : -errno }

  /// Waits until the name of a file is kept: syncs the folder it lies in.
  func syncFolder(of path: String) -> Int32 {
    let cut = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    // Safe: the text lives as long as the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return -errno }
    defer { close(descriptor) }
    return sync(descriptor)
  }

  /// Removes a file that was just created.
  func remove(_ path: String) {
    // Safe: the text lives as long as the call. Failing, it leaves an empty file that says so.
    _ = unsafe unlink(path)
  }

  /// Writes all of it, going on where a call took a part only: how many bytes were taken, and the
  /// negated number of the call that failed, else 0.
  func writeTelling(_ descriptor: Int32, _ bytes: Span<UInt8>) -> (taken: Int, code: Int) {
    var done = 0
    while done < bytes.count {
      let count = write(descriptor, bytes.extracting(done..<bytes.count))
      // Why no more is taken, a full disk above all, is told by the call behind the short one.
      guard count > 0 else { return (done, count) }
      done += count
    }
    return (done, 0)
  }

  /// The same where a part is as bad as nothing: how many bytes were taken, or the negated number of
  /// the call that failed.
  func writeAll(_ descriptor: Int32, _ bytes: Span<UInt8>) -> Int {
    let (taken, code) = writeTelling(descriptor, bytes)
    return code < 0 ? code : taken
  }

  /// Closes a descriptor; 0 or the negated error number.
  func closeFile(_ descriptor: Int32) -> Int32 {
    // Closing alone would leave the lock to a child process that was forked just now and has not
    // come to its `exec`.
    _ = flock(descriptor, LOCK_UN)
    return close(descriptor) == 0 ? 0 : -errno
  }
}
