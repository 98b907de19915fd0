import Laboratory
import Testing

@testable import Processing

@Suite struct WavelengthTests {
  /// A lamp on a detector: each usable line of neon a peak of 2.2 channels width.
  private func lamp(
    _ coefficients: [Double], channels: Int = 2048, width: Double = 2.2,
    without: Set<Double> = []
  ) -> [Double] {
    var counts = [Double](repeating: 0, count: channels)
    var noise = SeededNoise(7)
    for index in counts.indices { counts[index] = 100 + noise.normal() }
    let axis = counts.indices.map { Polynomial.value(coefficients, at: Double($0)) }
    for line in Lamp.neon.lines where !without.contains(line.nanometres) {
      guard let left = axis.indices.last(where: { axis[$0] <= line.nanometres }),
        left + 1 < channels
      else { continue }
      let centre =
        Double(left) + (line.nanometres - axis[left]) / (axis[left + 1] - axis[left])
      for index in max(0, left - 8)..<min(channels, left + 9) {
        counts[index] += 20_000 * gauss(Double(index), centre, width)
      }
    }
    return counts
  }

  private let truth = [526.75, 0.0823, -1.1e-6, -2.6e-10]
  /// What the instrument believes: off by 0.2 to 0.3 nm.
  private let believed = [526.55, 0.08235, -1.15e-6, -2.6e-10]

  @Test func theAxisIsFoundAgainFromNeon() throws {
    let found = try WavelengthCalibration.calibrate(
      counts: lamp(truth), coefficients: believed, lamps: [.neon])
    #expect(found.lines.filter { !$0.isRejected }.count >= 15)
    #expect(found.residualSigma < 0.002)
    #expect(found.largestResidual < 0.01)
    #expect(found.cover > 0.6)
    for channel in stride(from: 200.0, through: 1800, by: 100) {
      let off =
        Polynomial.value(found.coefficients, at: channel) - Polynomial.value(truth, at: channel)
      #expect(abs(off) < 0.004, "channel \(channel)")
    }
    #expect(found.step.numbers["lines"] == Double(found.lines.count { !$0.isRejected }))
  }

