import Foundation
import Instruments
import Laboratory
import Testing

@testable import Links

private let spectrum = Leg(endpoint: 0x82, byteCount: 4)

/// A conversation that uses every operation and every way to end; the same over any link.
private func converse(_ link: inout some ByteLink & ~Copyable) throws -> [String] {
  var said: [String] = []
  var bytes = [UInt8](repeating: 0, count: 6)
  try link.prepare([spectrum], inFlight: 2)
  try link.post(spectrum)
  try link.write([0x09].span, to: 0x01, until: .never)
  said.append("\(try read(&link, spectrum, into: &bytes, at: 2)) \(bytes)")
  try link.write([0x05].span, to: 0x01, until: .never)
  said.append("\(try read(&link, Leg(endpoint: 0x81, byteCount: 17), into: &bytes)) \(bytes)")
  return said
}

private func struggle(_ link: inout some ByteLink & ~Copyable) throws -> [String] {
  var said: [String] = []
  var bytes = [UInt8](repeating: 0, count: 6)
  do { said.append("\(try read(&link, spectrum, into: &bytes))") } catch { said.append("\(error)") }
  said.append("\(bytes)")
  try link.write([0x08, 0xFF].span, to: 0x01, until: .never)
  do { said.append("\(try read(&link, spectrum, into: &bytes))") } catch { said.append("\(error)") }
  said.append("\(bytes)")
  do { try link.write([0x09].span, to: 0x02, until: .never) } catch { said.append("\(error)") }
  try link.clearHalt(0x02)
  try link.write([0x09].span, to: 0x01, until: .never)
  said.append("\(try link.drain(0x82, quiet: .milliseconds(1), until: .never))")
  try link.reset()
  said.append(contentsOf: try askForControl(&link))
  do { try link.write([0x77].span, to: 0x01, until: .never) } catch { said.append("\(error)") }
  link.close()
  return said
}

private func askForControl(_ link: inout some ByteLink & ~Copyable) throws -> [String] {
  var data: [UInt8] = [9, 9, 9]
  var span = data.mutableSpan
  let fetched = try link.control(
    ControlRequest(type: 0xC0, request: 1, value: 2, index: 3), data: &span, until: .never)
  var sent: [UInt8] = [7, 8]
  var sentSpan = sent.mutableSpan
  let taken = try link.control(
    ControlRequest(type: 0x40, request: 1, value: 2, index: 3), data: &sentSpan, until: .never)
  return ["\(fetched) \(data)", "\(taken)"]
}

@Suite struct CaptureTests {
  @Test func aCapturedConversationReplaysAlike() throws {
    let folder = try Folder()
    var capture = try CaptureLink(FakeLink(), to: folder.file("a.jsonl"), header: .synthetic)
    let live = try converse(&capture) + struggle(&capture)
    #expect(live[0] == "4 [0, 0, 1, 2, 3, 105]")
    #expect(live[1] == "3 [5, 0, 65, 2, 3, 105]")

    let read = try Capture(file: folder.file("a.jsonl"))
    #expect(read.header == .synthetic)
    #expect(read.events.count == 16)
    #expect(read.events[5].error == .timedOut(received: 1))
    #expect(read.events[5].received == [0xAB])
    #expect(read.events[7].error == .overflow(endpoint: 0x82))
    #expect(read.events[7].received == [8, 8, 8, 8])
    #expect(read.events[11].dropped == 4)

    var replay = ReplayLink(read)
    let replayed = try converse(&replay) + struggle(&replay)
    #expect(replayed == live)
    #expect(replay.leftOver == 0)
    #expect(replay.closings == 1)
    try replay.finish()
  }

