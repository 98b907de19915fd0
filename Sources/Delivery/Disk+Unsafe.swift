internal import Glibc

/// One call to the file system, as tests see it before it is made.
package enum DiskCall: Sendable, Hashable {
  /// A folder is opened.
  case openFolder(String)
  /// A folder is made.
  case makeFolder(String)
  /// A new file is made.
  case create(String)
  /// Bytes are written to a file.
  case write(String)
  /// A file's bytes are forced to the disk.
  case sync(String)
  /// A written file is closed.
  case close(String)
  /// A file is opened for reading.
  case openFile(String)
  /// A name is given to a file or folder; from, to.
  case rename(String, String)
  /// A second name is given to a file; from, to.
  case link(String, String)
  /// A name is taken away.
  case remove(String)
  /// A folder's names are forced to the disk.
  case syncFolder(String)
}

/// A call to the file system that failed.
package struct DiskError: Error, Hashable {
  /// The call.
  package var call: DiskCall
  /// Its `errno`.
  package var number: Int32

  /// The system's words for it.
  package var text: String {
    // Safe: strerror returns a valid, zero-ended string for any number; it is copied at once.
    unsafe String(cString: strerror(number))
  }
}

/// An opened folder; everything in it is named relative to it, so that it cannot be swapped.
package final class Folder: Sendable {
  /// The path that it was opened by.
  package let path: String
  /// The file system that it lies on.
  package let device: UInt64
  fileprivate let descriptor: Int32

  fileprivate init(path: String, device: UInt64, descriptor: Int32) {
    (self.path, self.device, self.descriptor) = (path, device, descriptor)
  }

  deinit { Glibc.close(descriptor) }
}

/// An opened file; closed by `Disk.close`, or at the latest here.
package struct OpenFile: ~Copyable {
  /// The path that it was opened by.
  package let path: String
  fileprivate let descriptor: Int32

  deinit { Glibc.close(descriptor) }
}

