import Foundation
import Laboratory
import Testing

@testable import Processing

@Suite struct InterferogramTests {
  @Test func theTransformIsItsDefinition() {
    var noise = SeededNoise(4)
    let x = (0..<16).map { _ in (noise.unit() - 0.5, noise.unit() - 0.5) }
    var (real, imaginary) = (x.map(\.0), x.map(\.1))
    FourierTransform.forward(&real, &imaginary)
    for k in 0..<16 {
      var (r, i) = (0.0, 0.0)
      for n in 0..<16 {
        let angle = -2 * Double.pi * Double(k * n) / 16
        r += x[n].0 * cos(angle) - x[n].1 * sin(angle)
        i += x[n].0 * sin(angle) + x[n].1 * cos(angle)
      }
      #expect(abs(real[k] - r) < 1e-14 && abs(imaginary[k] - i) < 1e-14)
    }
  }

  /// A broad source with an absorption band, its samples before and after zero path difference.
  private func samples(before: Int, after: Int, shift: Double, chirp: Double) -> [Double] {
    let step = 1 / 8000.0
    return (-before...after).map { index in
      let path = (Double(index) + shift) * step
      var sum = 5.0
      for place in Swift.stride(from: 500.0, to: 3500, by: 10) {
        sum += truth(place) * cos(2 * Double.pi * place * path + chirp * place / 1000)
      }
      return sum
    }
  }

  private func truth(_ place: Double) -> Double {
    exp(-pow((place - 2000) / 600, 2)) * (1 - 0.6 * exp(-pow((place - 1700) / 60, 2)))
  }

  @Test(arguments: [(0.0, 0.0), (0.3, 0.0), (0.0, 0.2), (0.4, -0.3)])
  func thePhaseIsCorrected(shift: Double, chirp: Double) throws {
    // One side is short, as instruments have it; the sum of lines 10 apart repeats only after 0.1 cm.
    let found = try Interferogram(stepCentimetres: 1 / 8000.0).beam(
      samples(before: 200, after: 380, shift: shift, chirp: chirp))
    let top = try #require(found.values.max())
    let places = found.wavenumbers.indices.filter {
      found.wavenumbers[$0] > 900 && found.wavenumbers[$0] < 3100
    }
    let scale = places.map { truth(found.wavenumbers[$0]) }.max() ?? 1
    for index in places {
      let expected = truth(found.wavenumbers[index]) / scale
      #expect(abs(found.values[index] / top - expected) < 0.03, "\(found.wavenumbers[index])")
    }
    #expect(abs(found.zero - 200) <= 1)
    #expect(found.step.numbers["phase_samples"].map { $0 >= 190 } == true)
  }

  @Test func oneLineStandsAtItsWavenumberWithTheWidthOfTheApodisation() throws {
    let step = 1 / 8000.0
    // A line on a weak broad source, which the phase is found from.
    let values = (-100...3000).map { index -> Double in
      let path = Double(index) * step
      return cos(2 * Double.pi * 1600 * path) + 40 * exp(-pow(Double(index) / 1.5, 2))
    }
    let beam = try Interferogram(stepCentimetres: step, phaseSamples: 64).beam(values)
    let top = try #require(beam.values.indices.max { beam.values[$0] < beam.values[$1] })
    #expect(abs(beam.wavenumbers[top] - 1600) <= beam.wavenumbers[1])
    let fit = try BandFit.fit(
      x: beam.wavenumbers, y: beam.values, from: 1590, to: 1610, shape: .gauss)
    #expect(abs(fit.centre - 1600) < 0.05)
    // 0.9 / L with L = 0.375 cm.
    #expect(abs(fit.width - 2.4) < 0.2)
  }

  @Test func badInterferogramsAreRefused() {
    let interferogram = Interferogram(stepCentimetres: 1e-4)
    #expect(throws: SpectrumError.tooFewPoints(what: "interferogram", count: 3, needed: 32)) {
      try interferogram.beam([1, 2, 3])
    }
    #expect(throws: SpectrumError.self) {
      try interferogram.beam([Double](repeating: 4, count: 64))
    }
    var ramp = (0..<64).map(Double.init)
    #expect(throws: SpectrumError.noBand(from: 0, to: 63)) { try interferogram.beam(ramp) }
    ramp[5] = .nan
    #expect(throws: SpectrumError.notFinite(what: "interferogram", index: 5)) {
      try interferogram.beam(ramp)
    }
    #expect(throws: SpectrumError.self) {
      try Interferogram(stepCentimetres: 0).beam((0..<64).map { $0 == 30 ? 1 : 0 })
    }
  }
}
