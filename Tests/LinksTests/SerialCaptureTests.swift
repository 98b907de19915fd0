import Foundation
import Instruments
import Laboratory
import Testing

@testable import Links

/// A serial conversation written down and played back.
@Suite(.timeLimit(.minutes(1))) struct SerialCaptureTests {
  /// A line with modem lines, as no bare pseudo-terminal has them.
  private struct FakeLine: ByteLink, ~Copyable {
    let canceller = LinkCanceller()
    let reachesEmulator = false
    var lines: ModemLines? = [.dataTerminalReady, .clearToSend]

    mutating func prepare(_ legs: [Leg], inFlight: Int) {}
    mutating func write(
      _ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant
    ) throws(LinkError) {}
    mutating func post(_ leg: Leg) {}
    mutating func read(
      _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
      until deadline: MonotonicInstant
    ) throws(LinkError) -> Int { throw .gone }
    mutating func drain(
      _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
    ) -> Int { 0 }
    mutating func control(
      _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
    ) -> Int { 0 }
    mutating func clearHalt(_ endpoint: UInt8) {}
    mutating func reset() {}
    mutating func modemLines() throws(LinkError) -> ModemLines? { lines }
    mutating func setModemLines(_ wanted: ModemLines) throws(LinkError) -> Bool {
      if wanted.contains(.requestToSend) { throw .gone }
      lines = wanted.union([.clearToSend, .ring])
      return true
    }
    mutating func sendBreak(_ length: Duration) throws(LinkError) -> Bool {
      if length > .seconds(1) { throw .timedOut(received: 0) }
      return length > .zero
    }
    mutating func close() {}
  }

  private func converse(_ link: inout some ByteLink & ~Copyable) throws -> [String] {
    var said: [String] = []
    said.append("\(String(describing: try link.modemLines()?.rawValue))")
    said.append("\(try link.setModemLines([]))")
    said.append("\(String(describing: try link.modemLines()?.rawValue))")
    said.append("\(try link.setModemLines([.dataTerminalReady]))")
    do { _ = try link.setModemLines([.requestToSend]) } catch { said.append("\(error)") }
    said.append("\(try link.sendBreak(.milliseconds(250)))")
    said.append("\(try link.sendBreak(.zero))")
    do { _ = try link.sendBreak(.seconds(2)) } catch { said.append("\(error)") }
    link.close()
    return said
  }

  @Test func linesAndBreakReplayAlike() throws {
    let folder = try Folder()
    var capture = try CaptureLink(FakeLine(), to: folder.file("a.jsonl"), header: .synthetic)
    let live = try converse(&capture)
    #expect(
      live == [
        "Optional(5)", "true", "Optional(36)", "true", "gone", "true", "false",
        "timedOut(received: 0)",
      ])
    let read = try Capture(file: folder.file("a.jsonl"))
    #expect(read.events.count == 8)
    #expect(read.events[0].operation == .readLines)
    #expect(read.events[0].lines == [.dataTerminalReady, .clearToSend])
    #expect(read.events[3].operation == .setLines([.dataTerminalReady]))
    #expect(read.events[5].operation == .sendBreak(microseconds: 250_000))
    #expect(read.events[6].wasTaken == false)
    var replay = ReplayLink(read)
    #expect(try converse(&replay) == live)
    try replay.finish()

    let other = ReplayLink(read)
    _ = try other.modemLines()
    let refusal = error { () throws(LinkError) in _ = try other.setModemLines([.requestToSend]) }
    guard case .replayMismatch(event: 2, _, _)? = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
  }

  @Test func aTerminalsConversationReplaysAlike() throws {
    let folder = try Folder()
    let terminal = try TestTerminal()
    terminal.say(Array("rest".utf8))
    let link = try SerialLink(address: terminal.address, facts: SerialFacts(baud: 28800))
    var capture = try CaptureLink(link, to: folder.file("a.jsonl"), header: .synthetic)
    let live = try talk(&capture) { terminal.say(Array("SRSRGA200\n\r".utf8)) }
    #expect(live == ["nil", "false", "false", "11 SRSRGA200\n\r", "timedOut(received: 0)"])
    var replay = ReplayLink(try Capture(file: folder.file("a.jsonl")))
    #expect(try talk(&replay) {} == live)
    try replay.finish()
  }

  private func talk(
    _ link: inout some ByteLink & ~Copyable, _ answer: () -> Void
  ) throws -> [String] {
    var said: [String] = []
    said.append("\(String(describing: try link.modemLines()))")
    said.append("\(try link.setModemLines([.dataTerminalReady]))")
    said.append("\(try link.sendBreak(.milliseconds(1)))")
    let question = Array("ID?\r".utf8)
    try link.write(question.span, to: 0, until: .never)
    answer()
    var bytes = [UInt8](repeating: 0, count: 11)
    let count = try read(&link, Leg(endpoint: 0, byteCount: 11), into: &bytes)
    said.append("\(count) \(String(decoding: bytes, as: UTF8.self))")
    var span = bytes.mutableSpan
    do throws(LinkError) {
      _ = try link.read(
        Leg(endpoint: 0, byteCount: 1), into: &span, at: 0,
        until: MonotonicInstant.now.advanced(by: .milliseconds(5)))
    } catch { said.append("\(error)") }
    link.close()
    return said
  }

  @Test func aRefusedSettingSurvivesTheFile() throws {
    let refusal = LinkError.settingRefused(setting: "speed", asked: "28800 baud", got: "9600 baud")
    let capture = Capture(header: .synthetic, events: [CaptureEvent(.reset, error: refusal)])
    #expect(try Capture(parsing: Array(capture.text().utf8), name: "x") == capture)
  }

  @Test(arguments: [
    #"{"time_us":1,"operation":"set_lines"}"#,
    #"{"time_us":1,"operation":"set_lines","lines":["dtr"]}"#,
    #"{"time_us":1,"operation":"set_lines","lines":["xyz"],"taken":true}"#,
    #"{"time_us":1,"operation":"read_lines","lines":"dtr"}"#,
    #"{"time_us":1,"operation":"read_lines","lines":["DTR"]}"#,
    #"{"time_us":1,"operation":"read_lines","bytes":"00"}"#,
    #"{"time_us":1,"operation":"break"}"#,
    #"{"time_us":1,"operation":"break","length":-1,"taken":true}"#,
    #"{"time_us":1,"operation":"break","length":5}"#,
    #"{"time_us":1,"operation":"reset","error":{"kind":"setting_refused"}}"#,
  ])
  func aDamagedLineIsRefused(line: String) {
    let text = [CaptureTests.header, line].joined(separator: "\n") + "\n"
    let failure = #expect(throws: Failure.self) {
      try Capture(parsing: Array(text.utf8), name: "x.jsonl")
    }
    #expect(failure?.code == "capture-damaged")
    #expect(failure?.what.contains("Line 2 ") == true)
  }
}

