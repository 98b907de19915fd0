import Instruments
import Laboratory
import Testing

@testable import Processing

@Test func wavelengthsAreThoseOfTheMakersPolynomial() throws {
  let coefficients = [339.4582, 0.3807421, -1.514237e-5, -2.246810e-9]
  let zero = Array(repeating: 0.0, count: 2048)
  let plain = try spectrum(
    [scan(zero)], .plain(channels: 2048, wavelength: .coefficients(coefficients)))
  let golden = [
    0: 339.4582, 1: 339.8389269553832, 1023: 710.7050060518627, 2047: 1036.1158903143753,
  ]
  #expect(plain.axis.kind == .wavelength)
  for (channel, nanometres) in golden {
    #expect(abs(plain.axis.values[channel] - nanometres) < 1e-9)
  }
  let shifted = try spectrum(
    [scan(zero)],
    .plain(channels: 2048, wavelength: .coefficients(coefficients), origin: 10))
  #expect(abs(shifted.axis.values[0] - 335.64926700981005) < 1e-9)
  #expect(abs(shifted.axis.values[10] - 339.4582) < 1e-9)
  #expect(shifted.step("wavelength")?.numbers["origin"] == 10)
  #expect(shifted.step("wavelength")?.numbers["c1"] == 0.3807421)
}

/// Coefficients as in the memory of a real unit; the polynomial breaks down below 50000 counts.
private let nonlinearity = [
  0.912915, 6.3402e-06, -6.61015e-10, 2.82997e-14, -1.3e-18, 1e-23, -2e-28, 1e-33,
]

@Test func nonlinearityGivesTheGoldenCounts() throws {
  let detector = ArrayDetector.plain(
    channels: 4, darkChannels: [0], nonlinearity: .coefficients(nonlinearity))
  let recipe = SpectrumRecipe(electricDark: true, nonlinearity: true)
  let good = try spectrum([scan([100, 1100, 20100, 100])], detector, recipe)
  #expect(good.step("nonlinearity")?.state == .done)
  #expect(abs(good.intensity[1] - 1088.5879903339323) < 1e-9)
  #expect(abs(good.intensity[2] - 24564.272788214454) < 1e-8)
  #expect(good.raw == [100, 1100, 20100, 100])
  let bad = try spectrum([scan([100, 1100, 50100, 100])], detector, recipe)
  let step = try #require(bad.step("nonlinearity"))
  #expect(step.state == .refused)
  #expect(step.detail.contains("channel 2"))
  // Nothing is half corrected.
  #expect(bad.intensity == [0, 1000, 50000, 0])
}

@Test func nonlinearityWithoutDarkPutsTheOffsetBack() throws {
  let detector = ArrayDetector.plain(
    channels: 2, darkChannels: [0], nonlinearity: .coefficients(nonlinearity))
  let result = try spectrum([scan([100, 1100])], detector, SpectrumRecipe(nonlinearity: true))
  #expect(abs(result.intensity[1] - (1088.5879903339323 + 100)) < 1e-9)
  #expect(result.step("nonlinearity")?.numbers["offset"] == 100)
  let blind = try spectrum(
    [scan([100, 1100])], .plain(channels: 2, nonlinearity: .coefficients(nonlinearity)),
    SpectrumRecipe(nonlinearity: true))
  #expect(blind.step("nonlinearity")?.state == .refused)
  #expect(blind.intensity == [100, 1100])
}

@Test func saturatedChannelsDoNotRefuseTheNonlinearity() throws {
  let detector = ArrayDetector.plain(
    channels: 3, darkChannels: [0], nonlinearity: .coefficients(nonlinearity))
  let result = try spectrum(
    [scan([0, 1000, 65535])], detector, SpectrumRecipe(electricDark: true, nonlinearity: true))
  #expect(result.saturated == [2])
  #expect(result.step("nonlinearity")?.state == .done)
  #expect(result.step("nonlinearity")?.numbers["saturated_left"] == 1)
  #expect(result.intensity[2] == 65535)
  #expect(abs(result.intensity[1] - 1088.5879903339323) < 1e-9)
}

