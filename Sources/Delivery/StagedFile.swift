/// A file in the making under a hidden name: written at any place, then read back, then published.
///
/// One thread at a time.
public final class StagedFile {
  private let disk: Disk
  private let file: OpenFile

  init(_ disk: Disk, _ file: consuming OpenFile) {
    self.disk = disk
    self.file = file
  }

  /// Writes bytes from a place on.
  public func write(_ bytes: [UInt8], at place: Int) throws(PublishError) {
    try told { () throws(DiskError) in try disk.write(bytes, to: file, at: place) }
  }

  func sync() throws(DiskError) { try disk.sync(file) }
}

/// A finished file that is read piece by piece.
///
/// One thread at a time.
public final class OpenedFile {
  private let disk: Disk
  private let file: OpenFile
  /// How many bytes it has.
  public let size: Int

  /// Opens a plain file; symbolic links, pipes and devices are refused.
  public convenience init(path: String) throws(PublishError) {
    try self.init(Disk(), path)
  }

  init(_ disk: Disk, _ path: String) throws(PublishError) {
    let file = try told { () throws(DiskError) in try disk.openFile(path) }
    size = try told { () throws(DiskError) in try disk.size(of: file) }
    self.disk = disk
    self.file = file
  }

  /// The bytes from a place on, fewer only where the file ends before.
  public func read(at place: Int, count: Int) throws(PublishError) -> [UInt8] {
    let most = max(0, min(count, size - place))
    return try told { () throws(DiskError) in try disk.read(file, at: place, count: most) }
  }
}
