internal import Delivery
internal import Foundation
public import Laboratory
public import Records

/// Copies a home to another place, while runs go on: every file with its hash, signed, read back.
///
/// Each backup is a whole folder of its own; files that did not change are hard links to those of the
/// one before, where the file system has links. Blocks.
public struct HomeBackup: Sendable {
  /// What a backup came to.
  public struct Report: Sendable, Hashable, Encodable {
    /// The version of this structure.
    public var schema = 1
    /// The folder of the backup.
    public var path: String
    /// SHA-256 of its manifest.
    public var manifestSHA256: String
    /// The public key that signed it; none where it could not be signed.
    public var key: String?
    /// How many files it has.
    public var files: Int
    /// Their size in bytes.
    public var bytes: Int
    /// How many of them were written now; the others are those of the backup before.
    public var written: Int
    /// Files of the backup before that were not what they were, and were written anew.
    public var mended: [String]
    /// The runs that are in it as far as they had come.
    public var unfinished: [RunID]
    /// What is not in it.
    public var leftOut: [BackupManifest.LeftOut]
    /// What a person should know.
    public var warnings: [String]
    /// How long it took, in seconds.
    public var seconds: Double

    private enum CodingKeys: String, CodingKey {
      case schema, path, key, files, bytes, written, mended, unfinished, warnings, seconds
      case manifestSHA256 = "manifest_sha256"
      case leftOut = "left_out"
    }

    /// What a person must be told of files that are not in it; none where all is.
    public var failure: Failure? {
      let missing = leftOut.filter { !$0.isMeant }
      guard let first = missing.first else { return nil }
      return Failure(
        "backup-left-out", exit: .failed,
        what: "The backup \(path) is made, without \(missing.count) of the home's files.",
        why: "\(first.path): \(first.why)",
        next: "Put plain files and folders in their place, or move them out of the home.")
    }
  }

  let home: Home
  let withKeys: Bool
  let person: String
  var disk = Disk()

  /// Makes it for a home; `withKeys` puts private keys and credentials into it too.
  public init(home: Home, withKeys: Bool = false, person: String) {
    (self.home, self.withKeys, self.person) = (home, withKeys, person)
  }

  /// Makes a backup in a folder, which is made where it is not there.
  ///
  /// Throws `backup-inside-home`, `backup-busy`, `backup-no-home` and what a full or failing disk gives;
  /// then nothing of it is there.
  public func make(in named: String) throws(Failure) -> Report {
    do { return try report(in: try destination(named)) } catch { throw Self.failure(error) }
  }

  /// What any error of copying means to a person.
  static func failure(_ error: any Error) -> Failure {
    if let error = error as? any Explained { return error.failure }
    if let error = error as? DiskError { return PublishError(error).failure }
    return Failure(
      "backup-failed", exit: .failed, what: "The backup was not made, or not brought back.",
      why: "\(error)", next: "Check both disks; report it if it comes back.")
  }

  private func report(in destination: String) throws -> Report {
    let clock = ContinuousClock()
    let began = clock.now
    let place = try disk.open(destination)
    guard let lock = try disk.lock(".lock", in: place) else {
      throw Failure(
        "backup-busy", exit: .busy, what: "No backup was made in \(destination).",
        why: "Another gauger command makes one there now.", next: "Wait until it ends.")
    }
    defer { withExtendedLifetime(lock) {} }
    // What a killed backup left; nobody else works there under the lock.
    for name in try disk.names(in: place) where name.hasPrefix(".new-") {
      try FileManager.default.removeItem(atPath: "\(destination)/\(name)")
    }
    let hidden = ".new-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    try disk.makeFolder(hidden, inside: place)
    do {
      var (copy, warnings) = try copy(to: "\(destination)/\(hidden)", beside: destination)
      try copy.all()
      warnings += copy.warnings
      var report = try finish(copy, hidden, in: place, &warnings)
      report.warnings = warnings
      let passed = began.duration(to: clock.now).components
      report.seconds = Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
      return report
    } catch {
      // What cannot be removed now goes with the next backup; the first error tells more.
      try? FileManager.default.removeItem(atPath: "\(destination)/\(hidden)")
      throw error
    }
  }

