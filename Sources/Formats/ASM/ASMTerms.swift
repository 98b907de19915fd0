internal import Laboratory
internal import Methods

/// The schemas of ASM JSON that are written, each of one technique and one release.
enum ASMDialect: String {
  case gas = "gas chromatography"
  case liquid = "liquid chromatography"
  case spectrophotometry
  case infrared

  /// The schema that serves a technique; nil where none is published that we know of.
  init?(_ technique: Method.Technique) {
    switch technique {
    case .gc, .gcms: self = .gas
    case .lc, .lcms: self = .liquid
    case .ultravioletVisible: self = .spectrophotometry
    case .ftir: self = .infrared
    case .raman, .residualGas: return nil
    }
  }

  /// What `$asm.manifest` says.
  var manifest: String {
    let place =
      switch self {
      case .gas: "gas-chromatography/REC/2025/06/gas-chromatography.tabular.manifest"
      case .liquid: "liquid-chromatography/REC/2024/03/liquid-chromatography.tabular.manifest"
      case .spectrophotometry: "spectrophotometry/REC/2024/06/spectrophotometry.manifest"
      case .infrared: "ftir/REC/2021/12/ftir.manifest"
      }
    return "http://purl.allotrope.org/manifests/" + place
  }

  /// What holds the peak list's volume: its name and unit differ by release.
  ///
  /// The micro sign is U+03BC, as in the schema.
  var injectionVolume: (name: String, unit: String)? {
    switch self {
    case .gas: ("injection volume setting", "\u{3bc}L")
    case .liquid: ("autosampler injection volume setting (chromatography)", "mm^3")
    case .spectrophotometry, .infrared: nil
    }
  }
}

/// The names that are read and written in more than one place.
enum ASMName {
  static let manifest = "$asm.manifest"
  static let custom = "custom information aggregate document"
  static let customItem = "custom information document"
  static let label = "datum label"
  static let string = "scalar string datum"
  static let double = "scalar double datum"
  /// What stands before the names of our own facts.
  static let own = "gauger:"
  static let checksum = "gauger:crc32"
  /// What stands where a schema demands a text that nobody knows.
  static let unknown = "unknown"
  /// What stands where a schema demands a number that nobody knows.
  static let unknownNumber = "-0.0"
  static let chromatogram = "chromatogram data cube"
  static let massChromatogram = "mass chromatogram data cube"
  static let absorption = "absorption spectrum data cube"
  static let transmittance = "transmittance spectrum data cube"
  static let reflectance = "reflectance spectrum data cube"
  static let interferogram = "infrared interferogram data cube"
}

/// A quantity as the schemas name it, and how many places the point moves on the way there.
struct ASMQuantity: Hashable {
  var concept: String
  var unit: String
  var exponent = 0
  /// The unit of an area under it.
  var area: String { unit == "(unitless)" ? unit : unit + ".s" }

  /// That of a signal, by our spelling of its unit; nil where no schema has a term for it.
  static func signal(_ symbol: String) -> ASMQuantity? { signals[symbol] }

  /// A number whose unit no schema knows, or which has none.
  static let plain = ASMQuantity(concept: "intensity", unit: "(unitless)")
  static let time = ASMQuantity(concept: "retention time", unit: "s")
  static let wavelength = ASMQuantity(concept: "wavelength", unit: "nm")
  static let wavenumber = ASMQuantity(concept: "wavenumber", unit: "1/cm")
  /// Absorbance is counted in thousandths.
  static let absorbance = ASMQuantity(concept: "absorbance", unit: "mAU", exponent: 3)
  static let relative = ASMQuantity(concept: "relative intensity", unit: "(unitless)")

  /// Our spelling of a unit of the schemas.
  static func symbol(of unit: String) -> String {
    switch unit {
    case "Counts": "counts"
    case "(unitless)": "1"
    default: ForeignText.unit(unit)
    }
  }

  private static let signals: [String: ASMQuantity] = {
    var table = ["1": plain, "nC": ASMQuantity(concept: "electric charge", unit: "nC")]
    for word in ["counts", "Counts", "count", "Count"] {
      table[word] = ASMQuantity(concept: "count", unit: "Counts")
    }
    for (prefix, exponent) in [("f", -3), ("p", 0), ("n", 3), ("u", 6), ("m", 9), ("", 12)] {
      table[prefix + "A"] = ASMQuantity(
        concept: "electric current", unit: "pA", exponent: exponent)
    }
    for (prefix, exponent) in [("n", -6), ("u", -3), ("m", 0), ("", 3)] {
      table[prefix + "V"] = ASMQuantity(concept: "voltage", unit: "mV", exponent: exponent)
      table[prefix + "AU"] = ASMQuantity(concept: "absorbance", unit: "mAU", exponent: exponent)
    }
    table["RFU"] = ASMQuantity(concept: "fluorescence", unit: "RFU")
    return table
  }()
}
