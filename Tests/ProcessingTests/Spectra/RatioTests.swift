import Laboratory
import Testing

@testable import Processing

@Suite struct RatioTests {
  private func ratio(
    _ sample: [Double], _ reference: [Double], _ dark: [Double]?,
    _ parameters: SpectralRatio.Parameters = .init()
  ) throws(SpectrumError) -> SpectralRatio {
    try SpectralRatio.ratio(
      sample: .init(sample), reference: .init(reference), dark: dark.map { .init($0) }, parameters)
  }

  @Test func transmittanceAndAbsorbanceAreTheirFormulas() throws {
    let found = try ratio([60, 110, 1010], [110, 110, 1010], [10, 10, 10])
    #expect(found.values == [0.5, 1, 1])
    #expect(found.absorbance[0] == 0.3010299956639812)
    #expect(found.absorbance[1] == 0 && found.absorbance[1].sign == .plus)
    #expect(found.step.name == "transmittance" && found.step.state == .done)
    let back = SpectralRatio.ratio(ofAbsorbance: found.absorbance)
    #expect(abs(back[0] - 0.5) < 1e-15)
  }

  @Test func whereReferenceEqualsDarkThereIsNoValueAndItIsSaid() throws {
    let found = try ratio([5, 60, 60], [10, 110, 110], [10, 10, 10])
    #expect(found.values[0].isNaN)
    #expect(found.referenceEqualsDark == [0])
    #expect(found.flags == ["reference-equals-dark"])
    #expect(found.step.numbers["reference_equals_dark_channels"] == 1)
  }

  @Test func nothingIsClippedBelowZero() throws {
    let found = try ratio([8, 10, 60], [110, 110, 110], [10, 10, 10])
    #expect(found.values == [-0.02, 0, 0.5])
    #expect(found.notAboveZero == [0, 1])
    #expect(found.absorbance[0].isNaN && found.absorbance[1].isNaN)
    #expect(found.flags == ["not-above-zero"])
  }

  @Test func aLowReferenceIsFlaggedByTheNoiseOfTheDark() throws {
    let parameters = SpectralRatio.Parameters(darkSigma: 2)
    let found = try ratio([19, 20, 60], [19.5, 20, 110], [10, 10, 10], parameters)
    // Five times two counts above the dark is enough, less is not.
    #expect(found.lowReference == [0])
    #expect(found.flags == ["low-reference"])
    // Without a given sigma it comes from neighbours: |d| of median 2 makes 2 * 1.4826 / sqrt 2.
    let own = try ratio([19, 20, 60, 60], [119, 112, 110, 110], [10, 12, 10, 12])
    let sigma = 2 * 1.4826 / 2.0.squareRoot()
    #expect(abs(own.darkSigma - sigma) < 1e-12)
  }

