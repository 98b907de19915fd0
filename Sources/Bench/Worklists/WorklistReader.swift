internal import Foundation
internal import Laboratory

/// Reads a worklist: pure, the same bytes give the same entries.
///
/// A bad line is refused by its number and the rest goes on; what is wrong with the whole refuses the
/// whole. Every guess is said in `notes`.
struct WorklistReader {
  /// What was read.
  struct Result: Sendable, Hashable {
    var entries: [WorklistEntry] = []
    var refused: [WorklistReport.RefusedLine] = []
    var notes: [String] = []
  }

  let form: WorklistForm
  let rule: SampleRule

  /// The columns that mean something.
  static let known = [
    "sample", "kind", "level", "position", "dilution", "mass_mg", "replicate", "remark", "method",
    "instrument", "priority", "due",
  ]
  static let numbers: Set = ["level", "dilution", "mass_mg"]
  static let largest = 64 << 20
  static let mostLines = 200_000
  static let longestLine = 64 << 10
  static let mostColumns = 100
  static let longestCell = 2000

  /// A heading as it is compared: small letters, blanks as `_`.
  static func folded(_ name: String) -> String {
    let plain = name.trimmingCharacters(in: .whitespaces).lowercased()
      .replacing(" ", with: "_").replacing("-", with: "_")
    return plain == "sample_id" ? "sample" : plain
  }

  func read(_ bytes: [UInt8]) throws(Failure) -> Result {
    guard bytes.count <= Self.largest else {
      throw Self.invalid(
        "worklist-too-large", "It has \(bytes.count) bytes, \(Self.largest) are read.",
        "Split it.")
    }
    var notes: [String] = []
    let text = try utf8(bytes, &notes)
    guard let first = text.first(where: { ![9, 10, 13, 32].contains($0) }) else {
      throw Self.invalid("worklist-empty", "There is nothing in it.", "Export it again.")
    }
    var result =
      first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
      ? try WorklistJSON(reader: self).read(text) : try table(text, &notes)
    result.notes = notes + result.notes
    return result
  }

  // MARK: - Characters

