internal import Delivery
internal import Formats
internal import Foundation
internal import Laboratory
internal import Records

/// Puts files, manifest and seal into a folder or an archive that appears whole.
struct BundleWriting {
  /// What was made.
  struct Made {
    var manifest: BundleManifest
    var seal: BundleSeal
  }

  /// The files by their names in the bundle.
  let files: [String: FileContent]
  /// The manifest, its files still to come.
  let manifest: BundleManifest
  /// Seals the bytes of a manifest.
  let seal: ([UInt8]) throws(Failure) -> BundleSeal

  /// Writes a folder; `announce` is called when only its name is missing.
  func folder(
    at path: String, announce: (BundleManifest, BundleSeal) throws(Failure) -> Void
  ) throws(Failure) -> Made {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let (parent, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
    let hidden = ".new-\(String(UInt32.random(in: .min ... .max), radix: 16))"
    let root = "\(parent)/\(hidden)"
    let disk = Disk()
    try failing { () throws(PublishError) in
      try SafePath.check(name)
      if FileManager.default.fileExists(atPath: "\(parent)/\(name)") {
        throw .exists("\(parent)/\(name)")
      }
      try told { () throws(DiskError) in
        try disk.makeFolder(hidden, inside: try disk.open(parent))
      }
    }
    do throws(Failure) {
      var manifest = manifest
      for (place, content) in files.sorted(by: { $0.key < $1.key }) {
        let file = try write(content, place, root, disk)
        manifest.files[place] = BundleManifest.File(size: file.size, sha256: file.sha256)
      }
      let seal = try seal(manifest.bytes)
      _ = try write(.bytes(manifest.bytes), BundleManifest.name, root, disk)
      _ = try write(.bytes(seal.bytes), BundleManifest.sealName, root, disk)
      try announce(manifest, seal)
      try failing { () throws(PublishError) in
        try told { () throws(DiskError) in
          let opened = try disk.open(parent)
          try disk.rename(hidden, in: opened, to: name, in: opened, replacing: false)
          try disk.sync(opened)
        }
      }
      return Made(manifest: manifest, seal: seal)
    } catch {
      // Nobody has seen it: what cannot be removed now stays hidden, and the first error tells more.
      try? FileManager.default.removeItem(atPath: root)
      throw error
    }
  }

  /// Writes one file of a folder, and reads it back.
  private func write(
    _ content: FileContent, _ place: String, _ root: String, _ disk: Disk
  ) throws(Failure) -> RunFile {
    try failing { () throws(PublishError) in
      var folder = root
      var parts = place.split(separator: "/").map(String.init)
      let name = parts.removeLast()
      for part in parts {
        try SafePath.check(part)
        try told { () throws(DiskError) in
          try disk.makeFolder(part, inside: try disk.open(folder))
        }
        folder += "/\(part)"
      }
      let file = try Publisher().publish(content, named: name, in: folder)
      let found = try Hash.sha256(ofFileAt: "\(folder)/\(name)")
      guard found == file.sha256 else {
        throw .notAsWritten("\(folder)/\(name)", "Its SHA-256 is \(found).")
      }
      return file
    }
  }

  /// Writes an archive; `announce` is called when only its name is missing.
  func archive(
    at path: String, announce: (BundleManifest, BundleSeal) throws(Failure) -> Void
  ) throws(Failure) -> Made {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let (parent, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
    if FileManager.default.fileExists(atPath: "\(parent)/\(name)") {
      throw PublishError.exists("\(parent)/\(name)").failure
    }
    var manifest = manifest
    var made: Made?
    _ = try Publisher().publish(
      named: name, in: parent,
      writing: { (staged) throws(Failure) in
        var entries: [ZipLayout.Entry] = []
        for (place, content) in files.sorted(by: { $0.key < $1.key }) {
          manifest.files[place] = try failing { () throws(PublishError) in
            try add(content, place, to: staged, &entries)
          }
        }
        let bytes = manifest.bytes
        let seal = try seal(bytes)
        try failing { () throws(PublishError) in
          _ = try add(.bytes(bytes), BundleManifest.name, to: staged, &entries)
          _ = try add(.bytes(seal.bytes), BundleManifest.sealName, to: staged, &entries)
          try staged.write(ZipLayout.tail(entries), at: entries.last?.end ?? 0)
        }
        made = Made(manifest: manifest, seal: seal)
      },
      readBack: { (file) throws(Failure) in
        guard let made else { return }
        try check(file, made.manifest, path)
        try announce(made.manifest, made.seal)
      })
    guard let made else { throw PublishError.notAsWritten(path, "It was not begun.").failure }
    return made
  }

  /// Puts a file behind those that are in the archive.
  private func add(
    _ content: FileContent, _ place: String, to staged: StagedFile,
    _ entries: inout [ZipLayout.Entry]
  ) throws(PublishError) -> BundleManifest.File {
    let offset = entries.last?.end ?? 0
    var (hash, checksum) = (RunningHash(), ZipChecksum())
    let source: OpenedFile?
    let size: Int
    switch content {
    case .bytes(let bytes): (source, size) = (nil, bytes.count)
    case .file(let path):
      let opened = try OpenedFile(path: path)
      (source, size) = (opened, opened.size)
    }
    var entry = ZipLayout.Entry(name: place, size: size, crc: 0, offset: offset)
    if case .bytes(let bytes) = content {
      hash.add(bytes[...])
      checksum.add(bytes[...])
      try staged.write(bytes, at: entry.start)
    }
    if let source {
      while hash.count < size {
        let piece = try source.read(at: hash.count, count: 1 << 20)
        guard !piece.isEmpty else { throw .inputOutput(place, "It became shorter meanwhile") }
        try staged.write(piece, at: entry.start + hash.count)
        hash.add(piece[...])
        checksum.add(piece[...])
      }
    }
    entry.crc = checksum.value
    try staged.write(ZipLayout.header(entry), at: offset)
    entries.append(entry)
    return BundleManifest.File(size: size, sha256: hash.text)
  }

  /// Reads an archive back: its frame, and every file by its hash.
  private func check(
    _ file: OpenedFile, _ manifest: BundleManifest, _ path: String
  ) throws(Failure) {
    func refuse(_ why: String) -> Failure { PublishError.notAsWritten(path, why).failure }
    do {
      let reader = ZipReader(size: file.size) { try file.read(at: $0, count: $1) }
      let (entries, faults) = try reader.entries()
      if let fault = faults.first { throw refuse("\(fault.place): \(fault.detail).") }
      guard entries.count == manifest.files.count + 2 else { throw refuse("A file is missing.") }
      for entry in entries {
        var hash = RunningHash()
        let isWhole = try reader.bytes(of: entry) { hash.add($0) }
        guard isWhole, manifest.files[entry.name].map({ $0.sha256 == hash.text }) ?? true else {
          throw refuse("\(entry.name) reads back otherwise.")
        }
      }
    } catch let error as any Explained {
      throw error.failure
    } catch {
      throw refuse("\(error)")
    }
  }

  private func failing<Value>(
    _ work: () throws(PublishError) -> Value
  ) throws(Failure) -> Value {
    do throws(PublishError) { return try work() } catch { throw error.failure }
  }
}
