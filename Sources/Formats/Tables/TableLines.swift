/// The lines of a text of another program, one by one, with the byte where each begins.
struct TableLines {
  /// The longest line that is read, bytes.
  static let longest = 1 << 20
  let bytes: [UInt8]
  /// The number of the line given last, from 1.
  private(set) var number = 0
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark of UTF-8 is no text.
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// What is to be said of a text whose last line has no end: nobody can tell whether it was cut.
  var openEnd: String? {
    guard let last = bytes.last, last != 0x0a, last != 0x0d else { return nil }
    return "the last line has no end: if the file was cut, its last number may be wrong"
  }

  /// The next line without its end; LF, CR LF and CR end lines.
  mutating func next() throws(FormatError) -> (text: String, offset: Int)? {
    guard position < bytes.count else { return nil }
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != 0x0a, bytes[end] != 0x0d { end += 1 }
    position = end + 1
    if end + 1 < bytes.count, bytes[end] == 0x0d, bytes[end + 1] == 0x0a { position = end + 2 }
    number += 1
    guard end - start <= Self.longest else {
      throw FormatError(.table, .tooLarge, at: start, "line \(number) has \(end - start) bytes")
    }
    let line = bytes[start..<end]
    if let wrong = line.firstIndex(where: { $0 < 32 && $0 != 9 }) {
      throw FormatError(
        .table, .badByte, at: wrong, "line \(number) has the control character \(bytes[wrong])")
    }
    return (ForeignText.decode(line), start)
  }
}

/// How the cells of a table are written.
struct CellStyle {
  var separator: TableDeclaration.Separator
  var hasDecimalComma: Bool

  /// The cells of a row, quotes and blanks around them removed.
  func cells(_ line: String) -> [String] {
    if separator == .blank {
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(Self.bare)
    }
    let mark: Character =
      switch separator {
      case .comma: ","
      case .semicolon: ";"
      case .tab, .blank: "\t"
      }
    guard line.contains("\"") else {
      return line.split(separator: mark, omittingEmptySubsequences: false).map(Self.bare)
    }
    var (cells, cell, isQuoted) = ([String](), "", false)
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if character == mark, !isQuoted {
        cells.append(Self.bare(cell))
        cell = ""
      } else {
        cell.append(character)
      }
    }
    return cells + [Self.bare(cell)]
  }

  private static func bare(_ cell: some StringProtocol) -> String {
    let text = cell.trimmingBlanks()
    guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    return text.dropFirst().dropLast().replacing("\"\"", with: "\"").trimmingBlanks()
  }

  /// A finite number; nil for anything else.
  ///
  /// With a decimal comma a point is no number, and a mark for thousands never is.
  func number(_ cell: String) -> Double? {
    guard hasDecimalComma else { return DecimalText.number(cell) }
    guard !cell.utf8.contains(UInt8(ascii: ".")) else { return nil }
    return DecimalText.number(cell.replacing(",", with: "."))
  }

  /// The separator of a line: the rarest that stands in it at all.
  static func separator(in line: String, hasDecimalComma: Bool) -> TableDeclaration.Separator {
    if line.contains("\t") { return .tab }
    if line.contains(";") { return .semicolon }
    if !hasDecimalComma, line.contains(",") { return .comma }
    return .blank
  }
}

/// A table of numbers below its names.
struct NumberTable {
  var names: [String]
  /// By row, then cell; empty cells are nil.
  var rows: [[Double?]] = []
  /// Where each row begins.
  var offsets: [Int] = []

  static let mostRows = 10_000_000
  static let mostColumns = 4096

  /// Adds a row; refuses cells of `columns` that are no numbers, by line and byte.
  ///
  /// Cells of other columns may hold anything; they are nil.
  mutating func add(
    _ line: String, at offset: Int, number: Int, _ style: CellStyle, columns: Set<Int>
  ) throws(FormatError) {
    let cells = style.cells(line)
    guard rows.count < Self.mostRows, cells.count <= Self.mostColumns else {
      throw FormatError(.table, .tooLarge, at: offset, "line \(number) of \(cells.count) cells")
    }
    var row: [Double?] = []
    for index in 0..<(columns.max().map { $0 + 1 } ?? 0) {
      guard columns.contains(index) else {
        row.append(nil)
        continue
      }
      guard index < cells.count else {
        throw FormatError(
          .table, .inconsistent, at: offset,
          "line \(number) has \(cells.count) cells, column \(index + 1) is wanted")
      }
      if cells[index].isEmpty {
        row.append(nil)
      } else if let value = style.number(cells[index]) {
        row.append(value)
      } else {
        throw FormatError(
          .table, .badNumber, at: offset,
          "\(ForeignText.plain(cells[index], most: 40)) in line \(number), column \(index + 1)")
      }
    }
    rows.append(row)
    offsets.append(offset)
  }

  /// One column.
  func column(_ index: Int) -> [Double?] { rows.map { $0[index] } }
}
