internal import Foundation
internal import Instruments
public import Laboratory

/// Why a result sheet could not be written as it is.
public enum ResultError: Explained, Hashable {
  /// An answer has both a number and a text, or neither; its keyword.
  case notOneAnswer(String)
  /// A number is not finite; its keyword.
  case notFinite(String)
  /// A text has a control character; the column.
  case unprintable(String)
  /// There are neither answers nor files.
  case nothing

  /// The error in four parts.
  public var failure: Failure {
    let why =
      switch self {
      case .notOneAnswer(let keyword):
        "\(keyword) must have either a number or a text, and has both or neither."
      case .notFinite(let keyword): "\(keyword) has a number that is not finite."
      case .unprintable(let column): "\(column) has a control character."
      case .nothing: "There are neither answers nor files to name."
      }
    return Failure(
      "result-not-writable", exit: .refused, what: "The result sheet was not written.", why: why,
      next: "Correct the entry, or report this with the run's folder; nothing was sent.")
  }
}

/// Writes a result sheet as JSON and as CSV; both say the same.
///
/// A run without analytes has one answer: keyword `spectrum`, whose text is the name of the first
/// file. Where both forms serve, JSON is the one that carries every text unaltered.
public enum ResultWriter {
  /// The names of the CSV columns, in order; new ones are added at the end only.
  public static let columns = [
    "run", "sample", "kind", "keyword", "value", "text", "unit", "uncertainty", "flags",
    "complete", "emulated", "method", "method_sha256", "instrument", "serial", "operator",
    "measured_utc", "time_zone", "journal_sha256",
  ]

  /// One JSON object with sorted keys, ending in a line feed; the same sheet gives the same bytes.
  public static func json(_ sheet: ResultSheet) throws(ResultError) -> [UInt8] {
    let sheet = try checked(sheet)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(sheet)) + [0x0a]
    } catch {
      // Numbers are the only thing in a sheet that JSON cannot carry.
      throw .notFinite("a number of the sheet")
    }
  }

  /// RFC 4180 text with a header, one row an answer, UTF-8 without mark, lines ended by CR LF.
  ///
  /// Numbers are the shortest text that reads back to the same number, with a point. A text that
  /// a spreadsheet would take for a formula gets an apostrophe before it.
  public static func csv(_ sheet: ResultSheet) throws(ResultError) -> [UInt8] {
    let sheet = try checked(sheet)
    var lines = columns.joined(separator: ",") + "\r\n"
    for answer in sheet.results {
      let cells: [String?] = [
        sheet.run.text, sheet.sample.id, sheet.kind.rawValue, answer.keyword,
        answer.value.map(number), answer.text, answer.unit?.symbol, answer.uncertainty.map(number),
        answer.flags.joined(separator: ";"), String(sheet.complete), String(sheet.emulated),
        sheet.method, sheet.methodSHA256, sheet.instrument.model, sheet.instrument.serialNumber,
        sheet.person, sheet.measured.iso8601, sheet.timeZone, sheet.journalSHA256,
      ]
      var row: [String] = []
      for (column, cell) in zip(columns, cells) {
        let isNumber = column == "value" || column == "uncertainty"
        row.append(isNumber ? cell ?? "" : try self.cell(cell ?? "", in: column))
      }
      lines += row.joined(separator: ",") + "\r\n"
    }
    return Array(lines.utf8)
  }

  private static func checked(_ sheet: ResultSheet) throws(ResultError) -> ResultSheet {
    var sheet = sheet
    if sheet.results.isEmpty {
      guard let file = sheet.files.first else { throw .nothing }
      sheet.results = [AnalyteResult(keyword: "spectrum", text: file.name)]
    }
    for answer in sheet.results {
      guard (answer.value == nil) != (answer.text == nil) else {
        throw .notOneAnswer(answer.keyword)
      }
      guard (answer.value ?? 0).isFinite, (answer.uncertainty ?? 0).isFinite else {
        throw .notFinite(answer.keyword)
      }
    }
    return sheet
  }

  /// `0.1`, `1e-05`, `250`: what Swift prints, without the `.0` that whole numbers get.
  private static func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func cell(_ text: String, in column: String) throws(ResultError) -> String {
    let scalars = text.unicodeScalars
    guard !scalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw .unprintable(column)
    }
    let starts = scalars.first.map { "=+-@".unicodeScalars.contains($0) } ?? false
    let shown = starts ? "'" + text : text
    guard shown.contains(where: { $0 == "," || $0 == "\"" }) else { return shown }
    return "\"" + shown.replacing("\"", with: "\"\"") + "\""
  }
}
