import Instruments
import OceanOptics
import Testing

func thrown(_ body: () throws(DriverError) -> Void) -> DriverError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}

@Test func settingsAreSentAsDocumented() throws {
  let (script, spectrometer) = try Wire.usb4000.open()
  script.expect([
    .write([0x02, 0xA0, 0x86, 0x01, 0x00]), .write([0x0A, 3, 0]), .write([0x03, 1, 0]),
  ])
  let sent = try spectrometer.apply(
    Settings(["integration_us": 100_009, "trigger_mode": 3, "lamp": 1, "laser_nm": 785]))
  #expect(
    sent
      == Settings(["integration_us": 100_000, "trigger_mode": 3, "lamp": 1, "laser_nm": 785]))
  #expect(script.isFinished, "\(script.state)")
}

@Test func millisecondModelsGetMilliseconds() throws {
  let (script, spectrometer) = try Wire.usb2000.open()
  script.expect([.write([0x02, 0x64, 0x00, 0x00, 0x00])])
  #expect(try spectrometer.apply(Settings(["integration_us": 100_999]))["integration_us"] == 1e5)
  #expect(script.isFinished, "\(script.state)")
}

@Test func unchangedSettingsAreNotSentAgain() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  script.expect([.write([0x02, 0xE8, 0x03, 0, 0]), .write([0x03, 1, 0])])
  let settings = Settings(["integration_us": 1000, "trigger_mode": 0, "lamp": 1])
  _ = try spectrometer.apply(settings)
  _ = try spectrometer.apply(settings)
  #expect(script.isFinished, "\(script.state)")
}

@Test(arguments: [
  ("integration_us", 999.0), ("integration_us", 655_350_001), ("integration_us", .nan),
  ("trigger_mode", 4), ("trigger_mode", 0.5), ("lamp", 2), ("laser_nm", 100),
])
func settingOutOfRangeSendsNothing(name: String, asked: Double) throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  let before = script.calls
  let error = thrown { () throws(DriverError) in
    _ = try spectrometer.apply(
      Settings(
        ["integration_us": 5000, "trigger_mode": 1, "lamp": 1]
          .merging([name: asked]) { $1 }))
  }
  guard case .outOfRange(name, _, let rule) = error else {
    Issue.record("\(String(describing: error))")
    return
  }
  #expect(rule.name == name)
  #expect(script.calls == before)
}

@Test func unknownSettingSendsNothing() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  let before = script.calls
  let error = thrown { () throws(DriverError) in
    _ = try spectrometer.apply(Settings(["integration_us": 5000, "laser_power_mW": 5]))
  }
  #expect(error == .unknownSetting(name: "laser_power_mW"))
  #expect(script.calls == before)
}

@Test func commandThatFailedIsSentAgain() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  let bytes: [UInt8] = [0x02, 0xE8, 0x03, 0, 0]
  script.expect([.writeFails(bytes, .timedOut(received: 0)), .write(bytes)])
  let settings = Settings(["integration_us": 1000])
  #expect(
    thrown { () throws(DriverError) in _ = try spectrometer.apply(settings) }
      == .link(.timedOut(received: 0), step: "set integration_us"))
  _ = try spectrometer.apply(settings)
  #expect(script.isFinished, "\(script.state)")
}

@Test func makingSafeTurnsTheLampOffFirst() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  script.expect([.write([0x03, 1, 0]), .write([0x03, 0, 0]), .write([0x0A, 0, 0])])
  _ = try spectrometer.apply(Settings(["lamp": 1]))
  try spectrometer.makeSafe()
  // What making safe changed is in force no more, so it is sent when it is asked for again.
  script.expect([.write([0x03, 1, 0])])
  _ = try spectrometer.apply(Settings(["lamp": 1, "trigger_mode": 0]))
  #expect(script.isFinished, "\(script.state)")
}

@Test func closingMakesSafeAndClosesOnce() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  script.expect([.write([0x03, 0, 0]), .write([0x0A, 0, 0]), .close])
  try spectrometer.close()
  try spectrometer.close()
  #expect(script.isFinished, "\(script.state)")
}

@Test func linkIsClosedWhenMakingSafeFails() throws {
  let (script, spectrometer) = try Wire.usb2000plus.open()
  script.expect([.writeFails([0x03, 0, 0], .gone), .close])
  #expect(
    thrown { () throws(DriverError) in try spectrometer.close() } == .link(.gone, step: "set lamp"))
  #expect(script.isFinished, "\(script.state)")
}

/// The limits as the maker's documents have them, typed in apart from the profiles.
@Test(arguments: [
  (Wire.usb2000, 3000.0, 65_535_000.0, 1000.0, [0.0, 1, 3]),
  (Wire.hr4000, 10, 655_350_000, 10, [0, 1, 2, 3]),
  (Wire.usb2000plus, 1000, 655_350_000, 1000, [0, 1, 2, 3]),
  (Wire.usb4000, 10, 65_535_000, 10, [0, 1, 2, 3]),
])
func limitsAreThoseOfTheMaker(
  wire: Wire, shortest: Double, longest: Double, step: Double, modes: [Double]
) throws {
  let profile = try wire.profile
  let integration = try #require(profile.setting("integration_us"))
  #expect(integration.minimum == shortest)
  #expect(integration.maximum == longest)
  #expect(integration.step == step)
  #expect(profile.setting("trigger_mode")?.choices == modes)
  guard case .usb(let usb) = profile.link else { return }
  #expect(usb.configuration == 1)
  #expect(usb.interface == 0)
  #expect(usb.resetsAtClose)
  #expect(profile.setting("laser_nm")?.standard == nil)
  #expect(profile.setting("laser_nm")?.accepted(785) == 785)
  for name in ["electric_dark", "nonlinearity"] {
    #expect(profile.setting(name)?.standard == 1)
    #expect(profile.setting(name)?.scope == .processing)
  }
}

@Test func longestIntegrationIsSentWhole() throws {
  let (script, spectrometer) = try Wire.usb2000.open()
  script.expect([.write([0x02, 0xFF, 0xFF, 0, 0])])
  _ = try spectrometer.apply(Settings(["integration_us": 65_535_999 - 999]))
  #expect(script.isFinished, "\(script.state)")
}
