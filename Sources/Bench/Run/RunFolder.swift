internal import Delivery
internal import Foundation
internal import Laboratory

/// The layout of one run's folder.
enum RunFolder {
  /// The raw record.
  static let journal = "raw.journal"
  /// The folder of the standard files.
  static let files = "files"
  /// The folder of the file that an imported run was made of.
  static let source = "source"

  /// Room kept while a run goes on, so that a full disk still takes how the run ended.
  private static let reserve = ".reserve"
  private static let reserveSize = 64 << 10

  /// Keeps some room of the disk; a disk that has none is found out by whoever writes next.
  static func keepRoom(in folder: String) {
    let path = "\(folder)/\(reserve)"
    do { try Data(count: reserveSize).write(to: URL(fileURLWithPath: path)) } catch {
      giveRoom(in: folder)
    }
  }

  /// Gives the room kept back to the disk.
  static func giveRoom(in folder: String) {
    try? FileManager.default.removeItem(atPath: "\(folder)/\(reserve)")
  }

  /// Makes the folder of a new run, durably; it must not exist yet.
  static func make(_ path: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o750])
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(files)", withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o750])
    } catch {
      let full = (error as NSError).code == NSFileWriteOutOfSpaceError
      throw Failure(
        full ? "run-no-space" : "run-folder-failed", exit: full ? .noSpace : .denied,
        what: "The run's folder cannot be made: \(path).", why: reason(error),
        next: full ? "Free some space and start again." : "Check the home with: gauger doctor")
    }
    try keepName(of: path)
  }

  /// Forces the name of a run's folder to the disk: all that is durable in it would go with it.
  static func keepName(of path: String) throws(Failure) {
    let disk = Disk()
    do throws(DiskError) {
      try disk.sync(try disk.open(Disk.parent(of: path)))
    } catch {
      throw PublishError(error).failure
    }
  }
}