@Suite struct SerialFailureTests {
  @Test(arguments: [
    (LinkError.denied(node: "/dev/ttyUSB0"), "serial-denied", Laboratory.ExitStatus.denied),
    (.busy(holder: nil), "serial-busy", .busy),
    (.busy(holder: "lab, process 7"), "serial-busy", .busy),
    (.gone, "serial-gone", .gone), (.timedOut(received: 3), "serial-timed-out", .timedOut),
    (.settingRefused(setting: "speed", asked: "a", got: "b"), "serial-setting-refused", .failed),
    (.cancelled, "link-cancelled", .stoppedShort),
    (.system(operation: "a", code: 5, text: "b"), "link-system", .failed),
    (.replayMismatch(event: 1, expected: "a", got: "b"), "replay-mismatch", .damaged),
  ])
  func onALineNothingSpeaksOfUSB(
    error: LinkError, code: String, exit: Laboratory.ExitStatus
  ) {
    let failure = error.failure(on: .serial)
    #expect(failure.code == code)
    #expect(failure.exit == exit)
    let text = failure.what + failure.why + failure.next
    #expect(!text.contains("USB") || text.contains("ttyUSB"))
    #expect(!text.contains("usb"))
    #expect(!failure.what.isEmpty && !failure.why.isEmpty && !failure.next.isEmpty)
  }

  @Test func aDeniedPortNamesTheGroupAndTheRules() {
    let denied = LinkError.denied(node: "/dev/ttyACM0").failure(on: .serial)
    #expect(denied.what.contains("/dev/ttyACM0"))
    #expect(denied.next.contains("dialout") && denied.next.contains("61-gauger-access.rules"))
  }
}
