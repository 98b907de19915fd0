import Foundation
import Testing

/// The first thing that anybody runs.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct DemoTests {
  @Test(.tags(.slow)) func whatTheDemoProposesWorksAsTyped() throws {
    let folder = try TemporaryFolder()
    let home = folder.path + "/it's my demo"
    let demo = try Program.gauger(["demo", "--home", home])
    #expect(demo.status == 0, "\(demo.errors)")
    #expect(demo.output.contains("EMULATED"))
    #expect(demo.errors.contains("20 scans kept (and 20 dark"))
    let proposals = demo.output.split(separator: "\n").filter {
      $0.contains(" --home ") && !$0.hasPrefix("$")
    }
    #expect(proposals.count == 4)
    for proposal in proposals.map(String.init) {
      // The live view stays until somebody ends it; the doctor may find what this computer lacks.
      let line = proposal.contains(" live ") ? proposal + " --frames 1" : proposal
      let outcome = try Program.run(["/bin/bash", "-c", line])
      let accepted: [Int32] = proposal.contains(" doctor ") ? [0, 1] : [0]
      #expect(accepted.contains(outcome.status), "\(line): \(outcome.errors)")
    }
    let runs = try FileManager.default.contentsOfDirectory(atPath: home + "/runs")
    #expect(runs.count == 2, "the demo's own and the one it proposes")
  }
}
