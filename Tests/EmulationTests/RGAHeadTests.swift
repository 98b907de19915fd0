import Foundation
import Instruments
import Testing

@testable import Emulation

@Suite struct RGAHeadTests {
  // MARK: Bad input

  @Test(arguments: [
    ("XX1", "1"), ("I", "1"), ("?", "1"), ("12", "1"), ("AP", "2"), ("ID", "2"), ("EE", "2"),
    ("EE24", "2"), ("EE105.5", "2"), ("EE106", "2"), ("EE 70", "2"), ("EE7O", "2"), ("EE-70", "2"),
    ("EE1.2.3", "2"), ("EE.", "2"), ("NF8", "2"), ("SA9", "2"), ("SA26", "2"), ("MI0", "2"),
    ("MF201", "2"), ("MR201", "2"), ("MR28.5", "2"), ("MR", "2"), ("ML200.1", "2"), ("SC256", "2"),
    ("SC-1", "2"), ("SC?", "2"), ("HS1.5", "2"), ("HV5", "2"), ("HV2491", "2"), ("FL0.01", "2"),
    ("FL3.6", "2"), ("DG21", "2"), ("IN3", "2"), ("IN", "2"), ("TP2", "2"), ("CA1", "2"),
    ("SP10.1", "2"), ("SP*", "2"), ("EE70.00000000000", "4"), ("DI0.1", "32"), ("RS*", "2"),
  ])
  func wrongCommandsAreSilentAndRemembered(command: String, code: String) {
    var bench = RGABench()
    bench.send(command)
    bench.pass(.seconds(60))
    #expect(bench.read().bytes.isEmpty)
    #expect(bench.ask("ER?") == "1")
    #expect(bench.ask("EC?") == code)
    #expect(bench.ask("EC?") == "0")
    #expect(bench.ask("ER?") == "0")
  }

  @Test func nothingIsClamped() {
    var bench = RGABench()
    for (name, bad, kept) in [
      ("EE", "200", "70"), ("NF", "9", "4"), ("SA", "5", "10"), ("MI", "0", "1"),
      ("MF", "999", "200"), ("VF", "151", "90"), ("HV", "3000", "0"), ("ST", "200", "0.0197"),
    ] {
      bench.send(name + bad)
      #expect(bench.ask(name + "?") == kept)
    }
    bench.send("MF10")
    bench.send("MI50")
    #expect(bench.ask("MI?") == "1")
    #expect(bench.ask("EC?") == "66")
  }

  @Test func moreThanTheBufferHoldsIsLostAndRemembered() {
    var bench = RGABench()
    // The filament takes seconds; what comes meanwhile waits.
    bench.send("FL1.0")
    for _ in 0..<40 { bench.send("NF?") }
    bench.pass(.milliseconds(500))
    #expect(bench.read().bytes.isEmpty)
    bench.pass(.seconds(10))
    let text = String(decoding: bench.read().bytes, as: UTF8.self)
    // 140 characters are 46 whole questions; here all 40 fit, so more are needed.
    #expect(text == "0\n\r" + String(repeating: "4\n\r", count: 40))
    bench.send("FL1.0")
    for _ in 0..<60 { bench.send("NF?") }
    bench.pass(.seconds(10))
    let second = String(decoding: bench.read().bytes, as: UTF8.self)
    #expect(second == "0\n\r" + String(repeating: "4\n\r", count: 46))
    #expect((Int(bench.ask("EC?") ?? "") ?? 0) & 8 == 8)
  }

