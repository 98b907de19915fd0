import Foundation
import Testing

/// What README.md tells a person to type is typed here.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct ReadmeTests {
  private func commands(of section: String) throws -> [String] {
    let readme = try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8)
    let parts = readme.components(separatedBy: "\n## \(section)\n")
    try #require(parts.count == 2)
    let text = parts[1].components(separatedBy: "\n## ")[0]
    return text.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
      .filter { $0.hasPrefix("    gauger ") }
      .map { $0.split(separator: "#")[0].trimmingCharacters(in: .whitespaces) }
  }

  /// Runs a line in a shell that finds the program under test by its name.
  private func type(_ line: String, home: String) throws -> Program.Outcome {
    let folder = URL(fileURLWithPath: try #require(Program.path)).deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try Program.run(
      ["/bin/bash", "-c", line],
      environment: ["GAUGER_HOME": home, "PATH": "\(folder):\(path)"])
  }

  @Test func theFirstAcquisitionInFiveLinesWorks() throws {
    let home = try TemporaryFolder()
    let lines = try commands(of: "First acquisition in five lines")
    #expect(lines.count == 5)
    for line in lines {
      let typed = line.replacingOccurrences(of: "ADDRESS", with: "usb2000plus")
      let outcome = try type("gauger emulate usb2000plus --speed 100 -- \(typed)", home: home.path)
      #expect(
        outcome.status == 0 || (line == "gauger doctor" && outcome.status == 1),
        "\(typed): \(outcome.errors)")
    }
    let run = try RunFolder(only: home.path)
    #expect((run.record["sample"] as? [String: Any])?["id"] as? String == "VIAL-7")
    #expect(run.counts["scans"] == 10)
  }

  @Test(.enabled(if: Outside.recordings != nil, "the real recordings are not there"))
  func aRealRecordingIsPlayedAsTheReadmeSays() throws {
    let home = try TemporaryFolder()
    let folder = try #require(Outside.recordings)
    let lines = try commands(of: "Real recordings")
    #expect(lines.count == 1)
    let line = try #require(lines.first)
      .replacingOccurrences(
        of: "FILE", with: "'\(folder)/ICV_BW785__S0N02_iRPlus785_Z050_100_3200ms.txt'")
    let outcome = try type(line, home: home.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    // The sum that stands beside the recording.
    #expect(try RunFolder(only: home.path).spectrum().raw.reduce(0, +) == 4_293_954)
  }

  @Test func theConfigurationOfTheReadmeIsUnderstood() throws {
    let home = try TemporaryFolder()
    let readme = try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8)
    let parts = readme.components(separatedBy: "```yaml\n")
    try #require(parts.count == 2)
    let text = parts[1].components(separatedBy: "```")[0]
    try Data(text.utf8).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let outcome = try Program.gauger(["doctor", "--home", home.path])
    #expect(outcome.output.contains("ok    bench.yaml"), "\(outcome.output)")
    #expect(outcome.output.contains("zone Europe/Rome"))
    #expect(outcome.output.contains("/srv/lims/in is not there"))
  }
}
