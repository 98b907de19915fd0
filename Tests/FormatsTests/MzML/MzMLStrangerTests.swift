import Foundation
import Instruments
import Laboratory
import Methods
import Testing

@testable import Formats

/// Every independent reader of mzML that is there.
@Suite struct MzMLStrangerTests {
  @Test(.enabled(if: Stranger.isWanted && Stranger.checker != nil, Stranger.noChecker))
  func everyReaderTakesEveryKindOfRun() async throws {
    let checker = try #require(Stranger.checker)
    let readers = "pymzml,pyteomics,pyopenms,pyopenms-semantic,msconvert,openms-fileinfo"
    // Side by side: the readers take their time for each file.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (name, content) in try MzMLSample.all() {
        group.addTask {
          try withFolder { folder in
            let path = folder.appending(path: "\(name).mzML")
            try Data(try MzMLSample.file(content).bytes).write(to: path)
            let asked = try Stranger.run([checker, "--strict", "--need", readers, path.path])
            #expect(asked.status == 0, "\(asked.output)")
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

extension MzMLStrangerTests {
  /// What numpress makes of our numbers, by ProteoWizard, comes back as near as it can be.
  @Test(
    .enabled(if: Stranger.isWanted, Stranger.noPython),
    arguments: [
      ("--numpressLinear", "--numpressSlof", true), ("--numpressLinear", "--numpressPic", false),
      ("--numpressLinear", "--numpressPic", true),
    ])
  func numpressOfProteoWizardIsRead(mass: String, intensity: String, isZlib: Bool) throws {
    var content = ExportContent(head: try MzMLSample.head(.gcms))
    let made = MadeScans(kind: .profile, count: 5, points: 400) { scan in
      if scan.number == 3 { (scan.massToCharge, scan.intensity) = ([], []) }
    }
    content.massScans = made
    try withFolder { folder in
      let path = folder.appending(path: "a.mzML")
      try Data(try MzMLSample.file(content).bytes).write(to: path)
      let words =
        ["msconvert", path.path, "-o", folder.path, "--outfile", "b.mzML", mass, intensity]
        + (isZlib ? ["--zlib"] : [])
      let script = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
      let done = try Stranger.run(["-c", script] + words)
      #expect(done.status == 0, "\(done.output)")
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "b.mzML")))
      #expect(bytes.firstRange(of: Array("MS-Numpress".utf8)) != nil)
      let source = try MeasurementReader.read(bytes)
      #expect(source.warnings.contains { $0.hasPrefix("numpress has rounded") })
      let found = try #require(source.measurement.massScans)
      let wanted = try made.series
      #expect(found.starts == wanted.starts)
      for (a, b) in zip(found.massToCharge, wanted.massToCharge) {
        #expect(abs(a - b) <= 1e-8 * b)
      }
      let relative = intensity == "--numpressSlof" ? 2e-4 : 0
      for (a, b) in zip(found.intensity, wanted.intensity) {
        #expect(abs(a - b) <= max(0.5, relative * b + 1e-3))
      }
    }
  }

  /// ProteoWizard and OpenMS list the same scans, to the number.
  @Test(.enabled(if: Stranger.isWanted, Stranger.noPython))
  func proteoWizardAndOpenMSListTheSameScans() throws {
    var content = ExportContent(head: try MzMLSample.head(.gcms))
    let made = MadeScans(count: 40, points: 30) { scan in
      scan.intensity[3] = 0.1
      if scan.number % 7 == 2 { (scan.massToCharge, scan.intensity) = ([], []) }
    }
    content.massScans = made
    let script = """
      import pyopenms, subprocess, struct, sys
      a, folder = sys.argv[1:]
      subprocess.run(['msconvert', a, '-o', folder, '--outfile', 'b.mzML', '--64'], check=True,
                     stdout=subprocess.DEVNULL)
      for path in (a, folder + '/b.mzML'):
          run = pyopenms.MSExperiment()
          pyopenms.MzMLFile().load(path, run)
          for s in run:
              x, y = s.get_peaks()
              print(s.getNativeID(), s.getRT(), len(x), *(struct.pack('>d', v).hex() for v in x))
      """
    try withFolder { folder in
      let path = folder.appending(path: "a.mzML")
      try Data(try MzMLSample.file(content).bytes).write(to: path)
      let asked = try Stranger.run(["-c", script, path.path, folder.path])
      #expect(asked.status == 0, "\(asked.output.suffix(500))")
      var wanted: [String] = []
      try made.forEachScan { (scan) throws(Failure) in
        let masses = scan.massToCharge.map { mass in
          let digits = String(mass.bitPattern, radix: 16)
          return " " + String(repeating: "0", count: 16 - digits.count) + digits
        }
        wanted.append(
          "scan=\(scan.number + 1) \(scan.time) \(scan.massToCharge.count)" + masses.joined())
      }
      #expect(asked.output.split(separator: "\n").map(String.init) == wanted + wanted)
    }
  }
}