/// The calls to the file system that publishing needs, each named after its C function.
///
/// Paths are given as an opened folder and a name that `SafePath` has passed.
package struct Disk: Sendable {
  /// Asked before each call; a number is reported as that call's `errno` and the call not made.
  package var before: (@Sendable (DiskCall) -> Int32?)?
  /// The most bytes that one write takes.
  package var writeLimit: Int = .max

  /// The calls as they are.
  package init() {}

  /// Opens a folder, following symbolic links; `inside` refuses them and takes a name.
  package func open(_ path: String, inside parent: Folder? = nil) throws(DiskError) -> Folder {
    let full = parent.map { $0.path + "/" + path } ?? path
    let call = DiskCall.openFolder(full)
    try ask(call)
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (parent == nil ? 0 : O_NOFOLLOW)
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    let descriptor = try retrying(call) {
      unsafe openat(parent?.descriptor ?? AT_FDCWD, path, flags)
    }
    var facts = stat()
    // Safe: fstat fills the structure it is given.
    guard unsafe fstat(descriptor, &facts) == 0 else {
      let number = errno
      Glibc.close(descriptor)
      throw DiskError(call: call, number: number)
    }
    return Folder(path: full, device: UInt64(facts.st_dev), descriptor: descriptor)
  }

  /// Makes a folder (`mkdirat`) and forces its name to the disk; one that is there already is left
  /// as it is.
  package func makeFolder(_ path: String, inside parent: Folder? = nil) throws(DiskError) {
    let call = DiskCall.makeFolder(parent.map { $0.path + "/" + path } ?? path)
    try ask(call)
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    guard unsafe mkdirat(parent?.descriptor ?? AT_FDCWD, path, 0o750) == 0 else {
      if errno == EEXIST { return }
      throw DiskError(call: call, number: errno)
    }
    // What will be synced inside a folder is lost with the folder's own name.
    if let parent { return try sync(parent) }
    try sync(try open(Self.parent(of: path)))
  }

  /// The path of the folder that a path lies in.
  package static func parent(of path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let cut = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return cut == bytes.startIndex ? "/" : String(path[..<cut])
  }

  /// Makes a new file that nobody else has made (`openat`).
  package func create(
    _ name: String, in folder: Folder, mode: UInt32 = 0o640
  ) throws(DiskError) -> OpenFile {
    let path = folder.path + "/" + name
    try ask(.create(path))
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = try retrying(.create(path)) {
      // Safe: C gets a zero-ended copy of the name that lives through the call.
      unsafe openat(folder.descriptor, name, flags, mode)
    }
    return OpenFile(path: path, descriptor: descriptor)
  }

  /// Writes all of `bytes`, however little each `write` takes.
  package func write(_ bytes: ArraySlice<UInt8>, to file: borrowing OpenFile) throws(DiskError) {
    let descriptor = file.descriptor
    let call = DiskCall.write(file.path)
    var rest = bytes
    while !rest.isEmpty {
      try ask(call)
      let part = rest.prefix(writeLimit)
      // Safe: the pointer and count come from the same buffer, which lives through the call.
      let written = unsafe part.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 {
        throw DiskError(call: call, number: ENOSPC)
      } else if errno != EINTR {
        throw DiskError(call: call, number: errno)
      }
    }
  }

  /// Writes all of `bytes` from a place on, however little each `pwrite` takes.
  package func write(
    _ bytes: [UInt8], to file: borrowing OpenFile, at place: Int
  ) throws(DiskError) {
    let descriptor = file.descriptor
    let call = DiskCall.write(file.path)
    var done = 0
    while done < bytes.count {
      try ask(call)
      let part = min(writeLimit, bytes.count - done)
      // Safe: the pointer and count lie within the array, which lives through the call.
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, part, off_t(place + done))
      }
      if written > 0 {
        done += written
      } else if written == 0 {
        throw DiskError(call: call, number: ENOSPC)
      } else if errno != EINTR {
        throw DiskError(call: call, number: errno)
      }
    }
  }

  /// Reads up to `count` bytes from a place on; fewer only at the file's end.
  package func read(
    _ file: borrowing OpenFile, at place: Int, count: Int
  ) throws(DiskError) -> [UInt8] {
    let descriptor = file.descriptor
    var buffer = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      // Safe: the pointer and count lie within the array, which lives through the call.
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, count - done,
          off_t(place + done))
      }
      if got == 0 { break }
      if got > 0 {
        done += got
      } else if errno != EINTR {
        throw DiskError(call: .openFile(file.path), number: errno)
      }
    }
    buffer.removeLast(count - done)
    return buffer
  }

  /// How many bytes an opened file has.
  package func size(of file: borrowing OpenFile) throws(DiskError) -> Int {
    Int(try facts(of: file).st_size)
  }

  /// What the system knows of an opened file.
  private func facts(of file: borrowing OpenFile) throws(DiskError) -> stat {
    var facts = stat()
    // Safe: fstat fills the structure it is given.
    guard unsafe fstat(file.descriptor, &facts) == 0 else {
      throw DiskError(call: .openFile(file.path), number: errno)
    }
    return facts
  }

  /// Forces a file's bytes to the disk (`fsync`); never asked twice of one descriptor.
  package func sync(_ file: borrowing OpenFile) throws(DiskError) {
    try ask(.sync(file.path))
    if fsync(file.descriptor) != 0 { throw DiskError(call: .sync(file.path), number: errno) }
  }

  /// Closes a file whose bytes are synced.
  package func close(_ file: consuming OpenFile) throws(DiskError) {
    // Linux gives the descriptor back whatever close says; after a sync there is nothing to lose,
    // so that the net in `deinit` is the one place that closes.
    try ask(.close(file.path))
  }

  /// Forces a folder's names to the disk (`fsync`).
  ///
  /// EINVAL is let pass: a file system answers it that has no such notion (fsync(2)).
  package func sync(_ folder: Folder) throws(DiskError) {
    let call = DiskCall.syncFolder(folder.path)
    try ask(call)
    if fsync(folder.descriptor) != 0, errno != EINVAL {
      throw DiskError(call: call, number: errno)
    }
  }

  /// Opens a file for reading; refuses symbolic links and all but plain files.
  package func openFile(
    _ name: String, in folder: Folder? = nil
  ) throws(DiskError) -> OpenFile {
    let path = folder.map { $0.path + "/" + name } ?? name
    let call = DiskCall.openFile(path)
    try ask(call)
    // Without O_NONBLOCK a named pipe in a shared folder would hold us for ever.
    let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    let descriptor = try retrying(call) {
      unsafe openat(folder?.descriptor ?? AT_FDCWD, name, flags)
    }
    let file = OpenFile(path: path, descriptor: descriptor)
    var facts = stat()
    // Safe: fstat fills the structure it is given.
    guard unsafe fstat(descriptor, &facts) == 0 else { throw DiskError(call: call, number: errno) }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw DiskError(call: call, number: EFTYPE) }
    return file
  }

  /// Reads the next bytes into `buffer`; 0 is the end.
  package func read(
    _ file: borrowing OpenFile, into buffer: inout [UInt8]
  ) throws(DiskError) -> Int {
    let descriptor = file.descriptor
    while true {
      // Safe: the pointer and count come from the same buffer, which lives through the call.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      }
      if count >= 0 { return count }
      if errno != EINTR { throw DiskError(call: .openFile(file.path), number: errno) }
    }
  }

  /// Gives a file or folder its name; an existing name is an error unless `replacing`.
  ///
  /// Without `replacing` by `renameat2(RENAME_NOREPLACE)`, and by `linkat` and `unlinkat` where
  /// the file system does not have it.
  package func rename(
    _ from: String, in source: Folder, to name: String, in target: Folder, replacing: Bool
  ) throws(DiskError) {
    let paths = (source.path + "/" + from, target.path + "/" + name)
    let call = DiskCall.rename(paths.0, paths.1)
    try ask(call)
    if replacing {
      // Safe: C gets a zero-ended copy of the name that lives through the call.
      guard unsafe renameat(source.descriptor, from, target.descriptor, name) == 0 else {
        throw DiskError(call: call, number: errno)
      }
      return
    }
    // Safe: a C function or nothing; see there.
    if let renameat2 = unsafe Self.renameat2 {
      // Safe: both strings are zero-ended and live through the call.
      let result = unsafe renameat2(source.descriptor, from, target.descriptor, name, 1)
      if result == 0 { return }
      let number = errno
      guard number == EINVAL || number == ENOSYS else {
        throw DiskError(call: call, number: number)
      }
    }
    try ask(.link(paths.0, paths.1))
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    guard unsafe linkat(source.descriptor, from, target.descriptor, name, 0) == 0 else {
      throw DiskError(call: call, number: errno)
    }
    try remove(from, in: source)
  }

  /// What a name in a folder stands for, links not followed; nil where it is not there.
  package func look(
    at name: String, in folder: Folder
  ) throws(DiskError) -> (isFolder: Bool, isFile: Bool, mode: UInt32)? {
    var facts = stat()
    // Safe: fstatat fills the structure it is given; the name is a zero-ended copy.
    guard unsafe fstatat(folder.descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return nil }
      throw DiskError(call: .openFile(folder.path + "/" + name), number: errno)
    }
    let kind = facts.st_mode & S_IFMT
    return (kind == S_IFDIR, kind == S_IFREG, facts.st_mode & 0o777)
  }

  /// Gives a file that is there a second name in another folder, which must be free.
  package func link(_ name: String, in source: Folder, into target: Folder) throws(DiskError) {
    let call = DiskCall.link(source.path + "/" + name, target.path + "/" + name)
    try ask(call)
    // Safe: C gets zero-ended copies of the name that live through the call.
    guard unsafe linkat(source.descriptor, name, target.descriptor, name, 0) == 0 else {
      throw DiskError(call: call, number: errno)
    }
  }

  /// Takes a file's name away; a name that is not there is no error.
  package func remove(_ name: String, in folder: Folder) throws(DiskError) {
    try remove(name, in: folder, flags: 0)
  }

  /// Removes an empty folder; one that is not there is no error.
  package func removeFolder(_ name: String, in folder: Folder) throws(DiskError) {
    try remove(name, in: folder, flags: AT_REMOVEDIR)
  }

  /// The names in a folder, sorted, without `.` and `..`.
  package func names(in folder: Folder) throws(DiskError) -> [String] {
    let call = DiskCall.openFolder(folder.path)
    try ask(call)
    let descriptor = try retrying(call) {
      // Safe: C gets a zero-ended copy of the name that lives through the call.
      unsafe openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    // Safe: the descriptor is a folder's and is handed over; closedir closes it.
    guard let stream = unsafe fdopendir(descriptor) else {
      let number = errno
      Glibc.close(descriptor)
      throw DiskError(call: call, number: number)
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

  /// Takes the lock of a file made for it, without waiting; nil when another holds it.
  ///
  /// The file then holds this process's number and, on a line of its own, the `word`.
  package func lock(
    _ name: String, in folder: Folder, word: String = ""
  ) throws(DiskError) -> FileLock? {
    let path = folder.path + "/" + name
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
    let descriptor = try retrying(.create(path)) {
      // Safe: C gets a zero-ended copy of the name that lives through the call.
      unsafe openat(folder.descriptor, name, flags, 0o640)
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
      ftruncate(descriptor, 0)
      let holder = Array("\(getpid())\n\(word.isEmpty ? "" : word + "\n")".utf8)
      // The number is advice for people only: a failed write takes nothing from the lock.
      // Safe: the pointer and count come from the same array.
      _ = unsafe Glibc.write(descriptor, holder, holder.count)
      return FileLock(descriptor: descriptor)
    }
    let number = errno
    Glibc.close(descriptor)
    if number == EWOULDBLOCK { return nil }
    throw DiskError(call: .create(path), number: number)
  }

  /// Whether another holds the lock of a file that is there.
  package func isLocked(_ name: String, in folder: Folder) throws(DiskError) -> Bool {
    let file = try openFile(name, in: folder)
    // Shared, so that two who ask do not take each other for the holder.
    if flock(file.descriptor, LOCK_SH | LOCK_NB) == 0 {
      flock(file.descriptor, LOCK_UN)
      return false
    }
    guard errno == EWOULDBLOCK else { throw DiskError(call: .openFile(file.path), number: errno) }
    return true
  }

  /// A small file with its rights and owner, all of one descriptor; nil when it is longer than 4 KiB.
  package func secret(
    _ path: String
  ) throws(DiskError) -> (mode: UInt32, owner: UInt32, bytes: [UInt8])? {
    let file = try openFile(path)
    let facts = try facts(of: file)
    guard facts.st_size <= 4096 else { return nil }
    return (facts.st_mode, facts.st_uid, try read(file, at: 0, count: 4097))
  }

  /// How long ago a name in a folder last changed, by the wall clock; negative never.
  package func age(of name: String, in folder: Folder) throws(DiskError) -> Duration {
    var facts = stat()
    // Safe: fstatat fills the structure it is given; the name is a zero-ended copy.
    guard unsafe fstatat(folder.descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw DiskError(call: .openFile(folder.path + "/" + name), number: errno)
    }
    return .seconds(max(0, Glibc.time(nil) - facts.st_mtim.tv_sec))
  }

  /// Holds this thread for a moment; a signal may end it early.
  package static func pause(_ time: Duration) {
    usleep(UInt32(clamping: time.components.attoseconds / 1_000_000_000_000))
  }

  private func remove(_ name: String, in folder: Folder, flags: Int32) throws(DiskError) {
    let call = DiskCall.remove(folder.path + "/" + name)
    try ask(call)
    // Safe: C gets a zero-ended copy of the name that lives through the call.
    if unsafe unlinkat(folder.descriptor, name, flags) != 0, errno != ENOENT {
      throw DiskError(call: call, number: errno)
    }
  }

  private func ask(_ call: DiskCall) throws(DiskError) {
    if let number = before?(call) { throw DiskError(call: call, number: number) }
  }

  private func retrying(
    _ call: DiskCall, _ body: () -> Int32
  ) throws(DiskError) -> Int32 {
    while true {
      let result = body()
      if result >= 0 { return result }
      if errno != EINTR { throw DiskError(call: call, number: errno) }
    }
  }

  private typealias RenameAt2 =
    @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

  /// `renameat2`, which Glibc's module does not show to Swift.
  private static let renameat2: RenameAt2? = {
    // Safe: the symbol, where it is there, has this C type since glibc 2.28.
    guard let symbol = unsafe dlsym(nil, "renameat2") else { return nil }
    return unsafe unsafeBitCast(symbol, to: RenameAt2.self)
  }()
}

/// A lock that is held until this goes away.
package final class FileLock: Sendable {
  private let descriptor: Int32

  fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    // Closing alone would leave the lock to a child process that is just being started.
    flock(descriptor, LOCK_UN)
    Glibc.close(descriptor)
  }
}

/// Marks a name that is not a plain file; Linux has no such number, so one that says "invalid".
private let EFTYPE = EINVAL
