import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Testing

@testable import Bench

/// A home whose `bench.yaml` watches one folder, and a clock that moves from look to look.
struct WatchBench {
  let home: TemporaryFolder
  let exports: TemporaryFolder
  let bench: Bench
  let watched: WatchedFolders

  init(
    _ options: String = "", home given: TemporaryFolder? = nil,
    exports there: TemporaryFolder? = nil
  ) throws {
    home = try given ?? TemporaryFolder()
    exports = try there ?? TemporaryFolder()
    let yaml =
      "instruments: {gcms: {link: export-folder, folder: '\(exports.path)'"
      + (options.isEmpty ? "" : ", " + options) + "}}\n"
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    bench = try Bench(
      home: Home(explicit: home.path, environment: [:]),
      profiles: ProfileStore.load(folders: [EmulatedBench.profiles]),
      reach: Bench.Reach(
        list: { () throws(Failure) in [] },
        connect: { (_, _) throws(LinkError) in throw LinkError.gone }))
    var watched = WatchedFolders(bench: bench, person: "tester")
    watched.now = WorklistTests.Stand.clock()
    self.watched = watched
  }

  func path(_ name: String) -> String { "\(exports.path)/\(name)" }

  func put(_ name: String, _ bytes: some Collection<UInt8>) throws {
    let path = path(name)
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func put(_ name: String, sample: String) throws {
    try put(name, Array(ImportBench.jcamp(sample).utf8))
  }

  func look() throws -> WatchReport.Folder {
    try #require(try watched.poll().folders.first)
  }

  /// Looks so many times; everything that was imported.
  func looks(_ times: Int) throws -> [ImportReport] {
    try (0..<times).flatMap { _ in try look().imports }
  }

  var runs: [RunRecord] { bench.runs.list().runs }
}