  /// The folder of backups, made where it is not there; never one in the home, or around it.
  private func destination(_ named: String) throws -> String {
    guard home.isFolder(home.path) else {
      throw Failure(
        "backup-no-home", exit: .notFound, what: "There is no home \(home.path).",
        why: "It was chosen by \(home.chosenBy).", next: "Name the folder with --home FOLDER.")
    }
    let path = URL(fileURLWithPath: named).standardizedFileURL.path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    let (inner, outer) = (Self.real(path) + "/", Self.real(home.path) + "/")
    guard !inner.hasPrefix(outer), !outer.hasPrefix(inner) else {
      throw Failure(
        "backup-inside-home", exit: .refused, what: "No backup was made in \(path).",
        why: "It lies in the home \(home.path), or the home in it: what takes one takes both.",
        next: "Name a folder on another disk.")
    }
    return path
  }

  private static func real(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  private func copy(
    to target: String, beside destination: String
  ) throws -> (BackupCopy, [String]) {
    var warnings: [String] = []
    var before: (tree: FolderTree, manifest: BackupManifest)?
    if let previous = BackupPlace.newest(in: destination) {
      do {
        before = (
          try FolderTree("\(previous.path)/\(BackupPlace.home)", disk: disk),
          try previous.read(unsigned: true).manifest
        )
      } catch {
        warnings.append(
          "the backup before is not used: \(Self.failure(error).why) Everything is written anew")
      }
    }
    var secrets: Set<String>?
    do throws(Failure) {
      let configuration = try Configuration.read(home: home)
      secrets = Set(
        configuration.destinations.compactMap(\.credentialsFile).compactMap { file in
          file.hasPrefix(home.path + "/") ? String(file.dropFirst(home.path.count + 1)) : nil
        } + ["audit/key"])
    } catch {
      warnings.append(
        "bench.yaml cannot be read, so that every file of mode 600 is taken for a secret")
    }
    let held = RunMark.all(in: home).filter(\.isHeld).map(\.run)
    let copy = try BackupCopy(
      disk: disk, home: home.path, target: target, before: before,
      growing: Set(held.map { "runs/\($0)/\(RunFolder.journal)" }),
      secrets: withKeys ? [] : secrets)
    let device = try disk.open(home.path).device
    if try disk.open(destination).device == device {
      warnings.append("the backup lies on the disk of the home: what takes one may take both")
    }
    return (copy, warnings)
  }

  /// Puts the manifest beside the files, signs it, and gives the backup its name.
  private func finish(
    _ copy: BackupCopy, _ hidden: String, in place: Folder, _ warnings: inout [String]
  ) throws -> Report {
    var manifest = BackupManifest(
      made: copy.began, host: ProcessInfo.processInfo.hostName, program: Gauger.signature,
      home: home.path, withKeys: withKeys)
    (manifest.folders, manifest.files) = (copy.folders, copy.files.sorted { $0.path < $1.path })
    (manifest.leftOut, manifest.audit) = (copy.leftOut, copy.head)
    let folders = Set(copy.folders)
    manifest.unfinished = RunMark.all(in: home).map(\.run)
      .filter { folders.contains("runs/\($0)") }.sorted { $0.text < $1.text }
    let bytes = try manifest.bytes()
    let chain = AuditChain(home: home.path)
    let seal = try chain.sealBackup(bytes)
    if seal == nil {
      warnings.append("it is not signed: this account cannot read the key of the audit chain")
    }
    var files = [(BackupPlace.manifest, bytes)]
    if let seal { files.append((BackupPlace.seal, seal.bytes)) }
    if let head = manifest.audit {
      files.append((BackupPlace.anchor, Array("\(head.sequence) \(head.hash)\n".utf8)))
    }
    var publisher = Publisher()
    publisher.disk = disk
    for (name, bytes) in files {
      try publisher.publish(.bytes(bytes), named: name, in: "\(place.path)/\(hidden)")
    }
    let taken = Set(try disk.names(in: place))
    let base = manifest.made.basic
    let name = ([base] + (2...999).map { "\(base)-\($0)" }).first { !taken.contains($0) } ?? base
    let sha256 = Hash.sha256(of: bytes)
    let audit = BenchAudit(home: home)
    let act = AuditAct(
      .backupMade, "backup/\(name)", by: person, new: sha256,
      detail: ["folder": place.path, "files": "\(manifest.files.count)"])
    // A home whose chain takes no entry needs its backup the more.
    if let failure = audit.note([act]) { warnings.append(BenchAudit.warning(failure)) }
    try disk.rename(hidden, in: place, to: name, in: place, replacing: false)
    try disk.sync(place)
    return Report(
      path: "\(place.path)/\(name)", manifestSHA256: sha256, key: seal?.key,
      files: manifest.files.count, bytes: manifest.files.reduce(0) { $0 + $1.size },
      written: copy.written, mended: copy.mended, unfinished: manifest.unfinished,
      leftOut: manifest.leftOut, warnings: [], seconds: 0)
  }
}
