internal import Instruments
internal import Laboratory

/// What the codes of an SPC file's axes mean, and what of it is read.
enum SPCUnits {
  /// What an abscissa is.
  enum Abscissa: Equatable {
    /// An axis of a spectrum, and what makes nm or 1/cm of it.
    case axis(Axis.Kind, Double)
    /// Time, and what makes seconds of it.
    case time(Double)
    /// Mass-to-charge ratios.
    case mass
    /// Nobody says; a position.
    case unknown
  }

  /// What an ordinate is.
  struct Ordinate: Equatable {
    /// In our words.
    var meaning: MeasuredSpectrum.Ordinate
    /// What its values are divided by.
    var divisor = 1.0
    /// The unit where it is a signal over time.
    var unit: String
    /// What it is for people, where our words do not say it.
    var words: String?
  }

  /// What x or z is, by code; nil where it is not read (frequencies, angles, temperatures).
  static func abscissa(_ code: Int) -> Abscissa? {
    switch code {
    case 0: .unknown
    case 1: .axis(.wavenumber, 1)
    case 2: .axis(.wavelength, 1000)
    case 3: .axis(.wavelength, 1)
    case 4: .time(1)
    case 5: .time(60)
    case 9: .mass
    case 11: .time(86_400)
    case 13: .axis(.ramanShift, 1)
    case 16, 17, 22: .axis(.channel, 1)
    case 23: .time(1e-3)
    case 24: .time(1e-6)
    case 25: .time(1e-9)
    case 30: .time(3600)
    default: nil
    }
  }

  /// What x is, by a label of its own; nil where it is not understood.
  static func abscissa(label: String) -> Abscissa? {
    let words = label.lowercased()
    func has(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    if has("raman") { return .axis(.ramanShift, 1) }
    if has("wavenumber", "cm-1", "1/cm", "cm^-1") { return .axis(.wavenumber, 1) }
    if has("nanomet", "(nm)") || words == "nm" { return .axis(.wavelength, 1) }
    if has("micromet", "micron", "(um)") { return .axis(.wavelength, 1000) }
    if has("minute", "(min)") { return .time(60) }
    if has("second", "(s)", "(sec)") && !has("milli", "micro", "nano") { return .time(1) }
    if has("m/z", "mass") { return .mass }
    return nil
  }

  /// What y is, by code.
  static func ordinate(_ code: Int) -> Ordinate {
    switch code {
    case 0: Ordinate(meaning: .intensity, unit: "1")
    case 2: Ordinate(meaning: .absorbance, unit: "AU")
    case 4: Ordinate(meaning: .counts, unit: "counts")
    case 5: Ordinate(meaning: .intensity, unit: "V", words: "volts")
    case 7: Ordinate(meaning: .intensity, unit: "mA", words: "milliamperes")
    case 9: Ordinate(meaning: .intensity, unit: "mV", words: "millivolts")
    case 11: Ordinate(meaning: .transmittance, divisor: 100, unit: "percent", words: "percent")
    case 12, 13: Ordinate(meaning: .intensity, unit: "1")
    case 128: Ordinate(meaning: .transmittance, unit: "1")
    case 129: Ordinate(meaning: .reflectance, unit: "1")
    default: Ordinate(meaning: .intensity, unit: "1", words: names[code] ?? "of code \(code)")
    }
  }

  private static let names = [
    1: "an interferogram", 3: "Kubelka-Munk", 6: "degrees", 8: "millimetres", 10: "log(1/R)",
    14: "energy", 16: "decibel", 19: "degrees F", 20: "degrees C", 21: "kelvin",
    22: "a refractive index", 23: "an extinction coefficient", 24: "a real part",
    25: "an imaginary part", 26: "complex", 130: "a single beam", 131: "emission",
  ]

  /// The technique for people; nil where the file says none.
  static func technique(_ code: Int) -> String? {
    let names = [
      1: "gas chromatogram", 2: "chromatogram", 3: "HPLC chromatogram",
      4: "FT-IR, FT-NIR, FT-Raman",
      5: "NIR", 7: "UV-VIS", 8: "X-ray diffraction", 9: "mass spectrum", 10: "NMR", 11: "Raman",
      12: "fluorescence", 13: "atomic", 14: "diode array",
    ]
    return names[code]
  }
}
