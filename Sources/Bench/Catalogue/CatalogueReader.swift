internal import Delivery
internal import Foundation
internal import Laboratory
internal import Methods
internal import Records

/// Turns one file of a home into rows of the catalogue: of its path and bytes alone, so that the same
/// file always gives the same rows.
struct CatalogueReader: Sendable {
  private static let largestFile = 256 << 20
  let home: Home

  /// Reads a file; nil where it is gone again.
  func read(_ path: String, _ look: FileLook) -> CatalogueEntry? {
    do throws(PublishError) {
      let file = try OpenedFile(path: "\(home.path)/\(path)")
      guard file.size <= Self.largestFile else {
        return entry(path, look, sha256: "", problem: "It is larger than any such file.")
      }
      let bytes = try file.read(at: 0, count: file.size)
      let sha256 = Hash.sha256(of: bytes)
      do {
        var entry = entry(path, look, sha256: sha256)
        entry.stamp.size = bytes.count
        entry.rows = try rows(path.split(separator: "/").map(String.init), bytes)
        return entry
      } catch {
        return entry(path, look, sha256: sha256, problem: Self.words(error))
      }
    } catch {
      if case .missing = error { return nil }
      return entry(path, look, sha256: "", problem: error.failure.why)
    }
  }

  private func entry(
    _ path: String, _ look: FileLook, sha256: String, problem: String? = nil
  ) -> CatalogueEntry {
    CatalogueEntry(
      path: path,
      stamp: CatalogueStamp(sha256: sha256, size: look.size, stamp: look.stamp),
      rows: [], problem: problem)
  }

  /// A file that says something else than its place does.
  struct Misplaced: Error, CustomStringConvertible {
    var description: String
  }

  private static func words(_ error: any Error) -> String {
    String(((error as? any Explained)?.failure.why ?? "\(error)").prefix(500))
  }

  private func rows(_ parts: [String], _ bytes: [UInt8]) throws -> [CatalogueRow] {
    switch (parts[0], parts.last) {
    case ("runs", "run.json"):
      let record: RunRecord = try decode(bytes)
      try check(record.run.text, is: parts[1])
      return CatalogueRows.run(record)
    case ("runs", "result.json"):
      let sheet: ResultSheet = try decode(bytes)
      try check(sheet.run.text, is: parts[1])
      return CatalogueRows.results(sheet.results, of: sheet.run.text, origin: "run")
        + CatalogueRows.libraries(bytes, "run", sheet.run.text)
    case ("runs", "version.json"):
      return [CatalogueRows.version(try decode(bytes), "run", parts[1], Int(parts[3]))]
    case ("runs", "evaluation.json"):
      return CatalogueRows.libraries(bytes, "run", parts[1])
    case ("sequences", "version.json"):
      return [CatalogueRows.version(try decode(bytes), "sequence", parts[1], Int(parts[2]))]
    case ("sequences", _):
      let result: SequenceResult = try decode(bytes)
      return CatalogueRows.sequence(result, parts[1], Int(parts[2]) ?? 0)
        + CatalogueRows.libraries(bytes, "sequence", parts[1])
    case ("spool", "delivery.json"):
      let delivery: Delivery = try decode(bytes)
      try check("\(delivery.id)", is: parts[1])
      return CatalogueRows.delivery(delivery)
    case ("spool", let file):
      let status: DeliveryStatus = try decode(bytes)
      try check("\(status.id)/to-\(status.destination).json", is: "\(parts[1])/\(file ?? "")")
      return [CatalogueRows.status(status)]
    case ("libraries", _):
      let note: LibraryNote = try decode(bytes)
      try check(note.source.name, is: parts[1])
      return [CatalogueRows.library(note, Int(parts[2]) ?? 0)]
    case ("methods", let file):
      let text = String(decoding: bytes, as: UTF8.self)
      return [CatalogueRows.method(try MethodReader.read(text: text, file: file ?? ""))]
    case ("worklists", "list.json"):
      let head: WorklistHead = try decode(bytes)
      try check(VersionedFolder.name(of: head.list), is: parts[1])
      return [CatalogueRows.worklist(head)]
    case ("worklists", "entries.json"):
      let entries: [WorklistEntry] = try decode(bytes)
      return entries.map { CatalogueRows.worklistEntry($0, of: Int(parts[1]) ?? 0) }
    case ("worklists", _):
      let change: WorklistChange = try decode(bytes)
      try check(VersionedFolder.name(of: change.list), is: parts.dropLast().last ?? "")
      return [CatalogueRows.worklistChange(change)]
    case ("register", let file):
      guard let entry = RegisterEntry(bytes: bytes) else {
        throw Misplaced(description: "It is not in the form of the register.")
      }
      try check(
        "\(entry.kind.rawValue)/\(RegisterName.folder(of: entry.object))"
          + "/\(RegisterName.file(of: entry.version))", is: "\(parts[1])/\(parts[2])/\(file ?? "")")
      return [CatalogueRows.register(entry, bytes)]
    case ("audit", let file):
      guard let number = AuditPlace.segment(of: file ?? ""), let place = AuditPlace(segment: bytes)
      else { throw Misplaced(description: "No line of it can be read.") }
      return [CatalogueRows.segment(number, place)]
    default: return []
    }
  }

  private func decode<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(bytes))
  }

  private func check(_ found: String, is place: String) throws {
    guard found == place else { throw Misplaced(description: "It is that of \(found).") }
  }
}
