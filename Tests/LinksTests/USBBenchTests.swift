import Foundation
import Instruments
import Synchronization
import Testing

@testable import Links

/// What the preload bench tells this process; without it the tests of this file are skipped.
///
/// `LinkBenchTests` in GaugerTests runs this bundle on a bench with one USB2000+ (2457:101e) at 9-1.
/// `GAUGER_TEST_CONTROL` is a pipe that takes the lines `plug` and `unplug`.
private enum Bench {
  static let environment = ProcessInfo.processInfo.environment
  static let isThere = environment[EmulationMark.benchVariable]?.isEmpty == false
  static let control = environment["GAUGER_TEST_CONTROL"]
  static let holds = environment["GAUGER_TEST_HOLD"] != nil

  static let address = "usb:9-1"
  static let facts = DeviceProfile.USBFacts(
    configuration: 1, interface: 0,
    endpoints: ["command": 0x01, "reply": 0x81, "spectrum": 0x82], resetsAtClose: true)
  static let spectrum = Leg(endpoint: 0x82, byteCount: 4097)
  static let reply = Leg(endpoint: 0x81, byteCount: 17)

  static func open() throws -> USBLink { try USBLink(address: address, facts: facts) }

  static func tell(_ line: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: try #require(control)))
    try handle.write(contentsOf: Data("\(line)\n".utf8))
    try handle.close()
  }

  static func soon(_ seconds: Double = 2) -> MonotonicInstant {
    MonotonicInstant.now.advanced(by: .seconds(seconds))
  }
}

/// Bytes that reads are made into.
private final class Frame {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension USBLink {
  fileprivate func send(_ bytes: [UInt8]) throws(LinkError) {
    try write(bytes.span, to: 0x01, until: Bench.soon())
  }

  fileprivate func ask(_ request: ControlRequest, _ frame: Frame) throws(LinkError) -> Int {
    var bytes = frame.bytes
    var span = bytes.mutableSpan
    let count = try control(request, data: &span, until: Bench.soon())
    frame.bytes = bytes
    return count
  }

  fileprivate func take(
    _ leg: Leg, _ frame: Frame, until deadline: MonotonicInstant = Bench.soon()
  ) throws(LinkError) -> Int {
    var bytes = frame.bytes
    var span = bytes.mutableSpan
    let count = try read(leg, into: &span, at: 0, until: deadline)
    frame.bytes = bytes
    return count
  }
}

@Suite(.serialized, .enabled(if: Bench.isThere, "no preload bench (UMOCKDEV_DIR) around us"))
struct USBBenchTests {
  private let frame = Frame([UInt8](repeating: 0, count: 4608))

  @Test(.enabled(if: !Bench.holds))
  func listsTheInstrumentWithoutOpeningIt() throws {
    let ports = try PortList.usb()
    let port = try #require(ports.first { $0.address == Bench.address })
    #expect(port.vendor == 0x2457)
    #expect(port.product == 0x101E)
    #expect(port.makerText == EmulationMark.maker)
    #expect(port.serialText == "EMU00042")
    #expect(port.node.hasPrefix("/dev/bus/usb/009/"))
    #expect(port.isEmulated)
    #expect(port.state == .ready)
  }

  @Test(.enabled(if: !Bench.holds))
  func asksForTheSerialNumber() throws {
    let link = try Bench.open()
    #expect(link.reachesEmulator)
    #expect(link.maker == EmulationMark.maker)
    try link.send([0x05, 0x00])
    #expect(try link.take(Bench.reply, frame) == 17)
    #expect(Array(frame.bytes[0..<2]) == [5, 0])
    #expect(String(decoding: frame.bytes[2..<10], as: UTF8.self) == "EMU00042")
    link.close()
    link.close()
    #expect(throws: LinkError.gone) { try link.send([0x01]) }
  }

