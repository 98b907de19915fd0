import Foundation
import Instruments
import Laboratory
import Testing

@testable import Formats

/// Every independent reader of mzML that is there.
@Suite struct MzMLStrangerTests {
  @Test(.enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker))
  func everyReaderTakesEveryKindOfRun() throws {
    let checker = try #require(Stranger.checker)
    try withFolder { folder in
      var paths: [String] = []
      for (name, content) in try MzMLSample.all() {
        let path = folder.appending(path: "\(name).mzML")
        try Data(try MzMLSample.file(content).bytes).write(to: path)
        paths.append(path.path)
      }
      let readers = "pymzml,pyteomics,pyopenms,pyopenms-semantic,msconvert,openms-fileinfo"
      let asked = try Stranger.run([checker, "--strict", "--need", readers] + paths)
      #expect(asked.status == 0, "\(asked.output)")
    }
  }
}
