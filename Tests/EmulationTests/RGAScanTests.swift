import Foundation
import Instruments
import Testing

@testable import Emulation

@Suite struct RGAScanTests {
  @Test func anyByteEndsAScanAndWhatWasNotSentIsDropped() {
    for byte in [UInt8(0x0D), 0x0A, 0x49] {
      var bench = RGABench()
      bench.send("MF50")
      bench.send("NF7")
      bench.send("SC")
      bench.pass(.milliseconds(200))
      let before = bench.read().bytes.count
      #expect(before > 200)
      bench.send(bytes: [byte])
      bench.pass(.seconds(30))
      // One more byte at most was on the wire while the host's own came.
      #expect(bench.read().bytes.count <= 2)
      #expect(bench.head.framesSent == 0)
      bench.send(bytes: byte == 0x49 ? Array("D?\r".utf8) : Array("ID?\r".utf8))
      bench.pass(.seconds(1))
      #expect(
        String(decoding: bench.read().bytes, as: UTF8.self) == "SRSRGA200VER0.24SN12226\n\r")
    }
  }

  @Test func scansFollowEachOtherUntilTheyAreAllDone() {
    var bench = RGABench()
    bench.send("MF3")
    bench.send("NF7")
    #expect(bench.words("HS3", 100).count == 12)
    #expect(bench.head.framesSent == 3)
    bench.send("HS0")
    bench.pass(.seconds(10))
    #expect(bench.read().bytes.isEmpty)
    bench.send("HS")
    #expect(bench.collect(1600).count == 1600)
    #expect(bench.head.framesSent == 103)
    #expect(bench.ask("EC?") == "0")
  }

  /// What takes longer sets the pace: the line's 2,880 bytes a second or the noise floor setting.
  @Test(arguments: [
    (200, 10, 7, 1991, 2.988), (200, 10, 4, 1991, 25.09), (300, 25, 7, 7476, 10.385),
    (300, 25, 6, 7476, 10.385), (100, 10, 0, 991, 198.2),
  ])
  func scansArriveAtTheSlowerPace(
    mass: Int, steps: Int, noiseFloor: Int, points: Int, seconds: Double
  ) {
    for speed in [1.0, 50] {
      var bench = RGABench(mass: mass, speed: speed)
      bench.send("SA\(steps)")
      bench.send("NF\(noiseFloor)")
      #expect(bench.ask("AP?") == "\(points)")
      let start = bench.now
      #expect(bench.words("SC1", points + 1).count == points + 1)
      let taken = start.duration(to: bench.now).inSeconds * speed
      #expect(abs(taken - seconds) < 0.02)
    }
  }

  @Test func nextScanBeginsWhenTheOneBeforeHasLeft() {
    // NF7 at 25 steps makes 6,667 bytes a second, the line takes 2,880.
    var bench = RGABench(mass: 300)
    bench.send("SA25")
    bench.send("NF7")
    let start = bench.now
    #expect(bench.words("SC2", 2 * 7477).count == 2 * 7477)
    #expect(abs(start.duration(to: bench.now).inSeconds - 2 * 10.385) < 0.05)
  }

  @Test func sameSeedGivesTheSameCurrentsWhateverElseWasAsked() {
    var first = RGABench(seed: 7)
    var second = RGABench(seed: 7, speed: 100)
    var other = RGABench(seed: 8)
    for _ in 0..<2 {
      _ = second.ask("ID?")
      _ = second.words("HS1", 201)
      _ = second.words("MR28", 1)
    }
    second.send("MF50")
    _ = second.ask("FL1.0")
    other.send("MF50")
    _ = other.ask("FL1.0")
    first.send("MF50")
    _ = first.ask("FL1.0")
    let scan = first.words("SC1", 492)
    #expect(scan == second.words("SC1", 492))
    #expect(scan != other.words("SC1", 492))
    #expect(scan != first.words("SC1", 492))
    // Single masses each have their own count.
    _ = first.words("MR32", 1)
    _ = first.words("MR28", 1)
    _ = first.words("MR28", 1)
    #expect(first.words("MR28", 1) == second.words("MR28", 1))
  }

  @Test func residualAirHasItsPeaksAtTheirHeights() {
    var bench = RGABench()
    bench.send("MF50")
    bench.send("NF0")
    #expect(bench.ask("FL1.0") == "0")
    let sticks = bench.words("HS1", 51)
    // By hand: pressure x sensitivity x 0.1033e-3 A/Torr x height, sums of what shares a mass.
    for (mass, current) in [
      (28, 8.0950e-11), (18, 3.3056e-11), (17, 7.0145e-12), (32, 1.8609e-11), (14, 1.1123e-11),
      (40, 1.1578e-12), (44, 2.9502e-12), (2, 2.7271e-12), (16, 4.6377e-12), (20, 2.6843e-13),
    ] {
      let measured = Double(sticks[mass - 1]) * 1e-16
      #expect(abs(measured - current) < 0.01 * current + 4e-14, "mass \(mass)")
    }
    // Nothing at masses that no gas has; the highest of seven readings of noise alone.
    for mass in [6, 8, 25, 35, 48] { #expect(abs(Double(sticks[mass - 1])) < 400) }
    // The analog scan has the peak where it is, a tenth as high half a mass away.
    bench.send("MI26")
    bench.send("MF30")
    let scan = bench.words("SC1", 42)
    #expect(abs(Double(scan[20]) * 1e-16 - 8.0950e-11) < 1e-13)
    #expect(abs(Double(scan[25]) * 1e-16 / 8.0950e-11 - 0.1007) < 0.001)
    let top = (15...25).max { scan[$0] < scan[$1] }
    #expect((19...21).contains(top ?? 0))
    // Total: the sum of pressure x sensitivity x 0.0197e-3 A/Torr.
    let total = bench.words("TP?", 1)[0]
    #expect(abs(Double(total) * 1e-16 - 2.6539e-11) < 1e-13)
  }

  @Test func withoutEmissionThereIsNoiseAloneAndLessOfItWhenSlow() {
    for (floor, amperes) in [(0, 7e-15), (4, 4e-14), (7, 5e-13)] {
      var bench = RGABench(mass: 100)
      bench.send("NF\(floor)")
      let words = bench.words("SC1", 992).dropLast().map { Double($0) * 1e-16 }
      let mean = words.reduce(0, +) / Double(words.count)
      let deviation = (words.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 990).squareRoot()
      #expect(abs(mean) < amperes / 8)
      #expect(abs(deviation / amperes - 1) < 0.08)
    }
  }

  @Test func emissionAndMultiplierScaleTheCurrents() {
    var bench = RGABench()
    bench.send("NF2")
    _ = bench.ask("FL2.0")
    let doubled = Double(bench.words("MR28", 1)[0]) * 1e-16
    #expect(abs(doubled / (2 * 8.0950e-11) - 1) < 0.01)
    _ = bench.ask("FL1.0")
    _ = bench.ask("HV1400")
    let multiplied = Double(bench.words("MR18", 1)[0]) * 1e-16
    #expect(abs(multiplied / (1000 * 3.3056e-11) - 1) < 0.01)
    _ = bench.ask("HV700")
    let less = Double(bench.words("MR18", 1)[0]) * 1e-16
    #expect(abs(less / (1000.0 / 1024 * 3.3056e-11) - 1) < 0.02)
  }

  @Test func pumpDownFallsAndWaterStaysLonger() {
    var bench = RGABench(.gases(.pumpDown))
    bench.send("MF50")
    _ = bench.ask("FL1.0")
    let scans = (0..<12).map { _ in bench.words("HS1", 51) }
    #expect(Double(scans[11][27]) < 0.01 * Double(scans[0][27]))
    #expect(Double(scans[11][17]) > 0.4 * Double(scans[0][17]))
    #expect(zip(scans, scans.dropFirst()).allSatisfy { $0[17] > $1[17] })
  }

  @Test func whatAHostLeavesUntakenIsBoundedAndEndsWithTheScan() {
    var bench = RGABench(speed: 1000)
    bench.send("SC")
    bench.pass(.seconds(20))
    #expect(bench.read(8).bytes.count == 8)
    bench.pass(.seconds(20))
    bench.send("")
    bench.send("EC?")
    bench.pass(.milliseconds(1))
    #expect(bench.read(200_000).bytes.count == 65_536)
    #expect(bench.read().bytes == [0x30, 0x0A, 0x0D])
  }

  @Test func restartForgetsAllButWhatIsKept() {
    var bench = RGABench()
    bench.send("SP0.2")
    bench.send("NF7")
    _ = bench.ask("FL1.0")
    _ = bench.ask("HV1000")
    bench.send("SC")
    bench.pass(.seconds(1))
    bench.head.restart()
    bench.pass(.seconds(100))
    #expect(bench.read().bytes.isEmpty)
    #expect(bench.ask("NF?") == "4")
    #expect(bench.ask("FL?") == "0.0000")
    #expect(bench.ask("HV?") == "0")
    #expect(bench.ask("SP?") == "0.2000")
  }
}
