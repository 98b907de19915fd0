internal import Foundation

/// Runs a case with the program itself, in a world where the instrument is plugged in.
struct ProgramRunner {
  let program: String
  let fault: FaultCase
  let folder: String

  func run() async throws -> FaultRow {
    var row = FaultRow(fault)
    let began = ContinuousClock.now
    let status = try await start([
      "/usr/bin/timeout", "\(FaultCase.bound)", program, "emulate", fault.model, "--speed", "100",
      "--faults", fault.plan, "--", "/bin/sh", "-c", Self.script, program, fault.address,
      folder + "/home", folder, "\(FaultCase.scans)",
    ])
    let spent = began.duration(to: .now).components
    row.seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
    guard status == 0 else {
      row.code = status == 124 ? "HANGS" : "ended by \(status)"
      return row
    }
    row.exit = Int32(text("first").trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    row.nextWorks = text("second").trimmingCharacters(in: .whitespacesAndNewlines) == "0"
    row.code = text("errors").matches(of: /\n {2}code: ([a-z-]+)/).last.map { String($0.1) } ?? ""
    try row.takeRun(home: folder + "/home")
    let told = text("world")
    row.injected = told.matches(of: /: fault [a-z-]+/).count
    row.leftOn = (told.firstMatch(of: /left switched on: ([^\n]*)/)?.1 ?? "")
      .split(separator: ",", omittingEmptySubsequences: true)
      .map { $0.trimmingCharacters(in: .whitespaces) }.map { $0 == "nothing" ? "" : $0 }
    return row
  }

  /// Two runs one after the other, each with its exit code in a file.
  private static let script = """
    address=$1 home=$2 folder=$3 scans=$4
    set -- "$0" acquire "$address" --set integration_us=10000 --operator test
    "$@" --sample first --scans "$scans" --home "$home" >"$folder/output" 2>"$folder/errors"
    echo $? >"$folder/first"
    "$@" --sample second --scans 2 --home "$folder/next" >"$folder/output2" 2>"$folder/errors2"
    echo $? >"$folder/second"
    """

  private func start(_ command: [String]) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    _ = FileManager.default.createFile(atPath: folder + "/world", contents: nil)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: folder + "/world")
    process.standardInput = FileHandle.nullDevice
    // Nothing waits for it on a thread of the task pool, which others run their instruments on.
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }

  private func text(_ name: String) -> String {
    let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}

extension FaultCase {
  /// By serial number, so that it is found wherever it is plugged in.
  var address: String { "\(model):EMU00042" }
}

extension FaultRow {
  /// Takes what the only run of a home says of itself; nothing where there is none.
  mutating func takeRun(home: String) throws {
    let runs = home + "/runs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
    guard let name = names.first,
      let data = FileManager.default.contents(atPath: "\(runs)/\(name)/run.json"),
      let record = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return }
    let counts = record["counts"] as? [String: Int] ?? [:]
    kept = counts["scans"] ?? 0
    durable = counts["durable"] ?? 0
    records = ["scans", "refused", "partial", "stale"].reduce(0) { $0 + (counts[$1] ?? 0) }
    safe = record["safe"] as? String ?? "?"
  }
}
