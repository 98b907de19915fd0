import Instruments
import Testing

/// One call that the driver must make next, with what the far side answers.
enum Step: Equatable {
  case prepare
  case post(UInt8, Int)
  case write([UInt8])
  case writeFails([UInt8], LinkError)
  case read(UInt8, Int, [UInt8])
  case readFails(UInt8, Int, LinkError)
  case drain(UInt8)
  case drainFails(UInt8, LinkError)
  case clearHalt(UInt8)
  case reset
  case resetFails(LinkError)
  case close
}

/// The conversation expected, and what was seen of it.
///
/// Used by one thread only: the test's.
final class Script {
  var steps: [Step]
  var next = 0
  var firstDifference: String?
  var calls = 0
  /// The time each read of a spectrum was given, in order; nil for no limit.
  var patience: [Duration?] = []
  let commandEndpoint: UInt8

  init(_ steps: [Step], command: UInt8) {
    self.steps = steps
    commandEndpoint = command
  }

  var isFinished: Bool { next == steps.count && firstDifference == nil }

  func expect(_ steps: [Step]) { self.steps += steps }

  /// What is left or wrong, for the message of a failed test.
  var state: String {
    firstDifference ?? (next == steps.count ? "finished" : "waits for \(steps[next])")
  }

  func take(_ call: String, _ fits: (Step) -> Bool) throws(LinkError) -> Step {
    calls += 1
    guard next < steps.count, fits(steps[next]) else {
      let expected = next < steps.count ? "\(steps[next])" : "nothing more"
      if firstDifference == nil { firstDifference = "call \(next): \(call), not \(expected)" }
      throw .replayMismatch(event: next, expected: expected, got: call)
    }
    next += 1
    return steps[next - 1]
  }
}

/// A link whose far side is a list of expected calls, strict in order, bytes and end points.
struct ScriptedLink: ByteLink, ~Copyable {
  let script: Script
  let canceller = LinkCanceller()
  let reachesEmulator = false

  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    _ = try script.take("prepare") { $0 == .prepare }
  }

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    let sent = bytes.indices.map { bytes[$0] }
    let right = endpoint == script.commandEndpoint
    let step = try script.take("write \(sent) to \(endpoint)") {
      switch $0 {
      case .write(let expected), .writeFails(let expected, _): right && expected == sent
      default: false
      }
    }
    if case .writeFails(_, let error) = step { throw error }
  }

  mutating func post(_ leg: Leg) throws(LinkError) {
    _ = try script.take("post \(leg)") { $0 == .post(leg.endpoint, leg.byteCount) }
  }

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let step = try script.take("read \(leg)") {
      switch $0 {
      case .read(let endpoint, let count, _), .readFails(let endpoint, let count, _):
        endpoint == leg.endpoint && count == leg.byteCount
      default: false
      }
    }
    script.patience.append(deadline == .never ? nil : deadline.remaining)
    switch step {
    case .read(_, _, let bytes):
      for (i, byte) in bytes.enumerated() { buffer[offset + i] = byte }
      return bytes.count
    case .readFails(_, _, let error): throw error
    default: return 0
    }
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let step = try script.take("drain \(endpoint)") {
      switch $0 {
      case .drain(let expected), .drainFails(let expected, _): expected == endpoint
      default: false
      }
    }
    if case .drainFails(_, let error) = step { throw error }
    return 0
  }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    _ = try script.take("control") { _ in false }
    return 0
  }

  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) {
    _ = try script.take("clearHalt \(endpoint)") { $0 == .clearHalt(endpoint) }
  }

  mutating func reset() throws(LinkError) {
    let step = try script.take("reset") {
      if case .resetFails = $0 { true } else { $0 == .reset }
    }
    if case .resetFails(let error) = step { throw error }
  }

  mutating func close() {
    do {
      _ = try script.take("close") { $0 == .close }
    } catch {
      Issue.record("unexpected close: \(error)")
    }
  }
}
