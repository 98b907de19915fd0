internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Brings a home back from a backup: into a folder that is not there or empty, whole or not at all.
///
/// Every byte is compared with the manifest as it is read and once more as it was written; then the
/// catalogue is made of the files, and the audit chain checked. Blocks.
public struct HomeRestore: Sendable {
  /// What a restore came to.
  public struct Report: Sendable, Hashable, Encodable {
    /// The version of this structure.
    public var schema = 1
    /// The backup.
    public var backup: String
    /// When it was made.
    public var made: Timestamp
    /// The home; none after a drill, which leaves none.
    public var home: String?
    /// The public key that signed the backup; none where it was not signed.
    public var key: String?
    /// How many files were brought back and compared.
    public var files: Int
    /// Their size in bytes.
    public var bytes: Int
    /// How many rows each table of the catalogue has.
    public var catalogue: [String: Int]
    /// Files of the home that cannot be read, with the reason; they are as they were.
    public var problems: [String: String]
    /// What the check of the audit chain found.
    public var audit: AuditVerification
    /// The runs that wait for `gauger runs recover`.
    public var unfinished: [RunID]
    /// What was not in the backup.
    public var leftOut: [BackupManifest.LeftOut]
    /// Files that lie in the backup and are not in its manifest; they were not brought back.
    public var unlisted: [String]
    /// What a person should know.
    public var warnings: [String]
    /// How long it took, in seconds.
    public var seconds: Double

    private enum CodingKeys: String, CodingKey {
      case schema, backup, made, home, key, files, bytes, catalogue, problems, audit, unfinished
      case unlisted, warnings, seconds
      case leftOut = "left_out"
    }
  }

  let backup: String
  let isUnsignedAllowed: Bool
  /// The key that must have signed it, where a person names one.
  let key: String?
  let person: String
  var disk = Disk()

  /// Makes it for a backup, or the newest in a folder of backups.
  public init(
    backup: String, unsigned isUnsignedAllowed: Bool = false, key: String? = nil, person: String
  ) {
    (self.backup, self.person) = (backup, person)
    (self.isUnsignedAllowed, self.key) = (isUnsignedAllowed, key)
  }

  /// Brings the home back.
  ///
  /// Throws `restore-not-empty`, `backup-damaged`, `backup-not-signed`, `backup-not-found`; then there
  /// is nothing new. A broken audit chain is brought back as it is, and stands in the report.
  public func run(into named: String) throws(Failure) -> Report {
    let path = URL(fileURLWithPath: named).standardizedFileURL.path
    do {
      try checkEmpty(path)
      let parent = Disk.parent(of: path)
      let name = path.split(separator: "/").last.map(String.init) ?? "home"
      let staging = ".\(name)-\(String(UInt32.random(in: .min ... .max), radix: 16)).part"
      var report = try restored(staging, in: parent) { home, manifest in
        let act = AuditAct(
          .homeRestored, "backup/\(manifest.place)", by: person, new: manifest.sha256,
          detail: ["backup": manifest.path, "home": path])
        if let failure = BenchAudit(home: home).note([act]) {
          return [BenchAudit.warning(failure)]
        }
        return []
      }
      let folder = try disk.open(parent)
      try disk.rename(staging, in: folder, to: name, in: folder, replacing: true)
      try disk.sync(folder)
      report.home = path
      return report
    } catch {
      throw HomeBackup.failure(error)
    }
  }

  /// Brings the home back into a folder of its own, checks it, and removes it again.
  public func drill(in folder: String? = nil) throws(Failure) -> Report {
    let parent = folder ?? FileManager.default.temporaryDirectory.path
    let staging = ".gauger-drill-\(String(UInt32.random(in: .min ... .max), radix: 16)).part"
    do {
      let report = try restored(staging, in: parent) { _, _ in [] }
      try FileManager.default.removeItem(atPath: "\(parent)/\(staging)")
      return report
    } catch {
      throw HomeBackup.failure(error)
    }
  }

