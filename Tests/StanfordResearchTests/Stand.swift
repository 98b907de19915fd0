import Foundation
import Instruments
import Profiles
import Registry
import StanfordResearch

/// What most tests here need: profiles and an opened instrument on a fake head.
enum Stand {
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let store = ProfileStore.load(
    folders: [checkout.appending(path: "DeviceProfiles").path], drivers: Registry.drivers)

  struct NoProfile: Error {}

  static func profile(_ model: String = "rga200") throws -> DeviceProfile {
    guard let profile = store.profile(id: "stanford-research/\(model)") else { throw NoProfile() }
    return profile
  }

  static func open(_ head: FakeHead, _ model: String = "rga200") throws -> ResidualGasAnalyzer {
    try ResidualGasAnalyzer(link: FakeLink(head), profile: try profile(model))
  }

  /// The standard settings with these over them.
  static func settings(_ values: [String: Double]) throws -> Settings {
    try profile().standardSettings.overlaid(with: Settings(values))
  }

  /// MI 1, MF 2, SA 10: eleven points and the total.
  static let short: [String: Double] = ["last_mass_amu": 2]

  static func frame(
    _ instrument: inout ResidualGasAnalyzer
  ) throws -> (FrameReadout, [UInt8]) {
    var buffer = [UInt8](repeating: 0xEE, count: instrument.largestFrame)
    var slot = buffer.mutableSpan
    let readout = try instrument.readFrame(into: &slot)
    return (readout, Array(buffer.prefix(readout.byteCount)))
  }
}
