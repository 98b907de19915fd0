internal import Foundation
public import Laboratory
internal import Records

extension People {
  /// What came of one line of a table.
  public struct ImportedLine: Sendable, Hashable, Codable {
    /// What came of it.
    public enum Outcome: String, Sendable, Hashable, Codable {
      /// Something new is kept.
      case kept
      /// The register says that already.
      case known
      /// It was not used.
      case refused
    }

    /// The line in the file, from 1.
    public var line: Int
    /// Whom it is about; empty where that cannot be told.
    public var person: String
    /// What came of it.
    public var outcome: Outcome
    /// Why it was refused.
    public var failure: Failure?
  }

  static let columns = ["person", "name", "badge", "method", "activity", "from", "to"]
  private static let largestTable = 16 << 20

  /// Takes a table of people and of what they may do, a line each.
  ///
  /// CSV (RFC 4180, UTF-8) with the header `person,name,badge,method,activity,from,to`, in any order;
  /// all but `person` may be missing. A line without an activity only names the person. A bad line is
  /// refused by its number and the rest goes on; the same table again changes nothing. Throws where
  /// the table as a whole cannot be used.
  public func importTable(
    at path: String, by actor: String, reason: String?
  ) throws(Failure) -> [ImportedLine] {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largestTable
    else { throw Self.unusable(path, "It cannot be read, or is larger than 16 MiB.") }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Self.unusable(path, "It is not UTF-8 text.")
    }
    try administer(actor, "people")
    let lines = text.replacing("\u{FEFF}", with: "").split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.first, let head = Self.cells(String(first)) else {
      throw Self.unusable(path, "Its first line is no header.")
    }
    if let other = head.first(where: { !Self.columns.contains($0) }) {
      throw Self.unusable(
        path,
        "'\(other.prefix(60))' is no column; there are \(Self.columns.joined(separator: ", ")).")
    }
    guard head.contains("person"), Set(head).count == head.count else {
      throw Self.unusable(path, "It needs the column person, and each column once.")
    }
    var outcomes: [ImportedLine] = []
    var said = Said()
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      var outcome = ImportedLine(line: index + 1, person: "", outcome: .known)
      do throws(Failure) {
        let cells = try Self.row(String(line), head)
        outcome.person = cells["person"] ?? ""
        if try take(cells, index + 1, &said, by: actor, reason) { outcome.outcome = .kept }
      } catch {
        // The disk or the chain will not take the next line either.
        guard error.exit == .usage || error.exit == .notFound else { throw error }
        (outcome.outcome, outcome.failure) = (.refused, error)
      }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// What earlier lines of a table said, so that no later one says otherwise.
  private struct Said {
    var texts: [String: (line: Int, text: String)] = [:]

    mutating func check(_ what: String, _ text: String?, _ line: Int) throws(Failure) {
      guard let text else { return }
      if let before = texts[what], before.text != text {
        throw People.wrong("Line \(before.line) says '\(before.text.prefix(60))' there.")
      }
      texts[what] = (line, text)
    }
  }

  /// Whether a line said something new; one that is refused leaves nothing behind.
  private func take(
    _ cells: [String: String], _ line: Int, _ said: inout Said, by actor: String, _ reason: String?
  ) throws(Failure) -> Bool {
    let id = try QualityText.word("A person's id", cells["person"] ?? "")
    let name = try QualityText.line("The name", ifGiven: cells["name"])
    let badge = try QualityText.line("The badge", ifGiven: cells["badge"])
    let known = try told { () throws(RegisterError) in
      try RegisterDesk(bench: bench).register.latest(Person.self, id)
    }
    let right = try right(of: id, cells)
    var saying = said
    try saying.check("name \(id)", name, line)
    try saying.check("badge \(id)", badge, line)
    if let right {
      let times = "\(cells["from"] ?? "") to \(cells["to"] ?? "")"
      try saying.check("right \(right.object)", times, line)
    }
    var isNew = false
    if known == nil || name != nil || badge != nil {
      isNew =
        try addChecked(
          id, name: name, badge: badge, isActive: known?.body.isActive ?? true, by: actor, reason)
        != nil
    }
    said = saying
    guard let right else { return isNew }
    return try authoriseChecked(
      id, right.activity, method: right.method, from: cells["from"], to: cells["to"], by: actor,
      reason) != nil || isNew
  }

  /// What a line says that a person may do; none where it says nothing of it.
  private func right(of id: String, _ cells: [String: String]) throws(Failure) -> Authorisation? {
    guard let word = cells["activity"] else {
      guard cells["method"] == nil, cells["from"] == nil, cells["to"] == nil else {
        throw Self.wrong("It has a method or a time, and no activity.")
      }
      return nil
    }
    guard let activity = Activity(rawValue: word) else {
      throw Self.wrong("'\(word.prefix(60))' is no activity.")
    }
    let method = cells["method"] ?? Authorisation.everyMethod
    let right = try right(id, activity, method: method, from: cells["from"], to: cells["to"])
    // A table that was made before must not bring back what was taken back since.
    if let known = right.known, known.fields["revoked"] == "true" {
      throw Self.wrong("That authorisation was taken back at \(known.time.iso8601).")
    }
    return right.body
  }

  private static func row(_ line: String, _ head: [String]) throws(Failure) -> [String: String] {
    guard let cells = cells(line) else { throw wrong("Its quotes do not fit.") }
    guard cells.count == head.count else {
      throw wrong("It has \(cells.count) cells, the header has \(head.count).")
    }
    var row: [String: String] = [:]
    for (name, cell) in zip(head, cells) where !cell.isEmpty { row[name] = cell }
    return row
  }

  /// The cells of a line, blanks around them gone; nil where the quotes do not fit.
  static func cells(_ line: String) -> [String]? {
    var cells: [String] = []
    var rest = line[...]
    while true {
      var cell = ""
      rest = rest.drop { $0 == " " || $0 == "\t" }
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while true {
          guard let quote = rest.firstIndex(of: "\"") else { return nil }
          cell += rest[..<quote]
          rest = rest[rest.index(after: quote)...]
          guard rest.first == "\"" else { break }
          cell += "\""
          rest = rest.dropFirst()
        }
        rest = rest.drop { $0 == " " || $0 == "\t" }
        guard rest.first == nil || rest.first == "," else { return nil }
      } else {
        cell = String(rest.prefix { $0 != "," }).trimmingCharacters(in: .whitespaces)
        guard !cell.contains("\"") else { return nil }
        rest = rest.drop { $0 != "," }
      }
      cells.append(cell)
      guard rest.first == "," else { return cells }
      rest = rest.dropFirst()
    }
  }

  private static func wrong(_ why: String) -> Failure {
    Failure(
      "people-line-unusable", exit: .usage, what: "The line was not used.", why: why,
      next: "Mend the line and import the table again: what is known already is not changed.")
  }

  private static func unusable(_ path: String, _ why: String) -> Failure {
    Failure(
      "people-table-unusable", exit: .usage, what: "\(path) was not imported.", why: why,
      next: "Begin it with the line: \(columns.joined(separator: ","))")
  }
}
