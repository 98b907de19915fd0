import DriverDamage
import Emulation
import Foundation
import Instruments
import OceanOptics
import Profiles
import Testing

extension Tag {
  /// Takes more than about five seconds.
  @Tag static var slow: Self
}

/// The shared damage matrix over every emulated model of the family.
@Suite struct DamageMatrixTests {
  /// The model's own profile, without the waits that a real device needs.
  private func matrix(_ wire: Wire) throws -> DriverDamage {
    let file = checkout.appending(path: "DeviceProfiles/ocean-optics/\(wire.model).yaml")
    var text = try String(contentsOf: file, encoding: .utf8)
    text = text.replacing(/settle_ms: \{ value: \d+/) { _ in "settle_ms: { value: 0" }
    text = text.replacing(/drain_ms: \{ value: \d+/) { _ in "drain_ms: { value: 2" }
    text = text.replacing(/drain_ms: \d+/) { _ in "drain_ms: 2" }
    let model = wire.model
    return DriverDamage(
      driver: OOISpectrometer.entry, profile: try ProfileReader.read(text: text, file: file.path),
      settings: Settings(["integration_us": 10_000, "lamp": 1]),
      endpoints: [wire.reply] + wire.spectrum, marksFrames: true
    ) {
      try EmulatedCatalogue.make(
        EmulatedSetup(model: "ocean-optics/\(model)", seed: 3, speed: 1e6))
    }
  }

  @Test(arguments: Wire.all)
  func noDamageToAFrameIsBelievedAndTheNextOneIsGood(_ wire: Wire) throws {
    let (cases, findings) = try matrix(wire).damageFrames()
    // Of two transfers one can be cut off; five damages befall each transfer, three the whole.
    #expect(cases == (wire.spectrum.count == 2 ? 14 : 8))
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }

  /// One of each controller: the others open in the same way.
  @Test(.tags(.slow), arguments: [Wire.usb2000, .usb4000])
  func damageToAnOpeningIsMendedOrTold(_ wire: Wire) throws {
    let (cases, findings) = try matrix(wire).damageOpening()
    #expect(cases > 100)
    #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
  }
}
