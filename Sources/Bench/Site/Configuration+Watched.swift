internal import Formats
internal import Foundation
internal import Laboratory
internal import Yams

/// Reads an instrument of `bench.yaml` that has `link: export-folder`.
struct WatchReader {
  let name: String
  let node: Node
  let file: String
  let home: Home

  private static let keys = [
    "link", "folder", "pattern", "units", "main", "format", "columns", "time_zone", "decimal_mark",
    "sentinel", "settle", "since", "kind", "sample_pattern",
  ]

  /// Reads the entry; refuses every bad value with its line.
  func read() throws(Failure) -> WatchEntry {
    guard case .mapping(let map) = node, node["link"]?.string == "export-folder" else {
      throw refused(node, "link must be export-folder; leave it out for an instrument on a line.")
    }
    for (key, _) in map where !Self.keys.contains(key.string ?? "") {
      throw refused(
        key,
        "\(key.string ?? "This key") is unknown; an export folder has "
          + Self.keys.joined(separator: ", ") + ".")
    }
    guard let folder = try text("folder") else {
      throw refused(node, "An export folder needs folder, such as /mnt/gcms/export.")
    }
    let path = folder.hasPrefix("/") ? folder : "\(home.path)/\(folder)"
    var entry = WatchEntry(
      name: name, folder: URL(fileURLWithPath: path).standardizedFileURL.path)
    entry.pattern = try text("pattern") ?? "*"
    entry.units = try text("units")
    entry.main = try text("main")
    if let word = try text("format") {
      guard let format = SourceFormat(rawValue: word) else {
        let all = SourceFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw refused(at("format"), "format must be one of \(all).")
      }
      entry.format = format
    }
    entry.declaration = try declaration()
    if let id = try text("sentinel") {
      guard !id.contains("/"), id != ".", id != "..", id.utf8.count <= 200 else {
        throw refused(at("sentinel"), "sentinel is the name of a file in the folder.")
      }
      entry.sentinel = id
    }
    if let node = node["settle"] {
      guard let looks = node.int, (2...100).contains(looks) else {
        throw refused(node, "settle must be a whole number of looks from 2 to 100.")
      }
      entry.settle = looks
    }
    entry.since = try since()
    if let word = try text("kind") {
      guard let kind = RunKind(rawValue: word) else {
        let all = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw refused(at("kind"), "kind must be one of \(all).")
      }
      entry.kind = kind
    }
    if let pattern = try text("sample_pattern") {
      guard (try? Regex(pattern)) != nil else {
        throw refused(
          at("sample_pattern"), "sample_pattern must be a regular expression as [0-9]{2}-[0-9]{4}.")
      }
      entry.samplePattern = pattern
    }
    return entry
  }

  private func declaration() throws(Failure) -> TableDeclaration {
    var words: [String] = []
    if let node = node["columns"] {
      if case .mapping(let map) = node {
        for (key, value) in map {
          guard let key = key.string, let value = value.string else {
            throw refused(node, "columns holds words such as {time: 1, unit: min, value: 2}.")
          }
          words.append("\(key)=\(value)")
        }
      } else {
        words = (try text("columns") ?? "").split(separator: " ").map(String.init)
      }
    }
    if let zone = try text("time_zone") {
      guard TimeZone(identifier: zone) != nil else {
        throw refused(at("time_zone"), "time_zone must be a name such as Europe/Rome.")
      }
      words.append("zone=\(zone)")
    }
    if let mark = try text("decimal_mark") {
      guard ["comma", "dot"].contains(mark) else {
        throw refused(at("decimal_mark"), "decimal_mark must be comma or dot.")
      }
      words.append("decimal=\(mark)")
    }
    do throws(Failure) {
      return try TableDeclaration(words: words)
    } catch {
      throw refused(node["columns"] ?? node, "\(error.what) \(error.next)")
    }
  }

  private func since() throws(Failure) -> WatchEntry.Since {
    guard let word = try text("since") else { return .firstLook }
    if word == "all" { return .all }
    guard let time = Timestamp(iso8601: word) ?? Timestamp(iso8601: word + "T00:00:00Z") else {
      throw refused(
        at("since"), "since must be all, or a time such as 2026-11-20 or 2026-11-20T10:15:00Z.")
    }
    return .moment(time)
  }

  private func text(_ key: String) throws(Failure) -> String? {
    guard let node = node[key] else { return nil }
    guard let text = node.string, !text.isEmpty, !node.isNothing, text.utf8.count <= 1000 else {
      throw refused(node, "\(key) needs a value.")
    }
    return text
  }

  private func at(_ key: String) -> Node { node[key] ?? node }

  private func refused(_ place: Node, _ why: String) -> Failure {
    Configuration.invalid(file, place.line ?? node.line, why)
  }
}
