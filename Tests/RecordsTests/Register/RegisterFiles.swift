import Foundation
import Laboratory
import Testing

@testable import Records

/// The moment at which these tests play.
let noon = Timestamp(iso8601: "2026-11-20T12:00:00Z") ?? .now

extension TestFolder {
  var register: Register { Register(home: path) }

  /// Writes the next version of an object as its file.
  @discardableResult
  func keep<Body: RegisterBody>(
    _ body: Body, by person: String = "root", reason: String? = nil
  ) throws -> RegisterEntry {
    let latest = try register.latest(of: Body.kind, body.object)
    let entry = RegisterEntry(
      kind: Body.kind, object: body.object, version: (latest?.version ?? 0) + 1,
      supersedes: latest?.sha256, person: person, reason: reason, time: noon, fields: body.fields)
    try put(entry)
    return entry
  }

  /// Writes an entry as the file that it names.
  func put(_ entry: RegisterEntry) throws {
    let folder = register.folder(of: entry.kind, entry.object)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(entry.bytes).write(
      to: URL(fileURLWithPath: "\(folder)/\(RegisterName.file(of: entry.version))"))
  }
}
