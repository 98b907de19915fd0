internal import Delivery
internal import Foundation
internal import Journal
internal import Laboratory
internal import Records

/// Copies the files of a home into the folder of a backup in the making.
///
/// The order keeps what is in it whole: deliveries before the runs that they are of, and the audit chain
/// last, which has an entry of every act before its files can be seen.
struct BackupCopy {
  /// When it was begun.
  let began = Timestamp.now
  private(set) var files: [BackupManifest.File] = []
  private(set) var folders: [String] = []
  private(set) var leftOut: [BackupManifest.LeftOut] = []
  private(set) var warnings: [String] = []
  /// How many files were written; the others are links.
  private(set) var written = 0
  /// Files of the backup before that were not what they were.
  private(set) var mended: [String] = []
  /// How far the audit chain goes that was copied.
  private(set) var head: AuditHead?

  private let disk: Disk
  private let home: String
  private let source: FolderTree
  private let target: FolderTree
  private let before: FolderTree?
  private let known: [String: BackupManifest.File]
  private let growing: Set<String>
  private let secrets: Set<String>?
  private static let piece = 1 << 20

  /// Makes the copy of a home into a folder.
  ///
  /// `growing` are journals that are being written now; `secrets` are left out, nil takes every file
  /// for one that its owner alone may read.
  init(
    disk: Disk, home: String, target: String,
    before: (tree: FolderTree, manifest: BackupManifest)?, growing: Set<String>,
    secrets: Set<String>?
  ) throws {
    (self.disk, self.home, self.growing, self.secrets) = (disk, home, growing, secrets)
    source = try FolderTree(home, disk: disk)
    try disk.makeFolder(BackupPlace.home, inside: try disk.open(target))
    self.target = try FolderTree("\(target)/\(BackupPlace.home)", disk: disk)
    self.before = before?.tree
    known = Dictionary(
      (before?.manifest.files ?? []).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Copies everything, and forces it to the disk.
  mutating func all() throws {
    let names = try disk.names(in: try source.folder(""))
    let (first, last) = (["spool"], ["runs", "register", "audit"])
    let middle = names.filter { !first.contains($0) && !last.contains($0) }
    for name in (first + middle + last) where names.contains(name) { try take(name) }
    for folder in folders.reversed() { try disk.sync(try target.folder(folder)) }
    try disk.sync(try target.folder(""))
  }

  /// What is made anew of the files, or of this moment alone.
  private static func isPassing(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    if path == "run" || path == "lost+found" || path.hasPrefix(CatalogueDoor.file) { return true }
    guard name.hasPrefix(".") else { return false }
    // Lines that were cut, and acts that the chain could not take, are evidence.
    return !(path == "audit/.missed" || path.hasPrefix("audit/.torn-"))
  }

  private mutating func take(_ path: String) throws {
    if Self.isPassing(path) { return }
    if let why = BackupManifest.objection(to: path) {
      leaveOut(path, "Its name cannot be kept: \(why).")
      return
    }
    do {
      let (folder, name) = try source.place(path)
      guard let look = try disk.look(at: name, in: folder) else { return }
      let isSecret = secrets.map { $0.contains(path) } ?? (look.isFile && look.mode & 0o077 == 0)
      if isSecret {
        leftOut.append(
          BackupManifest.LeftOut(
            path: path, why: "It is a private key or a credential; --with-keys takes it.",
            isMeant: secrets != nil))
      } else if look.isFolder {
        try folderAndAllInIt(path)
      } else if look.isFile {
        try file(path, mode: look.mode)
      } else {
        leaveOut(path, "It is a symbolic link, a pipe or a device.")
      }
    } catch let error as Unreadable {
      leaveOut(path, error.why)
    }
  }

  /// Something of the home cannot be read; the rest is copied all the same.
  private struct Unreadable: Error {
    var why: String
  }

  private mutating func leaveOut(_ path: String, _ why: String) {
    leftOut.append(BackupManifest.LeftOut(path: path, why: why, isMeant: false))
  }

  /// Reads of the home, of which a single failure ends nothing.
  private func reading<Value: ~Copyable>(
    _ work: () throws(DiskError) -> Value
  ) throws(Unreadable) -> Value {
    do throws(DiskError) { return try work() } catch {
      throw Unreadable(why: "It cannot be read: \(error.text).")
    }
  }

  private mutating func folderAndAllInIt(_ path: String) throws {
    let names = try reading { () throws(DiskError) in
      try disk.names(in: try source.folder(path))
    }
    let (folder, name) = try target.place(path)
    try disk.makeFolder(name, inside: folder)
    folders.append(path)
    for name in names { try take("\(path)/\(name)") }
  }

  // MARK: - One file

  private mutating func file(_ path: String, mode: UInt32) throws {
    for _ in 0..<3 {
      let size = try size(of: path)
      if let entry = try copy(path, size, mode) {
        files.append(entry)
        if let number = AuditPlace.segment(of: String(path.dropFirst("audit/".count))), number > 0,
          path.hasPrefix("audit/"), let last = try lastPlace(path, size)
        {
          head = last
        }
        return
      }
    }
    throw Unreadable(why: "It changed each time while it was read.")
  }

  /// How many of its bytes are kept: whole records and lines alone of what is being written.
  private func size(of path: String) throws -> Int {
    if growing.contains(path) {
      do throws(JournalError) {
        var reader = try JournalReader(path: "\(home)/\(path)")
        while try reader.next() != nil {}
        return Int(clamping: reader.position)
      } catch {
        // Its header is not there yet, or it is damaged, which its recovery tells.
        return 0
      }
    }
    let (folder, name) = try source.place(path)
    let size = try reading { () throws(DiskError) in
      try disk.size(of: try disk.openFile(name, in: folder))
    }
    guard path.hasPrefix("audit/"), path.hasSuffix(".jsonl") else { return size }
    let bytes = try reading { () throws(DiskError) in
      try disk.read(try disk.openFile(name, in: folder), at: 0, count: size)
    }
    return bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
  }

  private func lastPlace(_ path: String, _ size: Int) throws -> AuditHead? {
    let (folder, name) = try target.place(path)
    let bytes = try disk.read(try disk.openFile(name, in: folder), at: 0, count: size)
    return AuditPlace(segment: bytes)?.head
  }

  /// Copies a file, or links it to the one of the backup before; nil where it changed meanwhile.
  private mutating func copy(
    _ path: String, _ size: Int, _ mode: UInt32
  ) throws -> BackupManifest.File? {
    let isPrefix = growing.contains(path) ? true : nil
    func entry(_ sha256: String) -> BackupManifest.File {
      BackupManifest.File(
        path: path, size: size, sha256: sha256, mode: "0" + String(mode, radix: 8),
        isPrefix: isPrefix)
    }
    if let known = known[path], known.size == size {
      guard let sha256 = try read(path, size, { (_) throws(DiskError) in }) else { return nil }
      if sha256 == known.sha256, try link(path, size, sha256) { return entry(sha256) }
    }
    let (folder, name) = try target.place(path)
    let sha256: String?
    do {
      let file = try disk.create(name, in: folder)
      sha256 = try read(path, size) { (bytes) throws(DiskError) in
        try disk.write(bytes[...], to: file)
      }
      try disk.sync(file)
      try disk.close(file)
    }
    guard let sha256 else {
      try disk.remove(name, in: folder)
      return nil
    }
    let found = try disk.measure(try disk.openFile(name, in: folder))
    guard found.size == size, found.sha256 == sha256 else {
      throw PublishError.notAsWritten("\(folder.path)/\(name)", "its SHA-256 is \(found.sha256)")
    }
    written += 1
    return entry(sha256)
  }

  /// Reads the first bytes of a file of the home; nil where there are fewer.
  private func read(
    _ path: String, _ size: Int, _ take: ([UInt8]) throws(DiskError) -> Void
  ) throws -> String? {
    let (folder, name) = try source.place(path)
    let file = try reading { () throws(DiskError) in try disk.openFile(name, in: folder) }
    var hash = RunningHash()
    while hash.count < size {
      let (place, count) = (hash.count, min(Self.piece, size - hash.count))
      let bytes = try reading { () throws(DiskError) in
        try disk.read(file, at: place, count: count)
      }
      guard !bytes.isEmpty else { return nil }
      hash.add(bytes[...])
      try take(bytes)
    }
    return hash.text
  }

  /// Links to the file of the backup before, read back first; false where it has to be written.
  private mutating func link(_ path: String, _ size: Int, _ sha256: String) throws -> Bool {
    guard let before else { return false }
    do throws(DiskError) {
      let (folder, name) = try before.place(path)
      let found = try disk.measure(try disk.openFile(name, in: folder))
      guard found.size == size, found.sha256 == sha256 else {
        mended.append(path)
        return false
      }
      try disk.link(name, in: folder, into: try target.place(path).folder)
      return true
    } catch {
      // A file system without links, or the file is gone from there: it is written anew.
      if case .link = error.call { return false }
      mended.append(path)
      return false
    }
  }
}
