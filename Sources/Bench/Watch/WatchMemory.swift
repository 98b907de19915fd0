internal import Delivery
internal import Foundation
internal import Laboratory

/// `watch/<instrument>/` of a home: what was seen in a watched folder.
///
/// - `baseline.json`: what was there at the first look; made once, never changed.
/// - `seen.json`: what was seen last; may be lost, then everything is looked at anew.
struct WatchMemory {
  private let folder: String
  private static let baselineName = "baseline.json"
  private static let seenName = "seen.json"

  private struct Baseline: Codable {
    var schema = 1
    var files: [String: FolderWatch.Facts]
  }

  private struct Kept: Codable {
    var schema = 1
    var watch: FolderWatch
  }

  init(home: Home, name: String) { folder = "\(home.path)/watch/\(name)" }

  /// That of a place that worklists come from.
  init(home: Home, place: String) { folder = "\(home.path)/worklists/places/\(place)" }

  /// What was there at the first look; nil before it.
  ///
  /// Throws `watch-memory-damaged`: to take it for none could leave new exports out for ever.
  func baseline() throws(Failure) -> [String: FolderWatch.Facts]? {
    let path = "\(folder)/\(Self.baselineName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path),
      let kept = try? JSONDecoder().decode(Baseline.self, from: data)
    else {
      throw Failure(
        "watch-memory-damaged", exit: .damaged, what: "\(path) cannot be read.",
        why: "It was altered, and says which exports were there before the watch began.",
        next: "Bring it back from a backup, or remove it: what is there then counts as old.")
    }
    return kept.files
  }

  /// Keeps what is there at the first look.
  func begin(_ files: [String: FolderWatch.Facts]) throws(Failure) {
    try publish(Baseline(files: files), Self.baselineName, .refused)
  }

  /// What was seen last; nothing where that is lost.
  func state(_ warn: (String) -> Void) -> FolderWatch {
    let path = "\(folder)/\(Self.seenName)"
    guard let data = FileManager.default.contents(atPath: path) else { return FolderWatch() }
    guard let kept = try? JSONDecoder().decode(Kept.self, from: data) else {
      warn("\(path) could not be read; everything there is looked at anew")
      return FolderWatch()
    }
    return kept.watch
  }

  func keep(_ watch: FolderWatch) throws(Failure) {
    try publish(Kept(watch: watch), Self.seenName, .replaced)
  }

  /// Keeps something else beside it.
  func keep(_ value: some Encodable, named name: String) throws(Failure) {
    try publish(value, name, .replaced)
  }

  /// Reads that; nil where it is lost.
  func read<Value: Decodable>(_ type: Value.Type, named name: String) -> Value? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").flatMap {
      try? JSONDecoder().decode(type, from: $0)
    }
  }

  private func publish(
    _ value: some Encodable, _ name: String, _ existing: ExistingFile
  ) throws(Failure) {
    try HomeFolder.make(folder)
    let file = try VersionFiles.json(value, named: name)
    try file.publish(in: folder, existing: existing)
  }
}

/// Folders of the home that are made when they are needed.
enum HomeFolder {
  /// Makes a folder and those above it, durably; those that are there are left as they are.
  static func make(_ path: String) throws(Failure) {
    var missing: [String] = []
    var place = path
    while FileFacts.of(place) == nil, place != "/" {
      missing.append(place)
      place = Disk.parent(of: place)
    }
    do throws(DiskError) {
      for folder in missing.reversed() { try Disk().makeFolder(folder) }
    } catch {
      throw PublishError(error).failure
    }
  }
}
