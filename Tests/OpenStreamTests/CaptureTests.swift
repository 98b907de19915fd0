import Foundation
import Instruments
import Links
import Testing

@testable import OpenStream

/// Captured conversations are replayed strictly: order, bytes and lengths must be those of the
/// capture, and the scans must give the expected numbers.
@Suite struct CaptureTests {
  struct Expected: Decodable {
    struct Frame: Decodable {
      var number: UInt64
      var count: Int
      var first_s: Double
      var last_s: Double
      var sum: Double
      var last: Double
    }

    var serial_number: String
    var channels: Int
    var frames: [Frame]
  }

  private static let folder = Bundle.module.bundlePath + "/Captures"

  @Test func replayGivesTheExpectedNumbers() throws {
    let capture = try Capture(file: "\(Self.folder)/instrument.jsonl")
    #expect(capture.header.model == "open-stream/instrument")
    let answers = try Data(
      contentsOf: URL(filePath: "\(Self.folder)/instrument.expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: answers)
    let profile = try Stand.profile(quick: false)
    let link = ReplayLink(capture)
    var instrument = try OpenStreamInstrument(link: link, profile: profile)
    #expect(instrument.record.serialNumber == expected.serial_number)
    let interpreter = try OpenStreamInstrument.interpret(profile, instrument.record)
    #expect(interpreter.layout.channels.count == expected.channels)
    // As a run does it: safe, settings, scans, safe, and safe again when it is closed.
    try instrument.makeSafe()
    _ = try instrument.apply(Settings())
    #expect(expected.frames.count == 2)
    for frame in expected.frames {
      var (readout, bytes) = try instrument.next()
      while readout.outcome == .nothingYet { (readout, bytes) = try instrument.next() }
      #expect(readout.outcome == .complete)
      var scan = SeriesScan()
      try interpreter.decode(bytes.span, &scan)
      #expect(scan.number == frame.number && scan.times.count == frame.count)
      #expect(scan.times.first == frame.first_s && scan.times.last == frame.last_s)
      #expect(scan.values.reduce(0, +) == frame.sum && scan.values.last == frame.last)
    }
    try instrument.makeSafe()
    try instrument.close()
    try link.finish()
  }

  @Test func oneChangedByteOfAnOrderStopsTheReplay() throws {
    var capture = try Capture(file: "\(Self.folder)/instrument.jsonl")
    let hello = OpenStreamWire.Order.hello.rawValue
    let place = try #require(
      capture.events.firstIndex {
        if case .write(_, let bytes) = $0.operation { bytes[2] == hello } else { false }
      })
    guard case .write(_, var bytes) = capture.events[place].operation else { return }
    bytes[16] ^= 1
    capture.events[place].operation = .write(endpoint: 0, bytes: bytes)
    #expect(throws: DriverError.self) {
      _ = try OpenStreamInstrument(
        link: ReplayLink(capture), profile: try Stand.profile(quick: false))
    }
  }
}