  @Test func coefficientsInCentredChannelsAreTheSamePolynomial() {
    let centred = [600.0, 80, -3, 0.5]
    let plain = WavelengthCalibration.uncentred(centred, half: 1024)
    for channel in [0.0, 511, 1024, 2047] {
      let u = (channel - 1024) / 1024
      #expect(
        abs(Polynomial.value(plain, at: channel) - Polynomial.value(centred, at: u)) < 1e-10)
    }
  }

  @Test func aLineOutOfPlaceIsLeftOutEvenAmongFew() throws {
    var lines = [0.0, 200, 400, 650, 900, 1100, 1300, 1500, 1750, 2000].map { channel in
      WavelengthCalibration.FoundLine(
        nanometres: Polynomial.value(truth, at: channel), channel: channel, before: 0, after: 0,
        height: 1, isSaturated: false, isRejected: false)
    }
    for index in lines.indices { lines[index].channel += index % 2 == 0 ? 0.02 : -0.02 }
    lines[4].channel += 1
    let found = try WavelengthCalibration.fit(
      lines, fwhm: 0.2, channels: 2048, present: truth, .init())
    #expect(found.lines.map(\.isRejected).firstIndex(of: true) == 4)
    #expect(found.lines.count { $0.isRejected } == 1)
    #expect(found.residualSigma < 0.005)
  }

  @Test func saturatedLinesEnterOnlyWhereAsked() throws {
    let counts = lamp(truth)
    let top = try #require(counts.indices.max { counts[$0] < counts[$1] })
    let strict = try WavelengthCalibration.calibrate(
      counts: counts, coefficients: believed, lamps: [.neon], saturated: [top])
    let marked = try #require(strict.lines.first { $0.isSaturated })
    #expect(marked.isRejected)
    let loose = try WavelengthCalibration.calibrate(
      counts: counts, coefficients: believed, lamps: [.neon], saturated: [top],
      .init(usesSaturatedLines: true))
    #expect(loose.lines.first { $0.isSaturated }?.isRejected == false)
  }

  @Test func tooFewLinesAndTooLittleOfTheAxisAreRefused() {
    let flat = [Double](repeating: 5, count: 2048)
    #expect(throws: SpectrumError.tooFewLines(found: 0, needed: 6)) {
      try WavelengthCalibration.calibrate(counts: flat, coefficients: truth, lamps: [.neon])
    }
    // Only the lines below 610 nm.
    let red = Set(Lamp.neon.lines.map(\.nanometres).filter { $0 > 620 })
    #expect {
      try WavelengthCalibration.calibrate(
        counts: lamp(truth, without: red), coefficients: truth, lamps: [.neon])
    } throws: { error in
      guard case .linesCoverTooLittle(let fraction, 0.6) = error as? SpectrumError else {
        return false
      }
      return fraction > 0.4 && fraction < 0.6
    }
  }

  @Test func badInputIsRefusedByName() {
    var counts = lamp(truth)
    counts[17] = .nan
    #expect(throws: SpectrumError.notFinite(what: "lamp", index: 17)) {
      try WavelengthCalibration.calibrate(counts: counts, coefficients: truth, lamps: [.neon])
    }
    #expect(throws: SpectrumError.self) {
      try WavelengthCalibration.calibrate(
        counts: lamp(truth), coefficients: [500, 0.1, -1e-4], lamps: [.neon])
    }
    #expect(throws: SpectrumError.tooFewPoints(what: "lamp", count: 3, needed: 28)) {
      try WavelengthCalibration.calibrate(counts: [1, 2, 1], coefficients: truth, lamps: [.neon])
    }
    #expect(throws: SpectrumError.self) {
      try WavelengthCalibration.calibrate(
        counts: lamp(truth), coefficients: truth, lamps: [.neon], .init(centroidChannels: 4))
    }
  }

  @Test func linesWithNeighboursAreLeftOutByTheWidthOfTheInstrument() {
    func has(_ line: Double, _ fwhm: Double) -> Bool {
      Lamp.usable([.neon], fwhm: fwhm).contains { $0.nanometres == line }
    }
    // 878.062 and 878.375: apart at 0.2 nm (reach 0.3), together at 0.22 (reach 0.33).
    #expect(has(878.062, 0.2) && !has(878.062, 0.22) && !has(878.375, 0.22))
    // 837.761 has an unlisted neighbour 0.55 nm away.
    #expect(has(837.761, 0.36) && !has(837.761, 0.37))
    // 702.405 and 703.241 are 0.836 nm apart.
    #expect(has(702.405, 0.55) && !has(702.405, 0.56))
    #expect(!has(748.887, 0.001))
    // Lines of two lamps are neighbours too: neon 965.779 is argon's, 966.542 neon's.
    let both = Lamp.usable([.neon, .argon], fwhm: 0.52)
    #expect(!both.contains { $0.nanometres == 966.542 })
    #expect(Lamp.neon.lines.count == 55)
    #expect(Lamp.mercury.lines.count == 15)
    #expect(Lamp.argon.lines.count == 23)
  }

  @Test func wavelengthsInAirAndVacuumAreThoseOfTheTables() {
    // Hydrogen and doubly ionised oxygen as astronomers list them, nm in air and in vacuum.
    for (air, vacuum) in [(656.2801, 656.4614), (486.1325, 486.2683), (500.6843, 500.8240)] {
      #expect(abs(AirWavelength.vacuum(ofAir: air) - vacuum) < 2e-4)
    }
    let back = AirWavelength.air(ofVacuum: AirWavelength.vacuum(ofAir: 785.123))
    #expect(abs(back - 785.123) < 1e-11)
    // Ciddor 1996, table 1: 26824.4e-8 for dry air of 20 C and 100 kPa at 633 nm, taken to 15 C and
    // 101.325 kPa as an ideal gas, which is good to 5e-8.
    let ideal = 26824.4e-8 * (293.15 / 288.15) * 1.01325
    #expect(abs(AirWavelength.index(atVacuum: 633) - 1 - ideal) < 5e-8)
  }

  @Test func shiftsInVacuumAreSmallerByTheIndexOfAir() throws {
    let laser = 785.0
    let wavelengths = [1000.0, 3000].map { RamanAxis.wavelength(shift: $0, laser: laser) }
    let air = try RamanAxis.shifts(wavelengths: wavelengths, laser: laser)
    let vacuum = try RamanAxis.shifts(wavelengths: wavelengths, laser: laser, medium: .vacuum)
    #expect(abs(air[0] - 1000) < 1e-9 && abs(air[1] - 3000) < 1e-9)
    #expect(abs(air[0] - vacuum[0] - 0.28) < 0.02)
    #expect(abs(air[1] - vacuum[1] - 0.84) < 0.05)
    #expect(throws: SpectrumError.self) {
      try RamanAxis.shifts(wavelengths: wavelengths, laser: 0.785)
    }
  }

  @Test func theLaserFollowsFromSilicon() throws {
    let line = RamanAxis.wavelength(shift: 520.45, laser: 784.9)
    #expect(abs(try RamanAxis.laser(siliconWavelength: line) - 784.9) < 1e-10)
    // A silicon line 0.6 per cm low: the laser is 0.6 / 16.2 nm shorter.
    let low = RamanAxis.wavelength(shift: 519.85, laser: 785)
    #expect(abs(try RamanAxis.laser(siliconWavelength: low) - (785 - 0.6 / 16.23)) < 1e-4)
    let vacuum = try RamanAxis.laser(siliconWavelength: line, medium: .vacuum)
    let shifts = try RamanAxis.shifts(wavelengths: [line], laser: vacuum, medium: .vacuum)
    #expect(abs(shifts[0] - 520.45) < 1e-6)
    #expect(throws: SpectrumError.self) {
      try RamanAxis.laser(siliconWavelength: line, accepted: 480)
    }
  }
}
