internal import Glibc
internal import ScanRing

/// A journal opened for reading, through one window of memory.
struct JournalFile: ~Copyable {
  private static let windowSize = 256 << 10

  let path: String
  private let descriptor: Int32
  private var window = [UInt8](repeating: 0, count: windowSize)
  private var windowStart: UInt64 = 0
  private var windowCount = 0

  init(path: String) throws(JournalError) {
    self.path = path
    // Safe: the text lives as long as the call. A pipe of this name must not hold us up.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .opening(path, errno) }
  }

  deinit { close(descriptor) }

  /// The size now.
  func size() throws(JournalError) -> UInt64 {
    var facts = stat()
    // Safe: the call fills the structure it is given.
    guard unsafe fstat(descriptor, &facts) == 0 else {
      throw .readFailed(path: path, atByte: 0, code: errno)
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .notAJournal(path: path, why: "It is not a regular file.")
    }
    return UInt64(max(0, facts.st_size))
  }

  /// Up to `count` bytes from `offset`; fewer only where the file ends.
  ///
  /// The file only ever grows, so what the window holds stays right.
  mutating func bytes(at offset: UInt64, count: Int) throws(JournalError) -> [UInt8] {
    if let inside = windowed(offset, count) { return inside }
    guard count <= Self.windowSize else {
      var large = [UInt8](repeating: 0, count: count)
      let got = try Self.read(descriptor, path, into: &large, at: offset)
      large.removeLast(count - got)
      return large
    }
    windowCount = try Self.read(descriptor, path, into: &window, at: offset)
    windowStart = offset
    return windowed(offset, count) ?? Array(window[..<windowCount])
  }

  private func windowed(_ offset: UInt64, _ count: Int) -> [UInt8]? {
    guard offset >= windowStart, offset - windowStart <= UInt64(windowCount) else { return nil }
    let start = Int(offset - windowStart)
    return count <= windowCount - start ? Array(window[start..<start + count]) : nil
  }

  private static func read(
    _ descriptor: Int32, _ path: String, into target: inout [UInt8], at offset: UInt64
  ) throws(JournalError) -> Int {
    var got = 0
    while got < target.count {
      // Safe: writes at most the bytes that are left in `target`.
      let count = unsafe target.withUnsafeMutableBytes { target in
        unsafe pread(
          descriptor, target.baseAddress.map { unsafe $0 + got }, target.count - got,
          Int(offset) + got)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .readFailed(path: path, atByte: offset + UInt64(got), code: errno)
      }
      if count == 0 { break }
      got += count
    }
    return got
  }
}

/// A journal opened to be cut behind its last whole record, and the copy of what is cut.
struct JournalCutter: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Locks the journal; a run that still writes it keeps us out.
  init(path: String) throws(JournalError) {
    self.path = path
    // Safe: the text lives as long as the call.
    descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .opening(path, errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .busy(path: path) }
  }

  deinit {
    // Closing alone would leave the lock to a child process that was forked just now and has not
    // come to its `exec`.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Keeps the bytes from `offset` to the end in a new file; its path.
  ///
  /// The copy is durable when this returns.
  func setAside(from offset: UInt64) throws(JournalError) -> String {
    let disk = Disk()
    var aside = path + ".torn"
    var target = disk.create(aside)
    // A power cut during an earlier recovery may have left such a file.
    for number in 2...99 where target == -EEXIST {
      aside = "\(path).torn-\(number)"
      target = disk.create(aside)
    }
    guard target >= 0 else { throw .opening(aside, -target) }
    defer { close(target) }
    var offset = offset
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      // Safe: writes at most the bytes of `buffer`.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, Int(offset))
      }
      guard count >= 0 else { throw .readFailed(path: path, atByte: offset, code: errno) }
      if count == 0 { break }
      let written = disk.writeAll(target, buffer.span.extracting(0..<count))
      guard written == count else { throw .writing(aside, written < 0 ? Int32(-written) : 0) }
      offset += UInt64(count)
    }
    for code in [disk.sync(target), disk.syncFolder(of: aside)] where code != 0 {
      throw .syncFailed(path: aside, code: -code)
    }
    return aside
  }

  /// Ends the journal at `offset`; not durable before ``sync()``.
  func cut(at offset: UInt64) throws(JournalError) {
    guard ftruncate(descriptor, Int(offset)) == 0 else { throw .writing(path, errno) }
  }

  /// Puts bytes behind the last one; not durable before ``sync()``.
  func append(_ bytes: [UInt8]) throws(JournalError) {
    guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw .writing(path, errno) }
    let count = Disk().writeAll(descriptor, bytes.span)
    guard count == bytes.count else { throw .writing(path, count < 0 ? Int32(-count) : 0) }
  }

  /// Waits until all of the journal is kept, also what a killed program had written last.
  func sync() throws(JournalError) {
    let code = Disk().sync(descriptor)
    guard code == 0 else { throw .syncFailed(path: path, code: -code) }
  }
}
