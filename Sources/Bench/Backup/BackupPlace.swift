internal import Delivery
internal import Foundation
internal import Laboratory
internal import Records

/// The folder of one backup.
///
///     <place>/<UTC>/manifest.json   every file with its size and SHA-256
///     <place>/<UTC>/manifest.sig    by which key that was signed
///     <place>/<UTC>/audit-head      how far the audit chain had come, as an anchor
///     <place>/<UTC>/home/...        the files
struct BackupPlace: Sendable {
  static let manifest = "manifest.json"
  static let seal = "manifest.sig"
  static let anchor = "audit-head"
  static let home = "home"

  /// The folder.
  let path: String

  /// The newest backup in a folder of backups; nil where there is none.
  static func newest(in folder: String) -> BackupPlace? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { isName($0) }.sorted(by: >).lazy
      .map { BackupPlace(path: "\(folder)/\($0)") }
      .first { FileManager.default.fileExists(atPath: "\($0.path)/\(manifest)") }
  }

  /// The backup that a person named: its folder, or the newest in a folder of backups.
  static func find(_ named: String) throws(Failure) -> BackupPlace {
    let path = URL(fileURLWithPath: named).standardizedFileURL.path
    if FileManager.default.fileExists(atPath: "\(path)/\(manifest)") {
      return BackupPlace(path: path)
    }
    if let newest = newest(in: path) { return newest }
    throw Failure(
      "backup-not-found", exit: .notFound, what: "There is no backup in \(path).",
      why: "Neither it nor a folder in it has a \(manifest).",
      next: "Name the folder that was given to gauger bench backup, or one backup in it.")
  }

  /// `20261120T101500Z`, and `-2` and so on behind it.
  static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && parts[0].count == 16 && parts[0].hasSuffix("Z")
      && name.allSatisfy { $0.isASCII && ($0.isNumber || "TZ-".contains($0)) }
  }

  /// Its manifest, the bytes of it, and by whom it was signed.
  ///
  /// Throws `backup-damaged` where it is not what was signed, or could lead out of a folder, and
  /// `backup-not-signed` where no seal is there and none is needed is not said.
  func read(
    unsigned: Bool
  ) throws(Failure) -> (manifest: BackupManifest, sha256: String, key: String?) {
    let bytes = try contents(Self.manifest, BackupManifest.largest)
    guard let bytes else {
      throw Self.damaged(path, "\(Self.manifest) is missing or larger than any such file.")
    }
    var key: String?
    if let sealed = try contents(Self.seal, 400) {
      guard let seal = BackupSeal(reading: sealed), seal.isRight(of: bytes) else {
        throw Self.damaged(path, "\(Self.manifest) is not what \(Self.seal) was made over.")
      }
      key = seal.key
    } else if !unsigned {
      throw Failure(
        "backup-not-signed", exit: .damaged, what: "The backup \(path) was not used.",
        why: "It has no \(Self.seal): it was made by an account that may not sign, or was altered.",
        next: "Ask who made it; then give the command again with --unsigned.")
    }
    do throws(BackupFlaw) {
      return (try BackupManifest(reading: bytes), Hash.sha256(of: bytes), key)
    } catch {
      throw Self.damaged(path, error.description)
    }
  }

  static func damaged(_ path: String, _ why: String) -> Failure {
    Failure(
      "backup-damaged", exit: .damaged, what: "The backup \(path) is not what was made.",
      why: why,
      next: "Use an earlier backup beside it, or another copy of this one; check the disk.")
  }

  /// The bytes of a file beside the home; nil where it is not there or larger than this.
  private func contents(_ name: String, _ most: Int) throws(Failure) -> [UInt8]? {
    do throws(PublishError) {
      let file = try OpenedFile(path: "\(path)/\(name)")
      return file.size > most ? nil : try file.read(at: 0, count: file.size)
    } catch {
      if case .missing = error { return nil }
      throw error.failure
    }
  }
}

/// Opened folders below one, each found by its path from there; links are never followed.
final class FolderTree {
  private let disk: Disk
  private let top: Folder
  private var opened: [String: Folder] = [:]

  init(_ path: String, disk: Disk = Disk()) throws(DiskError) {
    self.disk = disk
    top = try disk.open(path)
  }

  /// The folder with a path; empty for the top.
  func folder(_ path: String) throws(DiskError) -> Folder {
    if path.isEmpty { return top }
    if let known = opened[path] { return known }
    let parent = try folder(BackupManifest.parent(of: path))
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let folder = try disk.open(name, inside: parent)
    // A folder needs a descriptor; there may be more folders than those.
    if opened.count > 200 { opened = [:] }
    opened[path] = folder
    return folder
  }

  /// Where a file lies: its folder and its name in it.
  func place(_ path: String) throws(DiskError) -> (folder: Folder, name: String) {
    (
      try folder(BackupManifest.parent(of: path)),
      path.split(separator: "/").last.map(String.init) ?? path
    )
  }
}
