internal import Foundation

/// What an emulated spectrometer looks at.
public enum Scene: String, Sendable, Hashable, CaseIterable {
  /// Polystyrene under a 785 nm laser: Raman bands on fluorescence, behind an edge filter.
  case polystyrene
  /// A neon lamp.
  case neon
  /// A tungsten lamp of 2,856 K seen by a silicon detector.
  case broadband
  /// A closed shutter.
  case dark

  /// What it shows, for people.
  public var about: String {
    switch self {
    case .polystyrene: "Raman spectrum of polystyrene at 785 nm (ASTM E1840 positions)"
    case .neon: "neon lamp (NIST wavelengths)"
    case .broadband: "tungsten lamp, 2,856 K"
    case .dark: "no light"
    }
  }

  /// The excitation wavelength of the Raman scene, nm.
  static let laser = 785.0

  /// Light at a wavelength in nm, before it is scaled so that the brightest pixel is 1.
  func light(at wavelength: Double) -> Double {
    switch self {
    case .polystyrene: Self.raman(at: wavelength)
    case .neon: Self.lamp(at: wavelength)
    case .broadband: Self.planck(at: wavelength) * Self.silicon(at: wavelength)
    case .dark: 0
    }
  }

  /// Bands, fluorescence and what the edge filter lets through of the laser line.
  private static func raman(at wavelength: Double) -> Double {
    let shift = 1e7 / laser - 1e7 / wavelength
    var scattered = 0.0
    for band in polystyreneBands {
      let x = (shift - band.position) / (band.width / 2)
      scattered += band.height / (1 + x * x)
    }
    let fluorescence = 0.085 * exp(-pow((shift - 700) / 1500, 2)) + 0.012
    let filter = 1 / (1 + exp(-(shift - 140) / 9))
    let leak = 0.30 * exp(-4 * log(2) * pow(shift / 9, 2))
    return (scattered + fluorescence) * filter + leak
  }

  /// Lines of the lamp, widened to the instrument's line width of 0.55 nm (Gaussian), on a faint
  /// continuum.
  private static func lamp(at wavelength: Double) -> Double {
    neonLines.reduce(2) { sum, line in
      let x = (wavelength - line.wavelength) / 0.55
      return abs(x) > 5 ? sum : sum + line.height * exp(-4 * log(2) * x * x)
    }
  }

  /// Planck's law in photons a nm at 2,856 K (CIE illuminant A), arbitrary scale.
  private static func planck(at wavelength: Double) -> Double {
    pow(wavelength / 1000, -4) / (exp(1.438_776_877e7 / (wavelength * 2856)) - 1)
  }

  /// A silicon detector's response: falls to nothing towards its band gap at 1,100 nm.
  private static func silicon(at wavelength: Double) -> Double {
    1 / (1 + exp((wavelength - 930) / 45)) * (1 - exp(-wavelength / 400))
  }
}
