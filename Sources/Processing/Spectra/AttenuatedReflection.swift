internal import Foundation
public import Laboratory

/// Infrared spectra taken by attenuated total reflection (ATR), made like those in transmission.
public struct AttenuatedReflection: Sendable, Hashable, Codable {
  /// The refractive index of the crystal: diamond 2.38 to 2.42, zinc selenide 2.40 to 2.43, Ge 4.0.
  public var crystalIndex: Double
  /// The refractive index of the sample, most often 1.5.
  public var sampleIndex: Double
  /// The angle of incidence, degrees.
  public var angleDegrees: Double

  /// Describes an accessory.
  public init(crystalIndex: Double, sampleIndex: Double = 1.5, angleDegrees: Double = 45) {
    self.crystalIndex = crystalIndex
    self.sampleIndex = sampleIndex
    self.angleDegrees = angleDegrees
  }

  /// How deep the light enters at a wavenumber (1/cm), in micrometres.
  ///
  /// d = lambda / (2 pi n1 sqrt(sin^2 theta - (n2 / n1)^2)). Refused below the critical angle.
  public func penetrationDepth(atWavenumber wavenumber: Double) throws(SpectrumError) -> Double {
    guard wavenumber.isFinite, wavenumber > 0 else {
      throw .parameter(name: "wavenumber_per_cm", value: wavenumber, allowed: "above 0")
    }
    guard crystalIndex.isFinite, sampleIndex.isFinite, crystalIndex >= 1, sampleIndex >= 1 else {
      throw .parameter(name: "crystal_index", value: crystalIndex, allowed: "1 or more")
    }
    guard angleDegrees.isFinite, angleDegrees > 0, angleDegrees < 90 else {
      throw .parameter(name: "angle_deg", value: angleDegrees, allowed: "above 0 and below 90")
    }
    let sine = sin(angleDegrees * .pi / 180)
    let ratio = sampleIndex / crystalIndex
    let square = sine * sine - ratio * ratio
    guard square > 0 else {
      throw .parameter(
        name: "angle_deg", value: angleDegrees, allowed: "above the critical angle")
    }
    return 1e4 / wavenumber / (2 * .pi * crystalIndex * square.squareRoot())
  }

  /// The simple correction: A nu / nu_ref, since light enters deeper at smaller wavenumbers.
  ///
  /// Dispersion near strong bands is not corrected.
  public static func corrected(
    wavenumbers: [Double], absorbance: [Double], reference: Double = 1000
  ) throws(SpectrumError) -> (values: [Double], step: ProcessingStep) {
    try SpectrumInput.sameCount(absorbance, "spectrum", wavenumbers, "axis")
    try SpectrumInput.axis(wavenumbers)
    guard reference.isFinite, reference > 0 else {
      throw .parameter(name: "reference_per_cm", value: reference, allowed: "above 0")
    }
    if let lowest = wavenumbers.min(), lowest <= 0 {
      throw .parameter(name: "wavenumber_per_cm", value: lowest, allowed: "above 0")
    }
    return (
      zip(wavenumbers, absorbance).map { $0 / reference * $1 },
      ProcessingStep(
        "atr", .done, "absorbance * wavenumber / reference_per_cm",
        numbers: ["reference_per_cm": reference])
    )
  }

  private enum CodingKeys: String, CodingKey {
    case crystalIndex = "crystal_index"
    case sampleIndex = "sample_index"
    case angleDegrees = "angle_deg"
  }
}
