internal import Foundation

/// The files of what people decided, in a home: `register/<kind>/<object>/<version>.json`.
///
/// Read only; a version is written by the bench, durably, after the audit chain has its entry. The
/// newest version of an object is its state; all earlier ones stay. Every reading checks that the
/// versions are those that were written, without a hole, each naming the one before. Blocks.
public struct Register: Sendable, Hashable {
  /// The folder.
  public let path: String

  /// Names the register of a home; the disk is not touched.
  public init(home: String) { path = home + "/register" }

  /// The folder of an object, there or not.
  public func folder(of kind: RegisterKind, _ object: String) -> String {
    "\(path)/\(kind.rawValue)/\(RegisterName.folder(of: object))"
  }

  /// All versions of an object, oldest first; empty where it is unknown.
  public func versions(
    of kind: RegisterKind, _ object: String
  ) throws(RegisterError) -> [RegisterEntry] {
    guard let object = RegisterName.object(object) else { return [] }
    let entries = try versions(in: RegisterName.folder(of: object), kind)
    if let first = entries.first, first.object != object {
      throw .damaged(folder(of: kind, object), "It holds the object '\(first.object)'.")
    }
    return entries
  }

  /// The newest version of an object; nil where it is unknown.
  public func latest(
    of kind: RegisterKind, _ object: String
  ) throws(RegisterError) -> RegisterEntry? { try versions(of: kind, object).last }

  /// What the newest version says; nil where the object is unknown.
  public func latest<Body: RegisterBody>(
    _ type: Body.Type, _ object: String
  ) throws(RegisterError) -> (entry: RegisterEntry, body: Body)? {
    guard let entry = try latest(of: Body.kind, object) else { return nil }
    return (entry, try entry.body(type))
  }

  /// The newest version of every object of a kind, by name, and what could not be read.
  public func all(
    of kind: RegisterKind
  ) -> (entries: [RegisterEntry], problems: [RegisterError]) {
    var entries: [RegisterEntry] = []
    var problems: [RegisterError] = []
    let names: [String]
    do throws(RegisterError) { names = try self.names(in: "\(path)/\(kind.rawValue)") } catch {
      return ([], [error])
    }
    for name in names {
      do throws(RegisterError) {
        guard let newest = try versions(in: name, kind).last else { continue }
        entries.append(newest)
      } catch {
        problems.append(error)
      }
    }
    return (entries.sorted { $0.object < $1.object }, problems)
  }

  /// What the newest versions of a kind say, by name; throws where one cannot be read.
  ///
  /// For decisions, which no damaged file may let pass.
  public func all<Body: RegisterBody>(
    _ type: Body.Type
  ) throws(RegisterError) -> [(entry: RegisterEntry, body: Body)] {
    let found = all(of: Body.kind)
    if let problem = found.problems.first { throw problem }
    var bodies: [(entry: RegisterEntry, body: Body)] = []
    for entry in found.entries { bodies.append((entry, try entry.body(type))) }
    return bodies
  }

  private func versions(
    in folder: String, _ kind: RegisterKind
  ) throws(RegisterError) -> [RegisterEntry] {
    let place = "\(path)/\(kind.rawValue)/\(folder)"
    let numbers = try names(in: place).compactMap { RegisterName.version(of: $0) }.sorted()
    var entries: [RegisterEntry] = []
    for number in numbers {
      let file = "\(place)/\(RegisterName.file(of: number))"
      guard number == entries.count + 1 else {
        throw .damaged(place, "Version \(entries.count + 1) is missing.")
      }
      guard let bytes = Self.bytes(of: file), let entry = RegisterEntry(bytes: bytes) else {
        throw .damaged(file, "It is missing, altered, or not in the form of the register.")
      }
      guard entry.kind == kind, entry.version == number,
        RegisterName.folder(of: entry.object) == folder,
        entry.object == entries.last?.object ?? entry.object
      else { throw .damaged(file, "It belongs to another place of the register.") }
      guard entry.supersedes == entries.last?.sha256 else {
        throw .damaged(file, "The version before it is not the one that it names.")
      }
      entries.append(entry)
    }
    return entries
  }

  /// The visible names in a folder; none where it is not there.
  private func names(in folder: String) throws(RegisterError) -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .damaged(folder, "This account cannot read it.")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func bytes(of file: String) -> [UInt8]? {
    guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
    defer { try? handle.close() }
    // One byte more than allowed shows that it is too large without reading all of it.
    guard let data = try? handle.read(upToCount: RegisterEntry.largestFile + 1) else { return nil }
    return [UInt8](data)
  }
}
