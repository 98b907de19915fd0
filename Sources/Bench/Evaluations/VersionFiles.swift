internal import Delivery
internal import Foundation
internal import Laboratory

/// The files of a version: made whole, compared when read back, and read again.
enum VersionFiles {
  /// A value as JSON with sorted keys, which gives the same bytes for the same value.
  static func json(_ value: some Encodable, named name: String) throws(Failure) -> ResultFile {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return bytes([UInt8](try encoder.encode(value)) + [0x0A], named: name)
    } catch {
      throw Failure(
        "version-not-writable", exit: .failed, what: "\(name) was not written.",
        why: "A number in it is none that JSON can hold: \(error)",
        next: "Report this with the run and the method; nothing was changed.")
    }
  }

  /// A text to the byte.
  static func text(_ text: String, named name: String) -> ResultFile {
    bytes(Array(text.utf8), named: name)
  }

  /// Bytes.
  static func bytes(_ bytes: [UInt8], named name: String) -> ResultFile {
    ResultFile(name: name, bytes: bytes, atTop: false) { (found) throws(Failure) in
      guard found == bytes else {
        throw Failure(
          "version-not-as-written", exit: .damaged, what: "\(name) is not as it was written.",
          why: "The disk gave back other bytes.", next: "Check the disk, then try again.")
      }
    }
  }

  /// Reads a value that a version keeps.
  static func read<Content: Decodable>(
    _ type: Content.Type, at path: String
  ) throws(Failure) -> Content {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw damaged(path, "It is missing.")
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw damaged(path, "\(error)")
    }
  }

  /// Reads who made a version, and checks that its files are those that were made.
  static func note(of folder: String) throws(Failure) -> VersionNote {
    let note = try read(VersionNote.self, at: "\(folder)/version.json")
    for file in note.files {
      let path = "\(folder)/\(file.name)"
      guard (try? Hash.sha256(ofFileAt: path)) == file.sha256 else {
        throw damaged(path, "It is missing, or its SHA-256 is not that of version.json.")
      }
    }
    return note
  }

  private static func damaged(_ path: String, _ why: String) -> Failure {
    Failure(
      "version-damaged", exit: .damaged, what: "\(path) cannot be read.", why: why,
      next: "It was altered after it was made. The raw record is untouched: evaluate it again.")
  }
}

extension ResultFile {
  /// Its name, size and hash.
  var entry: RunFile {
    RunFile(name: name, size: bytes.count, sha256: Hash.sha256(of: bytes))
  }
}
