internal import Glibc
internal import Instruments

/// A local socket that a program on this computer listens on, as a line to it.
enum LocalSocket {
  /// The longest path that an address of a socket has room for, its end included.
  static let longestPath = 107

  /// Connects without waiting; the descriptor does not block.
  static func connect(_ path: String) throws(LinkError) -> Int32 {
    let descriptor = socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        | Int32(SOCK_NONBLOCK.rawValue), 0)
    if descriptor < 0 { throw LinkError.serial(errno, doing: "make a socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count <= longestPath else {
      Glibc.close(descriptor)
      throw .system(
        operation: "connect to \(path)", code: ENAMETOOLONG, text: "the path is too long")
    }
    // Safe: the field has a byte more than the longest path, and is zero behind it.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      for (place, byte) in bytes.enumerated() { unsafe field[place] = byte }
    }
    // Safe: a local of the size given, seen as the call wants it.
    let refused = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) != 0
      }
    }
    guard refused else { return descriptor }
    let code = errno
    Glibc.close(descriptor)
    // Nobody listens: to a driver, nothing is plugged in.
    if code == ECONNREFUSED { throw .gone }
    throw LinkError.opening(path, code == EAGAIN ? EBUSY : code)
  }

  /// Whether the other side has closed it and everything was read.
  static func isEnded(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    // Safe: a local of one byte, which is looked at and left where it is.
    let came = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return came == 0 || (came < 0 && errno != EAGAIN && errno != EINTR)
  }

  /// Sends without the signal that a closed socket gives else.
  static func send(_ bytes: Span<UInt8>, from start: Int, to descriptor: Int32) -> Int {
    // Safe: the range was checked against the bytes.
    unsafe bytes.withUnsafeBytes { raw in
      unsafe Glibc.send(
        descriptor, raw.baseAddress?.advanced(by: start), bytes.count - start,
        Int32(MSG_NOSIGNAL))
    }
  }
}
