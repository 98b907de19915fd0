internal import Delivery
internal import Formats
internal import Foundation
internal import Laboratory

/// What lies in a watched folder: files, and folders that are one export each.
struct ExportFolder {
  let entry: WatchEntry

  /// A listing, and what in it can never become a run.
  struct Listing {
    var facts: [String: FolderWatch.Facts] = [:]
    var aside: [String: Failure] = [:]
  }

  /// A file of an export that is a folder.
  struct Part {
    /// The name from the export's own folder on.
    var name: String
    var path: String
    var facts: FileFacts
  }

  private static let mostNames = 100_000
  private static let mostParts = 2000
  private static let deepest = 6

  /// Looks at the folder; throws `watch-not-mounted` where it is not what the site named.
  func list() throws(Failure) -> Listing {
    try checkSentinel()
    let names: [String]
    do throws(DiskError) {
      let disk = Disk()
      names = try disk.names(in: try disk.open(entry.folder))
    } catch {
      throw notMounted("The folder cannot be read: \(error.text).")
    }
    // A share that went away while it was read must not pass for an empty folder.
    try checkSentinel()
    guard names.count <= Self.mostNames else {
      throw Failure(
        "watch-too-many", exit: .failed, what: "\(entry.folder) was not looked at.",
        why: "It holds \(names.count) names; \(Self.mostNames) are watched.",
        next: "Move the old ones into a folder of their own.")
    }
    var listing = Listing()
    for name in names where !name.hasPrefix(".") && name != entry.sentinel {
      take(name, into: &listing)
    }
    return listing
  }

  private func checkSentinel() throws(Failure) {
    guard FileFacts.of(entry.folder) != nil else {
      throw notMounted("There is no such folder.")
    }
    guard let sentinel = entry.sentinel else { return }
    guard FileFacts.of("\(entry.folder)/\(sentinel)")?.kind == .file else {
      throw notMounted("The file \(sentinel) is not in it, which says that the share is there.")
    }
  }

  private func notMounted(_ why: String) -> Failure {
    Failure(
      "watch-not-mounted", exit: .notFound,
      what: "The exports of \(entry.name) in \(entry.folder) cannot be seen.", why: why,
      next: "Mount the share, or correct folder and sentinel in bench.yaml; nothing is lost.")
  }

