import Instruments
import Laboratory
import Testing

@testable import Emulation

@Suite struct SceneTests {
  @Test func normalTableIsNormal() {
    let values = NormalTable.shared.values
    let moment = { (power: Int) in
      values.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { p, _ in p * x } }
        / Double(values.count)
    }
    #expect(abs(moment(1)) < 1e-9)
    #expect(abs(moment(2) - 1) < 1e-9)
    #expect(abs(moment(4) - 3) < 0.05)
  }

  @Test func noiseHasTheVarianceOfItsPhotons() {
    var bench = Bench(.usb2000plus, scene: .broadband, seed: 7)
    let bright = 300
    var (light, dark): ([Double], [Double]) = ([], [])
    for _ in 0..<400 {
      let counts = bench.spectrum()
      light.append(Double(counts[bright]))
      dark.append(Double(counts[10]))
    }
    let (lightMean, lightVariance) = statistics(light)
    let (darkMean, darkVariance) = statistics(dark)
    // Read noise 30; one electron a count above the dark of 1,560 +- 12 (the fixed pattern).
    #expect(abs(darkMean - 1560) < 50)
    #expect(abs(darkVariance / 900 - 1) < 0.25)
    #expect(lightMean > 25_000)
    #expect(abs(lightVariance / (900 + lightMean - 1560) - 1) < 0.25)
  }

  @Test func sameSeedGivesTheSameFrames() {
    var (a, b, c) = (Bench(.usb4000), Bench(.usb4000), Bench(.usb4000, seed: 2))
    let first = a.spectrum()
    let second = a.spectrum()
    #expect(first == b.spectrum())
    #expect(first != second)
    #expect(first != c.spectrum())
    // The noise counts from the last 02 on, and the settings did not change.
    a.setIntegration(microseconds: 100_000)
    #expect(a.spectrum() == first)
    #expect(a.spectrum() == second)
  }

  @Test(arguments: OOIModel.all)
  func longExposureSaturatesAtTheCeiling(model: OOIModel) {
    var bench = Bench(model)
    bench.setIntegration(microseconds: 1_000_000)
    _ = (0..<model.framesUnderWay).map { _ in bench.spectrum() }
    let counts = bench.spectrum()
    // Where slot 17 tells a saturation, at that; else at full scale.
    let told = [
      "usb4000": 53_500, "nirquest512": 60_000, "maya2000pro": 50_000, "torus": 57_000,
      "apex": 52_000,
    ]
    let ceiling = told[String(model.id.dropFirst("ocean-optics/".count))] ?? model.fullScale
    #expect(Int(counts.max() ?? 0) == ceiling)
    #expect(counts.count { Int($0) == ceiling } > (model.pixelsPublished > 1000 ? 3 : 0))
  }

  @Test(arguments: OOIModel.all, Scene.allCases)
  func maskedPixelsSeeNoLight(model: OOIModel, scene: Scene) {
    var bench = Bench(model, scene: scene)
    let counts = bench.spectrum()
    let limit = bench.published(1560 + 200)
    for pixel in model.electricDark.joined() { #expect(Double(counts[pixel]) < limit) }
    let lit = counts[model.lit].max() ?? 0
    #expect(scene == .dark ? Double(lit) < limit : Double(lit) > bench.published(38_000))
    #expect(Double(lit) < bench.published(42_500))
  }

  /// Models of a few hundred pixels are too coarse for it.
  @Test(arguments: OOIModel.all.filter { $0.pixelsPublished > 1000 })
  func polystyreneBandsStandWhereTheStandardSays(model: OOIModel) throws {
    let last = model.wavelength(of: model.pixelsPublished - 1)
    #expect(model.wavelength(of: model.electricDark.first?.upperBound ?? 0) < 785)
    #expect(1e7 / 785 - 1e7 / last > 3200)
    var bench = Bench(model)
    let frames = (0..<20).map { _ in bench.spectrum() }
    let mean = (0..<model.pixelsPublished).map { pixel in
      frames.reduce(0) { $0 + Double($1[pixel]) } / 20
    }
    for band in [620.9, 1001.4, 1031.8, 1602.3, 3054.3] {
      let near = mean.indices.filter {
        abs(1e7 / 785 - 1e7 / model.wavelength(of: $0) - band) < 7
      }
      let base = try #require(near.map { mean[$0] }.min())
      let weights = near.map { mean[$0] - base }
      let centroid =
        zip(near, weights).reduce(0) {
          $0 + (1e7 / 785 - 1e7 / model.wavelength(of: $1.0)) * $1.1
        } / weights.reduce(0, +)
      #expect(abs(centroid - band) < 1.6, "\(band): \(centroid)")
    }
  }

  @Test func neonLinesStandWhereNISTSays() {
    var bench = Bench(.usb2000plus, scene: .neon)
    let counts = bench.spectrum().map { Double($0) - 1560 }
    let model = bench.device.model
    for line in [837.761, 849.536, 859.126, 885.387, 914.867] {
      let near = counts.indices.filter { abs(model.wavelength(of: $0) - line) < 0.6 }
      let centroid =
        near.reduce(0) { $0 + model.wavelength(of: $1) * counts[$1] }
        / near.reduce(0) { $0 + counts[$1] }
      #expect(abs(centroid - line) < 0.05, "\(line): \(centroid)")
    }
  }

  @Test(arguments: OOIModel.all)
  func correctingTheNonlinearityGivesALine(model: OOIModel) {
    let law = Nonlinearity(fullScale: model.fullScale)
    // Nine ways through the memory's text, as a driver would take them.
    let memory = OOIMemory(model: model, serialNumber: "X")
    let read = (6...13).map { slot in
      Double(
        String(decoding: memory.bytes(UInt8(slot)).prefix { $0 != 0 }, as: UTF8.self)) ?? .nan
    }
    #expect(read == law.coefficients)
    for part in stride(from: 0.05, through: 0.9, by: 0.05) {
      let signal = part * Double(model.fullScale)
      let measured = law.measured(of: signal)
      let polynomial = read.reversed().reduce(0) { $0 * measured + $1 }
      #expect(polynomial > 0.85 && polynomial < 1.02)
      #expect(abs(measured / polynomial / signal - 1) < 1e-9)
    }
  }

  @Test func signalGrowsWithTheExposureAfterCorrection() {
    var bench = Bench(.usb2000plus, scene: .broadband)
    let law = Nonlinearity(fullScale: 65_535)
    func signal(_ microseconds: UInt32) -> Double {
      bench.setIntegration(microseconds: microseconds)
      _ = bench.spectrum()
      let dark = Double(Detector.offset) + 600 * Double(microseconds) * 1e-6
      let mean = (0..<50).reduce(0) { sum, _ in sum + Double(bench.spectrum()[400]) } / 50 - dark
      return mean / law.polynomial(mean)
    }
    let (short, long) = (signal(50_000), signal(125_000))
    #expect(abs(long / short / 2.5 - 1) < 0.005)
  }

  private func statistics(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count - 1))
  }
}
