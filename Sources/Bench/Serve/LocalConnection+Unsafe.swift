internal import CLinux
internal import Glibc

/// Why a local socket did not do what it was asked for.
enum LocalSocketError: Error {
  /// The system refused a call, with its number for that.
  case system(String, Int32)
  /// The path has more bytes than an address of a socket can hold.
  case pathTooLong(String)
  /// The other side has closed it.
  case ended
  /// The other side did not say all of it in time.
  case slow
  /// What came is not what the protocol allows.
  case misspoken(String)
}

/// One side of a local socket, or the place where such are made; closed when it goes away.
final class LocalConnection: Sendable {
  /// The longest path that an address of a socket has room for; a zero ends it.
  static let longestPath = 107
  /// The most descriptors that travel with one message.
  static let mostDescriptors = Int(gauger_most_descriptors)

  let descriptor: Int32

  /// Takes over a descriptor.
  init(adopting descriptor: Int32) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  /// Makes the place where clients connect; a name that is there is taken away first.
  ///
  /// Only for whoever holds the lock that goes with it. Nobody can connect before its rights are set.
  static func listen(
    at path: String, mode: mode_t, group: gid_t
  ) throws(LocalSocketError) -> LocalConnection {
    let place = try make()
    // Safe: C gets zero-ended copies of the path that live through the calls.
    unsafe unlink(path)
    // Safe: the address lives through the call and is of the size given.
    guard try unsafe with(path, { unsafe bind(place.descriptor, $0, $1) }) == 0 else {
      throw .system("bind", errno)
    }
    // Not ours to give in a home of another group: then the group has no use of the socket.
    // Safe: as above.
    _ = unsafe chown(path, uid_t.max, group)
    // Safe: as above.
    guard unsafe chmod(path, mode) == 0 else { throw .system("chmod", errno) }
    guard Glibc.listen(place.descriptor, 128) == 0 else { throw .system("listen", errno) }
    return place
  }

  /// Connects to a place.
  static func connect(_ path: String) throws(LocalSocketError) -> LocalConnection {
    let connection = try make()
    // Safe: the address lives through the call and is of the size given.
    guard try unsafe with(path, { unsafe Glibc.connect(connection.descriptor, $0, $1) }) == 0 else {
      throw .system("connect", errno)
    }
    return connection
  }

  /// Two sides that are connected with each other.
  static func pair() throws(LocalSocketError) -> (LocalConnection, LocalConnection) {
    var both: [Int32] = [-1, -1]
    // Safe: the array has room for the two.
    let refused = unsafe socketpair(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &both)
    guard refused == 0 else { throw .system("socketpair", errno) }
    return (LocalConnection(adopting: both[0]), LocalConnection(adopting: both[1]))
  }

  /// The next client; nil where none came in that time.
  func accept(within time: Duration) -> LocalConnection? {
    guard isReadable(within: time) else { return nil }
    let client = Glibc.accept(descriptor, nil, nil)
    guard client >= 0 else { return nil }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    // What is sent to a client fits its buffer; one that never reads holds nobody up.
    var bound = timeval(tv_sec: 5, tv_usec: 0)
    // Safe: a local of the size given.
    unsafe setsockopt(
      client, SOL_SOCKET, SO_SNDTIMEO, &bound, socklen_t(MemoryLayout<timeval>.size))
    return LocalConnection(adopting: client)
  }

  /// Who is at the other side, as the kernel knows it; nil where this is no local socket.
  var peer: ServicePeer? {
    var facts = gauger_peer()
    // Safe: the structure is filled by the call.
    guard unsafe gauger_peer(descriptor, &facts) == 0 else { return nil }
    var groups = [UInt32](repeating: 0, count: 256)
    let room = Int32(groups.count)
    // Safe: at most the room is filled.
    let count = unsafe gauger_peer_groups(descriptor, &groups, room)
    return ServicePeer(
      process: facts.process, account: facts.account,
      groups: [facts.group] + groups.prefix(max(0, Int(count))))
  }

  /// Whether something can be read, or the other side has closed it.
  func isReadable(within time: Duration) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: max(0, Int((time / .milliseconds(1)).rounded(.up))))
    // Safe: one entry, as said.
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  /// Sends all of it, with descriptors beside its first byte.
  func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws(LocalSocketError) {
    var (rest, beside) = (bytes[...], descriptors)
    while !rest.isEmpty {
      // Safe: pointers and counts are of the same arrays, which live through the call.
      let sent = unsafe rest.withUnsafeBytes { raw in
        unsafe gauger_send(
          descriptor, raw.baseAddress, UInt(raw.count), beside, Int32(beside.count))
      }
      if sent > 0 {
        rest = rest.dropFirst(sent)
        beside = []
      } else if errno != EINTR {
        throw errno == EPIPE || errno == ECONNRESET ? .ended : .system("send", errno)
      }
    }
  }

  /// Receives so many bytes, and puts the descriptors that came with them to the others.
  func receive(
    _ count: Int, until deadline: ContinuousClock.Instant?, descriptors: inout [LocalConnection]
  ) throws(LocalSocketError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let left = deadline.map { $0 - .now } ?? .seconds(3600)
      if deadline != nil, left <= .zero { throw .slow }
      guard isReadable(within: left) else { continue }
      var (beside, number) = ([Int32](repeating: -1, count: Self.mostDescriptors), Int32(0))
      // Safe: what is written lies within the two arrays, whose sizes the call knows.
      let got = unsafe bytes.withUnsafeMutableBytes { raw in
        unsafe gauger_receive(
          descriptor, raw.baseAddress.map { unsafe $0 + done }, UInt(count - done), &beside,
          &number)
      }
      let reason = errno
      guard number <= Self.mostDescriptors else { throw .misspoken("too many descriptors") }
      descriptors += beside.prefix(Int(number)).map { LocalConnection(adopting: $0) }
      if got == 0 { throw .ended }
      if got > 0 {
        done += got
      } else if ![EINTR, EAGAIN].contains(reason) {
        throw reason == ECONNRESET ? .ended : .system("receive", reason)
      }
    }
    return bytes
  }

  /// Sends one datagram to a path, or to a name of the kernel where it begins with `@`.
  static func notify(_ name: String, _ text: String) {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { Glibc.close(descriptor) }
    let bytes = Array(text.utf8)
    // Whoever is not there any more misses nothing.
    // Safe: the bytes live through the call, the address is of the size given.
    _ = try? unsafe with(name) {
      Int32(
        clamping: unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1))
    }
  }

  private static func make() throws(LocalSocketError) -> LocalConnection {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", errno) }
    return LocalConnection(adopting: descriptor)
  }

  /// Calls C with the address of a path.
  private static func with(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(LocalSocketError) -> Int32 {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count <= longestPath else { throw .pathTooLong(path) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isAbstract = bytes[0] == UInt8(ascii: "@")
    // Safe: the field has a byte more than the longest path, and is zero behind it.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      for (place, byte) in bytes.enumerated() { unsafe field[place] = byte }
      if isAbstract { unsafe field[0] = 0 }
    }
    let size = MemoryLayout<sockaddr_un>.size - (isAbstract ? longestPath + 1 - bytes.count : 0)
    // Safe: a local of the size given, seen as the call wants it.
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(size))
      }
    }
  }
}
