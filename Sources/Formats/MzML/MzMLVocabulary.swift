internal import Instruments
internal import Laboratory

/// The terms that our files use, by their exact names of PSI-MS 4.1.257 and the units' vocabulary.
enum MzMLVocabulary {
  /// A term with its name.
  struct Term: Hashable {
    var accession: String
    var name: String

    init(_ accession: String, _ name: String) {
      self.accession = accession
      self.name = name
    }

    /// A `cvParam` with this term.
    func text(_ value: String = "", unit: Term? = nil) -> String {
      "<cvParam cvRef=\"\(reference)\" accession=\"\(accession)\" name=\"\(name)\" value=\"\(value)\""
        + (unit.map {
          " unitCvRef=\"\($0.reference)\" unitAccession=\"\($0.accession)\" unitName=\"\($0.name)\""
        } ?? "") + "/>"
    }

    private var reference: Substring { accession.prefix(2) }
  }

  static let counts = Term("MS:1000131", "number of detector counts")
  static let countsPerSecond = Term("MS:1000814", "counts per second")
  static let percentOfBase = Term("MS:1000132", "percent of base peak")
  static let absorbance = Term("UO:0000269", "absorbance unit")
  static let second = Term("UO:0000010", "second")
  static let nanometre = Term("UO:0000018", "nanometer")
  static let mass = Term("MS:1000040", "m/z")

  static let fullScan = Term("MS:1000579", "MS1 spectrum")
  static let selectedIons = Term("MS:1000582", "SIM spectrum")
  static let absorptionSpectrum = Term("MS:1000806", "absorption spectrum")
  static let lightSpectrum = Term("MS:1000804", "electromagnetic radiation spectrum")
  static let centroid = Term("MS:1000127", "centroid spectrum")
  static let profile = Term("MS:1000128", "profile spectrum")

  static let totalIonCurrent = Term("MS:1000235", "total ion current chromatogram")
  static let basePeak = Term("MS:1000628", "basepeak chromatogram")
  static let selectedIonCurrent = Term("MS:1000627", "selected ion current chromatogram")
  static let ionCurrent = Term("MS:1000810", "ion current chromatogram")
  static let absorption = Term("MS:1000812", "absorption chromatogram")

  static let intensityArray = Term("MS:1000515", "intensity array")
  static let massArray = Term("MS:1000514", "m/z array")
  static let timeArray = Term("MS:1000595", "time array")
  static let wavelengthArray = Term("MS:1000617", "wavelength array")

  static let float64 = Term("MS:1000523", "64-bit float")
  static let float32 = Term("MS:1000521", "32-bit float")
  static let zlib = Term("MS:1000574", "zlib compression")
}

/// How values of a unit are said in mzML.
///
/// The vocabulary has few units for intensities. Values of any other unit are told as counts, of which
/// each is a stated part of that unit: nothing is rounded by it, and no wrong unit is claimed.
struct MzMLScale: Hashable {
  /// The unit that the array says.
  var unit: MzMLVocabulary.Term
  /// How many of the source's unit one of the file's is; nil where they are the same.
  var factor: Double?

  /// How intensities of mass scans and spectra in `unit` are said.
  init(intensity unit: String) {
    switch unit {
    case "counts", "arbitrary", "1", "": self.init(MzMLVocabulary.counts)
    case "counts_per_s": self.init(MzMLVocabulary.countsPerSecond)
    case "percent": self.init(MzMLVocabulary.percentOfBase)
    case "AU": self.init(MzMLVocabulary.absorbance)
    // Exact, as is every power of two; that for amperes is near to 1e-16.
    case "A": self.init(MzMLVocabulary.counts, factor: 0x1p-53)
    default: self.init(MzMLVocabulary.counts, factor: 0x1p-20)
    }
  }

  /// Ampere in whole counts of 1e-16 A, the raw reading of residual gas analysers.
  static let rawAmpere = MzMLScale(MzMLVocabulary.counts, factor: 1e-16)

  private init(_ unit: MzMLVocabulary.Term) { self.unit = unit }

  private init(_ unit: MzMLVocabulary.Term, factor: Double) {
    self.init(unit)
    self.factor = factor
  }

  /// Values as they are stored.
  func encode(_ values: [Double]) -> [Double] {
    guard let factor else { return values }
    let isWhole = self == .rawAmpere
    return values.map { isWhole ? ($0 / factor).rounded() : $0 / factor }
  }

  /// Whether every value comes back to the bit.
  func holds(_ values: [Double]) -> Bool {
    guard let factor else { return true }
    return zip(values, encode(values)).allSatisfy { value, stored in
      stored.isFinite && (stored * factor).bitPattern == value.bitPattern
    }
  }

  /// The name of the field that says the factor.
  static let factorName = "gauger:one_count_is"

  /// What an array says of its factor: nothing where there is none.
  func note(_ unit: String) -> String {
    guard let factor else { return "" }
    return "<userParam name=\"\(Self.factorName)\" value=\"\(MzMLText.number(factor)) "
      + "\(MzMLText.plain(unit))\" type=\"xsd:string\"/>"
  }
}

/// How a trace is said in mzML.
struct MzMLSignal {
  var type: MzMLVocabulary.Term
  var scale: MzMLScale

  /// Nil where the vocabulary has no term for what the trace is.
  init?(_ trace: Trace) {
    typealias V = MzMLVocabulary
    let (name, unit) = (trace.name.lowercased(), trace.unit.symbol)
    switch unit {
    case "Pa", "Torr", "mbar", "bar", "psi", "kPa", "hPa", "MPa", "K", "degC", "uL_per_min":
      // Their terms are of 2018 and later: ProteoWizard before that refuses the whole file.
      return nil
    case "AU", "mAU": (type, scale) = (V.absorption, MzMLScale(intensity: unit))
    default:
      scale = MzMLScale(intensity: unit)
      if ["tic", "total_ion_current", "total_intensity", "total_current", "sum_current"]
        .contains(name)
      {
        type = V.totalIonCurrent
      } else if ["bpc", "base_peak", "basepeak"].contains(name) {
        type = V.basePeak
      } else if name.hasPrefix("mz"), name.dropFirst(2).first?.isNumber ?? false {
        type = V.selectedIonCurrent
      } else if ["A", "mA", "uA", "nA", "pA", "fA"].contains(unit) || name.contains("fid") {
        // The current of ions against time, in a vacuum as in a flame.
        type = V.ionCurrent
      } else {
        return nil
      }
    }
  }
}
