import DriverDamage
import Emulation
import Foundation
import Instruments
import Profiles
import StanfordResearch
import Testing

extension Tag {
  /// Takes more than about five seconds.
  @Tag static var slow: Self
}

/// The shared damage matrix over the emulated head.
@Suite struct DamageMatrixTests {
  /// The model's own profile, without the waits that a real head needs.
  private func matrix() throws -> DriverDamage {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "DeviceProfiles/stanford-research/rga200.yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    for (name, quick) in [
      ("surplus_wait_ms", 2), ("quiet_ms", 3), ("reply_ms", 200), ("frame_grace_ms", 200),
      ("initialize_ms", 400),
    ] {
      let wait = try Regex(" \(name): \\{ value: [0-9]+")
      #expect(text.contains(wait))
      text = text.replacing(wait) { _ in " \(name): { value: \(quick)" }
    }
    return DriverDamage(
      driver: ResidualGasAnalyzer.entry,
      profile: try ProfileReader.read(text: text, file: file.path),
      settings: Settings(["last_mass_amu": 2, "noise_floor": 7]), endpoints: [0],
      marksFrames: false
    ) {
      try EmulatedCatalogue.make(
        EmulatedSetup(model: "stanford-research/rga200", seed: 3, speed: 1e6))
    }
  }

  @Test func noDamageToAFrameIsBelievedAndTheNextOneIsGood() throws {
    let (cases, findings) = try matrix().damageFrames()
    #expect(cases > 5)
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test(.tags(.slow)) func damageToAnOpeningIsMendedOrTold() throws {
    let (cases, findings) = try matrix().damageOpening(every: 11)
    #expect(cases > 40)
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }
}
