internal import Delivery
internal import Foundation
public import Laboratory

/// A worklist as it was taken in: `list.json` beside the bytes that came.
public struct WorklistHead: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// Its number in the home, from 1.
  public var list: Int
  /// The place that it came from.
  public var place: String
  /// Its name as it came.
  public var source: String
  /// SHA-256 of its bytes.
  public var sha256: String
  /// The number of its bytes.
  public var size: Int
  /// When it was taken in.
  public var received: Timestamp
  /// Who took it in.
  public var person: String
  /// How many entries it has.
  public var entries: Int
  /// How many lines were refused.
  public var refused: Int
  /// The list that it takes the place of; none for the first of its name.
  public var supersedes: Int?
  /// How it was read.
  public var notes: [String]
}

/// Where an entry of a worklist stands.
public enum WorklistState: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nobody has begun it.
  case open
  /// Somebody measures it.
  case taken
  /// It was measured, whole.
  case done
  /// A person passed it over.
  case skipped
  /// A person, or a newer list, withdrew it.
  case cancelled
}

/// One change of one entry, kept for ever.
struct WorklistChange: Sendable, Hashable, Codable {
  var schema = 1
  var list: Int
  var entry: Int
  /// Counts the changes of this entry, from 1.
  var version: Int
  var state: WorklistState
  var person: String
  var time: Timestamp
  var reason: String?
  var run: RunID?
}

/// `worklists/` of a home.
///
///     0001/list.json, entries.json, original.csv, rejected.csv    a list, never changed
///     states/0001/000012-0001.json                                a change of its entry 12
///
/// The latest change of an entry is its state; one without a change is open. A change is published
/// under a name that must be free, so that of two programs one loses.
struct WorklistStore: Sendable {
  let home: Home

  var path: String { "\(home.path)/worklists" }
  var lists: VersionedFolder { VersionedFolder(path: path) }
  private func states(_ list: Int) -> String { "\(path)/states/\(VersionedFolder.name(of: list))" }

  /// What is known of all lists, the oldest first.
  func heads() throws(Failure) -> [WorklistHead] {
    var heads: [WorklistHead] = []
    for number in lists.versions {
      let head = try VersionFiles.read(
        WorklistHead.self, at: "\(lists.folder(of: number))/list.json")
      guard head.list == number else {
        throw damaged("\(lists.folder(of: number))/list.json", "It is that of \(head.list).")
      }
      heads.append(head)
    }
    return heads
  }

  func entries(of list: Int) throws(Failure) -> [WorklistEntry] {
    try VersionFiles.read([WorklistEntry].self, at: "\(lists.folder(of: list))/entries.json")
  }

  /// The latest change of every entry of a list that has one.
  func changes(of list: Int) throws(Failure) -> [Int: WorklistChange] {
    let folder = states(list)
    let names: [String]
    do throws(DiskError) {
      guard FileFacts.of(folder) != nil else { return [:] }
      let disk = Disk()
      names = try disk.names(in: try disk.open(folder))
    } catch {
      throw PublishError(error).failure
    }
    var latest: [Int: Int] = [:]
    for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let parts = name.dropLast(5).split(separator: "-")
      guard parts.count == 2, let entry = Int(parts[0]), let version = Int(parts[1]) else {
        continue
      }
      latest[entry] = max(latest[entry] ?? 0, version)
    }
    var changes: [Int: WorklistChange] = [:]
    for (entry, version) in latest { changes[entry] = try change(list, entry, version) }
    return changes
  }

  /// The latest change of one entry; nil where it has none.
  func change(of id: WorklistEntryID) throws(Failure) -> WorklistChange? {
    var latest: WorklistChange?
    var version = 1
    while FileFacts.of("\(states(id.list))/\(Self.name(id.entry, version))") != nil {
      latest = try change(id.list, id.entry, version)
      version += 1
    }
    return latest
  }

  private func change(
    _ list: Int, _ entry: Int, _ version: Int
  ) throws(Failure) -> WorklistChange {
    let path = "\(states(list))/\(Self.name(entry, version))"
    let change = try VersionFiles.read(WorklistChange.self, at: path)
    guard change.list == list, change.entry == entry, change.version == version else {
      throw damaged(path, "It is that of another entry.")
    }
    return change
  }

  private static func name(_ entry: Int, _ version: Int) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(entry, 6))-\(padded(version, 4)).json"
  }

  /// Publishes a change; false where another program published one of this version before.
  func publish(_ change: WorklistChange) throws(Failure) -> Bool {
    let folder = states(change.list)
    try HomeFolder.make(folder)
    let file = try VersionFiles.json(change, named: Self.name(change.entry, change.version))
    do throws(Failure) {
      try file.publish(in: folder, existing: .refused)
      return true
    } catch {
      if FileFacts.of("\(folder)/\(file.name)") != nil { return false }
      throw error
    }
  }

  private func damaged(_ path: String, _ why: String) -> Failure {
    Failure(
      "worklist-damaged", exit: .damaged, what: "\(path) cannot be used.", why: why,
      next: "Bring it back from a backup.")
  }
}
