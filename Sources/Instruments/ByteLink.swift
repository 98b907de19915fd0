/// One read to be made on one end point: at most this many bytes make it whole.
public struct Leg: Sendable, Hashable {
  /// The end point address with its direction bit (0x81 to 0x8F on USB, 0 on a serial line).
  public var endpoint: UInt8
  /// How many bytes one readout of this leg has.
  public var byteCount: Int

  /// Makes a leg.
  public init(endpoint: UInt8, byteCount: Int) {
    self.endpoint = endpoint
    self.byteCount = byteCount
  }
}

/// The carrier of bytes to and from one instrument.
///
/// One owner, one thread (the acquisition thread); only `canceller` may be used from others.
/// Every call ends by its deadline, or within 100 ms of a cancel. After `prepare` no call but
/// `close` allocates memory of ours.
public protocol ByteLink: ~Copyable {
  /// Ends every wait of this link early, from any thread.
  var canceller: LinkCanceller { get }

  /// Whether the far side is one of our emulators, as far as this link can tell.
  var reachesEmulator: Bool { get }

  /// Reserves what reads on these legs need, `inFlight` of each at the same time.
  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError)

  /// Sends all `bytes` to an OUT end point.
  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError)

  /// Starts a read without waiting for it, so that it is under way before the command goes out.
  ///
  /// Reads of one end point are filled in the order of their posting; the next `read` of that
  /// end point takes the oldest.
  mutating func post(_ leg: Leg) throws(LinkError)

  /// Waits for the oldest posted read of the leg's end point (posts one if there is none) and
  /// copies its bytes into `buffer` from `offset` on.
  ///
  /// Returns how many bytes came: fewer than asked where the far side ended the transfer early.
  /// On `.timedOut(received:)` the bytes received so far are in the buffer and the read is no
  /// longer posted.
  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int

  /// Takes back every posted read, then reads and drops what comes on the end point until it has
  /// been quiet for `quiet`; returns how many bytes were dropped.
  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int

  /// Makes a control request (USB end point 0) that sends or fetches `data`; returns its length.
  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int

  /// Ends the stalled state of an end point.
  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError)

  /// Resets the device at the bus; what it was told before is void.
  mutating func reset() throws(LinkError)

  /// The modem lines as they are now; nil where the carrier has none (USB, a bare pseudo-terminal).
  mutating func modemLines() throws(LinkError) -> ModemLines?

  /// Sets our two lines, DTR and RTS, as `lines` has them; false where the carrier has none.
  ///
  /// RTS belongs to the flow control where that is by RTS and CTS, and is then left alone.
  mutating func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool

  /// Holds the line in the break state for `length`; false where the carrier has no such state.
  mutating func sendBreak(_ length: Duration) throws(LinkError) -> Bool

  /// Takes back every posted read and lets go of the device. Idempotent.
  mutating func close()
}

extension ByteLink where Self: ~Copyable {
  /// No lines, unless a link has them.
  public mutating func modemLines() throws(LinkError) -> ModemLines? { nil }
  /// No lines, unless a link has them.
  public mutating func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool { false }
  /// No break, unless a link has it.
  public mutating func sendBreak(_ length: Duration) throws(LinkError) -> Bool { false }
}

/// The control lines of a serial port, each in the set while it is raised.
public struct ModemLines: OptionSet, Sendable, Hashable, Codable {
  /// The bits, numbered as below.
  public let rawValue: UInt8

  /// Makes lines from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Data terminal ready: ours.
  public static let dataTerminalReady = ModemLines(rawValue: 1 << 0)
  /// Request to send: ours.
  public static let requestToSend = ModemLines(rawValue: 1 << 1)
  /// Clear to send: theirs.
  public static let clearToSend = ModemLines(rawValue: 1 << 2)
  /// Data set ready: theirs.
  public static let dataSetReady = ModemLines(rawValue: 1 << 3)
  /// Carrier detect: theirs.
  public static let carrierDetect = ModemLines(rawValue: 1 << 4)
  /// Ring: theirs.
  public static let ring = ModemLines(rawValue: 1 << 5)
}

/// The setup stage of a USB control request.
public struct ControlRequest: Sendable, Hashable {
  /// `bmRequestType`.
  public var type: UInt8
  /// `bRequest`.
  public var request: UInt8
  /// `wValue`.
  public var value: UInt16
  /// `wIndex`.
  public var index: UInt16

  /// Makes a request.
  public init(type: UInt8, request: UInt8, value: UInt16, index: UInt16) {
    self.type = type
    self.request = request
    self.value = value
    self.index = index
  }
}