  @Test func commandsInAnyCaseAndLoneEndsAreTaken() {
    var bench = RGABench()
    bench.send(bytes: Array("\r\r\n\rid?\r\n".utf8))
    bench.pass(.seconds(1))
    #expect(
      String(decoding: bench.read().bytes, as: UTF8.self) == "SRSRGA200VER0.24SN12226\n\r")
    #expect(bench.ask("Ec?") == "0")
  }

  // MARK: Golden vectors of the protocol page

  static let golden = IonSource.Content.words(
    [0, 1, -1, 255, 1_234_567, -1_234_567, .max, .min, 28_000, 7, -7], scanTotal: 987_654,
    masses: [28: 28_000], total: 4321)

  @Test func goldenVectorsComeByteForByte() {
    var bench = RGABench(Self.golden)
    #expect(bench.ask("ID?") == "SRSRGA200VER0.24SN12226")
    for command in ["MI1", "MF2", "SA10"] { bench.send(command) }
    #expect(bench.ask("AP?") == "11")
    bench.send("SC1")
    let scan = bench.collect(48)
    #expect(Array(scan[0..<12]) == [0, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(Array(scan[12..<20]) == [0xFF, 0, 0, 0, 0x87, 0xD6, 0x12, 0])
    #expect(Array(scan[20..<28]) == [0x79, 0x29, 0xED, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
    #expect(Array(scan[28..<32]) == [0, 0, 0, 0x80])
    #expect(Array(scan[44..<48]) == [0x06, 0x12, 0x0F, 0x00])
    bench.send("MF12")
    #expect(bench.ask("HP?") == "12")
    bench.send("HS1")
    #expect(bench.collect(60).count == 52)
    bench.send("MR28")
    #expect(bench.collect(8) == [0x60, 0x6D, 0, 0])
    bench.send("TP?")
    #expect(bench.collect(8) == [0xE1, 0x10, 0, 0])
    #expect(bench.ask("SP?") == "0.1033")
    #expect(bench.ask("ST?") == "0.0197")
    #expect(bench.ask("FL1.0") == "0")
    bench.send("XX1")
    #expect(bench.ask("ER?") == "1")
    #expect(bench.ask("EC?") == "1")
    #expect(bench.ask("EC?") == "0")
    bench.send("MF10")
    bench.send("MI50")
    #expect(bench.ask("EC?") == "64")
    bench.send("AP")
    #expect(bench.ask("EC?") == "2")
    #expect(bench.head.framesSent == 4)
  }

  // MARK: Settings

  @Test func settingsAreReadBackAndFactoryValuesReturn() {
    var bench = RGABench(mass: 300)
    for (command, question, answer) in [
      ("NF0", "NF?", "0"), ("SA25", "SA?", "25"), ("MF300", "MF?", "300"), ("MI12", "MI?", "12"),
      ("SP0.10339", "SP?", "0.1033"), ("ST0.5", "ST?", "0.5000"), ("MG2.25", "MG?", "2.2500"),
      ("MV1600", "MV?", "1600"), ("MI*", "MI?", "1"), ("NF*", "NF?", "4"), ("MI12", "AP?", "7201"),
      ("", "HP?", "289"), ("", "MO?", "1"), ("", "CE?", "0"), ("", "EF?", "0"), ("", "EP?", "0"),
    ] {
      bench.send(command)
      #expect(bench.ask(question) == answer)
    }
    #expect(bench.ask("EE60") == "0")
    #expect(bench.ask("EE?") == "60")
    #expect(bench.ask("IE0") == "0")
    #expect(bench.ask("IE?") == "0")
    #expect(bench.ask("IN1") == "0")
    #expect(bench.ask("EE?") == "70")
    #expect(bench.ask("IE?") == "1")
    #expect(bench.ask("AP?") == "2991")
    #expect(bench.ask("SP?") == "0.1033")
    #expect(bench.ask("ER?") == "0")
  }

  @Test func statusComesWhenTheActionHasEnded() {
    var bench = RGABench()
    bench.send("FL1.0")
    bench.pass(.milliseconds(2900))
    #expect(bench.read().bytes.isEmpty)
    bench.pass(.milliseconds(110))
    #expect(bench.read().bytes == [0x30, 0x0A, 0x0D])
    let emission = Int((Double(bench.ask("FL?") ?? "") ?? 0) * 1e4 + 0.5)
    #expect((9995...10005).contains(emission))
    #expect(bench.ask("FL0") == "0")
    #expect(bench.ask("FL?") == "0.0000")
    // Ten times faster, and twice as slow as usual.
    var quick = RGABench(speed: 10, options: RGAOptions(actionTime: 2))
    quick.send("CA")
    quick.pass(.milliseconds(2990))
    #expect(quick.read().bytes.isEmpty)
    quick.pass(.milliseconds(20))
    #expect(quick.read().bytes == [0x30, 0x0A, 0x0D])
  }

  @Test func degasEndsByItselfOrSilentlyByACommand() {
    var bench = RGABench()
    bench.send("DG1")
    bench.pass(.seconds(61))
    #expect(bench.read().bytes == [0x30, 0x0A, 0x0D])
    bench.send("DG*")
    bench.pass(.seconds(100))
    #expect(bench.ask("NF?") == "4")
    bench.pass(.seconds(100))
    #expect(bench.read().bytes.isEmpty)
    bench.send("DG0")
    bench.pass(.seconds(100))
    #expect(bench.read().bytes.isEmpty)
    #expect(bench.ask("ER?") == "0")
  }

  @Test func multiplierIsRefusedWhereNoneIsFitted() {
    var bench = RGABench(options: RGAOptions(hasMultiplier: false))
    #expect(bench.ask("MO?") == "0")
    bench.send("HV1400")
    bench.pass(.seconds(60))
    #expect(bench.read().bytes.isEmpty)
    #expect(bench.ask("ER?") == "9")
    #expect(bench.ask("EM?") == "128")
    #expect(bench.ask("EM?") == "0")
    #expect(bench.ask("EC?") == "1")
    #expect(bench.ask("ER?") == "0")
  }

  @Test func totalPressureReadsNothingWhileTheMultiplierIsOn() {
    var bench = RGABench(Self.golden)
    #expect(bench.ask("HV1400") == "0")
    #expect(bench.words("TP?", 1) == [0])
    bench.send("TP1")
    #expect(bench.words("TP?", 1) == [0])
    #expect(bench.words("HS1", 201).last == 0)
    #expect(bench.ask("HV0") == "0")
    #expect(bench.words("TP?", 1) == [0])
    bench.send("TP1")
    #expect(bench.words("TP?", 1) == [4321])
    bench.send("TP0")
    #expect(bench.words("TP?", 1) == [0])
  }

  @Test func filamentIsRefusedAboveItsPressureAndGoesOffWithIt() {
    var bench = RGABench(.gases(.highPressure))
    #expect(bench.ask("FL1.0") == "2")
    #expect(bench.ask("EF?") == "32")
    #expect(bench.ask("FL?") == "0.0000")
    #expect(bench.ask("DG1") == "2")
    // Air doubles every 10 s of measuring: 1e-4 Torr after 99.7 s, NF4 takes 20 s for 160 masses.
    var leak = RGABench(.gases(.leak))
    #expect(leak.ask("FL1.0") == "0")
    leak.send("MF144")
    for scan in 0..<5 {
      let words = leak.words("HS1", 145)
      #expect(words.count == 145)
      #expect(leak.ask("EF?") == (scan < 4 ? "0" : "32"))
    }
    #expect(leak.ask("ER?") == "2")
    #expect(leak.ask("FL1.0") == "2")
  }
}
