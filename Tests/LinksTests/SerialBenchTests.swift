import Foundation
import Instruments
import Testing

@testable import Links

/// What the preload bench tells this process; without it the tests of this file are skipped.
///
/// `LinkBenchTests` in GaugerTests runs this bundle on a bench with one RGA200 on a serial adapter.
/// `GAUGER_TEST_CONTROL` is a pipe that takes the lines `plug` and `unplug`.
private enum Bench {
  static let environment = ProcessInfo.processInfo.environment
  static let node = environment["GAUGER_EMULATED_PORT"] ?? ""
  static let isThere =
    environment[EmulationMark.benchVariable]?.isEmpty == false && !node.isEmpty
  static let control = environment["GAUGER_TEST_CONTROL"]

  static let stable =
    "serial:/dev/serial/by-id/usb-Gauger_Emulation_RGA200_emulated_EMU00042-if00-port0"
  static let facts = SerialFacts(baud: 28800, flowControl: .rtsCts)
  static let answer = Array("SRSRGA200VER0.24SN00042\n\r".utf8)

  static func open(_ facts: SerialFacts = facts) throws(LinkError) -> SerialLink {
    try SerialLink(address: "serial:\(node)", facts: facts)
  }

  static func tell(_ line: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: try #require(control)))
    try handle.write(contentsOf: Data("\(line)\n".utf8))
    try handle.close()
  }

  static func soon(_ seconds: Double = 5) -> MonotonicInstant {
    MonotonicInstant.now.advanced(by: .seconds(seconds))
  }
}

extension SerialLink {
  fileprivate func send(_ text: String) throws(LinkError) {
    try write(Array(text.utf8).span, to: 0, until: Bench.soon())
  }

  fileprivate func take(
    _ count: Int, until deadline: MonotonicInstant = Bench.soon()
  ) throws(LinkError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let came = try read(
      Leg(endpoint: 0, byteCount: count), into: &span, at: 0, until: deadline)
    return Array(bytes[..<came])
  }
}

/// The real libserialport under the link, on an emulated adapter whose plug the test can pull.
@Suite(.serialized, .enabled(if: Bench.isThere, "no preload bench with a serial port around us"))
struct SerialBenchTests {
  @Test func listsTheAdapterByItsStableNameWithoutOpeningIt() throws {
    let ports = try PortList.serial()
    #expect(ports.map(\.address) == [Bench.stable])
    let port = try #require(ports.first)
    #expect(port.kind == .serial && port.node == Bench.node)
    #expect(port.vendor == 0x0403 && port.product == 0x6001)
    #expect(port.makerText == EmulationMark.maker && port.serialText == "EMU00042")
    #expect(port.isEmulated && port.state == .ready)
    // Named in either way it is the same port.
    for address in [Bench.stable, "serial:\(Bench.node)"] {
      #expect(try PortList.line(at: address, bridged: false) == port)
    }
  }

  @Test func opensByStableNameAndByTheKernelsName() throws {
    for address in [Bench.stable, "serial:\(Bench.node)"] {
      let link = try SerialLink(address: address, facts: Bench.facts)
      #expect(link.node == Bench.node && link.reachesEmulator)
      try link.send("ID?\r")
      #expect(try link.take(Bench.answer.count) == Bench.answer)
      link.close()
    }
  }

  @Test func thousandQuestionsAreAnswered() throws {
    let link = try Bench.open()
    for _ in 0..<1000 {
      try link.send("NF?\r")
      #expect(try link.take(3) == Array("4\n\r".utf8))
    }
    link.close()
  }

  @Test func everyHandshakeAndSpeedIsTakenAndReadBack() throws {
    for flow in SerialFacts.FlowControl.allCases {
      for baud in [9600, 19200, 28800, 57600, 115_200, 921_600] {
        let link = try Bench.open(
          SerialFacts(baud: baud, stopBits: 2, flowControl: flow, hangsUpAtClose: baud > 20_000))
        try link.send("ID?\r")
        #expect(try link.take(Bench.answer.count) == Bench.answer)
        link.close()
      }
    }
  }

  @Test func aFormatThatThePortDoesNotTakeIsRefused() throws {
    for facts in [SerialFacts(baud: 9600, dataBits: 7), SerialFacts(baud: 9600, parity: .even)] {
      let refusal = error { () throws(LinkError) in _ = try Bench.open(facts) }
      switch refusal {
      case .settingRefused, .system: break
      default: Issue.record("got \(String(describing: refusal))")
      }
    }
    let link = try Bench.open()
    link.close()
  }

  @Test func linesAreReadAndSetAndRTSBelongsToTheHandshake() throws {
    let link = try Bench.open()
    let theirs: ModemLines = [.clearToSend, .dataSetReady]
    #expect(try link.modemLines() == theirs.union([.dataTerminalReady, .requestToSend]))
    #expect(try link.setModemLines([]))
    #expect(try link.modemLines() == theirs.union([.requestToSend]))
    #expect(try link.setModemLines([.dataTerminalReady]))
    #expect(try link.sendBreak(.milliseconds(5)))
    try link.send("ID?\r")
    #expect(try link.take(Bench.answer.count) == Bench.answer)
    link.close()
  }

