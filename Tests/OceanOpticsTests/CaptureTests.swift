import Foundation
import Instruments
import Links
import Profiles
import Registry
import Testing

/// Captured conversations are replayed strictly: order, bytes, lengths and end points must be those
/// of the capture, and the frames must give the expected numbers.
@Suite struct CaptureTests {
  struct Expected: Decodable {
    struct Frame: Decodable {
      var sum: Double
      var first: Double
      var middle: Double
      var last: Double
    }

    var serial_number: String
    var channels: Int
    var stale: Int
    var frames: [Frame]
    var wavelength_first_nm: Double
    var wavelength_last_nm: Double
  }

  static let captures =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()

  static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let folder = Bundle.module.bundlePath + "/Captures"

  @Test func everyModelHasACaptureWithAnswers() throws {
    let profiles = Self.checkout.appending(path: "DeviceProfiles/ocean-optics").path
    let models = try FileManager.default.contentsOfDirectory(atPath: profiles)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    #expect(models.count >= 4)
    #expect(Self.captures == models)
  }

  @Test(arguments: captures)
  func replayGivesTheExpectedNumbers(_ name: String) throws {
    let (capture, profile, expected) = try Self.material(name)
    let found = Registry.driver(id: profile.driver)
    let entry = try #require(found)
    let link = ReplayLink(capture)
    var spectrometer = try entry.open(link, profile)
    let record = spectrometer.record
    #expect(record.serialNumber == expected.serial_number)
    try spectrometer.makeSafe()
    let instrument = profile.standardSettings.values
      .filter { profile.setting($0.key)?.scope == .instrument }
    _ = try spectrometer.apply(Settings(instrument))
    guard case .array(let interpreter) = try entry.interpret(profile, record) else {
      Issue.record("\(name) is no array spectrometer")
      return
    }
    #expect(interpreter.detector.channelCount == expected.channels)
    try Self.checkAxis(interpreter.detector, expected)
    var buffer = [UInt8](repeating: 0, count: spectrometer.largestFrame)
    var counts = [Double](repeating: 0, count: expected.channels)
    for (number, frame) in expected.frames.enumerated() {
      var slot = buffer.mutableSpan
      let readout = try spectrometer.readFrame(into: &slot)
      #expect(readout.outcome == (number < expected.stale ? .stale : .complete))
      #expect(readout.byteCount == buffer.count)
      var output = counts.mutableSpan
      try interpreter.decode(buffer.span, &output)
      #expect(counts.reduce(0, +) == frame.sum)
      #expect(counts[0] == frame.first)
      #expect(counts[expected.channels / 2] == frame.middle)
      #expect(counts[expected.channels - 1] == frame.last)
    }
    // A run ends harmless by itself, and closing makes sure once more.
    try spectrometer.makeSafe()
    try spectrometer.close()
    try link.finish()
  }

  @Test(arguments: captures)
  func oneChangedByteOfACommandStopsTheReplay(_ name: String) throws {
    var (capture, profile, _) = try Self.material(name)
    let found = Registry.driver(id: profile.driver)
    let entry = try #require(found)
    let place = try #require(
      capture.events.firstIndex {
        if case .write(_, let bytes) = $0.operation { bytes.first == 0x05 } else { false }
      })
    guard case .write(let endpoint, var bytes) = capture.events[place].operation else { return }
    bytes[1] ^= 0x01
    capture.events[place].operation = .write(endpoint: endpoint, bytes: bytes)
    #expect(throws: DriverError.self) {
      _ = try entry.open(ReplayLink(capture), profile)
    }
  }

  static func material(_ name: String) throws -> (Capture, DeviceProfile, Expected) {
    let capture = try Capture(file: "\(folder)/\(name).jsonl")
    let answers = try Data(contentsOf: URL(filePath: "\(folder)/\(name).expected.json"))
    let store = ProfileStore.load(folders: [checkout.appending(path: "DeviceProfiles").path])
    let profile = try #require(store.profile(id: capture.header.model))
    return (capture, profile, try JSONDecoder().decode(Expected.self, from: answers))
  }

  static func checkAxis(_ detector: ArrayDetector, _ expected: Expected) throws {
    guard case .coefficients(let c) = detector.wavelength else {
      Issue.record("the capture's memory holds a polynomial")
      return
    }
    func wavelength(_ channel: Int) -> Double {
      c.reversed().reduce(0) { $0 * (Double(channel) - detector.wavelengthOrigin) + $1 }
    }
    #expect(abs(wavelength(0) - expected.wavelength_first_nm) < 1e-9)
    #expect(abs(wavelength(expected.channels - 1) - expected.wavelength_last_nm) < 1e-9)
  }
}
