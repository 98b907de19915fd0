public import Laboratory

/// What a file is made of.
public enum FileContent: Sendable, Hashable {
  /// These bytes.
  case bytes([UInt8])
  /// A copy of the plain file at this path.
  case file(String)
}

/// What to do when the name is taken.
public enum ExistingFile: Sendable, Hashable {
  /// Refuse; for everything that is evidence or was shown to others.
  case refused
  /// Replace it in one step; for what tells a state, as `run.json`.
  case replaced
}

/// Publishes one file so that nobody ever sees half of it and a power cut cannot take it back.
///
/// A hidden temporary on the same file system is written, synced and closed, read back where asked,
/// renamed, and the folder synced; when `publish` returns, the file is on the disk under its name.
/// Anything that fails leaves the name as it was.
public struct Publisher: Sendable {
  package var disk = Disk()
  /// The rights of new files; those of a secret are 0600 from the first byte on.
  public var mode: UInt32 = 0o640

  /// Makes a publisher.
  public init() {}

  /// Publishes `content` under `name` in `folder`, which must exist.
  ///
  /// - `readBack` gets the path of the finished temporary; what it throws ends the publishing.
  /// - Returns name, size and hash of what was written, taken from the bytes written.
  @discardableResult
  public func publish(
    _ content: FileContent, named name: String, in folder: String,
    existing: ExistingFile = .refused, readBack: ((String) throws -> Void)? = nil
  ) throws(PublishError) -> RunFile {
    try SafePath.check(name)
    let opened = try told { () throws(DiskError) in try disk.open(folder) }
    return try publish(
      content, named: name, in: opened, through: opened, existing: existing, readBack: readBack)
  }

  /// Publishes what `writing` puts into a staged file, which may be of any size.
  ///
  /// As `publish`, but for the hash, which is taken from the bytes on the disk. `readBack` gets the
  /// closed file; what it throws ends the publishing, and so does what `writing` throws.
  @discardableResult
  public func publish(
    named name: String, in folder: String, existing: ExistingFile = .refused,
    writing: (StagedFile) throws(Failure) -> Void,
    readBack: (OpenedFile) throws(Failure) -> Void
  ) throws(Failure) -> RunFile {
    let opened = try failing { () throws(PublishError) in
      try SafePath.check(name)
      return try told { () throws(DiskError) in try disk.open(folder) }
    }
    let temporary = Self.temporary(for: name)
    do throws(Failure) {
      let staged = try failing { () throws(PublishError) in
        try told { () throws(DiskError) in
          StagedFile(disk, try disk.create(temporary, in: opened, mode: mode))
        }
      }
      try writing(staged)
      try failing { () throws(PublishError) in
        try told { () throws(DiskError) in try staged.sync() }
      }
      let path = opened.path + "/" + temporary
      try readBack(try failing { () throws(PublishError) in try OpenedFile(disk, path) })
      return try failing { () throws(PublishError) in
        try told { () throws(DiskError) in
          let found = try disk.measure(try disk.openFile(temporary, in: opened))
          try disk.rename(
            temporary, in: opened, to: name, in: opened, replacing: existing == .replaced)
          try disk.sync(opened)
          return RunFile(name: name, size: found.size, sha256: found.sha256)
        }
      }
    } catch {
      // What cannot be removed now is found by `removeLeftovers`; the first error tells more.
      try? disk.remove(temporary, in: opened)
      throw error
    }
  }

  private func failing<Value>(
    _ work: () throws(PublishError) -> Value
  ) throws(Failure) -> Value {
    do throws(PublishError) { return try work() } catch { throw error.failure }
  }

  /// A hidden name that nobody else uses.
  private static func temporary(for name: String) -> String {
    ".\(name)-\(String(UInt32.random(in: .min ... .max), radix: 16))\(suffix)"
  }

  /// Removes what a killed program left half-written in `folder`.
  ///
  /// Only for a folder that nobody else publishes in now.
  public func removeLeftovers(in folder: String) throws(PublishError) {
    try told { () throws(DiskError) in
      let opened = try disk.open(folder)
      for name in try disk.names(in: opened)
      where name.hasPrefix(".") && name.hasSuffix(Self.suffix) {
        try disk.remove(name, in: opened)
      }
    }
  }

  /// The end of every temporary's name.
  package static let suffix = ".part"

  /// Publishes by way of a temporary in `source`, which lies on the same file system as `target`.
  package func publish(
    _ content: FileContent, named name: String, in target: Folder, through source: Folder,
    existing: ExistingFile = .refused, readBack: ((String) throws -> Void)? = nil
  ) throws(PublishError) -> RunFile {
    guard source.device == target.device else { throw .otherFileSystem(source.path) }
    let temporary = Self.temporary(for: name)
    do throws(PublishError) {
      let written = try told { () throws(DiskError) in
        try write(content, as: temporary, in: source)
      }
      try check(readBack, of: source.path + "/" + temporary, for: target.path + "/" + name)
      try told { () throws(DiskError) in
        try disk.rename(
          temporary, in: source, to: name, in: target, replacing: existing == .replaced)
        try disk.sync(target)
      }
      return RunFile(name: name, size: written.count, sha256: written.text)
    } catch {
      // What cannot be removed now is found by `removeLeftovers`; the first error tells more.
      try? disk.remove(temporary, in: source)
      throw error
    }
  }

  /// Writes, syncs and closes the temporary.
  package func write(
    _ content: FileContent, as name: String, in folder: Folder
  ) throws(DiskError) -> RunningHash {
    var hash = RunningHash()
    switch content {
    case .bytes(let bytes):
      let file = try disk.create(name, in: folder, mode: mode)
      hash.add(bytes[...])
      try disk.write(bytes[...], to: file)
      try disk.sync(file)
      try disk.close(file)
    case .file(let path):
      let source = try disk.openFile(path)
      let file = try disk.create(name, in: folder, mode: mode)
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while case let count = try disk.read(source, into: &buffer), count > 0 {
        hash.add(buffer.prefix(count))
        try disk.write(buffer.prefix(count), to: file)
      }
      try disk.sync(file)
      try disk.close(file)
    }
    return hash
  }

  private func check(
    _ readBack: ((String) throws -> Void)?, of temporary: String, for path: String
  ) throws(PublishError) {
    guard let readBack else { return }
    do {
      try readBack(temporary)
    } catch let error as any Explained {
      throw .notAsWritten(path, error.failure.what + " " + error.failure.why)
    } catch {
      throw .notAsWritten(path, "\(error)")
    }
  }
}

/// Does `work` and tells its failed call as an error of publishing.
package func told<Value: ~Copyable>(
  _ work: () throws(DiskError) -> Value
) throws(PublishError) -> Value {
  do throws(DiskError) {
    return try work()
  } catch {
    throw PublishError(error)
  }
}
