/// A table of numbers with what was said of it.
public struct CSVDocument: Sendable, Hashable {
  /// One `# name: value` line.
  public struct Fact: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value, escapes undone.
    public var value: String
  }

  /// The facts in the order of the file.
  public var facts: [Fact]
  /// The names of the columns.
  public var columns: [String]
  /// The values by column, then row; an empty cell is nil.
  public var values: [[Double?]]

  /// The first fact of this name.
  public func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }

  /// The column of this name.
  public func column(_ name: String) -> [Double?]? {
    columns.firstIndex(of: name).map { values[$0] }
  }

  static let checksumName = "crc32"
}

/// Reads the tables that `CSVWriter` writes.
///
/// Bounded and strict: UTF-8, equal numbers of cells, finite numbers or empty cells, no quotes; the
/// checksum must fit where it stands.
public enum CSVReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 32 << 20
  /// The most columns that are read.
  public static let mostColumns = 1000

  /// Reads a file of at most `limit` bytes.
  public static func read(
    _ bytes: [UInt8], limit: Int = largestFile
  ) throws(FormatError) -> CSVDocument {
    guard bytes.count <= limit else {
      throw FormatError(.csv, .tooLarge, "\(bytes.count) bytes, \(limit) are read")
    }
    var document = CSVDocument(facts: [], columns: [], values: [])
    var checksum = Checksum()
    var said: (text: String, offset: Int)?
    var start = 0
    while start < bytes.count {
      guard let end = bytes[start...].firstIndex(of: 0x0a) else {
        throw FormatError(.csv, .truncated, at: bytes.count, "the last line has no end")
      }
      let line = try text(of: bytes[start..<end])
      if document.columns.isEmpty, line.hasPrefix("#") {
        let fact = try fact(in: line, at: start)
        if fact.name == CSVDocument.checksumName {
          guard said == nil else {
            throw FormatError(.csv, .malformed, at: start, "two checksums")
          }
          said = (fact.value, start)
        } else {
          checksum.add(bytes[start...end])
          document.facts.append(fact)
        }
      } else {
        checksum.add(bytes[start...end])
        try addRow(line, to: &document, at: start)
      }
      start = end + 1
    }
    guard !document.columns.isEmpty else {
      throw FormatError(.csv, .truncated, at: bytes.count, "there is no header row")
    }
    if let said, said.text != checksum.text {
      throw FormatError(
        .csv, .checksum, at: said.offset,
        "the file says \(said.text), its bytes give \(checksum.text)")
    }
    return document
  }

  static func text(of line: ArraySlice<UInt8>) throws(FormatError) -> String {
    let line = line.last == 0x0d ? line.dropLast() : line
    if let wrong = line.firstIndex(where: { $0 < 32 || $0 == 127 }) {
      throw FormatError(.csv, .badByte, at: wrong, "byte \(line[wrong]) is a control character")
    }
    guard let text = String(validating: line, as: UTF8.self) else {
      throw FormatError(.csv, .badByte, at: line.startIndex, "the line is not UTF-8")
    }
    return text
  }

  static func fact(in line: String, at offset: Int) throws(FormatError)
    -> CSVDocument.Fact
  {
    guard line.hasPrefix("# "), let colon = line.firstRange(of: ":"),
      let name = EscapedText.decode(line[..<colon.lowerBound].dropFirst(2))
    else {
      throw FormatError(.csv, .malformed, at: offset, "a # line that is not # name: value")
    }
    var value = line[colon.upperBound...]
    if value.hasPrefix(" ") { value = value.dropFirst() }
    guard let decoded = EscapedText.decode(value) else {
      throw FormatError(.csv, .malformed, at: offset, "a broken escape in \(name)")
    }
    return .init(name: name, value: decoded)
  }

  private static func addRow(
    _ line: String, to document: inout CSVDocument, at offset: Int
  ) throws(FormatError) {
    guard !line.contains("\"") else {
      throw FormatError(.csv, .unsupported, at: offset, "a quoted cell")
    }
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard !document.columns.isEmpty else {
      guard cells.count <= mostColumns else {
        throw FormatError(.csv, .tooLarge, at: offset, "\(cells.count) columns")
      }
      guard cells.allSatisfy({ !$0.isEmpty }), Set(cells).count == cells.count else {
        throw FormatError(.csv, .malformed, at: offset, "empty or equal column names")
      }
      document.columns = cells.map(String.init)
      document.values = Array(repeating: [], count: cells.count)
      return
    }
    guard cells.count == document.columns.count else {
      throw FormatError(
        .csv, .inconsistent, at: offset,
        "\(cells.count) cells under \(document.columns.count) columns")
    }
    for (column, cell) in cells.enumerated() {
      if cell.isEmpty {
        document.values[column].append(nil)
      } else if let number = DecimalText.number(cell) {
        document.values[column].append(number)
      } else {
        throw FormatError(.csv, .badNumber, at: offset, "\(cell.prefix(40))")
      }
    }
  }
}
