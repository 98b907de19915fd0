internal import Glibc
internal import Instruments

/// The system calls of the preload bench, each with checked lengths and results.
enum Posix {
  /// A call that failed: its name and `errno`.
  struct Refusal: Error {
    var call: String
    var code: Int32
    // Safe: strerror gives a NUL-ended text that is copied at once.
    var text: String { unsafe String(cString: strerror(code)) }

    init(_ call: String) {
      self.call = call
      code = errno
    }
  }

  /// Makes an empty folder from a template that ends in XXXXXX.
  static func makeTemporaryFolder(_ template: String) throws(Refusal) -> String {
    var bytes = Array(template.utf8CString)
    // Safe: mkdtemp changes the template in place, within its length.
    let made = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return false }
      return unsafe mkdtemp(start) != nil
    }
    guard made else { throw Refusal("mkdtemp") }
    return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes a listening stream socket at a path of at most 107 bytes.
  static func listen(at path: String) throws(Refusal) -> Int32 {
    let descriptor = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Refusal("socket") }
    guard
      // Safe: the address and its size come from withAddress and live over the call.
      unsafe withAddress(of: path, { unsafe bind(descriptor, $0, $1) }) == 0,
      Glibc.listen(descriptor, 16) == 0
    else {
      let refusal = Refusal("bind \(path)")
      close(descriptor)
      throw refusal
    }
    return descriptor
  }

  /// Takes a waiting connection; reads on it end after 5 s of silence in the middle of a record.
  static func accept(from listener: Int32) -> Int32? {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    // Safe: the option is the structure named, with its size.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  /// Receives exactly `count` bytes; nil where `waiting` is false and nothing has come.
  static func receive(
    _ count: Int, from descriptor: Int32, waiting: Bool
  ) throws(SocketEnded) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let flags = waiting || got > 0 ? 0 : Int32(MSG_DONTWAIT)
      // Safe: at most the rest of the array is written.
      let step = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe recv(
          descriptor, buffer.baseAddress.map { unsafe $0 + got }, buffer.count - got, flags)
      }
      if step < 0, errno == EINTR { continue }
      if step < 0, errno == EAGAIN, got == 0, !waiting { return nil }
      guard step > 0 else { throw SocketEnded() }
      got += step
    }
    return bytes
  }

  /// Whether the other side has closed the connection and nothing of it is left to read.
  static func hasEnded(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    // Safe: at most one byte is written to the variable.
    return unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK)) == 0
  }

  /// Sends all bytes.
  static func send(_ bytes: [UInt8], to descriptor: Int32) throws(SocketEnded) {
    var sent = 0
    while sent < bytes.count {
      // Safe: at most the rest of the array is read.
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if step < 0, errno == EINTR { continue }
      guard step > 0 else { throw SocketEnded() }
      sent += step
    }
  }

  /// Sends one datagram to a socket by its path; false where nobody listens.
  static func sendDatagram(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = Glibc.socket(
      AF_UNIX, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Safe: the array's own length is given.
    let sent = unsafe withAddress(of: path) { address, size in
      unsafe bytes.withUnsafeBytes { buffer in
        unsafe Int32(
          sendto(
            descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT), address,
            size))
      }
    }
    return sent >= 0
  }

  /// Makes a FIFO of one page and holds it open for reading and writing.
  static func makeFIFO(at path: String) throws(Refusal) -> Int32 {
    // Safe: Swift passes the path as a NUL-ended text that lives over the call.
    guard unsafe mkfifo(path, 0o660) == 0 else { throw Refusal("mkfifo \(path)") }
    // Safe: as above.
    let descriptor = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Refusal("open \(path)") }
    // F_SETPIPE_SZ, which the C library declares for GNU programs only.
    let setPipeSize: Int32 = 1031
    _ = fcntl(descriptor, setPipeSize, 4096)
    return descriptor
  }

  /// Makes a FIFO full (nothing to reap) or empty (reap now).
  static func setFIFO(_ descriptor: Int32, full: Bool) {
    var page = [UInt8](repeating: 0, count: 4096)
    // Safe: the array's own length is given; the descriptor does not block.
    unsafe page.withUnsafeMutableBytes { buffer in
      if full {
        while unsafe write(descriptor, buffer.baseAddress, buffer.count) > 0 {}
      } else {
        while unsafe read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
      }
    }
  }

  /// The two ends of a pipe by which one thread wakes another out of `wait`.
  struct Waker: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws(Refusal) {
      var ends: [Int32] = [0, 0]
      // Safe: the call fills the two numbers it is given.
      guard unsafe pipe(&ends) == 0 else { throw Refusal("pipe") }
      (reading, writing) = (ends[0], ends[1])
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }

    /// Wakes whoever waits; a full pipe has woken them already.
    func wake() {
      var byte: UInt8 = 1
      // Safe: one byte is read from the variable.
      _ = unsafe write(writing, &byte, 1)
    }

    /// Takes back all wakes.
    func clear() {
      var bytes = [UInt8](repeating: 0, count: 64)
      // Safe: the array's own length is given; the descriptor does not block.
      while unsafe read(reading, &bytes, bytes.count) == bytes.count {}
    }

    func close() {
      _ = Glibc.close(reading)
      _ = Glibc.close(writing)
    }
  }

  /// Waits until one of the descriptors has something to read, at most `timeout`; returns those
  /// that have.
  ///
  /// `pselect` because it waits to the microsecond, which `poll` does not; it knows descriptors
  /// below 1,024 only, so others are not watched.
  static func wait(on descriptors: [Int32], timeout: Duration?) -> [Int32] {
    var watched = fd_set()
    var highest: Int32 = -1
    for descriptor in descriptors where (0..<1024).contains(descriptor) {
      setBit(descriptor, in: &watched)
      highest = max(highest, descriptor)
    }
    var limit = timespec()
    if let timeout {
      let whole = max(0, timeout.wholeNanoseconds)
      limit = timespec(tv_sec: Int(whole / 1_000_000_000), tv_nsec: Int(whole % 1_000_000_000))
    }
    // Safe: the set and the time are local and live over the call.
    let count =
      timeout == nil
      ? unsafe pselect(highest + 1, &watched, nil, nil, nil, nil)
      : unsafe pselect(highest + 1, &watched, nil, nil, &limit, nil)
    guard count > 0 else { return [] }
    return descriptors.filter { (0..<1024).contains($0) && bit($0, in: watched) }
  }

  private static func setBit(_ bit: Int32, in set: inout fd_set) {
    // Safe: a set has 1,024 bits, and the caller checked the number.
    unsafe withUnsafeMutableBytes(of: &set) { bytes in
      unsafe bytes[Int(bit) / 8] |= 1 << UInt8(bit % 8)
    }
  }

  private static func bit(_ bit: Int32, in set: fd_set) -> Bool {
    // Safe: a set has 1,024 bits, and the caller checked the number.
    unsafe withUnsafeBytes(of: set) { bytes in
      unsafe bytes[Int(bit) / 8] & 1 << UInt8(bit % 8) != 0
    }
  }

  /// Calls `body` with the socket address of a path; -1 where the path is too long.
  private static func withAddress(
    of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    // Safe: the path is checked to fit with its NUL, and the structure is passed with its size.
    return unsafe withUnsafeMutableBytes(of: &address.sun_path) { field -> Bool in
      guard bytes.count < field.count else { return false }
      unsafe field.copyBytes(from: bytes)
      return true
    }
      ? unsafe withUnsafePointer(to: address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      } : -1
  }
}