  private func checkEmpty(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      guard FileManager.default.fileExists(atPath: Disk.parent(of: path)) else {
        throw PublishError.missing(Disk.parent(of: path))
      }
      return
    }
    let names = try disk.names(in: try disk.open(path))
    guard names.isEmpty else {
      throw Failure(
        "restore-not-empty", exit: .refused, what: "Nothing was brought back into \(path).",
        why: "It is not empty: \(names.prefix(3).joined(separator: ", ")).",
        next: "Name a folder that is not there yet; nothing is ever written over a home.")
    }
  }

  /// What is known of the backup while it is brought back.
  private struct Source {
    var path: String
    var sha256: String
    var place: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// Makes the home in a hidden folder; where anything fails, it is gone again.
  private func restored(
    _ staging: String, in parent: String, last: (Home, Source) -> [String]
  ) throws -> Report {
    let clock = ContinuousClock()
    let began = clock.now
    let place = try BackupPlace.find(backup)
    let (manifest, sha256, signer) = try place.read(unsigned: isUnsignedAllowed)
    if let key, key != signer {
      throw BackupPlace.damaged(
        place.path, "It was signed by the key \(signer ?? "none") and not by \(key).")
    }
    try disk.makeFolder(staging, inside: try disk.open(parent))
    let path = "\(parent)/\(staging)"
    do {
      let unlisted = try files(of: manifest, from: place, to: path)
      let home = Home(explicit: path, environment: [:])
      try home.prepare()
      try marks(of: manifest, in: home)
      let audit = try AuditChain(home: path).verify(
        anchors: AuditAnchor.spooled(path)
          + (manifest.audit.map { [AuditAnchor($0, keeper: BackupPlace.manifest)] } ?? []))
      let warnings = last(home, Source(path: place.path, sha256: sha256))
      let rebuilt = try BenchCatalogue(home: home).rebuild()
      let passed = began.duration(to: clock.now).components
      return Report(
        backup: place.path, made: manifest.made, home: nil, key: signer,
        files: manifest.files.count, bytes: manifest.files.reduce(0) { $0 + $1.size },
        catalogue: rebuilt.counts, problems: rebuilt.problems, audit: audit,
        unfinished: manifest.unfinished, leftOut: manifest.leftOut, unlisted: unlisted,
        warnings: warnings,
        seconds: Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
    } catch {
      // What cannot be removed now is hidden; the first error tells more.
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  /// The marks of runs that were not over, so that recovery ends them.
  private func marks(of manifest: BackupManifest, in home: Home) throws {
    for run in manifest.unfinished {
      // Made and let go of: a mark that nobody holds.
      _ = try RunMark.make(for: run, in: home)
    }
  }

  /// Copies all files and compares them; gives those that are not in the manifest.
  private func files(
    of manifest: BackupManifest, from place: BackupPlace, to path: String
  ) throws -> [String] {
    let target = try FolderTree(path, disk: disk)
    for folder in manifest.folders {
      let (parent, name) = try target.place(folder)
      try disk.makeFolder(name, inside: parent)
    }
    let source: FolderTree
    do {
      source = try reading { () throws(DiskError) in
        try FolderTree("\(place.path)/\(BackupPlace.home)", disk: disk)
      }
    } catch {
      throw BackupPlace.damaged(place.path, "\(BackupPlace.home) \(error.words).")
    }
    var flaws: [String] = []
    for file in manifest.files {
      do { try copy(file, source, target) } catch let flaw as Flaw {
        flaws.append("\(file.path) \(flaw.words)")
      }
    }
    guard flaws.isEmpty else {
      throw BackupPlace.damaged(
        place.path,
        "\(flaws.count) of \(manifest.files.count) files: "
          + flaws.prefix(5).joined(separator: "; ") + (flaws.count > 5 ? "; ..." : "."))
    }
    for folder in manifest.folders.reversed() { try disk.sync(try target.folder(folder)) }
    try disk.sync(try target.folder(""))
    let listed = Set(manifest.files.map(\.path) + manifest.folders)
    let walk = FileManager.default.enumerator(atPath: "\(place.path)/\(BackupPlace.home)")
    var unlisted: [String] = []
    while let inner = walk?.nextObject() as? String, unlisted.count < 100 {
      if !listed.contains(inner) { unlisted.append(inner) }
    }
    return unlisted.sorted()
  }

  /// What is wrong with a file in the backup, in words.
  private struct Flaw: Error {
    var words: String
  }

  private func reading<Value: ~Copyable>(
    _ work: () throws(DiskError) -> Value
  ) throws(Flaw) -> Value {
    do throws(DiskError) { return try work() } catch {
      switch PublishError(error) {
      case .missing: throw Flaw(words: "is missing")
      case .notPlain: throw Flaw(words: "is no plain file or folder")
      default: throw Flaw(words: "cannot be read (\(error.text))")
      }
    }
  }

  /// Copies one file; throws a flaw where it is not what the manifest says.
  private func copy(
    _ entry: BackupManifest.File, _ source: FolderTree, _ target: FolderTree
  ) throws {
    let file = try reading { () throws(DiskError) in
      let (folder, name) = try source.place(entry.path)
      return try disk.openFile(name, in: folder)
    }
    let size = try reading { () throws(DiskError) in try disk.size(of: file) }
    guard size == entry.size else {
      throw Flaw(words: "has \(size) bytes instead of \(entry.size)")
    }
    let (folder, name) = try target.place(entry.path)
    let made = try disk.create(name, in: folder)
    var hash = RunningHash()
    while hash.count < size {
      let place = hash.count
      let bytes = try reading { () throws(DiskError) in
        try disk.read(file, at: place, count: min(1 << 20, size - place))
      }
      guard !bytes.isEmpty else { throw Flaw(words: "became shorter") }
      hash.add(bytes[...])
      try disk.write(bytes[...], to: made)
    }
    guard hash.text == entry.sha256 else { throw Flaw(words: "was altered") }
    try disk.sync(made)
    try disk.close(made)
    let found = try disk.measure(try disk.openFile(name, in: folder))
    guard found.sha256 == entry.sha256 else {
      throw PublishError.notAsWritten("\(folder.path)/\(name)", "its SHA-256 is \(found.sha256)")
    }
    if let rights = BackupManifest.rights(entry.mode) {
      try FileManager.default.setAttributes(
        [.posixPermissions: rights], ofItemAtPath: "\(folder.path)/\(name)")
    }
  }
}
