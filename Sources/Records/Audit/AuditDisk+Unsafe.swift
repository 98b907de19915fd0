internal import Glibc

/// One call to the file system, as tests see it before it is made.
package enum AuditCall: String, Sendable, Hashable, CaseIterable {
  case makeFolder, open, create, lock, list, read, write, truncate, sync, link, remove, syncFolder
}

/// A call to the file system that failed.
struct AuditDiskError: Error, Hashable {
  var call: AuditCall
  var path: String
  var number: Int32

  /// The system's words for it.
  var text: String {
    // Safe: strerror returns a valid, zero-ended string for any number; it is copied at once.
    unsafe String(cString: strerror(number))
  }

  var isFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains(number) }
  var isDenied: Bool { [EACCES, EPERM, EROFS].contains(number) }
  var isMissing: Bool { number == ENOENT }
}

/// An opened file or folder; closed when it goes away.
final class AuditFile: Sendable {
  let path: String
  fileprivate let descriptor: Int32

  fileprivate init(path: String, descriptor: Int32) {
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { close(descriptor) }
}

/// A lock that is held until this goes away.
final class AuditLock: Sendable {
  private let file: AuditFile

  fileprivate init(_ file: AuditFile) { self.file = file }

  // Closing alone would leave the lock to a child process that is just being started.
  deinit { flock(file.descriptor, LOCK_UN) }
}

/// The calls to the file system that the audit chain needs; names are relative to an opened folder.
package struct AuditDisk: Sendable {
  /// Asked before each call; a number is reported as that call's `errno` and the call not made.
  package var before: (@Sendable (AuditCall, String) -> Int32?)?
  /// The most bytes that one write takes.
  package var writeLimit: Int = .max

  /// Makes a folder and forces its name to the disk; one that is there is left as it is.
  func makeFolder(_ path: String) throws(AuditDiskError) {
    try ask(.makeFolder, path)
    // Safe: C gets a zero-ended copy of the path that lives through the call.
    guard unsafe mkdir(path, 0o750) == 0 else {
      if errno == EEXIST { return }
      throw AuditDiskError(call: .makeFolder, path: path, number: errno)
    }
    let cut = path.lastIndex(of: "/") ?? path.startIndex
    try syncFolder(try openFolder(cut == path.startIndex ? "/" : String(path[..<cut])))
  }

  func openFolder(_ path: String) throws(AuditDiskError) -> AuditFile {
    try open(path, path, AT_FDCWD, O_RDONLY | O_DIRECTORY)
  }

  /// Opens a plain file; symbolic links, pipes and devices are refused.
  func openFile(
    _ name: String, in folder: AuditFile, writing: Bool = false
  ) throws(AuditDiskError) -> AuditFile {
    let path = folder.path + "/" + name
    // Without O_NONBLOCK a named pipe in the folder would hold us for ever.
    let flags = (writing ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK
    let file = try open(name, path, folder.descriptor, flags)
    guard try facts(of: file).mode & S_IFMT == S_IFREG else {
      throw AuditDiskError(call: .open, path: path, number: EINVAL)
    }
    return file
  }

  /// Makes a new file that nobody else has made.
  func create(
    _ name: String, in folder: AuditFile, mode: mode_t
  ) throws(AuditDiskError) -> AuditFile {
    let path = folder.path + "/" + name
    try ask(.create, path)
    return try open(name, path, folder.descriptor, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  }

  private func open(
    _ name: String, _ path: String, _ folder: Int32, _ flags: Int32, _ mode: mode_t = 0
  ) throws(AuditDiskError) -> AuditFile {
    try ask(.open, path)
    while true {
      // Safe: C gets a zero-ended copy of the name that lives through the call.
      let descriptor = unsafe openat(folder, name, flags | O_CLOEXEC, mode)
      if descriptor >= 0 { return AuditFile(path: path, descriptor: descriptor) }
      if errno != EINTR { throw AuditDiskError(call: .open, path: path, number: errno) }
    }
  }

  /// Size in bytes and mode of an opened file.
  func facts(of file: AuditFile) throws(AuditDiskError) -> (size: Int, mode: mode_t) {
    var facts = stat()
    // Safe: fstat fills the structure it is given.
    guard unsafe fstat(file.descriptor, &facts) == 0 else {
      throw AuditDiskError(call: .read, path: file.path, number: errno)
    }
    return (Int(facts.st_size), facts.st_mode)
  }

  /// Reads up to `count` bytes from a place on; fewer only at the file's end.
  func read(_ file: AuditFile, at place: Int, count: Int) throws(AuditDiskError) -> [UInt8] {
    try ask(.read, file.path)
    var buffer = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      // Safe: the pointer and count lie within the array, which lives through the call.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe pread(
          file.descriptor, bytes.baseAddress.map { unsafe $0 + done }, count - done,
          off_t(place + done))
      }
      if got == 0 { break }
      if got > 0 {
        done += got
      } else if errno != EINTR {
        throw AuditDiskError(call: .read, path: file.path, number: errno)
      }
    }
    buffer.removeLast(count - done)
    return buffer
  }