  @Test(.enabled(if: !Bench.holds))
  func thousandScansWithFourInFlight() throws {
    let link = try Bench.open()
    // 100 ms: the brightest pixel of the scene stands at about 40,000 counts.
    try link.send([0x02, 0xA0, 0x86, 0x01, 0x00])
    try link.prepare([Bench.spectrum], inFlight: 4)
    for _ in 0..<4 {
      try link.post(Bench.spectrum)
      try link.send([0x09])
    }
    var good = 0
    var seen: Set<[UInt8]> = []
    for scan in 0..<1000 {
      let count = try link.take(Bench.spectrum, frame)
      // The brightest line, 1001.4 per cm, is 851.97 nm with 785 nm: channel 526.5.
      let counts = (0..<2048).map { Int(frame.bytes[2 * $0]) | Int(frame.bytes[2 * $0 + 1]) << 8 }
      let top = counts.indices.max { counts[$0] < counts[$1] } ?? 0
      if count == 4097, frame.bytes[4096] == 0x69, (524...529).contains(top),
        (39_000...41_500).contains(counts[top])
      {
        good += 1
      }
      seen.insert(Array(frame.bytes[..<4097]))
      frame.bytes[4096] = 0
      if scan < 996 {
        try link.post(Bench.spectrum)
        try link.send([0x09])
      }
    }
    #expect(good == 1000)
    // The noise differs from frame to frame: none came twice.
    #expect(seen.count == 1000)
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func postedReadsAreTakenBackByDrain() throws {
    let link = try Bench.open()
    for _ in 0..<3 { try link.post(Bench.spectrum) }
    #expect(try link.drain(0x82, quiet: .milliseconds(20), until: Bench.soon()) == 0)
    try link.send([0x09])
    try link.send([0x09])
    #expect(try link.drain(0x82, quiet: .milliseconds(50), until: Bench.soon()) == 2 * 4097)
    try link.send([0x09])
    #expect(try link.take(Bench.spectrum, frame) == 4097)
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func silenceTimesOutAndLeavesTheLinkUsable() throws {
    let link = try Bench.open()
    #expect(throws: LinkError.timedOut(received: 0)) {
      try link.take(Bench.reply, frame, until: Bench.soon(0.03))
    }
    try link.send([0x05, 0x00])
    #expect(try link.take(Bench.reply, frame) == 17)
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func moreBytesThanTheLegAreAnOverflow() throws {
    let link = try Bench.open()
    try link.send([0x05, 0x00])
    frame.bytes[12] = 0xEE
    #expect(throws: LinkError.overflow(endpoint: 0x81)) {
      try link.take(Leg(endpoint: 0x81, byteCount: 10), frame)
    }
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func aFrameLongerThanItsLegIsAnOverflowAndDrainRepairs() throws {
    let link = try Bench.open()
    try link.send([0x09])
    frame.bytes[700] = 0xEE
    // 600 bytes are posted as two packets of 512.
    #expect(throws: LinkError.overflow(endpoint: 0x82)) {
      try link.take(Leg(endpoint: 0x82, byteCount: 600), frame)
    }
    let dropped = try link.drain(0x82, quiet: .milliseconds(20), until: Bench.soon())
    #expect(dropped == 4097 - 1024)
    try link.send([0x09])
    #expect(try link.take(Bench.spectrum, frame) == 4097)
    #expect(frame.bytes[4096] == 0x69)
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func controlRequestsFetchAndStall() throws {
    let link = try Bench.open()
    let frame = Frame([UInt8](repeating: 0xEE, count: 64))
    // The device descriptor (USB 2.0, section 9.4.3): 18 bytes, vendor and product at 8.
    let descriptor = ControlRequest(type: 0x80, request: 6, value: 0x0100, index: 0)
    #expect(try link.ask(descriptor, frame) == 18)
    #expect(Array(frame.bytes[0..<2]) == [18, 1])
    #expect(Array(frame.bytes[8..<12]) == [0x57, 0x24, 0x1E, 0x10])
    #expect(frame.bytes[18] == 0xEE)
    #expect(throws: LinkError.stalled(endpoint: 0)) {
      try link.ask(ControlRequest(type: 0x40, request: 0x33, value: 0, index: 0), frame)
    }
    try link.clearHalt(0x82)
    try link.reset()
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func resetTakesPostedReadsBack() throws {
    let link = try Bench.open()
    try link.post(Leg(endpoint: 0x82, byteCount: 512))
    try link.reset()
    // A read still posted would take the first 512 bytes.
    try link.send([0x09])
    #expect(try link.take(Bench.spectrum, frame) == 4097)
    link.close()
  }

  @Test(.enabled(if: !Bench.holds))
  func cancelEndsAWaitFromAnotherThreadAndRearms() throws {
    let link = try Bench.open()
    let canceller = link.canceller
    let started = MonotonicInstant.now
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.03)
      canceller.cancel()
    }
    #expect(throws: LinkError.cancelled) {
      try link.take(Bench.spectrum, frame, until: .never)
    }
    // A hang would be for ever; the bound itself is looked at in the printed line.
    print("cancelled after", started.duration(to: .now) - .milliseconds(30))
    #expect(throws: LinkError.cancelled) { try link.send([0x01]) }
    canceller.rearm()
    try link.send([0x05, 0x00])
    #expect(try link.take(Bench.reply, frame) == 17)
    link.close()
    canceller.cancel()  // after close: must not touch the context
  }

