import Foundation
import Testing

extension Tag {
  /// Takes more than about five seconds.
  @Tag static var slow: Self
}

/// The program under test, as built beside this test bundle.
enum Program {
  static let path: String? = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    let candidates = [own, bundle, here.appending(path: ".build/debug")].compactMap { $0 }
    return candidates.map { $0.appending(path: "gauger").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs a command to its end, at most `seconds` long.
  static func run(
    _ command: [String], environment: [String: String] = [:], seconds: Int = 120
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let out = folder.path + "/out"
    let err = folder.path + "/err"
    let ending = try Spawned(
      "/usr/bin/timeout", ["\(seconds)"] + command,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, output: out,
      errors: err
    ).wait()
    func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    let status =
      switch ending {
      case .status(let status): status
      case .signal(let signal): signal
      }
    return Outcome(status: status, output: try text(out), errors: try text(err))
  }

  /// Runs `gauger` with these arguments.
  static func gauger(_ arguments: [String], seconds: Int = 120) throws -> Outcome {
    try run([try #require(path)] + arguments, seconds: seconds)
  }

  /// Runs `gauger` in a world where an emulated instrument is plugged in.
  static func emulating(
    _ emulation: [String], _ arguments: [String], seconds: Int = 120
  ) throws -> Outcome {
    let gauger = try #require(path)
    return try run(
      [gauger, "emulate"] + emulation + ["--", gauger] + arguments, seconds: seconds)
  }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/gauger-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// What other people provide for the tests, each with the words to say when it is not there.
enum Outside {
  /// umockdev's preload library, which the preload bench needs.
  static let canEmulate: Bool = {
    let folders = [
      "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
    ]
    return folders.contains {
      FileManager.default.fileExists(atPath: $0 + "/libumockdev-preload.so.0")
    }
  }()

  /// The Python with the strangers, made by the set-up.
  static let python = ProcessInfo.processInfo.environment["GAUGER_PYTHON"]

  /// Whether the absence of anything is a failure, as in `.ci/run`.
  static let isRequired = ProcessInfo.processInfo.environment["GAUGER_STRANGERS"] == "required"

  /// Whether tests with strangers shall run: they are there, or their absence is a failure.
  static let strangersWanted = python != nil || isRequired

  /// The folder of real recordings beside the checkout.
  static let recordings: String? = {
    let named = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared").path
    let folder = (named ?? beside) + "/data/raman-bwtek-raw"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()
}
