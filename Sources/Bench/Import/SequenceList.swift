internal import Foundation
public import Laboratory

/// A list of a sequence as a table: which file or run is which sample, in the order of injection.
///
/// CSV (RFC 4180, UTF-8) with a header. Columns: `file` or `run`; `sample`, `kind`, `level`, `dilution`,
/// `mass_mg`, `replicate`, `position`, `remark`, each as the command line has it. Other columns are
/// refused by name, so that none is overlooked. Files are named from the list's own folder.
public struct SequenceList: Sendable {
  /// One line of the list.
  public struct Entry: Sendable, Hashable {
    /// The line in the file, from 1.
    public var line: Int
    /// The path of the file; none where a run is named.
    public var file: String?
    /// The run as it is named; none where a file is.
    public var run: String?
    /// The sample; its id is empty where the list has none.
    public var sample: Sample
    /// What the run is for.
    public var kind: RunKind
    /// The columns that have a cell here.
    var given: Set<String> = []
  }

  /// The lines, in their order.
  public var entries: [Entry]

  static let columns = [
    "file", "run", "sample", "kind", "level", "dilution", "mass_mg", "replicate", "position",
    "remark",
  ]

  /// Reads a list; throws `list-invalid` with the line that is wrong.
  public init(path: String) throws(Failure) {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 16 << 20 else {
      throw Self.invalid(path, 0, "It cannot be read, or is larger than 16 MiB.")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Self.invalid(path, 0, "It is not UTF-8 text.")
    }
    let lines = text.replacing("\u{FEFF}", with: "").split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.first else { throw Self.invalid(path, 0, "It is empty.") }
    let head = try Self.cells(String(first), path, 1)
    for name in head where !Self.columns.contains(name) {
      throw Self.invalid(
        path, 1, "'\(name)' is no column; there are \(Self.columns.joined(separator: ", ")).")
    }
    guard Set(head).count == head.count, head.contains("file") != head.contains("run") else {
      throw Self.invalid(path, 1, "It needs the column `file` or `run`, and each column once.")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    entries = []
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      let cells = try Self.cells(String(line), path, index + 1)
      guard cells.count == head.count else {
        throw Self.invalid(
          path, index + 1, "It has \(cells.count) cells, the header has \(head.count).")
      }
      entries.append(
        try Self.entry(
          Dictionary(uniqueKeysWithValues: zip(head, cells)), index + 1, path, folder))
    }
    guard !entries.isEmpty else { throw Self.invalid(path, 1, "It has a header and nothing else.") }
  }

  private static func entry(
    _ cells: [String: String], _ line: Int, _ path: String, _ folder: String
  ) throws(Failure) -> Entry {
    func text(_ column: String) -> String? {
      cells[column].flatMap { $0.isEmpty ? nil : $0 }
    }
    func number(_ column: String, _ allowed: (Double) -> Bool) throws(Failure) -> Double? {
      guard let text = text(column) else { return nil }
      guard let value = Double(text), value.isFinite, allowed(value) else {
        throw invalid(path, line, "\(column) is '\(text)', which it cannot be.")
      }
      return value
    }
    guard let named = text("file") ?? text("run") else {
      throw invalid(path, line, "It names neither a file nor a run.")
    }
    let word = text("kind") ?? RunKind.sample.rawValue
    guard let kind = RunKind(rawValue: word) else {
      let known = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw invalid(path, line, "kind is '\(word)'; there are \(known).")
    }
    let replicate = try number("replicate") { $0 >= 1 && $0 == $0.rounded() && $0 < 1e6 }
    let sample = Sample(
      id: text("sample") ?? "", position: text("position"), remark: text("remark"),
      level: try number("level") { $0 >= 0 }, dilution: try number("dilution") { $0 > 0 },
      massMilligrams: try number("mass_mg") { $0 > 0 }, replicate: replicate.map { Int($0) })
    let isFile = text("file") != nil
    let place = named.hasPrefix("/") ? named : "\(folder)/\(named)"
    return Entry(
      line: line, file: isFile ? place : nil, run: isFile ? nil : named, sample: sample, kind: kind,
      given: Set(cells.filter { !$0.value.isEmpty }.keys))
  }

  /// The cells of one line: commas part them, quotes hold them together, two quotes are one.
  private static func cells(
    _ line: String, _ path: String, _ number: Int
  ) throws(Failure) -> [String] {
    var cells: [String] = []
    var (cell, isQuoted, wasQuote) = ("", false, false)
    for character in line {
      if isQuoted {
        if character == "\"" {
          (isQuoted, wasQuote) = (false, true)
        } else {
          cell.append(character)
        }
        continue
      }
      switch character {
      case "\"" where wasQuote:
        cell.append("\"")
        isQuoted = true
      case "\"" where cell.isEmpty: isQuoted = true
      case ",":
        cells.append(cell.trimmingCharacters(in: .whitespaces))
        cell = ""
      default: cell.append(character)
      }
      wasQuote = false
    }
    guard !isQuoted else { throw invalid(path, number, "A quote is not closed.") }
    cells.append(cell.trimmingCharacters(in: .whitespaces))
    return cells
  }

  private static func invalid(_ path: String, _ line: Int, _ why: String) -> Failure {
    Failure(
      "list-invalid", exit: .usage,
      what: line > 0 ? "Line \(line) of \(path) cannot be used." : "\(path) cannot be used.",
      why: why, next: "Correct it and give the command again; nothing was done.")
  }
}

extension SequenceList {
  /// The runs of the list: those that it names, and those that hold the bytes of its files.
  ///
  /// Throws `list-not-imported` with the first file that no run holds.
  public func runs(in bench: Bench) throws(Failure) -> [RunID] {
    var held: [String: RunID] = [:]
    for run in bench.runs.list().runs.reversed() {
      if let source = run.imported { held[source.sha256] = run.run }
    }
    var runs: [RunID] = []
    for entry in entries {
      if let name = entry.run {
        runs.append(try entry.checked(try bench.runs.find(name), bench))
      } else if let file = entry.file {
        guard let run = held[try SourceFile.read(file).sha256] else {
          throw Failure(
            "list-not-imported", exit: .notFound, what: "No run holds \(file).",
            why: "It was not imported into this home yet.",
            next: "Import the list first: gauger import --list LIST")
        }
        runs.append(try entry.checked(run, bench))
      }
    }
    return runs
  }
}

extension SequenceList.Entry {
  /// The run, where it is what the line says of it; a list that was corrected is no list of it.
  func checked(_ run: RunID, _ bench: Bench) throws(Failure) -> RunID {
    let record = try bench.runs.read(run)
    let known = record.sample
    let pairs: [(column: String, isSame: Bool)] = [
      ("sample", sample.id == known.id), ("kind", kind == record.kind),
      ("level", sample.level == known.level), ("dilution", sample.dilution == known.dilution),
      ("mass_mg", sample.massMilligrams == known.massMilligrams),
      ("replicate", sample.replicate == known.replicate),
      ("position", sample.position == known.position),
    ]
    let other = pairs.filter { given.contains($0.column) && !$0.isSame }.map(\.column)
    guard other.isEmpty else {
      throw Failure(
        "list-differs", exit: .refused,
        what: "Line \(line) of the list says another \(other.joined(separator: ", ")) than \(run).",
        why: "What a run is was said when it was taken or imported, and stands there.",
        next: "Correct the list, or import the file again with --again and what is right.")
    }
    return run
  }
}
