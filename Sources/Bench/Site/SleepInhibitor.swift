internal import Foundation

/// Keeps the computer from going to sleep while it exists, through `systemd-inhibit`.
///
/// Where that program is not there nothing is inhibited; `gauger doctor` says so. The program waits
/// for the end of its input, so that it ends with this process in whatever way that ends.
final class SleepInhibitor: Sendable {
  private let input: FileHandle?

  /// Begins to keep the computer awake.
  init(why: String, environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let program = Self.program(in: environment) else {
      input = nil
      return
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--what=sleep:idle", "--who=Gauger", "--why=\(why)", "--mode=block", "cat",
    ]
    // What makes an emulated instrument visible is meant for Gauger alone.
    process.environment = environment.filter { !["LD_PRELOAD", "UMOCKDEV_DIR"].contains($0.key) }
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    input = (try? process.run()) == nil ? nil : pipe.fileHandleForWriting
  }

  /// Lets the computer sleep again.
  ///
  /// Idempotent.
  func release() { try? input?.close() }

  deinit { release() }

  /// The path of `systemd-inhibit`, if it is installed.
  static func program(in environment: [String: String]) -> String? {
    (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/systemd-inhibit" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