  @Test func swappedOrMissingFramesAreRefusedByName() {
    #expect(throws: SpectrumError.referenceBelowDark(meanReference: 10, meanDark: 110)) {
      try ratio([60, 60], [10, 10], [110, 110])
    }
    #expect(throws: SpectrumError.missingDark) { try ratio([60, 60], [110, 110], nil) }
    #expect(throws: SpectrumError.missingReference) {
      try SpectralRatio.ratio(sample: .init([1]), reference: nil, dark: .init([0]))
    }
    #expect(SpectrumError.missingDark.failure.code == "spectrum-no-dark")
  }

  @Test func singleBeamsNeedNoDark() throws {
    let found = try ratio([60, 60], [120, 240], nil, .init(needsDark: false))
    #expect(found.values == [0.5, 0.25])
  }

  @Test func unequalExposuresAndLengthsAndNumbersThatAreNoneAreRefused() {
    #expect(throws: SpectrumError.self) { try ratio([60, 60], [110], [10, 10]) }
    #expect(throws: SpectrumError.notFinite(what: "reference", index: 1)) {
      try ratio([60, 60], [110, .infinity], [10, 10])
    }
    #expect(throws: SpectrumError.notFinite(what: "sample", index: 0)) {
      try ratio([.nan, 60], [110, 110], [10, 10])
    }
    #expect(throws: SpectrumError.tooFewPoints(what: "sample", count: 0, needed: 1)) {
      try ratio([], [], [])
    }
    #expect(
      throws: SpectrumError.exposuresDiffer(
        what: "dark", exposure: 20, other: "sample", otherExposure: 10)
    ) {
      try SpectralRatio.ratio(
        sample: .init([60], exposureMicroseconds: 10),
        reference: .init([110], exposureMicroseconds: 10),
        dark: .init([10], exposureMicroseconds: 20))
    }
    #expect(throws: SpectrumError.self) {
      try ratio([60], [110], [10], .init(lowReferenceSigmas: -1))
    }
  }

  @Test func photonNoiseOfAnAbsorbanceIsItsFormula() {
    let noise = PhotonNoise(readSigma: 3, countsPerElectron: 0.5, frames: 4)
    #expect(noise.variance(ofCounts: 1000, darkVariance: 1) == 128.25)
    let sum = noise.variance(ofCounts: 500) / 250_000 + noise.variance(ofCounts: 1000) / 1_000_000
    let expected = 0.4342944819032518 * sum.squareRoot()
    #expect(abs(noise.absorbanceSigma(sample: 500, reference: 1000) - expected) < 1e-18)
    #expect(noise.absorbanceSigma(sample: 0, reference: 1000).isNaN)
    // Read noise alone, T = 1: sigma_A = 0.4343 sqrt 2 sigma / R.
    let quiet = PhotonNoise(readSigma: 1, countsPerElectron: 0)
    let alone = 0.4342944819032518 * 2.0.squareRoot() / 100
    #expect(abs(quiet.absorbanceSigma(sample: 100, reference: 100) - alone) < 1e-16)
  }

  @Test func irradianceUsesHalfTheDistanceOfNeighbours() throws {
    let found = try Irradiance.compute(
      counts: [10, 20, 30], factors: [1, 1, 2], seconds: 0.5, areaSquareCentimetres: 0.25,
      wavelengths: [500, 501, 503])
    #expect(found == [80, 20 / 0.1875, 240])
    // The same light on an axis that falls.
    let falling = try Irradiance.compute(
      counts: [30, 20, 10], factors: [2, 1, 1], seconds: 0.5, areaSquareCentimetres: 0.25,
      wavelengths: [503, 501, 500])
    #expect(falling == found.reversed())
    #expect(throws: SpectrumError.self) {
      try Irradiance.compute(
        counts: [1, 2], factors: [1, 1], seconds: 0, areaSquareCentimetres: 1,
        wavelengths: [500, 501])
    }
  }

  @Test func everyRefusalHasItsOwnCodeAndFourParts() {
    let errors: [SpectrumError] = [
      .notFinite(what: "a", index: 1),
      .lengthsDiffer(what: "a", count: 1, other: "b", otherCount: 2),
      .tooFewPoints(what: "a", count: 1, needed: 2), .axisNotMonotone(index: 1),
      .axisOfAnotherKind(found: "a", needed: "b"), .axesDiffer(what: "a", other: "b"), .missingDark,
      .missingReference, .referenceBelowDark(meanReference: 1, meanDark: 2),
      .exposuresDiffer(what: "a", exposure: 1, other: "b", otherExposure: 2),
      .parameter(name: "a", value: 1, allowed: "b"),
      .windowOutside(from: 1, to: 2, axisFrom: 3, axisTo: 4), .noBand(from: 1, to: 2),
      .noFit(reason: "a"), .tooFewLines(found: 1, needed: 2),
      .linesCoverTooLittle(fraction: 0.1, needed: 0.6),
    ]
    #expect(Set(errors.map(\.code)).count == errors.count)
    for error in errors {
      let failure = error.failure
      #expect(failure.what != "a step cannot be done", "\(error)")
      #expect(!failure.why.isEmpty && !failure.next.isEmpty)
    }
  }
}