  @Test(.enabled(if: !Bench.holds))
  func aSecondOpeningIsBusyAndNamesTheHolder() throws {
    let link = try Bench.open()
    let me = ProcessInfo.processInfo.processIdentifier
    do throws(LinkError) {
      _ = try USBLink(address: Bench.address, facts: Bench.facts)
      Issue.record("opened twice")
    } catch {
      guard case .busy(let holder?) = error else { throw error }
      #expect(holder.hasSuffix("process \(me)"))
    }
    let port = try PortList.usb().first { $0.address == Bench.address }
    guard case .busy(let holder?) = port?.state else {
      Issue.record("listed as \(String(describing: port?.state))")
      return
    }
    #expect(holder.hasSuffix("process \(me)"))
    link.close()
    #expect(try PortList.usb().first { $0.address == Bench.address }?.state == .ready)
  }

  /// Not a test of its own: what the next test runs in a second process.
  @Test(.enabled(if: Bench.holds, "only as a child"), .timeLimit(.minutes(1)))
  func holdsTheInstrumentUntilItsInputEnds() throws {
    let link = try Bench.open()
    FileHandle.standardError.write(Data("HOLDING\n".utf8))
    _ = FileHandle.standardInput.readDataToEndOfFile()
    link.close()
  }

  @Test(.enabled(if: !Bench.holds), .timeLimit(.minutes(1)))
  func anotherProcessIsNamedAsHolder() throws {
    let child = Process()
    let (input, errors) = (Pipe(), Pipe())
    child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = [
      "--testing-library", "swift-testing", "--filter", "holdsTheInstrumentUntilItsInputEnds",
    ]
    child.environment = Bench.environment.merging(["GAUGER_TEST_HOLD": "1"]) { _, new in new }
    child.standardInput = input
    child.standardError = errors
    child.standardOutput = FileHandle.nullDevice
    try child.run()
    defer {
      try? input.fileHandleForWriting.close()
      child.waitUntilExit()
    }
    var said = Data()
    while !said.contains(Data("HOLDING".utf8)) {
      let more = errors.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the child ended: \(String(decoding: said, as: UTF8.self))")
      said += more
    }
    do throws(LinkError) {
      _ = try USBLink(address: Bench.address, facts: Bench.facts)
      Issue.record("opened while another process holds it")
    } catch {
      guard case .busy(let holder?) = error else { throw error }
      #expect(holder.hasSuffix("process \(child.processIdentifier)"))
    }
  }

  @Test(.enabled(if: !Bench.holds))
  func nothingPluggedInIsGone() {
    #expect(throws: LinkError.gone) { try USBLink(address: "usb:9-9", facts: Bench.facts) }
  }

  @Test(.enabled(if: !Bench.holds && Bench.control != nil, "no control pipe to unplug with"))
  func unplugEndsReadsAndPluggingInWorksAgain() throws {
    let watcher = try PortWatcher()
    defer { watcher.stop() }
    let events = EventLog()
    watcher.start { events.append($0) }

    let link = try Bench.open()
    try link.prepare([Bench.spectrum], inFlight: 4)
    for _ in 0..<4 { try link.post(Bench.spectrum) }
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.03)
      do { try Bench.tell("unplug") } catch { Issue.record(error) }
    }
    #expect(throws: LinkError.gone) {
      try link.take(Bench.spectrum, frame, until: .never)
    }
    #expect(throws: LinkError.gone) { try link.send([0x09]) }
    link.close()
    #expect(events.waitFor(1) == [.removed(address: Bench.address)])
    #expect(try PortList.usb().contains { $0.address == Bench.address } == false)

    try Bench.tell("plug")
    let seen = events.waitFor(2)
    guard case .added(let port)? = seen.last else {
      Issue.record("saw \(seen)")
      return
    }
    #expect(port.address == Bench.address)
    #expect(port.serialText == "EMU00042")
    let again = try Bench.open()
    try again.send([0x09])
    #expect(try again.take(Bench.spectrum, frame) == 4097)
    again.close()
  }
}

/// Port events as they came.
final class EventLog: Sendable {
  private let events = Mutex<[PortEvent]>([])

  func append(_ event: PortEvent) { events.withLock { $0.append(event) } }

  /// The events once there are `count`, or after 5 s.
  func waitFor(_ count: Int) -> [PortEvent] {
    for _ in 0..<500 {
      let seen = events.withLock { $0 }
      if seen.count >= count { return seen }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return events.withLock { $0 }
  }
}