  @Test func anExistingFileIsNotOverwritten() throws {
    let folder = try Folder()
    try Data("precious".utf8).write(to: URL(filePath: folder.file("a.jsonl")))
    let failure = #expect(throws: Failure.self) {
      var link = try CaptureLink(FakeLink(), to: folder.file("a.jsonl"), header: .synthetic)
      link.close()
    }
    #expect(failure?.code == "capture-unwritable")
    #expect(FileManager.default.contents(atPath: folder.file("a.jsonl")) == Data("precious".utf8))
  }

  @Test func everyErrorSurvivesTheFile() throws {
    let errors: [LinkError] = [
      .timedOut(received: 12), .gone, .busy(holder: nil), .busy(holder: "x, process 1"),
      .denied(node: "/dev/bus/usb/001/002"), .stalled(endpoint: 0x81), .overflow(endpoint: 0x0F),
      .cancelled, .system(operation: "a", code: -1, text: "b"),
    ]
    let capture = Capture(
      header: .synthetic, events: errors.map { CaptureEvent(.reset, error: $0) })
    let again = try Capture(parsing: Array(capture.text().utf8), name: "x")
    #expect(again == capture)
  }

  static let header =
    #"{"gauger_capture":1,"model":"a/b","date":"2026-11-20T10:15:00Z","#
    + #""who":"w","how":"h","licence":"CC0-1.0","origin":"hardware","serial_blanked":true}"#

  @Test(arguments: [
    #"{"time_us":1,"operation":"fly"}"#,
    #"{"time_us":1,"operation":"write","endpoint":"0x01"}"#,
    #"{"time_us":1,"operation":"write","endpoint":"0x01","bytes":"0"}"#,
    #"{"time_us":1,"operation":"write","endpoint":"0x01","bytes":"0g"}"#,
    #"{"time_us":1,"operation":"write","endpoint":"1","bytes":"00"}"#,
    #"{"time_us":1,"operation":"write","endpoint":"0x100","bytes":"00"}"#,
    #"{"time_us":-1,"operation":"reset"}"#,
    #"{"operation":"reset"}"#,
    #"{"time_us":1,"operation":"reset","bytes":"00"}"#,
    #"{"time_us":1,"operation":"read","endpoint":"0x82"}"#,
    #"{"time_us":1,"operation":"read","endpoint":"0x82","length":-4}"#,
    #"{"time_us":1,"operation":"read","endpoint":"0x82","length":99999999999}"#,
    #"{"time_us":1,"operation":"read","endpoint":"0x82","length":1,"bytes":"0001"}"#,
    #"{"time_us":1,"operation":"drain","endpoint":"0x82","dropped":-1}"#,
    #"{"time_us":1,"operation":"control","length":1}"#,
    #"{"time_us":1,"operation":"control","length":1,"type":256,"request":0,"value":0,"index":0}"#,
    #"{"time_us":1,"operation":"reset","error":{"kind":"tired"}}"#,
    #"{"time_us":1,"operation":"reset","error":{"kind":"timed_out"}}"#,
    #"{"time_us":1,"operation":"res"#, "", "[]", "\u{0}\u{FFFD}",
  ])
  func aDamagedLineIsRefusedWithItsNumber(line: String) throws {
    let good = #"{"time_us":0,"operation":"post","endpoint":"0x82","length":4}"#
    let text = [Self.header, good, line, good].joined(separator: "\n") + "\n"
    let failure = #expect(throws: Failure.self) {
      try Capture(parsing: Array(text.utf8), name: "x.jsonl")
    }
    #expect(failure?.code == "capture-damaged")
    #expect(failure?.exit == .damaged)
    #expect(failure?.what.contains("Line 3 of the capture x.jsonl") == true)
  }

  @Test func aFileWithoutAUsableHeaderIsRefused() throws {
    let others = [
      "", "{}", #"{"time_us":0,"operation":"reset"}"#,
      Self.header.replacingOccurrences(of: #":1,"model"#, with: #":2,"model"#),
      Self.header.replacingOccurrences(of: "hardware", with: "dream"),
      Self.header.replacingOccurrences(of: "2026-11-20T10", with: "yesterday"),
    ]
    for text in others {
      let failure = #expect(throws: Failure.self) {
        try Capture(parsing: Array(text.utf8), name: "x.jsonl")
      }
      #expect(failure?.what.contains("Line 1 ") == true)
    }
    #expect(try Capture(parsing: Array(Self.header.utf8), name: "x").events.isEmpty)
  }

  @Test func aMissingFileIsNotFound() {
    let failure = #expect(throws: Failure.self) { try Capture(file: "/nowhere/x.jsonl") }
    #expect(failure?.exit == .notFound)
  }
}
