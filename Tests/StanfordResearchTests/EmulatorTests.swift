import Emulation
import Instruments
import Links
import Profiles
import Registry
import Testing

@testable import StanfordResearch

/// The driver and the emulated head, two readings of one document, speak with each other.
@Suite(.timeLimit(.minutes(2))) struct EmulatorTests {
  /// The profile, with quiet times that suit a head that is many times faster than life.
  static func profile(_ model: String) throws -> DeviceProfile {
    let text = try Stand.profile(model).text
    let quick =
      text.replacing("quiet_ms: { value: 300", with: "quiet_ms: { value: 20")
      .replacing("surplus_wait_ms: { value: 50", with: "surplus_wait_ms: { value: 5")
    #expect(quick != text)
    return try ProfileReader.read(text: quick, file: "rga.yaml", drivers: Registry.drivers)
  }

  static func device(_ model: String, multiplier: Bool = true) throws -> EmulatedDevice {
    try EmulatedCatalogue.make(
      EmulatedSetup(
        model: "stanford-research/\(model)", seed: 11, speed: 1000,
        analyser: RGAOptions(hasMultiplier: multiplier)))
  }

  @Test(arguments: ["rga100", "rga200", "rga300"])
  func everyKindOfScanIsRead(_ model: String) throws {
    let device = try Self.device(model)
    let profile = try Self.profile(model)
    var instrument = try ResidualGasAnalyzer(link: InProcessLink(to: device), profile: profile)
    #expect(instrument.record.serialNumber == device.serialNumber)
    #expect(instrument.record.firmware == "0.24")
    let interpreter = try ResidualGasAnalyzer.interpret(profile, instrument.record)
    for (kind, volts) in [(0.0, 0.0), (1, 0), (2, 0), (0, 1400), (2, 1400)] {
      let sent = try instrument.apply(
        profile.standardSettings.overlaid(
          with: Settings(["scan_kind": kind, "multiplier_V": volts, "noise_floor": 4])))
      let layout = try interpreter.layout(sent)
      for _ in 0..<2 {
        let (readout, bytes) = try Stand.frame(&instrument)
        #expect(readout.outcome == .complete)
        #expect(readout.byteCount == layout.byteCount)
        var counts = [Double](repeating: 0, count: layout.massToCharge.count)
        var span = counts.mutableSpan
        let total = try interpreter.decode(bytes.span, layout, &span)
        #expect((total == nil) == (volts > 0))
        // Residual air: the peak of nitrogen stands above that of oxygen, and both above nothing.
        func count(at mass: Double) -> Double {
          layout.massToCharge.firstIndex(of: mass).map { counts[$0] } ?? 0
        }
        #expect(count(at: 28) > 2 * count(at: 32))
        #expect(count(at: 32) > 0)
      }
    }
    try instrument.close()
    #expect(device.leftOn.isEmpty)
  }

  @Test func aHeadWithoutMultiplierIsDriven() throws {
    let device = try Self.device("rga200", multiplier: false)
    let profile = try Self.profile("rga200")
    var instrument = try ResidualGasAnalyzer(link: InProcessLink(to: device), profile: profile)
    _ = try instrument.apply(profile.standardSettings)
    let (readout, _) = try Stand.frame(&instrument)
    #expect(readout.outcome == .complete)
    #expect(throws: DriverError.self) { _ = try instrument.apply(Settings(["multiplier_V": 1400])) }
    try instrument.close()
    #expect(device.leftOn.isEmpty)
  }
}
