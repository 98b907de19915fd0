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
  public static let largestFile = 256 << 20
  /// The most points of one file: repeat counts may ask for any number in a few bytes.
  public static let mostPoints = 1 << 24

  /// Reads a file; `zone` counts for moments without one.
  public static func read(_ bytes: [UInt8], zone: String = "") throws(FormatError) -> ReadSource {
    guard bytes.count <= largestFile else {
      throw FormatError(.jcamp, .tooLarge, "\(bytes.count) bytes, \(largestFile) are read")
    }
    var parser = JCAMPBlockParser(bytes: bytes)
    let blocks = try parser.parse()
    return try JCAMPInterpreter(zone: zone).read(blocks, parser.warnings)
  }
}

/// A block of a JCAMP-DX file as it stands, numbers decoded and nothing scaled.
struct JCAMPBlock {
  /// One labelled record; the label without case, blanks, `-`, `/` and `_`.
  struct Record {
    var label: String
    var value: String
    var offset: Int
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

  /// The value of the first record of this label.
  subscript(label: String) -> String? {
    records.first { $0.label == label }.map(\.value).flatMap { $0.isEmpty ? nil : $0 }
  }

  func offset(of label: String) -> Int {
    records.first { $0.label == label }?.offset ?? offset
  }
}

/// Takes a file apart into blocks.
struct JCAMPBlockParser {
  let bytes: [UInt8]
  var warnings: [String] = []
  private var position = 0
  private var open: [JCAMPBlock] = []
  private var done: [JCAMPBlock] = []
  private var decoder: JCAMPTableDecoder?
  private var points = 0
  /// The record that the next lines continue.
  private var continues: JCAMPBlockParser.Place?

  private enum Place {
    case block
    case page
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(FormatError) -> [JCAMPBlock] {
    while let (line, offset) = try nextLine() {
      let blank = line.first { $0 != 0x20 && $0 != 0x09 }
      // Some programs write a blank before ##.
      if blank == UInt8(ascii: "#"), let text = label(line) {
        try take(text, at: offset)
      } else if decoder != nil {
        try decoder?.take(line, room: JCAMPSource.mostPoints - points)
      } else if blank != nil {
        try append(line, at: offset)
      }
    }
    guard open.isEmpty else {
      throw FormatError(.jcamp, .truncated, at: bytes.count, "##END= is missing")
    }
    guard !done.isEmpty else {
      throw FormatError(.jcamp, .malformed, at: 0, "there is no ##TITLE=")
    }
    return done
  }

  // MARK: - Lines

  /// The next line without its end and without comment.
  private mutating func nextLine() throws(FormatError) -> (ArraySlice<UInt8>, Int)? {
    guard position < bytes.count else { return nil }
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != 0x0a, bytes[end] != 0x0d { end += 1 }
    position = end + 1
    if end + 1 < bytes.count, bytes[end] == 0x0d, bytes[end + 1] == 0x0a { position = end + 2 }
    guard end - start <= 1 << 20 else {
      throw FormatError(.jcamp, .tooLarge, at: start, "a line of \(end - start) bytes")
    }
    var slice = bytes[start..<end]
    if let first = slice.indices.dropLast().first(where: {
      slice[$0] == UInt8(ascii: "$") && slice[$0 + 1] == UInt8(ascii: "$")
    }) {
      slice = slice[..<first]
    }
    // Old programs end a file with ^Z.
    if slice.first == 0x1a { slice = slice.dropFirst() }
    if let wrong = slice.firstIndex(where: { $0 < 32 && $0 != 9 }) {
      throw FormatError(.jcamp, .badByte, at: wrong, "byte \(bytes[wrong]) is a control character")
    }
    return (slice, start)
  }

  /// The text of a `##` line; nil for any other.
  private func label(_ line: ArraySlice<UInt8>) -> String? {
    let trimmed = line.drop { $0 == 0x20 || $0 == 0x09 }
    guard trimmed.starts(with: Array("##".utf8)) else { return nil }
    return ForeignText.decode(trimmed.dropFirst(2))
  }

