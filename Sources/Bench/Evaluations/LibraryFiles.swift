internal import Foundation
internal import Laboratory

/// The files that a library is made of, read whole, in the order of their names.
enum LibraryFiles {
  struct File: Sendable {
    var name: String
    var bytes: [UInt8]
  }

  /// The most that is read, bytes.
  static let largest = 1 << 30
  /// The most files of a folder.
  static let mostFiles = 100_000

  /// Reads files, and of folders all plain files in them.
  static func read(_ paths: [String]) throws(Failure) -> [File] {
    var files: [File] = []
    var taken: Set<String> = []
    var total = 0
    for path in paths {
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let facts = try? FileManager.default.attributesOfItem(atPath: real) else {
        throw unreadable(path, "There is no such file.", .notFound)
      }
      let isFolder = facts[.type] as? FileAttributeType == .typeDirectory
      guard isFolder || facts[.type] as? FileAttributeType == .typeRegular else {
        throw unreadable(path, "It is neither a file nor a folder.", .refused)
      }
      let names = isFolder ? try names(in: path) : [""]
      for name in names {
        let place = name.isEmpty ? path : "\(path)/\(name)"
        let plain = name.isEmpty ? URL(fileURLWithPath: path).lastPathComponent : name
        guard let data = FileManager.default.contents(atPath: place) else {
          throw unreadable(
            place, "This account has no right to read it, or it is a folder.", .denied)
        }
        total += data.count
        guard total <= largest, files.count < mostFiles else {
          throw unreadable(place, "More than \(largest) bytes or \(mostFiles) files.", .refused)
        }
        let kept = safe(plain)
        guard taken.insert(kept).inserted else {
          throw unreadable(place, "Two of the files have the same name.", .usage)
        }
        files.append(File(name: kept, bytes: [UInt8](data)))
      }
    }
    return files
  }

  private static func names(in folder: String) throws(Failure) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.filter { name in
      let type = (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)"))?[.type]
      return !name.hasPrefix(".") && type as? FileAttributeType == .typeRegular
    }.sorted()
  }

  /// The name that it is kept under: as it was, other letters and signs of paths replaced.
  private static func safe(_ name: String) -> String {
    let letters = name.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && scalar.value >= 32 && scalar.value < 127
      return isPlain && !"/\\:*?\"<>|".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    let text = String(letters.suffix(110))
    // The name of our own note.
    if text == LibraryStore.noteName { return "_\(text)" }
    return text.hasPrefix(".") || text.hasSuffix(" ") || text.hasSuffix(".") ? "_\(text)_" : text
  }

  private static func unreadable(_ path: String, _ why: String, _ exit: ExitStatus) -> Failure {
    Failure(
      "library-unreadable", exit: exit, what: "\(path) was not imported.", why: why,
      next: "Name files or folders of spectra that can be read.")
  }
}