  private func take(_ name: String, into listing: inout Listing) {
    guard let found = FileFacts.of("\(entry.folder)/\(name)") else {
      if name.unicodeScalars.contains("\u{FFFD}") { listing.aside[name] = unsafeName(name) }
      return
    }
    switch found.kind {
    case .file where NamePattern.fits(name, entry.pattern):
      guard Self.isPlain(name) else { return listing.aside[name] = unsafeName(name) }
      listing.facts[name] = FolderWatch.Facts(size: found.size, changed: found.changed)
    case .folder:
      guard let units = entry.units, NamePattern.fits(name, units) else { return }
      guard Self.isPlain(name) else { return listing.aside[name] = unsafeName(name) }
      do throws(Failure) {
        listing.facts[name] = try facts(of: try parts(of: name))
      } catch {
        listing.aside[name] = error
      }
    case .link, .other:
      guard NamePattern.fits(name, entry.pattern) || entry.units != nil else { return }
      listing.aside[name] = notPlain(name)
    case .file: return
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    guard name.utf8.count <= 250 else { return false }
    return
      name.utf8.allSatisfy { (32...126).contains($0) }
      || !name.unicodeScalars.contains {
        $0 == "\u{FFFD}"
          || [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }
  }

  private func unsafeName(_ name: String) -> Failure {
    Failure(
      "watch-name-unsafe", exit: .refused, what: "\(name.debugDescription) was left alone.",
      why: "Its name is very long, holds a line end or control character, or is no UTF-8.",
      next: "Give it a name of letters, digits, dots and dashes.")
  }

  private func notPlain(_ name: String) -> Failure {
    Failure(
      "watch-not-plain", exit: .refused, what: "\(name) was left alone.",
      why: "It is a symbolic link, a pipe or a device, or holds one.",
      next: "Put the file itself there.")
  }

  // MARK: - Folders as one

  /// The files of an export that is a folder, in the order of their names.
  func parts(of unit: String) throws(Failure) -> [Part] {
    var parts: [Part] = []
    var folders = [(name: "", depth: 0)]
    let disk = Disk()
    while let (inner, depth) = folders.popLast() {
      let path = "\(entry.folder)/\(unit)\(inner.isEmpty ? "" : "/" + inner)"
      let names: [String]
      do throws(DiskError) { names = try disk.names(in: try disk.open(path)) } catch {
        throw unreadable(unit, "\(error.text).")
      }
      for name in names {
        let full = inner.isEmpty ? name : "\(inner)/\(name)"
        guard let facts = FileFacts.of("\(path)/\(name)") else { continue }
        switch facts.kind {
        case .file: parts.append(Part(name: full, path: "\(path)/\(name)", facts: facts))
        case .folder:
          guard depth < Self.deepest else { throw unreadable(unit, "It is nested too deeply.") }
          folders.append((full, depth + 1))
        case .link, .other: throw notPlain("\(unit)/\(full)")
        }
        guard parts.count <= Self.mostParts else {
          throw unreadable(unit, "It holds more than \(Self.mostParts) files.")
        }
      }
    }
    return parts.sorted { $0.name < $1.name }
  }

  private func facts(of parts: [Part]) throws(Failure) -> FolderWatch.Facts {
    let lines = parts.map { "\($0.facts.size) \($0.facts.changed) \($0.name)\n" }
    return FolderWatch.Facts(
      size: parts.reduce(0) { $0 &+ $1.facts.size },
      changed: parts.map(\.facts.changed).max() ?? 0,
      tree: Hash.sha256(of: Array(lines.joined().utf8)))
  }

  private func unreadable(_ unit: String, _ why: String) -> Failure {
    Failure(
      "watch-unit-unreadable", exit: .failed, what: "\(unit) was not imported.", why: why,
      next: "Export the run as ANDI, mzML or JCAMP-DX, or name its file with `main` in bench.yaml.")
  }

  /// The hash of a file, or over the names and hashes of a folder's files; nil where it cannot be read.
  func hash(of name: String) -> String? {
    let path = "\(entry.folder)/\(name)"
    guard FileFacts.of(path)?.kind == .folder else { return try? Hash.sha256(ofFileAt: path) }
    guard let files = try? files(of: (try? parts(of: name)) ?? []), !files.isEmpty else {
      return nil
    }
    return Self.tree(files)
  }

  /// As `sha256sum` would list the files.
  private static func tree(_ files: [RunFile]) -> String {
    Hash.sha256(of: Array(files.map { "\($0.sha256)  \($0.name)\n" }.joined().utf8))
  }

  private func files(of parts: [Part]) throws(PublishError) -> [RunFile] {
    var files: [RunFile] = []
    for part in parts {
      files.append(
        RunFile(
          name: part.name, size: Int(part.facts.size),
          sha256: try Hash.sha256(ofFileAt: part.path)))
    }
    return files
  }

  /// The file of an export to read, with what is kept of where it was found.
  func source(of ready: FolderWatch.Ready) throws(Failure) -> (path: String, file: WatchedFile) {
    var source = WatchedSource(instrument: entry.name, name: ready.name)
    let path = "\(entry.folder)/\(ready.name)"
    guard FileFacts.of(path)?.kind == .folder else {
      return (path, WatchedFile(source: source, sha256: ready.sha256, format: entry.format))
    }
    let parts = try parts(of: ready.name)
    let found: [RunFile]
    do throws(PublishError) { found = try files(of: parts) } catch { throw error.failure }
    guard Self.tree(found) == ready.sha256 else {
      throw Failure(
        "watch-changed", exit: .busy, what: "\(ready.name) was not imported.",
        why: "It changed after it had been the same at several looks.",
        next: "Nothing: it is imported when it stays the same.")
    }
    let known = parts.indices.filter { isMain(parts[$0]) }
    guard let index = known.first, known.count == 1 else {
      let names = known.prefix(5).map { parts[$0].name }.joined(separator: ", ")
      throw unreadable(
        ready.name,
        known.isEmpty
          ? "None of its \(parts.count) files is of a format that can be read."
          : "\(known.count) of its files could be the data: \(names).")
    }
    (source.treeSHA256, source.files) = (ready.sha256, found)
    return (
      parts[index].path,
      WatchedFile(source: source, sha256: found[index].sha256, format: entry.format)
    )
  }

  private func isMain(_ part: Part) -> Bool {
    if let main = entry.main {
      return NamePattern.fits(part.name, main)
        || NamePattern.fits(part.name.split(separator: "/").last.map(String.init) ?? "", main)
    }
    guard part.facts.size > 0,
      let head = try? OpenedFile(path: part.path).read(at: 0, count: 1 << 16)
    else { return false }
    return MeasurementReader.recognise(head) != nil
  }
}
