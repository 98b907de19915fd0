/// The formats that runs are written in; the raw value is the word on the command line, in methods
/// and in `run.json`, and never changes.
public enum FileFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// mzML 1.1, indexed.
  case mzML = "mzml"
  /// ANDI/MS (ASTM E2077), netCDF classic.
  case andiMS = "andi-ms"
  /// ANDI chromatography (ASTM E1947), netCDF classic; one signal a file.
  case andiChromatography = "andi-chromatography"
  /// JCAMP-DX 5.01, and 5.00 for mass spectra over time.
  case jcamp = "jcamp-dx"
  /// Tables with units in their header.
  case csv
  /// Mass spectra as NIST MS Search takes them.
  case msp
  /// ASM JSON, the Allotrope Simple Model.
  case asm = "asm-json"

  /// The end of a file's name, with its point.
  public var suffix: String {
    switch self {
    case .mzML: ".mzML"
    case .andiMS, .andiChromatography: ".cdf"
    case .jcamp: ".jdx"
    case .csv: ".csv"
    case .msp: ".msp"
    case .asm: ".asm.json"
    }
  }
}
