public import Laboratory

/// Why a file could not be written or is not believed, with the place in the file where known.
public struct FormatError: Error, Explained, Sendable, Hashable {
  /// The formats that errors name, by the first word of their code.
  public enum Format: String, Sendable, Hashable {
    /// JCAMP-DX.
    case jcamp
    /// Spectrum tables with commas.
    case csv
    /// Plots.
    case svg
    /// netCDF classic, with ANDI inside.
    case netcdf
    /// mzML.
    case mzml
    /// Tables of other programs: declared columns, B&W Tek, Jaz, ENLIGHTEN.
    case table
    /// Libraries of mass spectra in the form of NIST.
    case msp
    /// Records of MassBank.
    case massbank
    /// MS1 text of ProteoWizard.
    case ms1
    /// ASM JSON.
    case asm
    /// Galactic SPC.
    case spc
    /// OMNIC SPA.
    case spa
  }

  /// What is wrong, by the rest of the code.
  public enum Problem: String, Sendable, Hashable {
    /// The spectrum cannot be written: no two points, or arrays of different lengths.
    case shape
    /// The axis neither rises nor falls strictly.
    case axis
    /// A value is NaN or infinite, which the format cannot hold.
    case notFinite = "not-finite"
    /// A text cannot stand in the file.
    case text
    /// The file is larger than is read.
    case tooLarge = "too-large"
    /// The file ends before its end.
    case truncated
    /// A byte that the format does not allow.
    case badByte = "bad-byte"
    /// A line or record that cannot be understood.
    case malformed
    /// A number that is none.
    case badNumber = "bad-number"
    /// Records contradict one another: counts, first or last values.
    case inconsistent
    /// The checksum in the file does not fit its content.
    case checksum
    /// A form of the format that is not read here.
    case unsupported
    /// A record or column that must be there is missing.
    case missing
    /// The file read back is not what was to be written.
    case mismatch
  }

  /// The format.
  public var format: Format
  /// What is wrong.
  public var problem: Problem
  /// The byte of the file, from 0, where it shows; none while writing.
  public var offset: Int?
  /// The numbers and names.
  public var detail: String

  /// Makes an error.
  public init(_ format: Format, _ problem: Problem, at offset: Int? = nil, _ detail: String) {
    self.format = format
    self.problem = problem
    self.offset = offset
    self.detail = detail
  }

  /// The lasting code (`jcamp-truncated`).
  public var code: String { "\(format.rawValue)-\(problem.rawValue)" }

  /// The error in four parts.
  public var failure: Failure {
    let name =
      switch format {
      case .jcamp: "JCAMP-DX"
      case .netcdf: "netCDF"
      case .mzml: "mzML"
      case .table: "table"
      case .massbank: "MassBank"
      case .asm: "ASM JSON"
      case .csv, .svg, .msp, .ms1, .spc, .spa: format.rawValue.uppercased()
      }
    let place = offset.map { " at byte \($0)" } ?? ""
    switch problem {
    case .shape, .axis, .notFinite, .text:
      return Failure(
        code, exit: .failed, what: "The spectrum cannot be written as \(name): \(detail).",
        why: "The format cannot hold it without loss.",
        next: "Export another format. The raw journal of the run is not touched.")
    case .mismatch:
      return Failure(
        code, exit: .damaged, what: "The \(name) file read back\(place) differs: \(detail).",
        why: "What was written is not what was to be written.",
        next: "Nothing was published. Export again. If it persists, report it with the run.")
    case .unsupported:
      return Failure(
        code, exit: .failed, what: "The \(name) file is of a form not read\(place): \(detail).",
        why: "Only the forms that the documentation names are read.",
        next: format == .msp
          ? "Take the spectra in as a library: gauger library import FILE."
          : "Convert the file with the program that wrote it.")
    case .tooLarge, .truncated, .badByte, .malformed, .badNumber, .inconsistent, .checksum,
      .missing:
      return Failure(
        code, exit: .damaged, what: "The \(name) file is not believed\(place): \(detail).",
        why: "It was damaged, altered, or written wrongly.",
        next: "Fetch the file again, or export it again from where it was made.")
    }
  }
}
