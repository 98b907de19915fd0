import Foundation

/// A file system of 64 KiB in memory, mounted where only a child process sees it.
///
/// The child keeps the mount; it is reached through `/proc/<child>/root`.
final class SmallDisk {
  let path: String
  /// Whether this machine lets us mount one.
  static let isPossible: Bool = {
    guard let folder = try? TestFolder() else { return false }
    return SmallDisk(in: folder) != nil
  }()

  private let holder = Process()

  init?(in folder: TestFolder) {
    let output = Pipe()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    holder.arguments = [
      "-Urm", "sh", "-c", "mount -t tmpfs -o size=64k none \"$0\" && echo $$ && exec sleep 30",
      folder.path,
    ]
    holder.standardInput = FileHandle.nullDevice
    holder.standardOutput = output
    holder.standardError = FileHandle.nullDevice
    guard (try? holder.run()) != nil,
      case let line = output.fileHandleForReading.availableData,
      let process = Int(String(decoding: line, as: UTF8.self).split(separator: "\n").first ?? "")
    else {
      path = ""
      return nil
    }
    path = "/proc/\(process)/root\(folder.path)"
  }

  deinit {
    if holder.isRunning { holder.terminate() }
  }
}
