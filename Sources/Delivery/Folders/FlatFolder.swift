internal import Laboratory

/// One folder without sub-folders, into which files are staged under hidden names and then shown.
///
/// A file is shown by one rename of a name that nobody else makes, `.<name>.part`. Once the staging
/// is noted on our own disk, a hidden name that is gone was shown: whether the reader has taken the
/// file away meanwhile or not, it is never shown twice.
struct FlatFolder {
  let destination: String
  let root: String
  let sentinel: String?
  let publisher: Publisher
  var disk: Disk { publisher.disk }

  /// Opens the folder; one without its sentinel is a share that is not mounted.
  func open() throws(DeliveryError) -> Folder {
    let folder: Folder
    do throws(DiskError) {
      folder = try disk.open(root)
    } catch {
      let told = PublishError(error)
      if case .missing = told { throw .notMounted(destination, root) }
      throw .publish(told)
    }
    try Sentinel.check(sentinel, in: folder, of: destination, disk)
    return folder
  }

  static func hidden(_ name: String) -> String { ".\(name)\(Publisher.suffix)" }

  /// Writes files under hidden names, each read back, and syncs; what an earlier try left is made
  /// anew.
  func stage(
    _ files: [(content: FileContent, entry: RunFile)], of id: DeliveryID, in folder: Folder
  ) throws(DeliveryError) {
    for (content, entry) in files {
      if try disk.has(entry.name, in: folder) {
        // Shown in an earlier life, of which the spool does not know.
        if try disk.matches(entry.name, entry.sha256, in: folder) { continue }
        throw .publish(.exists("\(root)/\(entry.name)"))
      }
      try told { () throws(DiskError) in try disk.remove(Self.hidden(entry.name), in: folder) }
      let written = try told { () throws(DiskError) in
        try publisher.write(content, as: Self.hidden(entry.name), in: folder)
      }
      guard written.text == entry.sha256 else {
        throw .spoolDamaged(id.description, "\(entry.name) has changed in the spool.")
      }
      guard try disk.matches(Self.hidden(entry.name), entry.sha256, in: folder) else {
        throw .publish(.notAsWritten("\(root)/\(entry.name)", "its SHA-256 is another."))
      }
    }
    try told { () throws(DiskError) in try disk.sync(folder) }
  }

  /// Shows the staged files in order, the folder synced behind each.
  func show(_ entries: [RunFile], of id: DeliveryID, in folder: Folder) throws(DeliveryError) {
    for entry in entries {
      let hidden = Self.hidden(entry.name)
      if try disk.has(hidden, in: folder) {
        guard try disk.matches(hidden, entry.sha256, in: folder) else {
          throw .stagedAltered(destination, id, "\(root)/\(hidden)")
        }
        if try disk.has(entry.name, in: folder) {
          // A rename by link and unlink was cut between the two, or someone took the name.
          guard try disk.matches(entry.name, entry.sha256, in: folder) else {
            throw .publish(.exists("\(root)/\(entry.name)"))
          }
          try told { () throws(DiskError) in try disk.remove(hidden, in: folder) }
        } else {
          try told { () throws(DiskError) in
            try disk.rename(hidden, in: folder, to: entry.name, in: folder, replacing: false)
          }
        }
      }
      try told { () throws(DiskError) in try disk.sync(folder) }
    }
  }

  /// A small file of the folder from a place on; none where it is not there.
  func contents(
    _ name: String, in folder: Folder, from place: Int = 0, limit: Int
  ) throws(DeliveryError) -> [UInt8]? {
    do throws(DiskError) {
      let file = try disk.openFile(name, in: folder)
      let size = try disk.size(of: file)
      // What was made anew meanwhile is read from its beginning.
      let start = max(place <= size ? place : 0, size - limit)
      return try disk.read(file, at: start, count: min(limit, size - start))
    } catch {
      let told = PublishError(error)
      if case .missing = told { return nil }
      throw .publish(told)
    }
  }

  /// How long a file of the folder is; 0 where it is not there.
  func size(of name: String, in folder: Folder) throws(DeliveryError) -> Int {
    guard try disk.has(name, in: folder) else { return 0 }
    return try told { () throws(DiskError) in
      try disk.size(of: try disk.openFile(name, in: folder))
    }
  }

  private func told<Value: ~Copyable>(
    _ work: () throws(DiskError) -> Value
  ) throws(DeliveryError) -> Value {
    do throws(DiskError) {
      return try work()
    } catch {
      throw .publish(PublishError(error))
    }
  }
}
