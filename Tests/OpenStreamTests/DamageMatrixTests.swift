import DriverDamage
import Emulation
import Instruments
import Testing

@testable import OpenStream

extension Tag {
  /// Takes more than about five seconds.
  @Tag static var slow: Self
}

/// The shared damage matrix over the emulated player.
@Suite struct DamageMatrixTests {
  private func matrix() throws -> DriverDamage {
    DriverDamage(
      driver: OpenStreamInstrument.entry, profile: try Stand.profile(alive: 20),
      settings: Settings(), endpoints: [0], marksFrames: true, streams: true
    ) {
      try EmulatedCatalogue.make(EmulatedSetup(model: "open-stream/player", speed: 1e6))
    }
  }

  @Test func noDamageToAFrameIsBelievedAndTheNextOneIsGood() throws {
    let (cases, findings) = try matrix().damageFrames()
    #expect(cases > 10)
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  @Test func damageToAnOpeningIsMendedOrTold() throws {
    let (cases, findings) = try matrix().damageOpening()
    #expect(cases > 20)
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }
}
