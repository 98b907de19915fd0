/// Wavelengths in air and in vacuum, nm.
///
/// Standard air (15 C, 101325 Pa, 0.045 % carbon dioxide, dry) after Ciddor, Appl. Opt. 35, 1566
/// (1996): n - 1 = 1e-8 (5792105 / (238.0185 - s) + 167917 / (57.362 - s)), s = (1000 / lambda)^2
/// with lambda in vacuum. A Raman shift is a difference of vacuum wavenumbers; with air wavelengths
/// on both sides it comes out too large by 2.8e-4 of itself. Makers' axes usually do that.
public enum AirWavelength {
  /// The refractive index of standard air at a wavelength in vacuum, 200 nm to 2500 nm.
  public static func index(atVacuum nanometres: Double) -> Double {
    let inverse = 1000 / nanometres
    let s = inverse * inverse
    return 1 + 1e-8 * (5_792_105 / (238.0185 - s) + 167_917 / (57.362 - s))
  }

  /// The wavelength in vacuum of one in air; exact to the last digits by three rounds.
  public static func vacuum(ofAir nanometres: Double) -> Double {
    var vacuum = nanometres
    for _ in 0..<3 { vacuum = nanometres * index(atVacuum: vacuum) }
    return vacuum
  }

  /// The wavelength in air of one in vacuum.
  public static func air(ofVacuum nanometres: Double) -> Double {
    nanometres / index(atVacuum: nanometres)
  }
}

/// What the wavelengths of a Raman axis and its laser are.
public enum Medium: String, Sendable, Hashable, Codable {
  /// As stored, in air on both sides: what makers do.
  case air
  /// Converted to vacuum on both sides: what a Raman shift is defined by.
  case vacuum
}

/// The Raman axis: shifts from wavelengths, and the laser from silicon.
public enum RamanAxis {
  /// The first-order line of silicon, 1/cm, good to 0.28.
  ///
  /// Itoh, Shirono, Fujimoto, Analytical Sciences 35 (2019) 571; older practice took 520.5 to 520.7.
  public static let silicon = 520.45

  /// Shifts, 1/cm, of wavelengths in air, nm, from a laser in air, nm.
  public static func shifts(
    wavelengths: [Double], laser: Double, medium: Medium = .air
  ) throws(SpectrumError) -> [Double] {
    try SpectrumInput.axis(wavelengths)
    guard laser.isFinite, SpectralAxis.believedLaser.contains(laser) else {
      throw .parameter(name: "laser_nm", value: laser, allowed: "150 to 5000")
    }
    for value in wavelengths where !SpectralAxis.believedLaser.contains(value) {
      throw .parameter(name: "wavelength_nm", value: value, allowed: "150 to 5000")
    }
    func wavenumber(_ nanometres: Double) -> Double {
      1e7 / (medium == .air ? nanometres : AirWavelength.vacuum(ofAir: nanometres))
    }
    let excitation = wavenumber(laser)
    return wavelengths.map { excitation - wavenumber($0) }
  }

  /// The laser's wavelength, nm, by which silicon stands at its accepted shift.
  ///
  /// - `siliconWavelength`: the fitted place of the silicon line on the lamp-calibrated axis, nm.
  /// - lambda = 1 / (1 / lambda_Si + 520.45e-7); with `medium` vacuum both are taken to vacuum first
  ///   and the answer is given in air.
  public static func laser(
    siliconWavelength: Double, accepted: Double = silicon, medium: Medium = .air
  ) throws(SpectrumError) -> Double {
    guard siliconWavelength.isFinite, SpectralAxis.believedLaser.contains(siliconWavelength) else {
      throw .parameter(
        name: "silicon_wavelength_nm", value: siliconWavelength, allowed: "150 to 5000")
    }
    guard accepted.isFinite, (519.0...522.0).contains(accepted) else {
      throw .parameter(name: "silicon_shift_per_cm", value: accepted, allowed: "519 to 522")
    }
    switch medium {
    case .air: return 1 / (1 / siliconWavelength + accepted * 1e-7)
    case .vacuum:
      let vacuum = AirWavelength.vacuum(ofAir: siliconWavelength)
      return AirWavelength.air(ofVacuum: 1 / (1 / vacuum + accepted * 1e-7))
    }
  }

  /// The wavelength, nm, at a shift, 1/cm, from a laser, nm; both as stored.
  public static func wavelength(shift: Double, laser: Double) -> Double {
    1 / (1 / laser - shift * 1e-7)
  }
}
