internal import Formats
internal import Laboratory
internal import Methods

/// Which formats a run is written in when nobody says otherwise: its archive, which is complete, and
/// one for exchange.
///
/// | technique | archive | exchange |
/// |---|---|---|
/// | GC-MS, LC-MS | mzML | ANDI/MS |
/// | residual gas | mzML | CSV |
/// | GC, LC with one-channel detectors | ANDI chromatography | ASM JSON |
/// | LC with a diode array | mzML | ASM JSON |
/// | IR, Raman, UV-Vis | JCAMP-DX | CSV |
enum FormatTable {
  static func formats(for content: ExportContent) -> [FileFormat] {
    switch content.technique {
    case .gcms?, .lcms?: return [.mzML, .andiMS]
    case .residualGas?: return [.mzML, .csv]
    case .gc?: return [.andiChromatography, .asm]
    case .lc?: return content.spectra.count > 1 ? [.mzML, .asm] : [.andiChromatography, .asm]
    case .raman?, .ftir?, .ultravioletVisible?: return [.jcamp, .csv]
    case nil:
      if content.massScans != nil { return [.mzML, .andiMS] }
      return content.traces.isEmpty ? [.jcamp, .csv] : [.andiChromatography, .csv]
    }
  }
}
