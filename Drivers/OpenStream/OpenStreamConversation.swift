internal import Instruments

/// Gives orders and hears answers; everything but the scans themselves.
///
/// Each order has a number, and its answer begins with it: what answers an earlier one is passed over.
/// Not for the time between scans, unless said so: answers are copied.
struct OpenStreamConversation: ~Copyable {
  var receiver: OpenStreamReceiver
  let model: OpenStreamModel
  /// The number of the last order.
  private(set) var sequence: UInt32 = 0
  /// When the last whole frame came, and when the last order went.
  private(set) var heard = MonotonicInstant.unknown
  private(set) var spoke = MonotonicInstant.unknown
  /// What is received while an answer is awaited.
  private var buffer: [UInt8]

  /// How often an order is given before its answer is given up.
  private static let attempts = 3

  init(link: consuming any ByteLink & ~Copyable, model: OpenStreamModel) {
    receiver = OpenStreamReceiver(link: link, model: model)
    self.model = model
    buffer = [UInt8](
      repeating: 0, count: OpenStreamWire.overhead + OpenStreamWire.smallPayload)
  }

  /// Makes room for the longest scan.
  mutating func reserve(_ byteCount: Int) {
    receiver.reserve(byteCount)
    if byteCount > buffer.count { buffer = [UInt8](repeating: 0, count: byteCount) }
  }

  // MARK: Orders

  /// Gives an order, and says what number it has.
  @discardableResult
  mutating func send(
    _ order: OpenStreamWire.Order, _ payload: [UInt8] = [], until deadline: MonotonicInstant? = nil
  ) throws(DriverError) -> UInt32 {
    sequence &+= 1
    let bytes = OpenStreamWire.frame(order, sequence: sequence, payload: payload)
    do {
      try receiver.link.write(
        bytes.span, to: OpenStreamReceiver.endpoint,
        until: deadline ?? .now.advanced(by: model.reply)
      )
    } catch {
      throw .link(error, step: "send \(order)")
    }
    spoke = .now
    return sequence
  }

  /// Asks for a sign of life.
  ///
  /// Between scans too: allocates nothing. A line that takes nothing now is no failure yet.
  mutating func ping() throws(LinkError) {
    sequence &+= 1
    var frame: [20 of UInt8] = .init(repeating: 0)
    frame[0] = OpenStreamWire.mark.0
    frame[1] = OpenStreamWire.mark.1
    frame[2] = OpenStreamWire.Order.ping.rawValue
    for place in 0..<4 {
      frame[4 + place] = UInt8(truncatingIfNeeded: sequence >> (8 * UInt32(place)))
    }
    var check = OpenStreamCheck()
    check.add(frame.span.extracting(first: 12))
    for place in 0..<8 {
      frame[12 + place] = UInt8(truncatingIfNeeded: check.value >> (8 * UInt32(place % 4)))
    }
    spoke = .now
    do throws(LinkError) {
      try receiver.link.write(
        frame.span, to: OpenStreamReceiver.endpoint, until: .now.advanced(by: model.reply))
    } catch {
      if case .timedOut = error { return }
      throw error
    }
  }

  /// Notes that a whole frame came.
  mutating func hear() { heard = .now }

  /// Gives an order and takes its answer, the whole payload; once more after silence or damage.
  mutating func ask(
    _ order: OpenStreamWire.Order, _ payload: [UInt8] = [], for reply: OpenStreamWire.Reply
  ) throws(DriverError) -> [UInt8] {
    var failure: DriverError = .link(.timedOut(received: 0), step: "ask \(order)")
    for _ in 0..<Self.attempts {
      let number = try send(order, payload)
      let deadline = MonotonicInstant.now.advanced(by: model.reply)
      do throws(DriverError) {
        if let found = try answer(to: number, reply, "ask \(order)", until: deadline) {
          return found
        }
      } catch {
        guard case .link = error else { throw error }
        failure = error
        if case .link(.timedOut, _) = error { continue }
        throw error
      }
    }
    throw failure
  }

  /// The payload of the answer to the order of this number; nil where it does not come.
  ///
  /// Throws what the instrument says against the order.
  private mutating func answer(
    to number: UInt32, _ wanted: OpenStreamWire.Reply, _ step: String,
    until deadline: MonotonicInstant
  ) throws(DriverError) -> [UInt8]? {
    while !deadline.hasPassed {
      guard let (type, payload) = try nextFrame(step, until: deadline) else { continue }
      guard payload.count >= 4, OpenStreamWire.word(payload.span, at: 0) == number else { continue }
      if type == wanted.rawValue { return payload }
      if type == OpenStreamWire.Reply.error.rawValue { throw Self.complaint(payload) }
    }
    return nil
  }

  /// The type and payload of the next whole frame; nil where none came, or a damaged one.
  mutating func nextFrame(
    _ step: String, until deadline: MonotonicInstant
  ) throws(DriverError) -> (type: UInt8, payload: [UInt8])? {
    // Taken out, since its span would hold all of us.
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    do throws(LinkError) {
      var span = buffer.mutableSpan
      guard case .frame(let type, let count) = try receiver.next(into: &span, until: deadline)
      else {
        return nil
      }
      hear()
      let end = count - OpenStreamWire.checkSize
      return (type, Array(buffer[OpenStreamWire.headerSize..<end]))
    } catch {
      throw .link(error, step: step)
    }
  }

  /// What the instrument says against an order, or of itself.
  ///
  /// Payload: order (4), code (2), 0 complaint or 1 fault (2), text.
  static func complaint(_ payload: [UInt8]) -> DriverError {
    var fields = OpenStreamFields(payload, of: "What the instrument complains of")
    do throws(DriverError) {
      _ = try fields.number(UInt32.self)
      let code = try fields.number(UInt16.self)
      let isFault = try fields.number(UInt16.self) != 0
      let text = try fields.text("the complaint", most: 255)
      return isFault
        ? .instrumentFault(detail: "\(text) (\(code))")
        : .unexpectedAnswer(what: "The instrument's answer", detail: "\(text) (\(code))")
    } catch {
      return error
    }
  }

  // MARK: Getting in step, and safety

  /// Ends whatever is under way, and waits for the word that all is off.
  ///
  /// Within the profile's bound. Scans on their way are dropped.
  mutating func abort() throws(DriverError) {
    let deadline = MonotonicInstant.now.advanced(by: model.profile.limits.makeSafeWithin)
    while true {
      let number = try send(.abort, until: deadline)
      let patience = min(deadline, MonotonicInstant.now.advanced(by: model.reply))
      while !patience.hasPassed {
        guard let (type, payload) = try nextFrame("make safe", until: patience),
          payload.count >= 4, OpenStreamWire.word(payload.span, at: 0) == number
        else { continue }
        if type == OpenStreamWire.Reply.end.rawValue { return }
        if type == OpenStreamWire.Reply.error.rawValue { throw Self.complaint(payload) }
      }
      if deadline.hasPassed { throw .link(.timedOut(received: 0), step: "make safe") }
    }
  }

  /// Drops what an earlier session left on the line.
  mutating func clear() throws(DriverError) {
    receiver.forget()
    try send(.abort)
    do {
      _ = try receiver.link.drain(
        OpenStreamReceiver.endpoint, quiet: model.quiet,
        until: .now.advanced(by: model.quiet + model.reply))
    } catch {
      // A line that never falls silent shows in what is asked next.
      if case .timedOut = error { return }
      throw .link(error, step: "clear the line")
    }
  }
}
