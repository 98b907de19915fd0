internal import Laboratory

/// Takes a file apart into blocks.
struct JCAMPBlockParser {
  /// A page of a series and its tables.
  typealias Page = (page: JCAMPBlock.Page, tables: [JCAMPBlock.Table])

  var warnings: [String] = []
  /// Whether pages are handed out by `nextPage` one by one and not kept, for a series of any length.
  private let handsOutPages: Bool
  private var pages: [Page] = []
  private var lines: ByteLines
  /// The line at hand.
  private var line: ByteLines.Line?
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

  init(_ file: any ByteSource, handsOutPages: Bool = false) {
    lines = ByteLines(file)
    self.handsOutPages = handsOutPages
  }

  /// What the disk refused; to be asked before the blocks are believed.
  var failure: Failure? { lines.failure }

  mutating func parse() throws(FormatError) -> [JCAMPBlock] {
    while try step() {}
    return try finish()
  }

  /// The next page of a series; nil where there is none any more.
  mutating func nextPage() throws(FormatError) -> Page? {
    while pages.isEmpty { guard try step() else { return nil } }
    return pages.removeFirst()
  }

  /// The blocks, the file being at its end.
  func finish() throws(FormatError) -> [JCAMPBlock] {
    guard open.isEmpty else {
      throw FormatError(
        .jcamp, .truncated, at: line.map { $0.bytes.endIndex + $0.base }, "##END= is missing")
    }
    guard !done.isEmpty else {
      throw FormatError(.jcamp, .malformed, at: 0, "there is no ##TITLE=")
    }
    return done
  }

  /// Takes a line; false at the end of the file.
  private mutating func step() throws(FormatError) -> Bool {
    guard let next = try lines.next(.jcamp) else { return false }
    line = next
    let line = try content(of: next)
    let blank = line.first { $0 != 0x20 && $0 != 0x09 }
    // Some programs write a blank before ##.
    if blank == UInt8(ascii: "#"), let text = label(line) {
      try take(text, at: next.offset)
    } else if let form = decoder?.table.form {
      let most = form == .pairs ? JCAMPSource.mostPairs : JCAMPSource.mostPoints
      try decoder?.take(line, base: next.base, room: most - points)
    } else if blank != nil {
      try append(line, at: next.offset)
    }
    return true
  }

  // MARK: - Lines

  /// A line without its comment.
  private func content(of line: ByteLines.Line) throws(FormatError) -> ArraySlice<UInt8> {
    var slice = line.bytes
    if let first = slice.indices.dropLast().first(where: {
      slice[$0] == UInt8(ascii: "$") && slice[$0 + 1] == UInt8(ascii: "$")
    }) {
      slice = slice[..<first]
    }
    // Old programs end a file with ^Z.
    if slice.first == 0x1a { slice = slice.dropFirst() }
    if let wrong = slice.firstIndex(where: { $0 < 32 && $0 != 9 }) {
      throw FormatError(
        .jcamp, .badByte, at: wrong + line.base, "byte \(slice[wrong]) is a control character")
    }
    return slice
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
    let text = ForeignText.decode(line)
    let last = open.count - 1
    switch continues {
    case .block?:
      let record = open[last].records.count - 1
      open[last].records[record].lines.append(text)
    case .page?:
      let page = open[last].pages.count - 1
      guard !open[last].pages[page].records.isEmpty else { break }
      let record = open[last].pages[page].records.count - 1
      open[last].pages[page].records[record].lines.append(text)
    case nil:
      throw FormatError(.jcamp, .malformed, at: offset, "a text that belongs to no record")
    }
  }

  // MARK: - Records

  private mutating func take(_ text: String, at offset: Int) throws(FormatError) {
    guard let equals = text.firstIndex(of: "=") else {
      throw FormatError(.jcamp, .malformed, at: offset, "a record without =")
    }
    let spelled = String(text[..<equals])
    let label = JCAMPDocument.normalized(spelled)
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
      block.records.append(.init(label: label, spelled: spelled, lines: [value], offset: offset))
      open.append(block)
      continues = .block
      return
    }
    guard var block = open.popLast() else {
      throw FormatError(.jcamp, .malformed, at: offset, "the first record is not ##TITLE=")
    }
    defer { if label != "END" { open.append(block) } }
    guard !block.hasChecksum || label == "END" else {
      throw FormatError(.jcamp, .checksum, at: offset, "records stand behind the checksum")
    }
    switch label {
    case "END":
      handOut(&block)
      done.append(block)
      continues = nil
    case "PAGE":
      guard block.pages.count < 1_000_000 else {
        throw FormatError(.jcamp, .tooLarge, at: offset, "more pages than are read")
      }
      handOut(&block)
      block.pages.append(.init(value: value, offset: offset))
      continues = .page
    case "XYDATA", "XYPOINTS", "PEAKTABLE", "DATATABLE":
      decoder = try begin(
        label, value, page: block.pages.isEmpty ? nil : block.pages.count - 1, offset)
    case "PEAKASSIGNMENTS", "RADATA", "ASSIGNMENTS":
      throw FormatError(.jcamp, .unsupported, at: offset, "##\(label)=")
    case "ENDNTUPLES":
      handOut(&block)
      block.hasEndedPages = true
      continues = nil
    default:
      if label == JCAMPDocument.normalized("$" + JCAMPDocument.checksumLabel) {
        try check(value, at: offset)
        block.hasChecksum = true
      }
      let record = JCAMPBlock.Record(
        label: label, spelled: spelled, lines: [value], offset: offset)
      if block.pages.isEmpty || block.hasEndedPages {
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

  /// Hands out the page that ends here, where pages are not kept.
  private mutating func handOut(_ block: inout JCAMPBlock) {
    guard handsOutPages, let page = block.pages.popLast() else { return }
    pages.append((page, block.tables.filter { $0.page == block.pages.count }))
    block.tables.removeAll { $0.page == block.pages.count }
    points = 0
  }

  /// A file of ours says by itself whether it is whole.
  private mutating func check(_ said: String, at offset: Int) throws(FormatError) {
    guard let line else { return }
    let found = lines.checksum(before: line)
    guard said == found else {
      throw FormatError(
        .jcamp, .checksum, at: offset, "the file says \(said), its bytes give \(found)")
    }
  }
}
