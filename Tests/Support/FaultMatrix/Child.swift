internal import Foundation

/// A program that is started and waited for without holding a thread of the task pool.
enum Child {
  /// Runs a command to its end, at most the bound of a case; 124 where it had to be ended.
  ///
  /// What it says on its output and errors is appended to the file at `saying`.
  static func run(_ command: [String], saying path: String) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["\(FaultCase.bound)"] + command
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let output = FileHandle(forWritingAtPath: path)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }

  /// What a file holds; nothing where there is none.
  static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

extension FaultCase {
  /// Whether the instrument is at a serial line.
  var isSerial: Bool { isAnalyser || isPlayer }
  private var isAnalyser: Bool { model.hasPrefix("rga") }
  private var isPlayer: Bool { model == "player" }

  /// The serial number that the instrument has.
  var serialNumber: String { isAnalyser ? "00042" : "EMU00042" }

  /// By serial number, so that it is found wherever it is plugged in.
  var address: String { "\(isPlayer ? profileID : model):\(serialNumber)" }

  /// The lasting id of the model.
  var modelID: String {
    isPlayer ? "open-stream/player" : (isAnalyser ? "stanford-research/" : "ocean-optics/") + model
  }

  /// The id of the profile that drives it.
  var profileID: String { isPlayer ? "open-stream/instrument" : modelID }

  /// What every run sets, as `name=value`: short exposures, or few masses in a hurry.
  var settings: [String: Double] {
    if isPlayer { return [:] }
    return isSerial ? ["last_mass_amu": 20, "noise_floor": 7] : ["integration_us": 10_000]
  }

  /// The words of `acquire` behind the address, without the sample and how many scans.
  func words(home: String) -> [String] {
    settings.flatMap { ["--set", "\($0.key)=\(Int($0.value))"] }
      + ["--operator", "test", "--home", home]
  }
}

extension FaultRow {
  /// Takes what the run of the first sample says of itself; nothing where there is none.
  mutating func takeRun(home: String) throws {
    let runs = home + "/runs"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? [] {
      guard let data = FileManager.default.contents(atPath: "\(runs)/\(name)/run.json"),
        let record = try JSONSerialization.jsonObject(with: data) as? [String: Any],
        (record["sample"] as? [String: Any])?["id"] as? String == "first"
      else { continue }
      let counts = record["counts"] as? [String: Int] ?? [:]
      kept = counts["scans"] ?? 0
      durable = counts["durable"] ?? 0
      records = ["scans", "refused", "partial", "stale"].reduce(0) { $0 + (counts[$1] ?? 0) }
      safe = record["safe"] as? String ?? "?"
    }
  }

  /// Takes the lasting code that the program said last.
  mutating func takeCode(from said: String) {
    code = said.matches(of: /\n {2}code: ([a-z-]+)/).last.map { String($0.1) } ?? ""
  }
}
