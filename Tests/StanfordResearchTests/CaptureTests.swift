import Foundation
import Instruments
import Links
import Profiles
import Registry
import StanfordResearch
import Testing

/// Captured conversations are replayed strictly: order, bytes and lengths must be those of the
/// capture, and the frames must give the expected numbers.
@Suite struct CaptureTests {
  struct Expected: Decodable {
    struct Frame: Decodable {
      var sum: Double
      var first: Double
      var last: Double
      var total: Double
    }

    var serial_number: String
    var points: Int
    var first_amu: Double
    var last_amu: Double
    var partial_Torr_per_A: Double
    var total_Torr_per_A: Double
    var frames: [Frame]
  }

  static let folder = Bundle.module.bundlePath + "/Captures"

  static let captures =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()

  @Test func everyModelHasACaptureWithAnswers() throws {
    let profiles = Stand.checkout.appending(path: "DeviceProfiles/stanford-research").path
    let models = try FileManager.default.contentsOfDirectory(atPath: profiles)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    #expect(models == ["rga100", "rga200", "rga300"])
    #expect(Self.captures == models)
  }

  @Test(arguments: captures)
  func replayGivesTheExpectedNumbers(_ name: String) throws {
    let capture = try Capture(file: "\(Self.folder)/\(name).jsonl")
    #expect(capture.header.model == "stanford-research/\(name)")
    let answers = try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name).expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: answers)
    let profile = try Stand.profile(name)
    let found = Registry.driver(id: profile.driver)
    let entry = try #require(found)
    let link = ReplayLink(capture)
    var instrument = try entry.open(link, profile)
    let record = instrument.record
    #expect(record.serialNumber == expected.serial_number)
    // As a run does it: safe, settings, frames, safe, and safe again when it is closed.
    try instrument.makeSafe()
    let sent = try instrument.apply(profile.standardSettings)
    guard case .mass(let interpreter) = try entry.interpret(profile, record) else {
      Issue.record("\(name) is no mass spectrometer")
      return
    }
    let layout = try interpreter.layout(sent)
    #expect(layout.massToCharge.count == expected.points)
    #expect(layout.massToCharge.first == expected.first_amu)
    #expect(layout.massToCharge.last == expected.last_amu)
    #expect(layout.partialPressure == .torrPerAmpere(expected.partial_Torr_per_A))
    #expect(layout.totalPressure == .torrPerAmpere(expected.total_Torr_per_A))
    var buffer = [UInt8](repeating: 0, count: instrument.largestFrame)
    var counts = [Double](repeating: 0, count: layout.massToCharge.count)
    #expect(expected.frames.count == 2)
    for frame in expected.frames {
      var slot = buffer.mutableSpan
      let readout = try instrument.readFrame(into: &slot)
      #expect(readout.outcome == .complete)
      #expect(readout.byteCount == layout.byteCount)
      let bytes = Array(buffer.prefix(readout.byteCount))
      var output = counts.mutableSpan
      let total = try interpreter.decode(bytes.span, layout, &output)
      #expect(total == frame.total)
      #expect(counts.reduce(0, +) == frame.sum)
      #expect(counts.first == frame.first && counts.last == frame.last)
    }
    try instrument.makeSafe()
    try instrument.close()
    try link.finish()
  }

  @Test(arguments: captures)
  func oneChangedByteOfACommandStopsTheReplay(_ name: String) throws {
    var capture = try Capture(file: "\(Self.folder)/\(name).jsonl")
    let profile = try Stand.profile(name)
    let place = try #require(
      capture.events.firstIndex {
        if case .write(_, let bytes) = $0.operation { bytes == Array("SP?\r".utf8) } else { false }
      })
    capture.events[place].operation = .write(endpoint: 0, bytes: Array("SQ?\r".utf8))
    #expect(throws: DriverError.self) {
      _ = try ResidualGasAnalyzer(link: ReplayLink(capture), profile: profile)
    }
  }
}
