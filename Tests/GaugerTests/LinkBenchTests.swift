import Emulation
import Foundation
import Testing

/// Runs the tests of the links over the real libusb and libserialport where there is an instrument to
/// talk to.
///
/// The emulated bus is held by this test, so that it can pull the plug.
@Suite struct LinkBenchTests {
  /// One suite of LinksTests, the instrument it wants, and how many tests it has beside helpers, which
  /// a second process runs.
  struct Part: Sendable, CustomTestStringConvertible {
    var suite: String
    var model: String
    var tests: Int
    var helpers = 0
    var testDescription: String { suite }
  }

  static let parts = [
    Part(suite: "USBBenchTests", model: "ocean-optics/usb2000plus", tests: 14, helpers: 1),
    Part(suite: "SerialBenchTests", model: "stanford-research/rga200", tests: 11),
  ]

  /// One line of what Swift Testing reports, as far as it is needed here.
  private struct Line: Decodable {
    struct Payload: Decodable {
      var kind: String
      var testID: String?
    }
    var kind: String
    var payload: Payload
  }

  @Test(
    .enabled(if: Outside.canEmulate, "no umockdev"), .timeLimit(.minutes(2)), arguments: parts)
  func theLinkHoldsItsPromisesOnTheEmulatedBus(part: Part) throws {
    let folder = try TemporaryFolder()
    let (control, events) = (folder.path + "/control", folder.path + "/events.jsonl")
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: part.model, speed: 1e6))
    let bench = try PreloadBench(devices: [device])
    defer { bench.stop() }
    let plug = try Plug(control, bench)
    defer { #expect(throws: Never.self) { try plug.end() } }

    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    // `sh` for its redirection: what the children say shall not mix with our own report.
    let status = try bench.run([
      "/usr/bin/timeout", "90", "/usr/bin/env", "GAUGER_TEST_CONTROL=\(control)", "/bin/sh", "-c",
      "exec \"$@\" >\"$0\" 2>&1", folder.path + "/output", bundle,
      "--testing-library", "swift-testing", "--filter", "LinksTests.\(part.suite)",
      "--event-stream-version", "0", "--event-stream-output-path", events,
    ])
    let said = try String(contentsOfFile: folder.path + "/output", encoding: .utf8)
    #expect(status == 0, "\(said)")

    let lines = try String(contentsOfFile: events, encoding: .utf8).split(separator: "\n")
      .compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    func tests(_ kind: String) -> Set<String> {
      Set(
        lines.filter { $0.kind == "event" && $0.payload.kind == kind }
          .compactMap(\.payload.testID).filter { $0.contains("()") })
    }
    #expect(tests("testSkipped").count == part.helpers, "\(tests("testSkipped"))")
    #expect(tests("testSkipped").allSatisfy { $0.contains("holdsTheInstrument") })
    #expect(tests("testEnded").subtracting(tests("testSkipped")).count == part.tests, "\(said)")
    if part.suite == "USBBenchTests" { #expect(device.framesSent >= 1000) }
  }
}

/// Plugs in and pulls out what a line in a named pipe asks for.
private struct Plug {
  private let pipe: FileHandle

  init(_ path: String, _ bench: PreloadBench) throws {
    try #require(Program.run(["mkfifo", path]).status == 0)
    // Open for both, so that neither we nor a writer ever wait for the other to come.
    pipe = try FileHandle(forUpdating: URL(filePath: path))
    Thread.detachNewThread { [pipe] in
      while true {
        for line in String(decoding: pipe.availableData, as: UTF8.self).split(separator: "\n") {
          switch line {
          case "unplug": bench.unplug(0)
          case "plug": do { try bench.plug(0) } catch { Issue.record(error) }
          case "end": return
          default: Issue.record("asked for \(line)")
          }
        }
      }
    }
  }

  func end() throws { try pipe.write(contentsOf: Data("end\n".utf8)) }
}
