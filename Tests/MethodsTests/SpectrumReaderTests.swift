import Laboratory
import Methods
import Processing
import Testing

@Suite struct SpectrumReaderTests {
  static func spectrum(_ text: String) throws -> SpectrumMethod {
    guard case .spectrum(let body) = try MethodReader.read(text: text, file: "m.yaml").body else {
      Issue.record("no spectrum")
      return SpectrumMethod(chain: SpectrumChain())
    }
    return body
  }

  static let raman = """
    schema: 1
    name: m
    version: 1
    title: M
    technique: raman
    chain:
      - step: dark
      - step: spikes
      - { step: axis, coefficients_nm: [756, 0.17, -4.1e-5], laser_nm: 784.9, medium: vacuum }
      - step: relative-intensity
        certificate: { name: SRM 2241, valid_per_cm: [200, 3500], polynomial: [0.1, 2.0e-4] }
      - { step: baseline, rule: airpls, smoothness: 1000 }
      - { step: smoothing, window_points: 11, order: 3, derivative: 1 }
      - { step: crop, range_per_cm: [300, 2000] }
      - { step: resample, grid_per_cm: 2 }
      - { step: normalise, kind: snv }
    region_per_cm: [400, 1800]
    library: site
    search: { ranking: first-derivative, least_score: 60, baseline_smoothness: none }
    """

  @Test func everyStepIsReadInItsOrder() throws {
    let body = try Self.spectrum(Self.raman)
    #expect(
      body.chain.steps == [
        .dark, .spikes(threshold: 6),
        .axis(coefficients: [756, 0.17, -4.1e-5], laserNanometres: 784.9, medium: .vacuum),
        .relativeIntensity(
          certificate: .init(
            curve: .polynomial([0.1, 2e-4]), validFrom: 200, validTo: 3500, name: "SRM 2241"),
          density: .wavenumber),
        .baseline(rule: .airpls, smoothness: 1000), .smoothing(window: 11, order: 3, derivative: 1),
        .crop(from: 300, to: 2000), .resample(step: 2), .normalise(kind: .standardNormalVariate),
      ])
    #expect(body.region == 400...1800)
    #expect(body.search.regions == [.init(from: 400, to: 1800)])
    #expect(body.search.ranking == .derivative)
    #expect(body.search.leastScore == 60)
    #expect(body.search.baselineSmoothness == nil)
  }

  @Test func infraredHasItsOwnRegions() throws {
    let text = """
      schema: 1
      name: m
      version: 1
      title: M
      technique: ftir
      chain:
        - { step: ratio, needs_dark: false }
        - step: absorbance
        - { step: atmosphere, water_per_cm: [1350, 1800] }
        - step: atr
      library: site
      bands:
        Ester: { window_per_cm: [1720, 1770], ends: nearest_sample, quantity: height }
      """
    let body = try Self.spectrum(text)
    #expect(body.search == .infrared)
    #expect(body.chain.steps.count == 4)
    #expect(body.chain.steps[0] == .ratio(parameters: .init(needsDark: false)))
    #expect(
      body.chain.steps[2]
        == .atmosphere(parameters: AtmosphereCompensation(waterFrom: 1350, waterTo: 1800)))
    #expect(
      body.bands == [
        BandDefinition(
          name: "Ester", keyword: "Ester", window: 1720...1770, ends: .nearestSample,
          quantity: .height)
      ])
    #expect(refusal(of: text, "window_per_cm", "window_nm")?.code == .unknownKey)
    #expect(refusal(of: text, "1720, 1770", "1770, 1720")?.code == .badValue)
    #expect(
      refusal(of: text, "library: site", "library: site\nregion_per_cm: [1730, 1800]")?.line == 14)
  }

  @Test(arguments: [
    ("- step: dark", "- step: darks", "must be one of dark, ratio", MethodError.Code.badValue),
    ("- step: dark", "- dark: true", "lacks the key 'step'", .missingKey),
    ("- step: dark", "- { step: dark, of: 1 }", "is not a key", .unknownKey),
    ("- step: spikes", "- step: dark", "for the second time", .contradiction),
    ("- step: spikes", "- step: ratio", "stands behind `dark`", .contradiction),
    ("- step: spikes", "- step: atr", "means nothing for raman", .contradiction),
    ("[756, 0.17, -4.1e-5]", "[756]", "at least 2 numbers", .badValue),
    ("polynomial: [0.1, 2.0e-4]", "polynom: [0.1]", "is not a key", .unknownKey),
    ("window_points: 11", "window_points: 10", "must be odd", .badValue),
    ("window_points: 11, order: 3", "window_points: 3, order: 3", "too high", .contradiction),
    ("order: 3, derivative: 1", "order: 1, derivative: 2", "above the order", .contradiction),
    ("range_per_cm: [300, 2000]", "range_nm: [300, 2000]", "is not a key", .unknownKey),
    ("ranking: first-derivative", "ranking: hqi2", "must be one of hqi", .badValue),
    ("library: site\n", "", "stands without a `library`", .contradiction),
    ("least_score: 60", "least_score: 101", "from 0 to 100", .badValue),
  ])
  func whatCannotBeMeantIsRefused(
    old: String, new: String, words: String, code: MethodError.Code
  ) throws {
    let error = try #require(refusal(of: Self.raman, old, new), "\(new) is taken")
    #expect(error.code == code)
    #expect(error.problem.contains(words), "\(error.problem)")
    #expect(error.line > 0)
  }

  @Test func aScaledSpectrumHasNoContent() throws {
    let band = """

      bands:
        A: { window_per_cm: [1000, 1100], calibration: { unit: "%", curve: linear } }
      """
    #expect(refusal(Self.raman + band)?.code == .contradiction)
    #expect(
      refusal(
        (Self.raman + band).replacing("- { step: normalise, kind: snv }", with: "- step: dark2"))?
        .code == .badValue)
    #expect(
      refusal((Self.raman + band).replacing("  - { step: normalise, kind: snv }\n", with: ""))
        == nil)
  }

  @Test func ultravioletNeedsARegionToSearch() throws {
    let text = """
      schema: 1
      name: m
      version: 1
      title: M
      technique: uv-vis
      library: site
      """
    #expect(refusal(text)?.code == .contradiction)
    #expect(
      try Self.spectrum(text + "\nregion_nm: [220, 400]").search.regions == [
        .init(from: 220, to: 400)
      ])
    #expect(
      try Self.spectrum(text + "\nsearch: { regions_nm: [[220, 300], [310, 400]] }").search.regions
        .count == 2)
    #expect(refusal(text + "\nsearch: { regions_nm: [[220, 300], [290, 400]] }")?.line == 7)
  }
}
