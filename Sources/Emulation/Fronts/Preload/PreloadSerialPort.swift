internal import Glibc
internal import Instruments

/// One plugged-in serial port of the preload bench: what a bare pseudo-terminal cannot do.
///
/// Bytes and line settings go to the pseudo-terminal behind it; the modem lines and the break state
/// are told and asked here. The instrument raises CTS and DSR while it is plugged in.
struct PreloadSerialPort: PreloadNode {
  let device: EmulatedDevice
  let tree: SerialTree
  let index: Int
  let listener: Int32
  private let server: SerialPortServer
  private(set) var isGone = false
  private var connections: [PreloadConnection] = []
  private var lines = TTY.Lines()
  private var isBreak = false

  init(device: EmulatedDevice, tree: SerialTree, index: Int) throws {
    self.device = device
    self.tree = tree
    self.index = index
    server = try SerialPortServer(device)
    // First the socket, then the port: whoever finds the port must be able to open it.
    try tree.prepare()
    listener = try Posix.listen(at: tree.socket)
    do {
      try tree.create(terminal: server.path)
    } catch {
      Glibc.close(listener)
      throw error
    }
    server.start()
  }

  var place: Int { tree.port }
  var terminal: String? { isGone ? nil : server.path }
  var busEntries: [String] { tree.busEntries }
  var isOver: Bool { isGone && connections.isEmpty }
  var descriptors: [Int32] { (isGone ? [] : [listener]) + connections.map(\.descriptor) }

  func events(action: String, sequence: Int) -> [[(String, String)]] {
    tree.events(action: action, sequence: sequence)
  }

  mutating func serve(_ descriptor: Int32) -> Bool {
    if descriptor == listener, !isGone {
      if let opened = Posix.accept(from: listener) {
        // The kernel raises both lines for the first who opens a port.
        if connections.isEmpty { set([.dataTerminalReady, .requestToSend]) }
        connections.append(PreloadConnection(descriptor: opened))
      }
      return true
    }
    guard let slot = connections.firstIndex(where: { $0.descriptor == descriptor }) else {
      return false
    }
    var connection = connections[slot]
    do {
      if let request = try connection.nextRequest() { try answer(request, on: &connection) }
    } catch {
      drop(descriptor)
    }
    return true
  }

  /// Nothing is under way here: the pseudo-terminal has a thread of its own.
  mutating func pump() -> MonotonicInstant { .never }

  mutating func unplug() {
    isGone = true
    server.stop()
    Glibc.close(listener)
    tree.remove()
  }

  mutating func close() {
    if !isGone { unplug() }
    for connection in connections { Glibc.close(connection.descriptor) }
    connections.removeAll()
  }

  private mutating func answer(
    _ request: PreloadConnection.Request, on connection: inout PreloadConnection
  ) throws(SocketEnded) {
    guard request.isIOControl else {
      return try connection.answer(PreloadConnection.notHandled)
    }
    switch request.code {
    case TTY.getLines, TTY.raise, TTY.lower, TTY.setLines, TTY.startBreak, TTY.endBreak:
      if isGone { return try connection.answer(-1, error: EIO) }
    default:
      return try connection.answer(PreloadConnection.notHandled)
    }
    switch request.code {
    case TTY.getLines:
      let raised = TTY.bits(lines) | TTY.bits([.clearToSend, .dataSetReady])
      connection.write(raised.littleEndianBytes, at: request.argument)
    case TTY.startBreak: setBreak(true)
    case TTY.endBreak: setBreak(false)
    default:
      let bytes = try connection.read(4, at: request.argument)
      let given = TTY.lines(UInt32(littleEndian(bytes, at: 0, count: 4)))
      switch request.code {
      case TTY.raise: set(lines.union(given))
      case TTY.lower: set(lines.subtracting(given))
      default: set(given)
      }
    }
    try connection.answer(0)
  }

  /// Sets the host's lines; without RTS the instrument holds its bytes.
  private mutating func set(_ new: TTY.Lines) {
    lines = new
    server.hold(!new.contains(.requestToSend))
    device.hear(new, isBreak: isBreak)
  }

  private mutating func setBreak(_ state: Bool) {
    isBreak = state
    device.hear(lines, isBreak: state)
  }

  private mutating func drop(_ descriptor: Int32) {
    Glibc.close(descriptor)
    connections.removeAll { $0.descriptor == descriptor }
    guard connections.isEmpty, !isGone else { return }
    set([])
    // The terminal may be opened past the bench, where no line tells to hold.
    server.hold(false)
    device.letGo()
  }
}

/// The numbers of the kernel's calls on serial ports.
///
/// Source: Linux `include/uapi/asm-generic/ioctls.h` and `termios.h`.
enum TTY {
  typealias Lines = ModemLines

  static let getLines: UInt32 = 0x5415
  static let raise: UInt32 = 0x5416
  static let lower: UInt32 = 0x5417
  static let setLines: UInt32 = 0x5418
  static let startBreak: UInt32 = 0x5427
  static let endBreak: UInt32 = 0x5428

  private static let numbers: [(ModemLines, UInt32)] = [
    (.dataTerminalReady, 0x002), (.requestToSend, 0x004), (.clearToSend, 0x020),
    (.carrierDetect, 0x040), (.ring, 0x080), (.dataSetReady, 0x100),
  ]

  /// The kernel's bits of lines.
  static func bits(_ lines: ModemLines) -> UInt32 {
    numbers.reduce(0) { lines.contains($1.0) ? $0 | $1.1 : $0 }
  }

  /// The host's own lines among the kernel's bits.
  static func lines(_ bits: UInt32) -> ModemLines {
    var lines: ModemLines = []
    for (line, bit) in numbers.prefix(2) where bits & bit != 0 { lines.insert(line) }
    return lines
  }
}
