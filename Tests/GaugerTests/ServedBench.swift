import Emulation
import Foundation
import Testing

/// A home kept by `gauger serve`, an emulated instrument, and commands that ask the service.
final class ServedBench {
  let folder: TemporaryFolder
  let bench: PreloadBench
  let device: EmulatedDevice
  private let gauger: String
  private(set) var service: Process
  var home: String { folder.path + "/home" }
  var log: String { folder.path + "/log" }

  init(speed: Double = 20, seed: UInt64 = 1, _ options: [String] = []) throws {
    folder = try TemporaryFolder()
    gauger = try #require(Program.path)
    device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "ocean-optics/usb2000plus", seed: seed, speed: speed))
    bench = try PreloadBench(devices: [device])
    service = Process()
    try start(options)
  }

  deinit {
    if service.isRunning { kill(service.processIdentifier, SIGKILL) }
    bench.stop()
  }

  /// Starts the service, and waits until it listens.
  func start(_ options: [String] = []) throws {
    service = try launch(
      ["serve", "--interval", "100ms", "--home", home] + options, output: log + ".out", errors: log)
    for _ in 0..<2000 where service.isRunning && !isListening { usleep(5000) }
    try #require(isListening, "\(read(log))")
  }

  private var isListening: Bool {
    let holder = (try? String(contentsOfFile: home + "/run/home.lock", encoding: .utf8)) ?? ""
    return holder.hasPrefix("\(service.processIdentifier)\n")
      && FileManager.default.fileExists(atPath: home + "/run/gauger.sock")
  }

  /// Begins a program that sees the emulated bus.
  func launch(
    _ arguments: [String], program: String? = nil, output: String, errors: String,
    environment: [String: String] = [:]
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? gauger)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(bench.environment) { $1 }
      .merging(environment) { $1 }
    for file in [output, errors] {
      if !FileManager.default.fileExists(atPath: file) {
        _ = FileManager.default.createFile(atPath: file, contents: nil)
      }
    }
    process.standardOutput = FileHandle(forUpdatingAtPath: output)
    process.standardError = FileHandle(forUpdatingAtPath: errors)
    (process.standardError as? FileHandle)?.seekToEndOfFile()
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Does a command to its end; `during` is called while it runs.
  func gauger(
    _ arguments: [String], named name: String = "command", during: (Process) -> Void = { _ in }
  ) throws -> Program.Outcome {
    let (out, err) = ("\(folder.path)/\(name).out", "\(folder.path)/\(name).err")
    for file in [out, err] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    let process = try launch(arguments + ["--home", home], output: out, errors: err)
    during(process)
    process.waitUntilExit()
    return Program.Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: read(out), errors: read(err))
  }

  func read(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }

  /// Waits until it is so, 20 s at most.
  @discardableResult
  func wait(until isSo: () -> Bool) -> Bool {
    for _ in 0..<2000 {
      if isSo() { return true }
      usleep(10_000)
    }
    return false
  }

  /// How the service says it stands.
  func status() throws -> [String: Any] {
    let outcome = try Program.gauger(["serve", "--status", "--json", "--home", home])
    return try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any],
      "\(outcome.errors)")
  }

  /// The processes that do the commands of clients now.
  func workers() throws -> [Int32] {
    (try status()["clients"] as? [[String: Any]] ?? []).compactMap {
      ($0["process"] as? NSNumber)?.int32Value
    }
  }

  /// Stops the service in order.
  func stop() -> Int32 {
    kill(service.processIdentifier, SIGTERM)
    service.waitUntilExit()
    return service.terminationReason == .exit ? service.terminationStatus : -1
  }

  /// The deliveries that a LIMS would take, by name.
  func delivered() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home + "/outbox/out")) ?? [])
      .filter { $0.hasSuffix(".ready") }.sorted()
  }
}