  private mutating func append(_ line: ArraySlice<UInt8>, at offset: Int) throws(FormatError) {
    guard !open.isEmpty else {
      throw FormatError(
        .jcamp, .malformed, at: offset,
        done.isEmpty ? "the first record is not ##TITLE=" : "something behind ##END=")
    }
    let text = ForeignText.decode(line).trimmingBlanks()
    let last = open.count - 1
    switch continues {
    case .block?:
      let record = open[last].records.count - 1
      open[last].records[record].value +=
        open[last].records[record].value.isEmpty ? text : " \(text)"
    case .page?:
      let page = open[last].pages.count - 1
      guard !open[last].pages[page].records.isEmpty else { break }
      let record = open[last].pages[page].records.count - 1
      open[last].pages[page].records[record].value += " \(text)"
    case nil:
      throw FormatError(.jcamp, .malformed, at: offset, "a text that belongs to no record")
    }
  }

  // MARK: - Records

  private mutating func take(_ text: String, at offset: Int) throws(FormatError) {
    guard let equals = text.firstIndex(of: "=") else {
      throw FormatError(.jcamp, .malformed, at: offset, "a record without =")
    }
    let label = JCAMPDocument.normalized(String(text[..<equals]))
    let value = text[text.index(after: equals)...].trimmingBlanks()
    try closeTable()
    // A lone `##=` is a comment.
    if label.isEmpty { return }
    if label == "TITLE" {
      guard open.count < 16, done.count + open.count < 4096 else {
        throw FormatError(.jcamp, .tooLarge, at: offset, "more blocks than are read")
      }
      var block = JCAMPBlock()
      block.offset = offset
      block.records.append(.init(label: label, value: value, offset: offset))
      open.append(block)
      continues = .block
      return
    }
    guard var block = open.popLast() else {
      throw FormatError(.jcamp, .malformed, at: offset, "the first record is not ##TITLE=")
    }
    defer { if label != "END" { open.append(block) } }
    switch label {
    case "END":
      done.append(block)
      continues = nil
    case "PAGE":
      guard block.pages.count < 1_000_000 else {
        throw FormatError(.jcamp, .tooLarge, at: offset, "more pages than are read")
      }
      block.pages.append(.init(value: value, offset: offset))
      continues = .page
    case "XYDATA", "XYPOINTS", "PEAKTABLE", "DATATABLE":
      decoder = try begin(
        label, value, page: block.pages.isEmpty ? nil : block.pages.count - 1, offset)
    case "PEAKASSIGNMENTS", "RADATA", "ASSIGNMENTS":
      throw FormatError(.jcamp, .unsupported, at: offset, "##\(label)=")
    case "ENDNTUPLES": continues = nil
    default:
      if label == JCAMPDocument.normalized("$" + JCAMPDocument.checksumLabel) {
        try check(value, at: offset)
      }
      let record = JCAMPBlock.Record(label: label, value: value, offset: offset)
      if block.pages.isEmpty {
        guard block.records.count < 100_000 else {
          throw FormatError(.jcamp, .tooLarge, at: offset, "more records than are read")
        }
        block.records.append(record)
        continues = .block
      } else {
        block.pages[block.pages.count - 1].records.append(record)
        continues = .page
      }
    }
  }

  private func begin(
    _ label: String, _ value: String, page: Int?, _ offset: Int
  ) throws(FormatError) -> JCAMPTableDecoder {
    let words = value.uppercased().filter { $0 != " " && $0 != "\t" }
    let form: JCAMPBlock.Form
    if words.hasPrefix("(X++(Y..Y))") {
      form = .stepped
    } else if words.hasPrefix("(XY..XY)") {
      form = .pairs
    } else {
      throw FormatError(
        .jcamp, .unsupported, at: offset, "the form \(value.prefix(40)) of ##\(label)=")
    }
    var table = JCAMPBlock.Table(form: form, label: label, offset: offset, page: page)
    table.isPeaks = label == "PEAKTABLE" || words.hasSuffix("PEAKS")
    return JCAMPTableDecoder(table: table)
  }

  private mutating func closeTable() throws(FormatError) {
    guard var finished = decoder, var block = open.popLast() else { return }
    decoder = nil
    try finished.finish()
    points += finished.table.y.count
    block.tables.append(finished.table)
    open.append(block)
    warnings += finished.warnings
    continues = nil
  }

  /// A file of ours says by itself whether it is whole.
  private func check(_ said: String, at offset: Int) throws(FormatError) {
    var checksum = Checksum()
    checksum.add(bytes[..<offset])
    guard said == checksum.text else {
      throw FormatError(
        .jcamp, .checksum, at: offset, "the file says \(said), its bytes give \(checksum.text)")
    }
  }
}