  private func utf8(_ bytes: [UInt8], _ notes: inout [String]) throws(Failure) -> ArraySlice<UInt8>
  {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw Self.invalid(
        "worklist-not-text", "It is UTF-16.", "Save it as CSV in UTF-8, or as plain CSV.")
    }
    if let place = bytes.firstIndex(of: 0) {
      throw Self.invalid(
        "worklist-not-text", "Line \(Self.line(of: place, in: bytes)) holds a zero byte.",
        "Save it as CSV in UTF-8; a workbook (.xlsx) is none.")
    }
    guard form.encoding == .utf8 else {
      notes.append("read as Latin-1, as declared")
      return Array(
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)[...]
    }
    let isMarked = bytes.starts(with: [0xef, 0xbb, 0xbf])
    if String(validating: bytes, as: UTF8.self) == nil {
      var line = 0
      for part in bytes.split(separator: 10, omittingEmptySubsequences: false) {
        line += 1
        if String(validating: part, as: UTF8.self) == nil { break }
      }
      throw Self.invalid(
        "worklist-not-text", "Line \(line) is not UTF-8.",
        "Save it in UTF-8, or declare it: encoding: latin-1")
    }
    return isMarked ? bytes.dropFirst(3) : bytes[...]
  }

  private static func line(of place: Int, in bytes: [UInt8]) -> Int {
    bytes[..<place].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
  }

  // MARK: - Tables

  private struct Row {
    var line: Int
    var bytes: ArraySlice<UInt8>
    var cells: [String]
  }

  private func table(
    _ text: ArraySlice<UInt8>, _ notes: inout [String]
  ) throws(Failure) -> Result {
    var result = Result()
    var lines = Lines(text)
    var head: (line: Int, bytes: ArraySlice<UInt8>)?
    while head == nil, let next = lines.next() {
      if next.bytes.contains(where: { $0 != 32 && $0 != 9 }) { head = next }
    }
    guard let head, head.bytes.count <= Self.longestLine else {
      throw Self.invalid("worklist-header-invalid", "Its heading is too long.", "Is it a worklist?")
    }
    let delimiter = try delimiter(head.bytes, &notes)
    let names = try heading(head.bytes, delimiter)
    var rows: [Row] = []
    while let (line, bytes) = lines.next() {
      guard bytes.contains(where: { $0 != 32 && $0 != 9 && $0 != delimiter.byte }) else { continue }
      guard rows.count + result.refused.count < Self.mostLines else {
        throw Self.invalid(
          "worklist-too-large", "It has more than \(Self.mostLines) lines.", "Split it.")
      }
      switch Self.cells(bytes, delimiter.byte) {
      case .failure(let reason): result.refused.append(Self.refused(line, reason.text, bytes))
      case .success(let cells) where cells.count != names.count:
        let reason = "it has \(cells.count) cells, the heading has \(names.count)"
        result.refused.append(Self.refused(line, reason, bytes))
      case .success(let cells): rows.append(Row(line: line, bytes: bytes, cells: cells))
      }
    }
    let hasComma = try hasDecimalComma(names, rows, &notes)
    var lineMaker = WorklistLine(rule: rule, decimalComma: hasComma)
    for row in rows {
      var cells: [(name: String, heading: String, text: String)] = []
      for (name, cell) in zip(names, row.cells) where !cell.isEmpty {
        cells.append((name.ours, name.theirs, cell))
      }
      do throws(WorklistLine.Reason) {
        result.entries.append(
          try lineMaker.entry(cells, line: row.line, number: result.entries.count + 1))
      } catch {
        result.refused.append(Self.refused(row.line, error.text, row.bytes))
      }
    }
    result.refused.sort { $0.line < $1.line }
    let unknown = names.filter { !Self.known.contains($0.ours) }.map(\.theirs)
    if !unknown.isEmpty {
      notes.append("carried and not understood: \(unknown.joined(separator: ", "))")
    }
    return result
  }

  static func refused(
    _ line: Int, _ reason: String, _ bytes: ArraySlice<UInt8>
  ) -> WorklistReport.RefusedLine {
    let text = String(decoding: bytes.prefix(500), as: UTF8.self)
    let safe = String.UnicodeScalarView(
      text.unicodeScalars.map {
        $0.properties.generalCategory == .control && $0 != "\t" ? "\u{FFFD}" : $0
      })
    return .init(line: line, reason: reason, text: String(safe))
  }

  /// Lines ended by LF, CR LF or CR, with their numbers.
  private struct Lines {
    private var rest: ArraySlice<UInt8>
    private var line = 0
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> (line: Int, bytes: ArraySlice<UInt8>)? {
      guard !rest.isEmpty else { return nil }
      line += 1
      let end = rest.firstIndex { $0 == 10 || $0 == 13 } ?? rest.endIndex
      let bytes = rest[..<end]
      var next = end
      if next < rest.endIndex {
        let isPair = rest[next] == 13 && next + 1 < rest.endIndex && rest[next + 1] == 10
        next += isPair ? 2 : 1
      }
      rest = rest[next...]
      return (line, bytes)
    }
  }

  private func delimiter(
    _ head: ArraySlice<UInt8>, _ notes: inout [String]
  ) throws(Failure) -> WorklistForm.Delimiter {
    if let declared = form.delimiter { return declared }
    let fitting = WorklistForm.Delimiter.allCases.compactMap {
      delimiter -> (delimiter: WorklistForm.Delimiter, count: Int)? in
      guard case .success(let cells) = Self.cells(head, delimiter.byte),
        cells.contains(where: { ours($0) == "sample" })
      else { return nil }
      return (delimiter, cells.count)
    }
    guard let best = fitting.max(by: { $0.count < $1.count }) else {
      throw Self.invalid(
        "worklist-no-sample-column", "Its first line names no column `sample`.",
        "Name it so in the export, or say in bench.yaml which it is: columns: {Probe: sample}")
    }
    if best.count > 1 { notes.append("cells are parted by \(best.delimiter.rawValue)") }
    return best.delimiter
  }

  private func ours(_ heading: String) -> String {
    let folded = Self.folded(heading)
    return form.columns[folded] ?? folded
  }

  private func heading(
    _ bytes: ArraySlice<UInt8>, _ delimiter: WorklistForm.Delimiter
  ) throws(Failure) -> [(ours: String, theirs: String)] {
    guard case .success(let cells) = Self.cells(bytes, delimiter.byte) else {
      throw Self.invalid(
        "worklist-header-invalid", "A quote in its heading is not closed.", "Mend it.")
    }
    let names = cells.enumerated().map { place, cell in
      (ours: ours(cell), theirs: cell.isEmpty ? "column \(place + 1)" : cell)
    }
    guard names.count <= Self.mostColumns else {
      throw Self.invalid(
        "worklist-header-invalid", "It has \(names.count) columns, \(Self.mostColumns) are read.",
        "Leave some out.")
    }
    guard names.contains(where: { $0.ours == "sample" }) else {
      throw Self.invalid(
        "worklist-no-sample-column", "Its first line names no column `sample`.",
        "Name it so in the export, or say in bench.yaml which it is: columns: {Probe: sample}")
    }
    var seen: Set<String> = []
    for (name, theirs) in names {
      let isBad = theirs.unicodeScalars.contains { $0.properties.generalCategory == .control }
      guard !isBad, theirs.count <= 100, seen.insert(name).inserted else {
        throw Self.invalid(
          "worklist-header-invalid",
          "The column \(theirs.debugDescription.prefix(80)) stands there twice, or is no name.",
          "Each column needs a name of its own.")
      }
    }
    return names
  }

  /// The cells of one line: quotes hold them together, two quotes are one.
  static func cells(
    _ line: ArraySlice<UInt8>, _ delimiter: UInt8
  ) -> Swift.Result<[String], WorklistLine.Reason> {
    guard line.count <= longestLine else {
      return .failure(.init("it is longer than \(longestLine) bytes"))
    }
    let quote = UInt8(ascii: "\"")
    func text(_ bytes: some Collection<UInt8>) -> String {
      String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
    guard line.contains(quote) else {
      return .success(
        line.split(separator: delimiter, omittingEmptySubsequences: false).map { text($0) })
    }
    var cells: [String] = []
    var cell: [UInt8] = []
    var (isQuoted, wasQuote) = (false, false)
    for byte in line {
      if isQuoted {
        if byte == quote { (isQuoted, wasQuote) = (false, true) } else { cell.append(byte) }
        continue
      }
      if byte == quote {
        if wasQuote {
          cell.append(quote)
        } else if !cell.allSatisfy({ $0 == 32 }) {
          return .failure(.init("a quote stands in the middle of a cell"))
        } else {
          cell = []
        }
        isQuoted = true
      } else if byte == delimiter {
        cells.append(text(cell))
        cell = []
      } else {
        cell.append(byte)
      }
      wasQuote = false
    }
    guard !isQuoted else { return .failure(.init("a quote is not closed in this line")) }
    return .success(cells + [text(cell)])
  }

  /// Which decimal mark the numbers have; throws where they have both.
  private func hasDecimalComma(
    _ names: [(ours: String, theirs: String)], _ rows: [Row], _ notes: inout [String]
  ) throws(Failure) -> Bool {
    if let declared = form.decimalComma { return declared }
    let places = names.indices.filter { Self.numbers.contains(names[$0].ours) }
    var (comma, dot): (Int?, Int?) = (nil, nil)
    for row in rows where comma == nil || dot == nil {
      for place in places {
        if row.cells[place].contains(","), comma == nil { comma = row.line }
        if row.cells[place].contains("."), dot == nil { dot = row.line }
      }
    }
    if let comma, let dot {
      throw Self.invalid(
        "worklist-decimal-unclear",
        "Line \(comma) has a number with a comma, line \(dot) one with a point.",
        "Say which is the decimal mark: decimal_mark: comma or dot")
    }
    if comma != nil { notes.append("numbers have decimal commas") }
    return comma != nil
  }

  static func invalid(_ code: String, _ why: String, _ next: String) -> Failure {
    let what = "The worklist was not taken."
    switch code {
    case "worklist-too-large":
      return Failure("worklist-too-large", exit: .failed, what: what, why: why, next: next)
    case "worklist-not-text":
      return Failure("worklist-not-text", exit: .damaged, what: what, why: why, next: next)
    case "worklist-empty":
      return Failure("worklist-empty", exit: .damaged, what: what, why: why, next: next)
    case "worklist-no-sample-column":
      return Failure("worklist-no-sample-column", exit: .usage, what: what, why: why, next: next)
    case "worklist-decimal-unclear":
      return Failure("worklist-decimal-unclear", exit: .usage, what: what, why: why, next: next)
    case "worklist-json-invalid":
      return Failure("worklist-json-invalid", exit: .damaged, what: what, why: why, next: next)
    default:
      return Failure("worklist-header-invalid", exit: .usage, what: what, why: why, next: next)
    }
  }
}
