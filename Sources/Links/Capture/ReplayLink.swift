public import Instruments

/// Plays a captured conversation back to a driver, strictly.
///
/// Every call must be the next recorded one: same operation, end point, length and bytes. The
/// first difference throws `.replayMismatch`, and so does every later call. Recorded errors are
/// thrown again at once; nothing waits. Deadlines, quiet times and `prepare` are not compared.
/// Keep a reference to the link, and call `finish` after the driver has closed it.
public final class ReplayLink: ByteLink {
  /// Ends the replay early: every later call throws `.cancelled` and plays nothing.
  public let canceller = LinkCanceller()
  /// True: a replay is never an instrument, so nothing made from it may look measured.
  public let reachesEmulator = true
  /// How many times the driver closed the link.
  public private(set) var closings = 0

  private let events: [CaptureEvent]
  private var next = 0
  private var mismatch: LinkError?

  /// Begins at the first event of the capture.
  public init(_ capture: Capture) { events = capture.events }

  /// How many events were not played yet.
  public var leftOver: Int { events.count - next }

  /// Throws the first mismatch, or `.replayMismatch` when events are left over.
  public func finish() throws(LinkError) {
    if let mismatch { throw mismatch }
    guard next == events.count else {
      throw .replayMismatch(
        event: next + 1, expected: "\(events[next].operation)",
        got: "the end, with \(leftOver) events left over")
    }
  }

  /// Reserves nothing.
  public func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {}

  /// Compares the bytes with the recorded ones.
  public func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    try play(.write(endpoint: endpoint, bytes: bytes.indices.map { bytes[$0] }))
  }

  /// Compares the posted leg with the recorded one.
  public func post(_ leg: Leg) throws(LinkError) {
    try play(.post(endpoint: leg.endpoint, length: leg.byteCount))
  }

  /// Gives the recorded bytes.
  public func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let event = try take(.read(endpoint: leg.endpoint, length: leg.byteCount))
    guard offset >= 0, event.received.count <= buffer.count - offset else {
      throw .system(
        operation: "read \(event.received.count) bytes to \(offset) of a buffer of \(buffer.count)",
        code: 0, text: "the buffer is too small")
    }
    for i in event.received.indices { buffer[offset + i] = event.received[i] }
    if let error = event.error { throw error }
    return event.received.count
  }

  /// Gives the recorded count.
  public func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    try play(.drain(endpoint: endpoint)).dropped
  }

  /// Compares what is sent, or gives what was fetched.
  public func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let fetches = request.type & 0x80 != 0
    let sent = fetches ? [] : data.indices.map { data[$0] }
    let event = try play(.control(request, length: data.count, sent: sent))
    if fetches { for i in event.received.indices { data[i] = event.received[i] } }
    return event.received.count
  }

  /// Compares the end point with the recorded one.
  public func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    try play(.clearHalt(endpoint: endpoint))
  }

  /// Compares with a recorded reset.
  public func reset() throws(LinkError) { try play(.reset) }

  /// Gives the recorded modem lines.
  public func modemLines() throws(LinkError) -> ModemLines? { try play(.readLines).lines }

  /// Compares the lines with the recorded ones.
  public func setModemLines(_ lines: ModemLines) throws(LinkError) -> Bool {
    try play(.setLines(lines)).wasTaken
  }

  /// Compares the length with the recorded one; does not wait.
  public func sendBreak(_ length: Duration) throws(LinkError) -> Bool {
    try play(.sendBreak(microseconds: UInt64(max(0, length.wholeMicroseconds)))).wasTaken
  }

  /// Counts the closing; what is left over is said by `finish`.
  public func close() { closings += 1 }

  @discardableResult
  private func play(_ operation: CaptureEvent.Operation) throws(LinkError) -> CaptureEvent {
    let event = try take(operation)
    if let error = event.error { throw error }
    return event
  }

  private func take(_ operation: CaptureEvent.Operation) throws(LinkError) -> CaptureEvent {
    if canceller.isCancelled { throw .cancelled }
    if let mismatch { throw mismatch }
    let expected = next < events.count ? "\(events[next].operation)" : "the end"
    guard next < events.count, events[next].operation == operation else {
      let error = LinkError.replayMismatch(
        event: next + 1, expected: expected, got: "\(operation)")
      mismatch = error
      throw error
    }
    next += 1
    return events[next - 1]
  }
}
