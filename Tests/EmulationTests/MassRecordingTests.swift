import Foundation
import Laboratory
import Testing

@testable import Emulation

@Suite struct MassRecordingTests {
  @Test(arguments: [
    ("", "neither a heading"), ("a,b\n1,2\n", "no heading"), ("m/z,intensity\n", "no peak"),
    ("m/z,intensity\n28,0\n", "no peak"), ("m/z,intensity\n28\n", "has 1 cells"),
    ("m/z,intensity\n28,x\n", "\"x\" is no height"), ("m/z,intensity\nnan,5\n", "is no mass"),
    ("m/z,intensity\n28,inf\n", "is no height"), ("m/z,intensity\n0,5\n", "is no mass"),
    ("m/z,intensity\n4001,5\n", "is no mass"), ("m/z,intensity\n28,1\n28,2\n", "do not rise"),
    ("m/z,intensity\n28,1e300\n", "is no height"),
    ("Name: a\nNum Peaks: 3\n1 2; 3 4\n", "1 peaks of the entry before are missing"),
    ("Name: a\nNum Peaks: 3\n1 2\nNum Peaks: 1\n1 2\n", "Line 4: 2 peaks"),
    ("Num Peaks: 0\n", "no number of peaks"), ("Num Peaks: many\n1 2\n", "no number of peaks"),
    ("Num Peaks: 1\n1\n", "not a mass and a height"), ("Num Peaks: 1\n1 2; 3 4\n", "not a mass"),
  ])
  func damagedFilesAreRefusedWithTheLine(text: String, reason: String) {
    let failure = #expect(throws: Failure.self) { try MassRecording(text: text, name: "r") }
    #expect(failure?.code == "recording-damaged")
    #expect(failure?.why.contains(reason) == true, "\(failure?.why ?? "")")
  }

  @Test func missingFilesAreRefused() {
    let failure = #expect(throws: Failure.self) { try MassRecording(file: "/nowhere/file") }
    #expect(failure?.code == "recording-unreadable")
  }

  private func play(_ text: String, mass: Int = 100) throws -> RGABench {
    var bench = RGABench(.recording(try MassRecording(text: text, name: "r")), mass: mass)
    bench.send("NF7")
    return bench
  }

  @Test func amperesArePlayedToTheLastStep() throws {
    var bench = try play(
      """
      # gauger: mass spectrum
      channel,mass_to_charge,intensity_A
      0,18,3.3056e-11
      1,28,8.09501e-11
      2,40,-1e-16
      3,44,2.9502e-12
      """)
    bench.send("MF50")
    // Without emission nothing is seen, not even noise.
    #expect(Set(bench.words("HS1", 51)) == [0])
    _ = bench.ask("FL1.0")
    var wanted = [Int32](repeating: 0, count: 51)
    (wanted[17], wanted[27], wanted[39], wanted[43]) = (330_560, 809_501, -1, 29_502)
    wanted[50] = 330_560 + 809_501 - 1 + 29_502
    #expect(bench.words("HS1", 51) == wanted)
    #expect(bench.words("MR28", 1) == [809_501])
    #expect(bench.words("TP?", 1) == [1_169_562])
    // The analog scan has the peaks with their shape.
    bench.send("MI28")
    let scan = bench.words("SC1", 222)
    #expect(scan[0] == 809_501)
    #expect(scan[5] == 80_950)
    #expect(scan[160] == 29_502)
  }

  @Test func seriesArePlayedInTurnAndBeginAgain() throws {
    var bench = try play("scan,m/z,intensity\n1,28,4\n1,32,1\n2,28,2\n2,32,1\n")
    bench.send("MF32")
    _ = bench.ask("FL1.0")
    let scans = (0..<3).map { _ in bench.words("HS1", 33) }
    #expect(scans.map { $0[27] } == [10_000_000, 5_000_000, 10_000_000])
    #expect(scans.map { $0[31] } == [2_500_000, 2_500_000, 2_500_000])
    // Each single mass has its own turn.
    let masses = ["MR28", "MR32", "MR28", "MR32", "MR28"].map { bench.words($0, 1)[0] }
    #expect(masses == [10_000_000, 2_500_000, 5_000_000, 2_500_000, 10_000_000])
  }

  @Test func profilesArePlayedAlongTheirPoints() throws {
    let rows = (0...40).map { step -> String in
      let mass = 26 + 0.1 * Double(step)
      let height = max(0, 1 - abs(mass - 28.1) / 0.5)
      return "\(mass),\(height * 1e-10)"
    }
    var bench = try play("m/z,intensity_A\n" + rows.joined(separator: "\n"))
    for command in ["MI26", "MF30", "SA20"] { bench.send(command) }
    bench.send("MI26")
    _ = bench.ask("FL1.0")
    let scan = bench.words("SC1", 82)
    #expect(scan[42] == 1_000_000)
    #expect(scan[41] == 900_000)
    #expect(scan[20] == 0)
    // The peak-locked reading finds the top beside the whole mass.
    #expect(bench.words("HS1", 6)[2] == 1_000_000)
  }

  @Test func realPeakListsArePlayed() throws {
    let shared =
      ProcessInfo.processInfo.environment["GAUGER_SHARED"]
      ?? FileManager.default.currentDirectoryPath + "/../shared"
    let path = "\(shared)/data/ei-library-dea/swgdrug39_dea_subset.msp"
    guard FileManager.default.isReadableFile(atPath: path) else {
      print("skipped: \(path) is not there")
      return
    }
    let recording = try MassRecording(file: path)
    #expect(recording.count == 1081)
    var bench = RGABench(.recording(recording), mass: 300)
    bench.send("NF7")
    _ = bench.ask("FL1.0")
    let words = bench.words("HS1", 301)
    // The first entry: base peak 999 at 107; 67 has 717, 41 has 493, 290 is the molecule.
    let top = words.dropLast().enumerated().max { $0.element < $1.element }
    #expect(top?.offset == 106)
    #expect(top?.element == 10_000_000)
    #expect(words[66] == Int32((717.0 / 999 * 1e7).rounded()))
    #expect(words[40] == Int32((493.0 / 999 * 1e7).rounded()))
  }
}