@Test(arguments: [
  ArrayDetector.Calibration.missing(reason: "slot 6 is FF"),
  .absurd(reason: "order 99"), .coefficients([]), .coefficients([.nan]), .coefficients([0.5]),
  .coefficients([2.0000001]),
])
func nonlinearityIsRefusedByName(calibration: ArrayDetector.Calibration) throws {
  let result = try spectrum(
    [scan([1, 2, 3])], .plain(channels: 3, darkChannels: [0], nonlinearity: calibration),
    SpectrumRecipe(electricDark: true, nonlinearity: true))
  let step = try #require(result.step("nonlinearity"))
  #expect(step.state == .refused)
  #expect(result.intensity == [0, 1, 2])
  if case .missing(let reason) = calibration { #expect(step.detail.contains(reason)) }
  if case .absurd(let reason) = calibration { #expect(step.detail.contains(reason)) }
}

@Test(arguments: [
  ArrayDetector.Calibration.missing(reason: "slot 1 is FF"), .absurd(reason: "not a number"),
  .coefficients([]), .coefficients([500]), .coefficients([500, 1, -0.3]),
  .coefficients([-5, 1]), .coefficients([.infinity, 1]), .coefficients([.nan, 1]),
])
func wavelengthsThatCannotBeAreRefused(calibration: ArrayDetector.Calibration) throws {
  let result = try spectrum(
    [scan([1, 2, 3, 4])], .plain(channels: 4, wavelength: calibration),
    SpectrumRecipe(laserNanometres: 785))
  #expect(result.axis == Axis(kind: .channel, values: [0, 1, 2, 3]))
  #expect(result.wavelengths == nil)
  #expect(result.step("wavelength")?.state == .refused)
  #expect(result.step("raman-shift")?.state == .refused)
}

@Test func ramanShiftIsSkippedWithoutLaserAndRefusedWithAnAbsurdOne() throws {
  let detector = ArrayDetector.plain(channels: 3, wavelength: .coefficients([780, 10]))
  let none = try spectrum([scan([1, 2, 3])], detector)
  #expect(none.step("raman-shift")?.state == .skipped)
  #expect(none.axis.kind == .wavelength)
  let absurd = try spectrum([scan([1, 2, 3])], detector, SpectrumRecipe(laserNanometres: 0.785))
  #expect(absurd.step("raman-shift")?.state == .refused)
  #expect(absurd.axis.kind == .wavelength)
  let good = try spectrum([scan([1, 2, 3])], detector, SpectrumRecipe(laserNanometres: 785))
  #expect(good.axis.kind == .ramanShift)
  #expect(good.wavelengths == [780, 790, 800])
  #expect(good.axis.values[1] == 1e7 / 785 - 1e7 / 790)
}

@Test func gainScalesTheMeanAndIsClampedAtFullScale() throws {
  // The maker's example: saturation word 53500 of a 16-bit scale.
  let gain = 65535.0 / 53500
  #expect(gain == 1.2249532710280373)
  let detector = ArrayDetector.plain(channels: 3, gain: gain, saturation: 53500)
  let result = try spectrum([scan([13, 13312, 54000])], detector)
  #expect(abs(result.intensity[0] - 15.92439252) < 1e-8)
  #expect(abs(result.intensity[1] - 16306.577943925233) < 1e-9)
  #expect(result.intensity[2] == 65535)
  #expect(result.raw == [13, 13312, 54000])
  #expect(result.saturated == [2])
  #expect(result.step("gain")?.numbers["gain"] == gain)
  for absurd in [0, -1, Double.nan, .infinity] {
    let refused = try spectrum([scan([1, 2, 3])], .plain(channels: 3, gain: absurd))
    #expect(refused.step("gain")?.state == .refused)
    #expect(refused.intensity == [1, 2, 3])
  }
}

@Test func darkFrameGoesThroughGainAndElectricDarkFirst() throws {
  let detector = ArrayDetector.plain(channels: 4, gain: 2, darkChannels: [0, 1])
  let dark = DarkFrame(
    rawCounts: [10, 12, 20, 40], scans: 5, integrationMicroseconds: 1000, source: "this")
  let result = try spectrum(
    [scan([20, 22, 100, 300])], detector, SpectrumRecipe(electricDark: true), dark: dark,
    exposure: 1000)
  // Scan: (100 - 21) * 2 = 158 and 558; dark: (20 - 11) * 2 = 18 and 58.
  #expect(result.intensity == [0, 0, 140, 500])
  #expect(result.dark == [10, 12, 20, 40])
  #expect(result.step("electric-dark")?.numbers["offset"] == 42)
  #expect(result.step("dark-frame")?.numbers["dark_offset"] == 22)
  let alone = try spectrum([scan([20, 22, 100, 300])], detector, dark: dark, exposure: 1000)
  #expect(alone.intensity == [20, 20, 160, 520])
  #expect(alone.step("electric-dark")?.state == .skipped)
}

@Test(arguments: [
  (DarkFrame(rawCounts: [1, 2], scans: 1, integrationMicroseconds: 1000, source: "r"), 1000.0),
  (DarkFrame(rawCounts: [1, 2, 3], scans: 1, integrationMicroseconds: 1001, source: "r"), 1000),
  (DarkFrame(rawCounts: [1, 2, 3], scans: 1, integrationMicroseconds: nil, source: "r"), 1000),
  (DarkFrame(rawCounts: [1, 2, 3], scans: 1, integrationMicroseconds: 1000, source: "r"), nil),
  (DarkFrame(rawCounts: [1, .nan, 3], scans: 1, integrationMicroseconds: nil, source: "r"), nil),
  (DarkFrame(rawCounts: [1, 2, 3], scans: 0, integrationMicroseconds: nil, source: "r"), nil),
])
func darkThatDoesNotFitIsRefusedByName(dark: DarkFrame, exposure: Double?) throws {
  let result = try spectrum(
    [scan([7, 8, 9])], .plain(channels: 3), dark: dark, exposure: exposure)
  let step = try #require(result.step("dark-frame"))
  #expect(step.state == .refused)
  #expect(step.detail.hasPrefix("dark of run r: "))
  #expect(result.dark == nil)
  #expect(result.intensity == [7, 8, 9])
}

@Test func electricDarkIsRefusedWhereItCannotBe() throws {
  let asked = SpectrumRecipe(electricDark: true)
  let none = try spectrum([scan([7, 8, 9])], .plain(channels: 3), asked)
  #expect(none.step("electric-dark")?.state == .refused)
  let beyond = try spectrum([scan([7, 8, 9])], .plain(channels: 3, darkChannels: [3]), asked)
  #expect(beyond.step("electric-dark")?.state == .refused)
  let bright = try spectrum([scan([65535, 8, 9])], .plain(channels: 3, darkChannels: [0]), asked)
  #expect(bright.step("electric-dark")?.state == .refused)
  #expect(bright.intensity == [65535, 8, 9])
}

@Test func stepsStandInTheirOrder() throws {
  let result = try spectrum([scan([1, 2, 3])], .plain(channels: 3))
  #expect(
    result.steps.map(\.name) == [
      "average", "saturation", "gain", "electric-dark", "dark-frame", "nonlinearity",
      "wavelength", "raman-shift",
    ])
}

@Test func settingsMakeTheRecipe() {
  let all = SpectrumRecipe(
    settings: Settings(["electric_dark": 1, "nonlinearity": 1, "laser_nm": 785.1]))
  #expect(all == SpectrumRecipe(electricDark: true, nonlinearity: true, laserNanometres: 785.1))
  let none = SpectrumRecipe(settings: Settings(["electric_dark": 0, "laser_nm": 0]))
  #expect(none == SpectrumRecipe())
}
