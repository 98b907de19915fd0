import Foundation
import Instruments
import Profiles
import Registry

@testable import Emulation
@testable import OpenStream

/// What most tests here need: a quick profile, and an instrument that says what a test wants.
enum Stand {
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  struct Missing: Error {}

  /// The model's own profile, without the waits that a real line needs.
  static func profile(quick: Bool = true, reply: Int = 60, alive: Int = 1000) throws
    -> DeviceProfile
  {
    let file = checkout.appending(path: "DeviceProfiles/open-stream/instrument.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    for (name, value) in [
      ("reply_ms", reply), ("frame_grace_ms", reply), ("quiet_ms", 2), ("keep_alive_ms", alive),
    ]
    where quick {
      let wait = try Regex(" \(name): \\{ value: [0-9]+")
      guard text.contains(wait) else { throw Missing() }
      text = text.replacing(wait) { _ in " \(name): { value: \(value)" }
    }
    return try ProfileReader.read(text: text, file: file.path)
  }

  /// The golden vectors of the protocol's page, by name.
  static func vectors() throws -> [String: [UInt8]] {
    let page = try String(
      contentsOf: checkout.appending(
        path: "Drivers/OpenStream/OpenStream.docc/OpenStreamProtocol.md"), encoding: .utf8)
    guard let part = page.components(separatedBy: "## Golden vectors").last else { throw Missing() }
    var vectors: [String: [UInt8]] = [:]
    var name = ""
    for line in part.split(separator: "\n") where line.hasPrefix("      ") {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasSuffix(" =") {
        name = String(text.dropLast(2))
      } else {
        vectors[name, default: []] += text.split(separator: " ").compactMap { UInt8($0, radix: 16) }
      }
    }
    return vectors
  }

  /// A frame of the instrument, made by the emulator's own hand.
  static func frame(_ type: UInt8, _ answers: UInt32, _ rest: [UInt8] = []) -> [UInt8] {
    OpenStreamBytes.frame(type, 1, OpenStreamBytes.number(answers) + rest)
  }

  /// A scan of one signal in Double with times in ticks of a millisecond.
  static func scan(_ run: UInt32, _ number: UInt64, _ values: [Double]) -> [UInt8] {
    typealias B = OpenStreamBytes
    return frame(
      0x90, run,
      B.number(UInt32(0)) + B.number(number) + B.number(number * 100)
        + B.number(UInt32(values.count)) + B.number(UInt32(100)) + values.flatMap { B.number($0) })
  }

  static func end(_ answers: UInt32, run: UInt32, why: UInt16, scans: UInt64) -> [UInt8] {
    typealias B = OpenStreamBytes
    return frame(
      0x86, answers, B.number(run) + B.number(why) + B.number(UInt16(0)) + B.number(scans))
  }

  /// One signal `a` in mV, Double, ticks of a millisecond, at most `count` points a scan.
  static func capabilities(
    _ answers: UInt32, kind: UInt8 = 1, form: UInt8 = 1, masses: UInt8 = 0, time: UInt8 = 1,
    ticks: Double = 1000, rate: Double = 10, count: UInt32 = 16, channels: [String] = ["a"],
    axis: UInt8 = 0, factor: Double = 1
  ) -> [UInt8] {
    typealias B = OpenStreamBytes
    return B.number(answers) + [kind, form, masses, time] + B.number(ticks) + B.number(rate)
      + B.number(count) + B.number(UInt16(channels.count)) + B.number(UInt16(0))
      + [axis, 0, 0, 0] + channels.flatMap { B.text($0) + B.text("mV") + B.number(factor) }
  }

  static func identity(_ answers: UInt32, serial: String = "S1", version: UInt16 = 1) -> [UInt8] {
    typealias B = OpenStreamBytes
    return B.number(answers) + B.number(version) + B.number(UInt16(0))
      + B.number(UInt32(1 << 20)) + B.number(UInt32(4096)) + B.text("Maker") + B.text("Model")
      + B.text(serial) + B.text("2.1")
  }
}

/// An instrument made up of what a test says: bytes for each order, and bytes by themselves.
///
/// Used by one thread only: the test's.
final class Wire: @unchecked Sendable {
  /// Safe: one thread uses it, as said above.
  var toHost: [UInt8] = []
  var orders: [(type: UInt8, sequence: UInt32, payload: [UInt8])] = []
  var answers: [UInt8: (UInt32) -> [UInt8]] = [:]
  var isGone = false
  private var parser = OpenStreamOrders()

  init(_ capabilities: @escaping (UInt32) -> [UInt8] = { Stand.capabilities($0) }) {
    answers = [
      0x01: { OpenStreamBytes.frame(0x81, 1, Stand.identity($0)) },
      0x02: { OpenStreamBytes.frame(0x82, 1, capabilities($0)) },
      0x04: { Stand.frame(0x84, $0, [0, 0, 0, 0]) }, 0x05: { Stand.frame(0x85, $0) },
      0x06: { Stand.end($0, run: 0, why: 0, scans: 0) },
      0x07: { Stand.end($0, run: 0, why: 0, scans: 0) },
    ]
  }

  func hear(_ bytes: [UInt8]) {
    parser.add(bytes)
    while let order = parser.next() {
      guard case .frame(let type, let sequence, let payload) = order else { continue }
      orders.append((type, sequence, payload))
      toHost += answers[type]?(sequence) ?? []
    }
  }

  /// The number of the last `start`.
  var run: UInt32 { orders.last { $0.type == 0x05 }?.sequence ?? 0 }
}

/// A link to such an instrument; waits for nothing.
struct WireLink: ByteLink, ~Copyable {
  let wire: Wire
  let canceller = LinkCanceller()
  let reachesEmulator = false

  mutating func prepare(_ legs: [Leg], inFlight: Int) throws(LinkError) {}
  mutating func post(_ leg: Leg) throws(LinkError) {}

  mutating func write(
    _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
  ) throws(LinkError) {
    if wire.isGone { throw .gone }
    wire.hear(bytes.indices.map { bytes[$0] })
  }

  mutating func read(
    _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
    until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    if wire.isGone { throw .gone }
    let count = min(leg.byteCount, wire.toHost.count)
    for place in 0..<count { buffer[offset + place] = wire.toHost[place] }
    wire.toHost.removeFirst(count)
    if count < leg.byteCount { throw .timedOut(received: count) }
    return count
  }

  mutating func drain(
    _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int {
    defer { wire.toHost = [] }
    return wire.toHost.count
  }

  mutating func control(
    _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
  ) throws(LinkError) -> Int { 0 }
  mutating func clearHalt(_ endpoint: UInt8) throws(LinkError) {}
  mutating func reset() throws(LinkError) {}
  mutating func close() {}
}

extension OpenStreamInstrument {
  /// The next readout with its bytes.
  mutating func next() throws(DriverError) -> (FrameReadout, [UInt8]) {
    var buffer = [UInt8](repeating: 0xEE, count: largestFrame)
    var slot = buffer.mutableSpan
    let readout = try readFrame(into: &slot)
    return (readout, Array(buffer.prefix(readout.byteCount)))
  }
}
