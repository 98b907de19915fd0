public import Laboratory

/// The formats of other systems that are read; the raw value stands in `run.json` and never changes.
public enum SourceFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// ANDI/MS, netCDF classic.
  case andiMS = "andi-ms"
  /// ANDI chromatography, netCDF classic.
  case andiChromatography = "andi-chromatography"
  /// mzML 1.1, indexed or not.
  case mzML = "mzml"
  /// MS1 text of ProteoWizard.
  case ms1
  /// JCAMP-DX.
  case jcamp = "jcamp-dx"
  /// Mass spectra as a run of ours was written for NIST MS Search.
  case msp
  /// A table whose columns a person declared.
  case table = "csv"
  /// The text export of B&W Tek spectrometers.
  case bwtek
  /// The text files of Jaz spectrometers.
  case jaz
  /// The CSV of ENLIGHTEN, Wasatch Photonics.
  case enlighten
  /// ASM JSON.
  case asm = "asm-json"
  /// A table of our own, which says what its columns are.
  case gaugerCSV = "gauger-csv"
  /// SPC of Galactic (GRAMS).
  case spc
  /// SPA of Thermo's OMNIC.
  case spa
}

/// Who, when and with what, as the file says it; its own words, nothing believed.
public struct SourceIdentity: Sendable, Hashable, Codable {
  /// What the file calls the sample, the likeliest name first (id, name, title); none where empty.
  public var samples: [String] = []
  /// When the measurement began; none where the file does not say.
  public var began: Timestamp?
  /// Who measured.
  public var person: String?
  /// The maker of the instrument.
  public var maker: String?
  /// The model of the instrument.
  public var model: String?
  /// The serial number of the instrument.
  public var serialNumber: String?
  /// Whether the file says that its instrument was emulated.
  public var emulated = false

  /// Makes an identity of which nothing is known.
  public init() {}
}

/// A file of another system as it was read.
public struct ReadSource: Sendable, Hashable {
  /// What the file is.
  public var format: SourceFormat
  /// What it holds; finite numbers, arrays of equal lengths, times that rise.
  public var measurement: Measurement
  /// Who, when and with what.
  public var identity: SourceIdentity
  /// What a person should know of it and nothing failed over: assumptions, values marked as absent.
  public var warnings: [String]

  /// Makes the reading of a file.
  public init(
    _ format: SourceFormat, _ measurement: Measurement, identity: SourceIdentity = .init(),
    warnings: [String] = []
  ) {
    self.format = format
    self.measurement = measurement
    self.identity = identity
    self.warnings = warnings
  }
}

/// The one door for files of other systems: knows them by their content, never by their name.
///
/// Bytes are hostile: everything is bounded and checked, and refused with the byte where it shows.
/// The same bytes and declaration always give the same numbers. Pure; runs on any thread.
public enum MeasurementReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 1 << 30

  /// What a file is, by its first bytes; nil where it is no format with marks of its own.
  public static func recognise(_ bytes: [UInt8]) -> SourceFormat? {
    var head = bytes.prefix(4096)
    if head.starts(with: Array("CDF".utf8)) || head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      // The names of the variables stand in the header, which is short.
      return bytes.prefix(1 << 16).contains(Array("ordinate_values".utf8))
        ? .andiChromatography : .andiMS
    }
    if head.starts(with: [0xef, 0xbb, 0xbf]) { head = head.dropFirst(3) }
    head = head.drop { [9, 10, 13, 32].contains($0) }
    if head.starts(with: Array("<".utf8)) {
      let isOne = head.contains(Array("<mzML".utf8)) || head.contains(Array("<indexedmzML".utf8))
      return isOne ? .mzML : nil
    }
    if head.starts(with: Array("{".utf8)), head.contains(Array("\"$asm.manifest\"".utf8)) {
      return .asm
    }
    let line = ForeignText.decode(head.prefix { $0 != 10 && $0 != 13 }.prefix(200))
    let label = line.prefix { $0 != "=" }
    if line.contains("="), JCAMPDocument.normalized(String(label)) == "##TITLE" { return .jcamp }
    if line.hasPrefix("Jaz "), line.contains("File") { return .jaz }
    if line.hasPrefix("File Version;BW") { return .bwtek }
    if line.hasPrefix("ENLIGHTEN Version,") { return .enlighten }
    if line.hasPrefix("# gauger: content-") { return .gaugerCSV }
    if MS1Reader.recognises(bytes) { return .ms1 }
    if MSPSource.recognises(head, line) { return .msp }
    if SPAReader.recognises(bytes) { return .spa }
    // Last, as it has no mark of its own.
    if SPCHeader.recognises(bytes) { return .spc }
    return nil
  }

  /// Reads a file.
  ///
  /// `declaration` says what a table does not say of itself; it is not looked at where the format
  /// has marks of its own, but for its zone. Throws what is wrong with the file, `table-missing`
  /// where it has no marks and no columns are declared.
  public static func read(
    _ bytes: [UInt8], declaration: TableDeclaration = .init()
  ) throws(FormatError) -> ReadSource {
    guard bytes.count <= largestFile else {
      throw FormatError(.table, .tooLarge, "\(bytes.count) bytes, \(largestFile) are read")
    }
    let zone = declaration.zone
    switch recognise(bytes) {
    case .andiMS?, .andiChromatography?: return try ANDIReader.read(bytes, zone: zone)
    case .jcamp?: return try JCAMPSource.read(bytes, zone: zone)
    case .bwtek?: return try BWTekReader.read(bytes, zone: zone)
    case .jaz?: return try JazReader.read(bytes, zone: zone)
    case .enlighten?: return try EnlightenReader.read(bytes, zone: zone)
    case .mzML?: return try MzMLReader.read(bytes, zone: zone)
    case .ms1?: return try MS1Reader.read(bytes)
    case .msp?: return try MSPSource.read(bytes)
    case .asm?: return try ASMReader.read(bytes, zone: zone)
    case .gaugerCSV?:
      // Columns that a person declares are read as declared.
      return declaration.content == nil
        ? try ContentTableReader.read(bytes) : try TableReader.read(bytes, declaration)
    case .spc?: return try SPCReader.read(bytes, zone: zone)
    case .spa?: return try SPAReader.read(bytes)
    case .table?, nil: return try TableReader.read(bytes, declaration)
    }
  }
}
