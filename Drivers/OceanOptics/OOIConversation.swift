internal import Instruments

/// The one-byte commands of the family.
enum OOIOpcode {
  static let initialize: UInt8 = 0x01
  static let integration: UInt8 = 0x02
  static let lamp: UInt8 = 0x03
  static let memory: UInt8 = 0x05
  static let spectrum: UInt8 = 0x09
  static let triggerMode: UInt8 = 0x0A
  static let register: UInt8 = 0x6B
  static let status: UInt8 = 0xFE
}

/// How many bytes answers have.
enum OOIReply {
  /// Echo 05, echo slot, 15 data bytes.
  static let memory = 17
  static let slotBytes = 15
  static let status = 16
  /// Echo, low, high.
  static let register = 3
}

/// The settings that are sent to the instrument, by the names profiles use.
enum OOISetting: String, CaseIterable {
  case integration = "integration_us"
  case triggerMode = "trigger_mode"
  case lamp
}

/// Says commands and hears answers; everything but the spectrum itself.
///
/// Not for the time between frames of a running acquisition: answers are copied.
struct OOIConversation: ~Copyable {
  var link: any ByteLink & ~Copyable
  let model: OOIModel

  /// Sends one whole command.
  mutating func send(
    _ command: Span<UInt8>, _ step: String, until deadline: MonotonicInstant? = nil
  ) throws(DriverError) {
    let deadline = deadline ?? .now.advanced(by: model.grace)
    do {
      try link.write(command, to: model.command, until: deadline)
    } catch {
      throw .link(error, step: step)
    }
  }

  /// Sends a command and takes its answer, which must begin with `echo`.
  ///
  /// After a damaged or missing answer the end point is drained and the command sent once more.
  mutating func ask(
    _ command: [UInt8], byteCount: Int, echo: [UInt8] = [], _ step: String
  ) throws(DriverError) -> [UInt8] {
    do {
      return try askOnce(command, byteCount, echo, step)
    } catch {
      switch error {
      case .link(.timedOut, _), .link(.overflow, _), .truncated, .lostSync: break
      case .link(.stalled, _): try clearHalts(step)
      default: throw error
      }
      try drain(model.reply, .milliseconds(model.facts.waiting.reply_drain_ms), step)
      return try askOnce(command, byteCount, echo, step)
    }
  }

  private mutating func askOnce(
    _ command: [UInt8], _ byteCount: Int, _ echo: [UInt8], _ step: String
  ) throws(DriverError) -> [UInt8] {
    let leg = Leg(endpoint: model.reply, byteCount: byteCount)
    var answer = [UInt8](repeating: 0, count: byteCount)
    var got = 0
    do {
      try link.post(leg)
      let deadline = MonotonicInstant.now.advanced(by: model.grace)
      try link.write(command.span, to: model.command, until: deadline)
      var span = answer.mutableSpan
      got = try link.read(leg, into: &span, at: 0, until: deadline)
    } catch {
      throw .link(error, step: step)
    }
    guard got == byteCount else {
      throw .truncated(what: step, got: got, expected: byteCount)
    }
    for (found, expected) in zip(answer, echo) where found != expected {
      throw .lostSync(what: step, got: found, expected: expected)
    }
    return answer
  }

  /// Starts the instrument's own program anew and drops what that leaves in its buffers.
  ///
  /// Models with an AN2131 controller answer an initialization with a spectrum nobody asked for.
  mutating func initialize(quiet: Duration) throws(DriverError) {
    let command: [1 of UInt8] = [OOIOpcode.initialize]
    try send(command.span, "initialize")
    MonotonicInstant.sleep(
      until: .now.advanced(by: .milliseconds(model.facts.opening.settle_ms)))
    try drainAll(quiet: quiet)
  }

  /// Drops what waits on every IN end point.
  mutating func drainAll(quiet: Duration) throws(DriverError) {
    try drain(model.reply, .milliseconds(model.facts.waiting.reply_drain_ms), "drain")
    for endpoint in model.spectrumEndpoints { try drain(endpoint, quiet, "drain") }
  }

  private mutating func drain(
    _ endpoint: UInt8, _ quiet: Duration, _ step: String
  ) throws(DriverError) {
    do {
      _ = try link.drain(endpoint, quiet: quiet, until: .now.advanced(by: quiet + model.grace))
    } catch {
      // An end point that never falls silent shows as damage in what is read next.
      if case .timedOut = error { return }
      throw .link(error, step: step)
    }
  }

  /// Ends the stalled state of every end point, as the maker's library does.
  mutating func clearHalts(_ step: String) throws(DriverError) {
    do {
      try link.clearHalt(model.reply)
      for endpoint in model.spectrumEndpoints { try link.clearHalt(endpoint) }
      try link.clearHalt(model.command)
    } catch {
      throw .link(error, step: step)
    }
  }

  /// Resets the device at the bus.
  mutating func reset() throws(DriverError) {
    do { try link.reset() } catch { throw .link(error, step: "reset") }
  }

  /// Puts one setting in force; `value` is allowed by the profile and rounded.
  mutating func send(
    _ setting: OOISetting, _ value: Double, until deadline: MonotonicInstant? = nil
  ) throws(DriverError) {
    switch setting {
    case .integration:
      let ticks = UInt32(value / Double(model.facts.integration.microseconds_per_unit))
      let command: [5 of UInt8] = [
        OOIOpcode.integration, UInt8(truncatingIfNeeded: ticks),
        UInt8(truncatingIfNeeded: ticks >> 8), UInt8(truncatingIfNeeded: ticks >> 16),
        UInt8(truncatingIfNeeded: ticks >> 24),
      ]
      let length = 1 + model.facts.integration.operandByteCount
      try send(command.span.extracting(0..<length), "set integration_us", until: deadline)
    case .triggerMode:
      let word = UInt16(value)
      let command: [3 of UInt8] = [
        OOIOpcode.triggerMode, UInt8(truncatingIfNeeded: word), UInt8(word >> 8),
      ]
      try send(command.span, "set trigger_mode", until: deadline)
    case .lamp:
      let command: [3 of UInt8] = [OOIOpcode.lamp, value == 0 ? 0 : 1, 0]
      try send(command.span, "set lamp", until: deadline)
    }
  }
}
