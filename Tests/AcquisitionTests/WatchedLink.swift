import Emulation
import Foundation
import Instruments
import Links
import Profiles
import Synchronization
import Testing

@testable import Acquisition

/// What was said over a link, and what a test does at a chosen word.
final class Wire: Sendable {
  struct State {
    var writes: [[UInt8]] = []
    var spectra = 0
    var connections = 0
    var onWrite: (@Sendable (Int, [UInt8]) -> Void)?
    var damages: (@Sendable (Int) -> Bool)?
    var refuses: (@Sendable ([UInt8]) -> LinkError?)?
  }

  let state = Guarded(State())

  /// Called before every write with its number, from 0, and its bytes.
  func onWrite(_ body: @escaping @Sendable (Int, [UInt8]) -> Void) {
    state.withLock { $0.onWrite = body }
  }

  /// Which spectra, counted from 1, come with a wrong end mark.
  func damage(_ which: @escaping @Sendable (Int) -> Bool) {
    state.withLock { $0.damages = which }
  }

  /// Which commands fail, and how.
  func refuse(_ which: @escaping @Sendable ([UInt8]) -> LinkError?) {
    state.withLock { $0.refuses = which }
  }

  /// Lets go of what a test does: it holds the session, which holds this.
  func forget() { state.withLock { ($0.onWrite, $0.damages, $0.refuses) = (nil, nil, nil) } }

  var writes: [[UInt8]] { state.withLock { $0.writes } }
  var connections: Int { state.withLock { $0.connections } }

  /// Whether the light is on after all that was said: initializing switches it on.
  var lampIsOn: Bool {
    writes.reduce(true) { isOn, command in
      switch command.first {
      case 0x01: true
      case 0x03: command[1] != 0
      default: isOn
      }
    }
  }
}

/// A link that tells a `Wire` what is said over it; cancelled writes are refused, as on real USB.
struct WatchedLink: ByteLink, ~Copyable {
  private var base: InProcessLink
  private let wire: Wire

  init(_ base: consuming InProcessLink, _ wire: Wire) {
    self.base = base
    self.wire = wire
    wire.state.withLock { $0.connections += 1 }
  }

  var canceller: LinkCanceller { base.canceller }
  var reachesEmulator: Bool { base.reachesEmulator }

  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {
    try base.prepare(legs, inFlight: inFlight)
  }

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    let command = bytes.indices.map { bytes[$0] }
    let (number, hook, refuses) = wire.state.withLock {
      ($0.writes.count, $0.onWrite, $0.refuses)
    }
    hook?(number, command)
    if base.canceller.isCancelled { throw .cancelled }
    if let error = refuses?(command) { throw error }
    try base.write(bytes, to: endpoint, until: deadline)
    wire.state.withLock {
      $0.writes.append(command)
      if command == [0x09] { $0.spectra += 1 }
    }
  }

  mutating func post(_ leg: Leg) throws(LinkError) { try base.post(leg) }

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    let count = try base.read(leg, into: &buffer, at: offset, until: deadline)
    let (spectrum, damages) = wire.state.withLock { ($0.spectra, $0.damages) }
    if count == 4097, damages?(spectrum) == true { buffer[offset + 4096] = 0x68 }
    return count
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int { try base.drain(endpoint, quiet: quiet, until: deadline) }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int { try base.control(request, data: &data, until: deadline) }

  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) { try base.clearHalt(endpoint) }
  mutating func reset() throws(LinkError) { try base.reset() }
  mutating func close() { base.close() }
}
