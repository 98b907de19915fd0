internal import Delivery
internal import Foundation
public import Laboratory

/// The folder that holds everything a bench keeps: runs, spool, methods, profiles, outbox.
///
/// Chosen by `--home`, else `$GAUGER_HOME`, else `/var/lib/gauger` where it exists and can be
/// written, else `$XDG_DATA_HOME/gauger` (`~/.local/share/gauger`).
public struct Home: Sendable, Hashable {
  /// The folder's absolute path.
  public let path: String
  /// Why this folder, for `doctor`.
  public let chosenBy: String

  /// Names the home folder without touching the disk.
  public init(explicit: String?, environment: [String: String]) {
    func absolute(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.path
    }
    if let explicit {
      self.init(absolute(explicit), "--home")
    } else if let named = environment["GAUGER_HOME"], !named.isEmpty {
      self.init(absolute(named), "GAUGER_HOME")
    } else if FileManager.default.isWritableFile(atPath: Self.ofSystem) {
      self.init(Self.ofSystem, "the system's home exists and can be written")
    } else if let data = environment["XDG_DATA_HOME"], !data.isEmpty {
      self.init(absolute(data + "/gauger"), "XDG_DATA_HOME")
    } else {
      self.init(absolute((environment["HOME"] ?? "/tmp") + "/.local/share/gauger"), "HOME")
    }
  }

  private init(_ path: String, _ chosenBy: String) {
    self.path = path
    self.chosenBy = chosenBy
  }

  /// The home of a computer with a service.
  static let ofSystem = "/var/lib/gauger"
  /// Whether somebody named it, and did not leave it to what is there.
  var isNamed: Bool { ["--home", "GAUGER_HOME"].contains(chosenBy) }

  /// One folder a run.
  public var runs: String { path + "/runs" }
  /// The default destination.
  public var outbox: String { path + "/outbox" }
  /// Deliveries on their way.
  public var spool: String { path + "/spool" }
  /// The site's own device profiles.
  public var profiles: String { path + "/profiles" }
  /// The site's own methods.
  public var methods: String { path + "/methods" }
  /// Locks of this moment.
  public var locks: String { path + "/run" }

  /// The folder of one run.
  public func folder(of run: RunID) -> String { "\(runs)/\(run.text)" }

  /// Makes the folders that are missing.
  ///
  /// Throws `home-not-writable` naming the folder that could not be made.
  public func prepare() throws(Failure) {
    let before = nearestExisting
    let isNew = before != path
    for folder in [path, runs, spool, locks] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o750])
      } catch {
        // The system's own words for this say nothing.
        let found = nearestExisting
        throw notWritable(
          folder,
          isFolder(found) ? reason(error) : "\(found) is a file where a folder must be.")
      }
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw notWritable(folder, "This account may not write in \(folder).")
      }
    }
    try keepNames(from: isNew ? before : path)
  }

  /// Forces the names of the home and its folders to the disk, from the folder `first` inwards.
  private func keepNames(from first: String) throws(Failure) {
    let disk = Disk()
    do throws(DiskError) {
      var folder = path
      try disk.sync(try disk.open(folder))
      while folder != first, folder != "/" {
        folder = Disk.parent(of: folder)
        try disk.sync(try disk.open(folder))
      }
    } catch {
      throw PublishError(error).failure
    }
  }

  /// The home, or the last folder on the way to it that is there.
  var nearestExisting: String {
    var nearest = path
    while nearest != "/", !FileManager.default.fileExists(atPath: nearest) {
      nearest = URL(fileURLWithPath: nearest).deletingLastPathComponent().path
    }
    return nearest
  }

  func isFolder(_ path: String) -> Bool {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = (try? FileManager.default.attributesOfItem(atPath: real))?[.type]
    return type as? FileAttributeType == .typeDirectory
  }

  private func notWritable(_ folder: String, _ why: String) -> Failure {
    Failure(
      "home-not-writable", exit: .denied,
      what: "The home folder cannot be used: \(folder).",
      why: "It was chosen by \(chosenBy). \(why)",
      next: "Give this account the right to write there, or name another with --home FOLDER.")
  }
}

/// Why a file operation failed, in one sentence.
///
/// Foundation's own texts say that "the operation could not be completed" and leave it at that.
func reason(_ error: any Error) -> String {
  var innermost = error as NSError
  while let inner = innermost.userInfo[NSUnderlyingErrorKey] as? NSError { innermost = inner }
  if innermost.domain == NSPOSIXErrorDomain {
    switch POSIXErrorCode(rawValue: Int32(innermost.code)) {
    case .EACCES, .EPERM: return "This account has no right to do that there."
    case .EROFS: return "The disk can only be read."
    case .ENOSPC, .EDQUOT: return "There is no space left."
    case .ENOENT: return "A folder on the way does not exist and cannot be made."
    case .ENOTDIR, .EEXIST: return "A file stands where a folder must be."
    case .ENAMETOOLONG: return "The name is too long."
    case .ELOOP: return "Its symbolic links lead in a circle."
    case .EIO: return "The disk reports an error."
    default: return "The system gave the error number \(innermost.code)."
    }
  }
  switch CocoaError.Code(rawValue: innermost.code) {
  case .fileWriteNoPermission, .fileReadNoPermission:
    return "This account has no right to do that there."
  case .fileWriteOutOfSpace: return "There is no space left."
  case .fileWriteVolumeReadOnly: return "The disk can only be read."
  case .fileNoSuchFile, .fileReadNoSuchFile:
    return "A folder on the way does not exist and cannot be made."
  case .fileWriteFileExists: return "A file stands where a folder must be."
  default: return "The system says: \(innermost.localizedDescription)"
  }
}
