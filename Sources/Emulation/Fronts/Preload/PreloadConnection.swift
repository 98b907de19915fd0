/// The socket protocol of umockdev's preload library: one connection for each open device file.
///
/// Records of three 64-bit little-endian words: command, a, b. Source: read from umockdev 0.17.16
/// and 0.19.7; not a promised interface, so it is kept in this file alone.
///
/// The library holds a lock while one call is under way, so an answer is never held back.
struct PreloadConnection: Sendable {
  /// What a client asks.
  struct Request: Sendable {
    var isIOControl: Bool
    var code: UInt32
    var argument: UInt64
  }

  private enum Command {
    static let ioctl: UInt64 = 1
    static let done: UInt64 = 3
    static let readMemory: UInt64 = 5
    static let writeMemory: UInt64 = 6
  }

  /// The return value by which the library makes the real call instead.
  static let notHandled: Int64 = -100

  let descriptor: Int32
  private var outgoing: [UInt8] = []

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Takes the next request if there is one; throws when the client has gone.
  func nextRequest() throws(SocketEnded) -> Request? {
    guard let record = try Posix.receive(24, from: descriptor, waiting: false) else { return nil }
    return Request(
      isIOControl: littleEndian(record, at: 0, count: 8) == Command.ioctl,
      code: UInt32(truncatingIfNeeded: littleEndian(record, at: 8, count: 8)),
      argument: littleEndian(record, at: 16, count: 8))
  }

  /// Fetches bytes of the client's memory.
  mutating func read(_ count: Int, at address: UInt64) throws(SocketEnded) -> [UInt8] {
    guard count > 0 else { return [] }
    put(Command.readMemory, address, UInt64(count))
    try flush()
    guard let bytes = try Posix.receive(count, from: descriptor, waiting: true) else {
      throw SocketEnded()
    }
    return bytes
  }

  /// Writes into the client's memory; sent together with the answer.
  mutating func write(_ bytes: [UInt8], at address: UInt64) {
    guard !bytes.isEmpty else { return }
    put(Command.writeMemory, address, UInt64(bytes.count))
    outgoing += bytes
  }

  /// Ends the client's call.
  mutating func answer(_ value: Int64, error: Int32 = 0) throws(SocketEnded) {
    put(Command.done, UInt64(bitPattern: value), UInt64(UInt32(bitPattern: error)))
    try flush()
  }

  private mutating func put(_ command: UInt64, _ a: UInt64, _ b: UInt64) {
    for word in [command, a, b] { outgoing += word.littleEndianBytes }
  }

  private mutating func flush() throws(SocketEnded) {
    try Posix.send(outgoing, to: descriptor)
    outgoing.removeAll(keepingCapacity: true)
  }
}

/// The client closed the file, or ended.
struct SocketEnded: Error {}