  /// Writes all of `bytes` from a place on, however little each call takes.
  func write(
    _ bytes: [UInt8], to file: AuditFile, at place: Int
  ) throws(AuditDiskError) {
    var done = 0
    while done < bytes.count {
      try ask(.write, file.path)
      // Safe: the pointer and count lie within the array, which lives through the call.
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          file.descriptor, buffer.baseAddress.map { unsafe $0 + done },
          min(writeLimit, bytes.count - done), off_t(place + done))
      }
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        let number = written == 0 ? ENOSPC : errno
        throw AuditDiskError(call: .write, path: file.path, number: number)
      }
    }
  }

  /// Cuts a file behind its first `size` bytes.
  func truncate(_ file: AuditFile, to size: Int) throws(AuditDiskError) {
    try ask(.truncate, file.path)
    guard ftruncate(file.descriptor, off_t(size)) == 0 else {
      throw AuditDiskError(call: .truncate, path: file.path, number: errno)
    }
  }

  /// Forces a file's bytes to the disk; never asked twice of one descriptor after a failure.
  func sync(_ file: AuditFile) throws(AuditDiskError) {
    try ask(.sync, file.path)
    guard fsync(file.descriptor) == 0 else {
      throw AuditDiskError(call: .sync, path: file.path, number: errno)
    }
  }

  /// Forces a folder's names to the disk; EINVAL says that the file system has no such notion.
  func syncFolder(_ folder: AuditFile) throws(AuditDiskError) {
    try ask(.syncFolder, folder.path)
    guard fsync(folder.descriptor) == 0 || errno == EINVAL else {
      throw AuditDiskError(call: .syncFolder, path: folder.path, number: errno)
    }
  }

  /// Gives a finished file its name, which must be free, and takes its hidden one away.
  func name(_ hidden: String, as name: String, in folder: AuditFile) throws(AuditDiskError) {
    let path = folder.path + "/" + name
    try ask(.link, path)
    // Safe: C gets zero-ended copies of the names that live through the call.
    guard unsafe linkat(folder.descriptor, hidden, folder.descriptor, name, 0) == 0 else {
      throw AuditDiskError(call: .link, path: path, number: errno)
    }
    try remove(hidden, in: folder)
  }

  /// Takes a file's name away; one that is not there is no error.
  func remove(_ name: String, in folder: AuditFile) throws(AuditDiskError) {
    let path = folder.path + "/" + name
    try ask(.remove, path)
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    if unsafe unlinkat(folder.descriptor, name, 0) != 0, errno != ENOENT {
      throw AuditDiskError(call: .remove, path: path, number: errno)
    }
  }

  /// The names in a folder, sorted, without `.` and `..`.
  func names(in folder: AuditFile) throws(AuditDiskError) -> [String] {
    try ask(.list, folder.path)
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    let descriptor = unsafe openat(
      folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Safe: the descriptor is a folder's and is handed over; closedir closes it.
    guard descriptor >= 0, let stream = unsafe fdopendir(descriptor) else {
      throw AuditDiskError(call: .list, path: folder.path, number: errno)
    }
    // Safe: closed once, after the last use.
    defer { unsafe closedir(stream) }
    var names: [String] = []
    // Safe: an entry is valid until the next readdir; its name is zero-ended and copied at once.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Takes the lock of the folder without waiting; nil while another holds it.
  ///
  /// `shared` is for those who only look.
  func lock(_ name: String, in folder: AuditFile, shared: Bool) throws(AuditDiskError) -> AuditLock?
  {
    let path = folder.path + "/" + name
    try ask(.lock, path)
    let flags = shared ? O_RDONLY | O_NOFOLLOW : O_RDWR | O_CREAT | O_NOFOLLOW
    let file = try open(name, path, folder.descriptor, flags, 0o660)
    if flock(file.descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 {
      return AuditLock(file)
    }
    guard errno == EWOULDBLOCK || errno == EINTR else {
      throw AuditDiskError(call: .lock, path: path, number: errno)
    }
    return nil
  }

  /// Holds this thread for a moment; a signal may end it early.
  static func pause(microseconds: UInt32) { usleep(microseconds) }

  private func ask(_ call: AuditCall, _ path: String) throws(AuditDiskError) {
    if let number = before?(call, path) {
      throw AuditDiskError(call: call, path: path, number: number)
    }
  }
}
