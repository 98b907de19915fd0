/// Reads JCAMP-DX files of other programs: every packing, mixed on a line, compound files, mass
/// spectra over time.
///
/// More forgiving than `JCAMPReader`, which reads our own: bytes outside ASCII are taken as UTF-8 or
/// ISO 8859-1, lines may be long. As strict where numbers are concerned: X and Y checks, counts,
/// first and last values; a checksum of ours must fit. Not read: NMR, two dimensions, tables of
/// other forms, JCAMP-CS; each is refused by name.
///
/// Sources: JCAMP-DX 4.24 and 5.01 (McDonald and Wilks 1988, Lampen 1994 for mass spectra); files of
/// Bruker, Perkin-Elmer, NIST and Agilent. Every block with a table is read, in the order of the file.
public enum JCAMPSource {
  /// The largest file that is read, bytes.
  public static let largestFile = 1 << 30
  /// The most points of one file in tables with repeat counts, which may ask for any number in a
  /// few bytes.
  public static let mostPoints = 1 << 24
  /// The most pairs of one file.
  public static let mostPairs = 1 << 26

  /// Reads a file; `zone` counts for moments without one.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    guard bytes.count <= largestFile else {
      throw FormatError(.jcamp, .tooLarge, "\(bytes.count) bytes, \(largestFile) are read")
    }
    var parser = JCAMPBlockParser(MemoryFile(bytes))
    let blocks = try parser.parse()
    return try JCAMPInterpreter(zone: zone).read(blocks, parser.warnings)
  }
}

/// A block of a JCAMP-DX file as it stands, numbers decoded and nothing scaled.
struct JCAMPBlock {
  /// One labelled record.
  struct Record {
    /// The label without case, blanks, `-`, `/` and `_`.
    var label: String
    /// The label as it stands.
    var spelled: String
    /// The lines of the value as they stand, comments removed.
    var lines: [String]
    var offset: Int

    /// The value as one text, lines joined by blanks.
    var value: String {
      if lines.count == 1 { return lines[0].trimmingBlanks() }
      return lines.map { $0.trimmingBlanks() }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The value where it is one that our writer put in exactly; nil where an escape is broken.
    var exact: String? {
      JCAMPDocument.Record(label: spelled, lines: lines, offset: offset).text
    }
  }

  /// The form of a table.
  enum Form: Hashable {
    /// `(X++(Y..Y))`
    case stepped
    /// `(XY..XY)`
    case pairs
  }

  /// A table of numbers.
  struct Table {
    var form: Form
    var label: String
    var offset: Int
    /// The records since the page began, where the table is of a page.
    var page: Int?
    /// Whether the words behind the form say that the points are peaks.
    var isPeaks = false
    /// Abscissae of pairs, as they stand.
    var x: [Double] = []
    /// Ordinates as they stand; NaN for `?`.
    var y: [Double] = []
    /// The abscissa of each line of a stepped table: which point it is of, and half a unit of its
    /// last digit.
    var lines: [(x: Double, half: Double, point: Int, offset: Int)] = []
  }

  /// A page of a series.
  struct Page {
    var value: String
    var offset: Int
    /// The records that stand behind `##PAGE=`.
    var records: [Record] = []
  }

  var records: [Record] = []
  var pages: [Page] = []
  var tables: [Table] = []
  var offset = 0
  /// Whether the series is over, so that records are of the block again.
  var hasEndedPages = false
  /// Whether a checksum of ours stands in it, and fits.
  var hasChecksum = false

  /// The value of the first record of this label.
  subscript(label: String) -> String? {
    records.first { $0.label == label }.map(\.value).flatMap { $0.isEmpty ? nil : $0 }
  }

  func offset(of label: String) -> Int {
    records.first { $0.label == label }?.offset ?? offset
  }
}
