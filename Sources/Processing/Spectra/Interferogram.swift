internal import Foundation
public import Laboratory

/// A single-beam spectrum from an interferogram, for devices that deliver one.
///
/// Mean taken off; zero path difference at the largest absolute value; Happ and Genzel's apodisation
/// 0.54 + 0.46 cos(pi d / L); phase from a short section with both sides, itself apodised by a
/// triangle; Mertz' phase correction; at least twice as many points as were measured. The resolution
/// is about 0.9 / L with this apodisation.
public struct Interferogram: Sendable, Hashable, Codable {
  /// The distance of two samples in path difference, cm.
  public var stepCentimetres: Double
  /// How many samples on each side of zero the phase is found from, at most; fewer where one side is
  /// shorter.
  public var phaseSamples: Int

  /// Describes the sampling.
  public init(stepCentimetres: Double, phaseSamples: Int = 256) {
    self.stepCentimetres = stepCentimetres
    self.phaseSamples = phaseSamples
  }

  private enum CodingKeys: String, CodingKey {
    case stepCentimetres = "step_cm"
    case phaseSamples = "phase_samples"
  }

  /// What came of it.
  public struct Beam: Sendable, Hashable {
    /// Wavenumbers, 1/cm, from 0 in equal steps.
    public var wavenumbers: [Double]
    /// The single beam, in the unit of the samples; near zero it may be below.
    public var values: [Double]
    /// The sample of zero path difference.
    public var zero: Int
    /// What was done.
    public var step: ProcessingStep
  }

  /// The spectrum of the samples.
  ///
  /// - Refused: fewer than 32 samples, more than 4 million, constants, and a largest value within 8
  ///   samples of an end: without a piece of the other side there is no phase.
  public func beam(_ samples: [Double]) throws(SpectrumError) -> Beam {
    guard samples.count >= 32 else {
      throw .tooFewPoints(what: "interferogram", count: samples.count, needed: 32)
    }
    try SpectrumInput.finite(samples, "interferogram")
    guard stepCentimetres.isFinite, stepCentimetres > 0 else {
      throw .parameter(name: "step_cm", value: stepCentimetres, allowed: "above 0")
    }
    guard phaseSamples >= 8, samples.count <= 4_000_000 else {
      throw .parameter(name: "phase_samples", value: Double(phaseSamples), allowed: "8 or more")
    }
    var mean = 0.0
    for sample in samples { mean += sample }
    mean /= Double(samples.count)
    let light = samples.map { $0 - mean }
    var zero = 0
    for index in light.indices where abs(light[index]) > abs(light[zero]) { zero = index }
    let short = min(zero, light.count - 1 - zero, phaseSamples)
    guard light[zero] != 0, short >= 8 else {
      throw .noBand(from: 0, to: Double(samples.count - 1))
    }
    var size = 64
    while size < 2 * light.count { size *= 2 }
    let phase = phase(light, zero: zero, short: short, size: size)
    var (real, imaginary) = placed(light, zero: zero, size: size) { distance in
      self.weight(distance, zero: zero, count: light.count)
    }
    FourierTransform.forward(&real, &imaginary)
    let half = size / 2
    let values = (0...half).map { k in
      real[k] * phase.cosine[k] + imaginary[k] * phase.sine[k]
    }
    let spacing = 1 / (Double(size) * stepCentimetres)
    return Beam(
      wavenumbers: (0...half).map { Double($0) * spacing }, values: values, zero: zero,
      step: ProcessingStep(
        "interferogram", .done,
        "less the mean, Happ-Genzel, zero filling, Mertz phase of the samples around zero",
        numbers: [
          "samples": Double(samples.count), "zero_sample": Double(zero), "points": Double(size),
          "phase_samples": Double(short), "step_cm": stepCentimetres, "mean": mean,
          "longest_path_cm": Double(max(zero, light.count - 1 - zero)) * stepCentimetres,
        ]))
  }

  /// Apodisation by the longer side, times the share of a sample that has one on the other side too.
  ///
  /// Where both sides exist each pair would count twice beside the part that has one side; a ramp
  /// from 0 to 1 through the part of both sides, on the shorter side's end, makes the sum one.
  private func weight(_ distance: Int, zero: Int, count: Int) -> Double {
    let (before, after) = (zero, count - 1 - zero)
    let longest = max(before, after)
    let apodisation =
      0.54 + 0.46 * cos(Double.pi * Double(abs(distance)) / Double(longest))
    let shorter = min(before, after)
    guard abs(distance) <= shorter else { return apodisation }
    // Towards the longer side it rises, towards the shorter it falls; one half at zero.
    let outward = after >= before ? distance : -distance
    let ramp = (Double(outward) / Double(shorter + 1) + 1) / 2
    return apodisation * ramp
  }

  /// The samples with zero path difference first, those before it at the end.
  private func placed(
    _ light: [Double], zero: Int, size: Int, weight: (Int) -> Double
  ) -> (real: [Double], imaginary: [Double]) {
    var real = [Double](repeating: 0, count: size)
    for index in light.indices {
      let distance = index - zero
      real[distance >= 0 ? distance : size + distance] = light[index] * weight(distance)
    }
    return (real, [Double](repeating: 0, count: size))
  }

  /// Cosine and sine of the phase of the section around zero, at the points of the spectrum.
  private func phase(
    _ light: [Double], zero: Int, short: Int, size: Int
  ) -> (cosine: [Double], sine: [Double]) {
    // Zero filled to the size of the spectrum: the interpolation of the phase is exact.
    var (real, imaginary) = placed(light, zero: zero, size: size) { distance in
      max(0, 1 - Double(abs(distance)) / Double(short + 1))
    }
    FourierTransform.forward(&real, &imaginary)
    var (cosine, sine) = ([Double](), [Double]())
    for k in 0...size / 2 {
      let length = (real[k] * real[k] + imaginary[k] * imaginary[k]).squareRoot()
      cosine.append(length > 0 ? real[k] / length : 1)
      sine.append(length > 0 ? imaginary[k] / length : 0)
    }
    return (cosine, sine)
  }
}
