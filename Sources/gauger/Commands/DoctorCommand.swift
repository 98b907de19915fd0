internal import ArgumentParser
internal import Bench
internal import Laboratory

/// The command `gauger doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check rights, disk, clock, profiles and destinations.",
    discussion: "Every finding that is not ok comes with what mends it.")

  @OptionGroup var format: JSONOption
  @OptionGroup var options: BenchOptions

  func run() async throws {
    let findings = Doctor.examine(
      home: options.chosenHome, profileFolders: options.profileFolders)
    if format.json {
      try Output.json(Report(findings: findings))
    } else {
      for finding in findings {
        let colour: Output.Colour =
          switch finding.state {
          case .ok: .green
          case .warn: .yellow
          case .fail: .red
          }
        print(
          "\(Output.paint(word(finding.state), colour))  \(finding.topic): \(Output.plain(finding.detail))"
        )
        if let mend = finding.mend { print("      mend: \(mend)") }
      }
    }
    if findings.contains(where: { $0.state == .fail }) { Output.end(.failed) }
  }

  private func word(_ state: DoctorFinding.State) -> String {
    switch state {
    case .ok: "ok  "
    case .warn: "warn"
    case .fail: "FAIL"
    }
  }

  private struct Report: Encodable {
    var schema = 1
    var findings: [DoctorFinding]
  }
}
