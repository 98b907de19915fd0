internal import Foundation
public import Laboratory

/// What a backup of a home holds: the content of its `manifest.json`.
public struct BackupManifest: Sendable, Hashable, Codable {
  /// A file.
  public struct File: Sendable, Hashable, Codable {
    /// Its path from the home.
    public var path: String
    /// Its size in the backup, in bytes.
    public var size: Int
    /// SHA-256 of its bytes in the backup.
    public var sha256: String
    /// Its rights, as three octal digits.
    public var mode: String
    /// Whether it was still being written: what is kept are its first whole records.
    public var isPrefix: Bool?

    /// Makes an entry.
    public init(path: String, size: Int, sha256: String, mode: String, isPrefix: Bool? = nil) {
      (self.path, self.size, self.sha256, self.mode) = (path, size, sha256, mode)
      self.isPrefix = isPrefix
    }

    private enum CodingKeys: String, CodingKey {
      case path, size, sha256, mode
      case isPrefix = "prefix"
    }
  }

  /// Something of the home that is not in the backup.
  public struct LeftOut: Sendable, Hashable, Codable {
    /// Its path from the home.
    public var path: String
    /// Why.
    public var why: String
    /// Whether that is as it shall be: a secret that nobody asked for.
    public var isMeant: Bool

    /// Makes an entry.
    public init(path: String, why: String, isMeant: Bool) {
      (self.path, self.why, self.isMeant) = (path, why, isMeant)
    }

    private enum CodingKeys: String, CodingKey {
      case path, why
      case isMeant = "meant"
    }
  }

  /// The largest manifest that is read, in bytes.
  public static let largest = 1 << 30
  /// The longest path in bytes.
  public static let longestPath = 4000
  /// The most folders one in another.
  public static let deepest = 32

  /// The version of this structure.
  public var schema = 1
  /// What it is.
  public var kind = "gauger-backup"
  /// When it was begun.
  public var made: Timestamp
  /// On which computer.
  public var host: String
  /// What made it.
  public var program: String
  /// The path of the home.
  public var home: String
  /// Whether private keys and credentials are in it.
  public var withKeys: Bool
  /// How far the audit chain in it goes; none where there is none.
  public var audit: AuditHead?
  /// The runs that were going on, or had been killed, when it was made.
  public var unfinished: [RunID]
  /// All folders by their path from the home, each behind the one that it lies in.
  public var folders: [String]
  /// All files, by path.
  public var files: [File]
  /// What is not in it.
  public var leftOut: [LeftOut]

  /// Makes a manifest of nothing.
  public init(made: Timestamp, host: String, program: String, home: String, withKeys: Bool) {
    (self.made, self.host, self.program, self.home) = (made, host, program, home)
    self.withKeys = withKeys
    audit = nil
    (unfinished, folders, files, leftOut) = ([], [], [], [])
  }

  private enum CodingKeys: String, CodingKey {
    case schema, kind, made, host, program, home, audit, unfinished, folders, files
    case withKeys = "with_keys"
    case leftOut = "left_out"
  }

  /// Its bytes; the same content gives the same.
  public func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(self)) + [0x0A]
  }

  /// Reads a manifest and refuses one that could lead out of a folder; says why in words.
  public init(reading bytes: [UInt8]) throws(BackupFlaw) {
    let found: BackupManifest
    do {
      found = try JSONDecoder().decode(BackupManifest.self, from: Data(bytes))
    } catch {
      throw BackupFlaw("It is not in the form of a backup's manifest: \(error)")
    }
    guard found.schema == 1, found.kind == "gauger-backup" else {
      throw BackupFlaw("It is of another version or kind: \(found.kind.prefix(40)) \(found.schema).")
    }
    var folders: Set<String> = [""]
    for path in found.folders {
      if let why = Self.objection(to: path) { throw BackupFlaw(Self.words(path, why)) }
      guard folders.contains(Self.parent(of: path)) else {
        throw BackupFlaw(Self.words(path, "the folder that it lies in is not named before it"))
      }
      guard folders.insert(path).inserted else {
        throw BackupFlaw(Self.words(path, "it is named twice"))
      }
    }
    var names = folders
    for file in found.files {
      if let why = Self.objection(to: file.path) { throw BackupFlaw(Self.words(file.path, why)) }
      guard folders.contains(Self.parent(of: file.path)) else {
        throw BackupFlaw(Self.words(file.path, "the folder that it lies in is not named"))
      }
      guard names.insert(file.path).inserted else {
        throw BackupFlaw(Self.words(file.path, "it is named twice"))
      }
      guard file.size >= 0, file.sha256.utf8.count == 64, Self.rights(file.mode) != nil else {
        throw BackupFlaw(Self.words(file.path, "its size, SHA-256 or mode cannot be that"))
      }
    }
    self = found
  }

  /// Why this cannot be the path of something in a home; nil where it can.
  public static func objection(to path: String) -> String? {
    let bytes = Array(path.utf8)
    if bytes.isEmpty { return "it is empty" }
    if bytes.count > longestPath { return "it is longer than \(longestPath) bytes" }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "it has a control character" }
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if parts.count > deepest { return "it has more than \(deepest) parts" }
    for part in parts {
      if part.isEmpty { return "a part of it is empty" }
      if part.count > 255 { return "a part of it is longer than 255 bytes" }
      if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) {
        return "a part of it leads elsewhere"
      }
    }
    return nil
  }

  /// The path of the folder that a path lies in; empty for the home.
  public static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The rights of a file without those for others and those that make a program of it.
  public static func rights(_ mode: String) -> Int? {
    guard mode.utf8.count <= 4, let rights = Int(mode, radix: 8), rights >= 0 else { return nil }
    return rights & 0o660 | 0o400
  }

  private static func words(_ path: String, _ why: String) -> String {
    "It names \(String(path.debugDescription.prefix(200))): \(why)."
  }
}

/// Why bytes are not what a backup must have, in words.
public struct BackupFlaw: Error, Hashable, CustomStringConvertible {
  /// The words.
  public var description: String

  /// Makes a flaw.
  public init(_ words: String) { description = words }
}
