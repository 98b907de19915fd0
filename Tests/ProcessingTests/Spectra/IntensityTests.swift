import Foundation
import Laboratory
import Testing

@testable import Processing

@Suite struct IntensityTests {
  private let glass = RelativeIntensity.Certificate(
    curve: .polynomial([0.1, 2e-4, -5e-8]), validFrom: 200, validTo: 3000, name: "glass 1")

  @Test func theGlassItselfComesOutAsCertified() throws {
    let shifts = stride(from: 100.0, through: 3200, by: 50).map { $0 }
    let measured = shifts.map { 50 + 0.4 * $0 - 1e-4 * $0 * $0 }
    let factors = try RelativeIntensity.factors(
      certificate: glass, shifts: shifts, measured: measured)
    let corrected = try factors.apply(to: measured)
    let brightest = try #require(measured.indices.max { measured[$0] < measured[$1] })
    #expect(factors.factors[brightest] == 1)
    for index in shifts.indices where shifts[index] >= 200 && shifts[index] <= 3000 {
      let ratio = glass.value(at: shifts[index]) / glass.value(at: shifts[brightest])
      #expect(abs(corrected[index] / corrected[brightest] - ratio) < 1e-12)
    }
    // Outside the certificate there is no number, and it is said where.
    #expect(factors.outside == shifts.indices.filter { shifts[$0] < 200 || shifts[$0] > 3000 })
    #expect(factors.outside.allSatisfy { corrected[$0].isNaN })
    #expect(factors.step.numbers["outside_channels"] == Double(factors.outside.count))
  }

  @Test func channelsWithoutLightOrSaturatedHaveNoFactor() throws {
    let factors = try RelativeIntensity.factors(
      certificate: glass, shifts: [300, 400, 500, 600], measured: [10, 0, -3, 65_535],
      saturated: [3])
    #expect(factors.outside == [1, 2, 3])
    #expect(throws: SpectrumError.self) {
      try RelativeIntensity.factors(certificate: glass, shifts: [3100, 3200], measured: [10, 10])
    }
    #expect(throws: SpectrumError.notFinite(what: "measured glass", index: 0)) {
      try RelativeIntensity.factors(
        certificate: glass, shifts: [300, 400], measured: [.nan, 1])
    }
  }

  /// SRM 2242a as its certificate's file lists it.
  @Test func theSkewedGaussianIsItsFormula() {
    let certificate = RelativeIntensity.Certificate(
      curve: .skewedGaussian(
        height: 0.99747, width: 3100.6, ratio: 1.1573, place: 2972.1, slope: -3.7168e-6,
        offset: 0.012864), validFrom: 150, validTo: 4000, name: "SRM 2242a")
    // At the place itself the logarithm is 0: height + slope place + offset.
    let top = 0.99747 - 3.7168e-6 * 2972.1 + 0.012864
    #expect(abs(certificate.value(at: 2972.1) - top) < 1e-15)
    // An independent evaluation by natural logarithms.
    let (x, r) = (1200.0, 1.1573)
    let u = log((x - 2972.1) * (r * r - 1) / (3100.6 * r) + 1) / log(r)
    let value = 0.99747 * pow(2, -u * u) - 3.7168e-6 * x + 0.012864
    #expect(abs(certificate.value(at: x) - value) < 1e-14)
    // Half the width on either side, in the skewed measure: u = -1 and 1.
    for side in [-1.0, 1] {
      let place = 2972.1 + (pow(r, side) - 1) * 3100.6 * r / (r * r - 1)
      let half = 0.99747 / 2 - 3.7168e-6 * place + 0.012864
      #expect(abs(certificate.value(at: place) - half) < 1e-12)
    }
  }

  @Test func perNanometreHasTheSquareOfTheWavelength() throws {
    let shifts = [500.0, 1000, 1500]
    let wavelengths = shifts.map { RamanAxis.wavelength(shift: $0, laser: 785) }
    let perShift = try RelativeIntensity.factors(
      certificate: glass, shifts: shifts, measured: [5, 9, 7])
    let perNanometre = try RelativeIntensity.factors(
      certificate: glass, shifts: shifts, measured: [5, 9, 7], density: .wavelength,
      wavelengths: wavelengths)
    let expected = perShift.factors[2] * pow(wavelengths[1] / wavelengths[2], 2)
    #expect(abs(perNanometre.factors[2] - expected) < 1e-15)
    #expect(throws: SpectrumError.self) {
      try RelativeIntensity.factors(
        certificate: glass, shifts: shifts, measured: [5, 9, 7], density: .wavelength)
    }
  }

  @Test func lightEntersAsDeepAsTheFormulaSays() throws {
    let diamond = AttenuatedReflection(crystalIndex: 2.4)
    // 10 um / (2 pi 2.4 sqrt(0.5 - 0.390625)) = 2.005 um at 1000 per cm.
    let depth = try diamond.penetrationDepth(atWavenumber: 1000)
    #expect(abs(depth - 10 / (2 * Double.pi * 2.4 * 0.109375.squareRoot())) < 1e-12)
    #expect(abs(depth - 2.0051) < 1e-4)
    #expect(abs(try diamond.penetrationDepth(atWavenumber: 2000) - depth / 2) < 1e-12)
    let germanium = try AttenuatedReflection(crystalIndex: 4).penetrationDepth(atWavenumber: 1000)
    #expect(germanium < depth)
    // Below the critical angle light passes.
    #expect(throws: SpectrumError.self) {
      try AttenuatedReflection(crystalIndex: 2.4, angleDegrees: 38)
        .penetrationDepth(atWavenumber: 1000)
    }
    #expect(throws: SpectrumError.self) { try diamond.penetrationDepth(atWavenumber: 0) }
  }

  @Test func theSimpleCorrectionIsProportionalToTheWavenumber() throws {
    let found = try AttenuatedReflection.corrected(
      wavenumbers: [3000, 2000, 1000], absorbance: [0.1, 0.2, 0.3])
    #expect(found.values == [3 * 0.1, 0.4, 0.3])
    #expect(found.step.numbers == ["reference_per_cm": 1000])
    #expect(throws: SpectrumError.self) {
      try AttenuatedReflection.corrected(wavenumbers: [0, 1], absorbance: [1, 1])
    }
  }

  @Test func vapourIsTakenOutByItsOwnAmountAndGasByItsOwn() throws {
    let x = stride(from: 1000.0, through: 2600, by: 2).map { $0 }
    var noise = SeededNoise(5)
    // Lines one point wide, as unresolved vapour has them, below a smooth band.
    let vapour = x.map { _ in noise.unit() }
    let clean = x.map { 0.5 * gauss($0, 1700, 400) + 0.1 }
    let measured = x.indices.map { index in
      let isGas = x[index] >= 2280 && x[index] <= 2390
      return clean[index] + (isGas ? -0.2 : 0.3) * vapour[index]
    }
    let found = try AtmosphereCompensation().apply(
      to: measured, atmosphere: vapour, wavenumbers: x)
    #expect(abs((found.step.numbers["k_water"] ?? 0) - 0.3) < 0.005)
    #expect(abs((found.step.numbers["k_carbon_dioxide"] ?? 0) + 0.2) < 0.005)
    for index in x.indices { #expect(abs(found.values[index] - clean[index]) < 0.005) }
    #expect(throws: SpectrumError.self) {
      try AtmosphereCompensation().apply(
        to: measured, atmosphere: x.map { _ in 1 }, wavenumbers: x)
    }
  }
}
