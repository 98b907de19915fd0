import Foundation
import Instruments
import Laboratory
import Testing

@testable import Delivery

/// A result sheet with these answers.
func sheet(
  _ results: [AnalyteResult], sample: String = "S-1", run: RunID? = someRun
) throws -> ResultSheet {
  let record = RunRecord(
    run: try #require(run), kind: .sample, sample: Sample(id: sample), person: "p",
    instrument: RunInstrument(
      address: "usb:1-1", model: "m", name: "n", maker: "k", serialNumber: "1", firmware: nil,
      driver: "d"),
    settings: Settings(), scansAsked: 1, started: Timestamp(microseconds: 0), timeZone: "UTC",
    emulated: false, profileSHA256: "0", software: "s")
  return ResultSheet(record, journalSHA256: "0", results: results, files: [])
}

/// A deliverable whose `result.json` is this sheet.
func deliverable(_ sheet: ResultSheet, attempt: Int = 1) throws -> Deliverable {
  Deliverable(
    id: DeliveryID(run: sheet.run, attempt: attempt), emulated: false,
    files: [
      DeliverableFile(
        suffix: "result.json", content: .bytes(Array(try JSONEncoder().encode(sheet)))),
      DeliverableFile(suffix: "jdx", content: .bytes(Array("##TITLE=ä\n".utf8))),
    ])
}

/// A clock that a test sets.
final class TestClock: Sendable {
  private let time = Guarded(Timestamp(microseconds: 1_800_000_000_000_000))

  var now: Timestamp { time.withLock { $0 } }

  func pass(_ duration: Duration) {
    time.withLock { $0.microseconds += Int64(duration / .microseconds(1)) }
  }
}

/// The programs beside the tests that know none of our code.
enum Stranger {
  static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Strangers"

  /// Runs one of them to its end with a Python of the system; gives what it printed.
  static func run(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Strangers.python ?? "/usr/bin/python3")
    process.arguments = ["\(folder)/\(name)"] + arguments
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(name) \(arguments)")
    return String(decoding: text, as: UTF8.self)
  }
}
