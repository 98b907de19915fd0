internal import Foundation
public import Laboratory

/// SENAITE's table of two dimensions (`generic.two_dimension`): one sample a row, one keyword a
/// column.
///
///     Sample,KW1,KW2,end
///     <sample id>,1.5,0.25,
///     end
///
/// Read from its importer: commas are split without quoting; the last cell of a row is dropped, so
/// each row ends in an empty one; a missing number, `ND` and whatever is negative become 0.0; a row
/// whose first cell is `end` is passed over; a number that Python prints with an exponent and no
/// point (`1e-12`) gets `.0` behind it and is then no number. What it would bend is refused here.
public struct TwoDimensionTable: Sendable, Hashable {
  /// One cell.
  public struct Cell: Sendable, Hashable, Codable {
    /// SENAITE's keyword.
    public var keyword: String
    /// The number as it is sent.
    public var text: String
  }

  /// Why an answer cannot be carried: its own keyword, and why.
  public struct Refusal: Sendable, Hashable {
    /// Our keyword; empty where it is the whole result.
    public var keyword: String
    /// Why.
    public var why: String
  }

  /// The sample's id.
  public var sample: String
  /// The cells, in the order of the result.
  public var cells: [Cell]

  /// The most significant digits that SENAITE on Python 2 keeps.
  public static let mostDigits = 12

  /// Encodes the answers that `keywords` names (ours to SENAITE's).
  ///
  /// `digits` is how many significant digits the site wants, 1 to 12; without it a number with more
  /// than 12 is refused. Gives the table, or everything that stands in its way.
  public static func encode(
    _ sheet: ResultSheet, keywords: [String: String], digits: Int?
  ) -> Result<TwoDimensionTable, Refusals> {
    var refusals: [Refusal] = []
    if let why = objection(toSample: sheet.sample.id) {
      refusals.append(Refusal(keyword: "", why: why))
    }
    var cells: [Cell] = []
    for answer in sheet.results {
      guard let theirs = keywords[answer.keyword] else { continue }
      switch number(answer, digits) {
      case .success(let text): cells.append(Cell(keyword: theirs, text: text))
      case .failure(let why): refusals.append(Refusal(keyword: answer.keyword, why: why.text))
      }
    }
    let compared = cells.map { folded($0.keyword) }
    if Set(compared).count != compared.count {
      refusals.append(
        Refusal(keyword: "", why: "Two answers go to keywords that SENAITE cannot tell apart."))
    }
    if cells.isEmpty, refusals.isEmpty {
      refusals.append(
        Refusal(keyword: "", why: unmapped(sheet, keywords)))
    }
    guard refusals.isEmpty else { return .failure(Refusals(all: refusals)) }
    return .success(TwoDimensionTable(sample: sheet.sample.id, cells: cells))
  }

  /// What is said of a result of which nothing is to be sent.
  static func unmapped(_ sheet: ResultSheet, _ keywords: [String: String]) -> String {
    let has = sheet.results.map(\.keyword).joined(separator: ", ").prefix(200)
    return "The result answers \(has.isEmpty ? "nothing" : has), and bench.yaml maps "
      + "\(keywords.keys.sorted().joined(separator: ", "))."
  }

  /// The file.
  public var bytes: [UInt8] {
    let head = ["Sample"] + cells.map(\.keyword) + ["end"]
    let row = [sample] + cells.map(\.text) + [""]
    return Array("\(head.joined(separator: ","))\n\(row.joined(separator: ","))\nend\n".utf8)
  }

  /// Reads back a table that was written by `bytes`; nil for anything else.
  init?(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[2] == "end", lines[3].isEmpty else { return nil }
    let head = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let row = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard head.count == row.count, head.count > 2, head.last == "end", row.last == "" else {
      return nil
    }
    sample = row[0]
    cells = zip(head.dropFirst().dropLast(), row.dropFirst()).map { Cell(keyword: $0, text: $1) }
  }

  private init(sample: String, cells: [Cell]) { (self.sample, self.cells) = (sample, cells) }

  /// Whether a text can be a keyword of SENAITE.
  public static func isKeyword(_ text: String) -> Bool {
    (1...60).contains(text.utf8.count) && text != "end"
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
          || [0x5f, 0x2d, 0x2b, 0x2e].contains($0)
      } && !folded(text).isEmpty
  }

  /// A keyword as SENAITE compares it: without what is no letter, digit or underscore.
  public static func folded(_ keyword: String) -> String {
    String(
      decoding: keyword.utf8.filter {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
          || $0 == 0x5f
      }, as: UTF8.self)
  }

  private static func objection(toSample id: String) -> String? {
    let bytes = Array(id.utf8)
    let shown = String(id.debugDescription.prefix(80))
    if bytes.isEmpty { return "The sample has no id." }
    if bytes.count > 120 { return "The sample id \(shown) is longer than 120 bytes." }
    if bytes.contains(UInt8(ascii: ",")) { return "The sample id \(shown) has a comma." }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      return "The sample id \(shown) has a control character."
    }
    if bytes.contains(where: { $0 >= 0x80 }) {
      return "The sample id \(shown) has a character outside ASCII."
    }
    if bytes.first == 0x20 || bytes.last == 0x20 {
      return "The sample id \(shown) begins or ends with a space, which would be taken away."
    }
    if id == "end" { return "A sample called 'end' would be taken for the table's end." }
    return nil
  }

  private struct Why: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  private static func number(_ answer: AnalyteResult, _ digits: Int?) -> Result<String, Why> {
    if let text = answer.text {
      let shown = text.debugDescription.prefix(60)
      return .failure(Why("it is the text \(shown), and only numbers can be carried"))
    }
    guard let value = answer.value, value.isFinite else {
      return .failure(Why("it is no finite number"))
    }
    if value.sign == .minus { return .failure(Why("\(value) is negative, and would become 0")) }
    if value == 0 { return .success("0") }
    var text = "\(value)"
    if let digits {
      text = String(format: "%.\(min(max(digits, 1), mostDigits) - 1)e", value)
    }
    // The number that goes out is the number that its text says.
    guard let sent = Double(text), sent.isFinite, sent > 0 else {
      return .failure(Why("\(value) cannot be rounded to \(digits ?? 0) digits"))
    }
    let shortest = "\(sent)"
    let mantissa = shortest.split(separator: "e").first ?? ""
    let figures = mantissa.filter(\.isNumber).drop { $0 == "0" }
    let significant = figures.reversed().drop { $0 == "0" }.count
    guard significant <= mostDigits else {
      return .failure(
        Why(
          "\(shortest) has \(significant) significant digits, of which SENAITE may cut all but "
            + "\(mostDigits); say how many the laboratory reports with significant_digits"))
    }
    let isLong = sent >= 1e12 || sent < 1e-4
    if isLong, significant == 1 {
      return .failure(
        Why("SENAITE prints \(shortest) without a point, and then no longer takes it for a number"))
    }
    if shortest.hasSuffix(".0") { return .success(String(shortest.dropLast(2))) }
    return .success(shortest)
  }
}

/// Everything that stands in the way of a table.
public struct Refusals: Error, Sendable, Hashable {
  /// One entry an answer.
  public var all: [TwoDimensionTable.Refusal]

  /// In one sentence each.
  public var text: String {
    all.map { $0.keyword.isEmpty ? $0.why : "\($0.keyword): \($0.why)." }.joined(separator: " ")
  }
}
