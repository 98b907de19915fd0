import Foundation
import Laboratory
import Testing

@testable import Emulation

/// A client that was written from the protocol's page alone talks to the emulated player.
@Suite struct OpenStreamStrangerTests {
  struct Account: Decodable {
    var text: String
    var version: Int
    var who: [String]
    var kind: Int
    var form: Int
    var base: Int
    var channels: [[String]]
    var settings: Int
    var refused: [Int]
    var numbers: [Int]
    var times: [Double]
    var values: [[Double]]
    var end: [Int]
    var run: Int
    var second: Int
    var pong: [Int]
    var aborted: [Int]
  }

  @Test(.timeLimit(.minutes(2))) func aClientInPythonTakesTheWholeRunToTheLastBit() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let python = environment["GAUGER_PYTHON"] else {
      try #require(
        environment["GAUGER_STRANGERS"] != "required", "GAUGER_PYTHON names no python")
      print("skipped: GAUGER_PYTHON names no python")
      return
    }
    let client = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "GaugerTests/Strangers/open_stream_client.py").path
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "account.json").path
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "open-stream/player", speed: 1000))
    let front = try PtyFront(device: device)
    defer { front.stop() }
    let status = try ChildProcess.run(
      [python, client, front.path, file], environment: environment)
    #expect(status == 0)
    let account = try JSONDecoder().decode(
      Account.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    let run = PlayedRun.example
    #expect(account.text == "OPEN-STREAM 1 SN=EMU00042" && account.version == 1)
    #expect(account.who == ["Gauger Emulation", "Player", "EMU00042", "1.0"])
    #expect(account.kind == 1 && account.form == 1 && account.base == 2)
    #expect(account.channels == [["detector_1", "mV"], ["detector_2", "mV"]])
    #expect(account.settings == 0 && account.refused == [6, 1, 2])
    #expect(account.times == run.times)
    #expect(account.values.flatMap { $0 } == run.values)
    #expect(account.numbers.first == 0 && account.numbers == account.numbers.sorted())
    #expect(account.end == [account.run, account.run, 4, 0, 1200])
    // The one scan that was wanted is a block of points; then the run had ended by itself.
    #expect(account.pong[0] == 0 && account.pong[1] >= 1)
    #expect(account.aborted == [0, 0, 0, 0])
    for _ in 0..<1000 where device.leftOn != [] { Thread.sleep(forTimeInterval: 0.005) }
    #expect(device.leftOn == [])
  }
}
