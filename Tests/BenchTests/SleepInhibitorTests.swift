import Foundation
import Testing

@testable import Bench

/// The computer is kept awake from the beginning of a run to its end.
@Suite struct SleepInhibitorTests {
  @Test func theInhibitorRunsUntilItIsReleased() async throws {
    let folder = try TemporaryFolder()
    // Stands for systemd-inhibit: tells its arguments, waits for the end of its input, tells that.
    let script = """
      #!/bin/sh
      echo "$@" > \(folder.path)/began
      cat > /dev/null
      echo done > \(folder.path)/ended
      """
    let program = folder.path + "/systemd-inhibit"
    try Data(script.utf8).write(to: URL(fileURLWithPath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let inhibitor = SleepInhibitor(
      why: "a test", environment: ["PATH": folder.path + ":/usr/bin:/bin"])
    try await appears(folder.path + "/began")
    let words = try String(contentsOfFile: folder.path + "/began", encoding: .utf8)
    #expect(words.contains("--what=sleep:idle"))
    #expect(words.contains("--why=a test"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/ended"))
    inhibitor.release()
    try await appears(folder.path + "/ended")
  }

  @Test func withoutTheProgramNothingHappens() {
    let inhibitor = SleepInhibitor(why: "a test", environment: ["PATH": "/nowhere"])
    inhibitor.release()
    #expect(SleepInhibitor.program(in: ["PATH": "/nowhere"]) == nil)
  }

  private func appears(_ path: String) async throws {
    for _ in 0..<200 {
      if let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size > 0
      {
        return
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("\(path) did not appear")
  }
}