  @Test func withoutAHandshakeRTSIsOursAndHoldsTheInstrument() throws {
    let link = try Bench.open(SerialFacts(baud: 28800))
    #expect(try link.setModemLines([.dataTerminalReady]))
    #expect(try link.modemLines()?.contains(.requestToSend) == false)
    try link.send("ID?\r")
    #expect(throws: LinkError.timedOut(received: 0)) {
      _ = try link.take(1, until: Bench.soon(0.03))
    }
    #expect(try link.setModemLines([.dataTerminalReady, .requestToSend]))
    #expect(try link.take(Bench.answer.count) == Bench.answer)
    link.close()
  }

  @Test func aHeldLineTakesNoByteUntilItIsLetGo() throws {
    let port = try TestPort(root: try #require(Bench.environment[EmulationMark.benchVariable]))
    defer { port.end() }
    let link = try SerialLink(address: "serial:\(port.node)", facts: Bench.facts)
    #expect(try link.modemLines()?.contains(.clearToSend) == true)
    port.clearToSend(false)
    let question = Array("FL1\r".utf8)
    #expect(throws: LinkError.timedOut(received: 0)) {
      try link.write(question.span, to: 0, until: Bench.soon(0.03))
    }
    let canceller = link.canceller
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      canceller.cancel()
    }
    #expect(throws: LinkError.cancelled) { try link.write(question.span, to: 0, until: .never) }
    canceller.rearm()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      port.clearToSend(true)
    }
    try link.send("NF?\r")
    // Nothing of what was given up came before it.
    #expect(port.terminal.hear(4) == Array("NF?\r".utf8))
    link.close()
    // Without that handshake the line is not ours to obey.
    port.clearToSend(false)
    let free = try SerialLink(
      address: "serial:\(port.node)", facts: SerialFacts(baud: 28800))
    try free.send("ID?\r")
    #expect(port.terminal.hear(4) == Array("ID?\r".utf8))
    free.close()
  }

  @Test func aSecondOpeningIsBusyAndNamesTheHolder() throws {
    let link = try Bench.open()
    let me = ProcessInfo.processInfo.processIdentifier
    let refusal = error { () throws(LinkError) in _ = try Bench.open() }
    guard case .busy(let holder?) = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
    #expect(holder.hasSuffix("process \(me)"))
    guard case .busy(let listed?) = try PortList.serial().first?.state else {
      Issue.record("listed as \(String(describing: try PortList.serial().first?.state))")
      return
    }
    #expect(listed.hasSuffix("process \(me)"))
    try link.send("ID?\r")
    #expect(try link.take(Bench.answer.count) == Bench.answer)
    link.close()
    #expect(try PortList.serial().first?.state == .ready)
  }

  @Test func theLineAnswersWhichModelIsOnIt() throws {
    let profile = DeviceProfile(
      id: "test/rga200", name: "RGA200", maker: "Test", driver: "test", techniques: ["mass"],
      status: .documented,
      recognition: [
        .serial(
          SerialQuestion(
            ask: Array("ID?\r".utf8), answerBegins: Array("SRSRGA200".utf8),
            answerEnds: [0x0A, 0x0D], within: .seconds(5), serialNumberFollows: Array("SN".utf8)))
      ],
      link: .serial(Bench.facts), settings: [],
      limits: .init(peakFramesPerSecond: 1, makeSafeWithin: .seconds(1)), facts: .map([:]),
      text: "", file: "")
    let port = try #require(try PortList.serial().first)
    let inquiry = try SerialAsker.ask(port, for: [profile])
    #expect(inquiry.answers == [.init(model: "test/rga200", serialNumber: "00042")])
  }

  @Test(.timeLimit(.minutes(1))) func unplugEndsReadsAndPluggingInWorksAgain() throws {
    let watcher = try PortWatcher()
    defer { watcher.stop() }
    let events = EventLog()
    watcher.start { events.append($0) }
    let link = try Bench.open()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.03)
      do { try Bench.tell("unplug") } catch { Issue.record(error) }
    }
    #expect(throws: LinkError.gone) { _ = try link.take(1, until: .never) }
    #expect(throws: LinkError.gone) { try link.send("ID?\r") }
    #expect(throws: LinkError.gone) { _ = try link.modemLines() }
    link.close()
    // The port goes before its adapter.
    #expect(
      events.waitFor(2).first == .removed(address: Bench.stable), "\(events.waitFor(2))")
    #expect(try PortList.serial().isEmpty)
    #expect(error { () throws(LinkError) in _ = try Bench.open() } == .gone)

    try Bench.tell("plug")
    let added = events.waitFor(4).compactMap { event -> InstrumentPort? in
      if case .added(let port) = event, port.kind == .serial { return port }
      return nil
    }
    #expect(added.map(\.address) == [Bench.stable])
    #expect(added.first?.serialText == "EMU00042")
    let again = try Bench.open()
    try again.send("ID?\r")
    #expect(try again.take(Bench.answer.count) == Bench.answer)
    again.close()
  }
}
