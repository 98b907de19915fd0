import Instruments
import Testing

@testable import StanfordResearch

@Suite struct ReadoutTests {
  @Test func anAnalogScanIsReadByItsCount() throws {
    let head = FakeHead()
    head.total = 987_654
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(Stand.short))
    let (sent, reads) = (head.sent.count, head.reads.count)
    let (readout, bytes) = try Stand.frame(&instrument)
    #expect(readout.outcome == .complete)
    #expect(bytes.count == 48)
    #expect(Array(bytes.suffix(4)) == [0x06, 0x12, 0x0F, 0x00])
    #expect(Array(bytes.prefix(8)) == [0x64, 0, 0, 0, 0x6E, 0, 0, 0])
    #expect(head.commands(after: sent) == ["SC1", "ER?"])
    // One byte for its time, the rest, one byte that must not come, and 0 LF CR.
    #expect(Array(head.reads.dropFirst(reads)) == [1, 47, 1, 1, 1, 1])
    #expect(head.line.isEmpty)
    #expect(readout.requested <= readout.firstByte && readout.firstByte <= readout.lastByte)
  }

  @Test func aHistogramIsReadByItsCount() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(["scan_kind": 1, "last_mass_amu": 12]))
    let sent = head.sent.count
    let (readout, bytes) = try Stand.frame(&instrument)
    #expect(readout.outcome == .complete)
    #expect(bytes.count == 52)
    #expect(head.commands(after: sent) == ["HS1", "ER?"])
  }

  @Test func selectedMassesAreAskedOneByOne() throws {
    let head = FakeHead()
    head.current = { $0 == 28_000 ? 28_000 : 1 }
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(["scan_kind": 2, "mass_4_amu": 0]))
    let sent = head.sent.count
    let (readout, bytes) = try Stand.frame(&instrument)
    #expect(readout.outcome == .complete)
    #expect(head.commands(after: sent) == ["MR18", "MR28", "MR32", "MR44", "TP?", "ER?"])
    #expect(bytes.count == 20)
    #expect(Array(bytes[4..<8]) == [0x60, 0x6D, 0x00, 0x00])
    #expect(Array(bytes.suffix(4)) == [0xE1, 0x10, 0x00, 0x00])
    _ = try instrument.apply(Settings(["emission_mA": 1, "multiplier_V": 1000]))
    let (second, words) = try Stand.frame(&instrument)
    #expect(second.outcome == .complete)
    // The head measures no total while its multiplier is on, and is not asked.
    #expect(words.count == 16)
    #expect(head.sent.suffix(2) == ["MR44", "ER?"])
  }

  @Test func frameAndLayoutAgreeForEveryKind() throws {
    for kind in 0...2 {
      for volts in [0.0, 1400] {
        let head = FakeHead()
        var instrument = try Stand.open(head)
        let sent = try instrument.apply(
          try Stand.settings([
            "scan_kind": Double(kind), "first_mass_amu": 10, "last_mass_amu": 30,
            "steps_per_amu": 12, "multiplier_V": volts,
          ]))
        let (readout, bytes) = try Stand.frame(&instrument)
        let interpreter = try ResidualGasAnalyzer.interpret(
          try Stand.profile(), instrument.record)
        let layout = try interpreter.layout(sent)
        #expect(readout.outcome == .complete)
        #expect(readout.byteCount == layout.byteCount)
        var counts = [Double](repeating: 0, count: layout.massToCharge.count)
        var span = counts.mutableSpan
        let total = try interpreter.decode(bytes.span, layout, &span)
        #expect(total == (volts == 0 ? 4321 : nil))
        for (mass, count) in zip(layout.massToCharge, counts) {
          #expect(abs(count - mass * 100) <= 1)
        }
      }
    }
  }

  @Test func theWaitIsForTheMeasuringTheLineAndTheGrace() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(["noise_floor": 0, "last_mass_amu": 2]))
    head.readWaits = []
    _ = try Stand.frame(&instrument)
    // 11 points of 200 ms, by 1.25; 52 bytes of 10 bits at 28800 baud, twice; 5 s.
    let expected = 2.75 + 2 * 520.0 / 28_800 + 5
    #expect(head.readWaits[0].inSeconds <= expected)
    #expect(head.readWaits[0].inSeconds > expected - 0.5)
    #expect(head.readWaits[2] <= .milliseconds(50))
  }

  @Test func aByteTooManyIsFoundBehindTheFrame() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(Stand.short))
    head.tamper = { $0 == "SC1" ? $1 + [0] : $1 }
    let (readout, bytes) = try Stand.frame(&instrument)
    #expect(readout.outcome == .refused(.overlong))
    #expect(bytes.count == 48)
    head.tamper = { $1 }
    let sent = head.sent.count
    try instrument.resynchronize()
    #expect(head.commands(after: sent).prefix(3) == ["", "ID?", "IN0"])
    let (next, _) = try Stand.frame(&instrument)
    #expect(next.outcome == .complete)
  }

  /// The quietest setting has a noise of 70 counts: a scan of nothing but 0 or -1 was not measured.
  @Test func aScanWithoutAnyNoiseIsNotBelieved() throws {
    for byte: UInt8 in [0x00, 0xFF] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      _ = try instrument.apply(try Stand.settings(Stand.short))
      head.tamper = { $0 == "SC1" ? [UInt8](repeating: byte, count: $1.count) : $1 }
      let (readout, bytes) = try Stand.frame(&instrument)
      #expect(readout.outcome == .refused(.failedCheck))
      #expect(bytes == [UInt8](repeating: byte, count: 48))
      // One other bit, and it may be a measurement.
      head.tamper = { said, answer in
        guard said == "SC1" else { return answer }
        return [UInt8](repeating: byte, count: answer.count - 5) + [1, byte, byte, byte, byte]
      }
      let (next, _) = try Stand.frame(&instrument)
      #expect(next.outcome == .complete)
    }
  }

  @Test func aFrameThatIsShortIsPartialAndItsBytesAreKept() throws {
    for missing in [1, 2, 3, 4, 47, 48] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      _ = try instrument.apply(try Stand.settings(Stand.short))
      head.tamper = { $0 == "SC1" ? Array($1.dropLast(missing)) : $1 }
      let (readout, bytes) = try Stand.frame(&instrument)
      #expect(readout.outcome == .partial)
      #expect(bytes.count == 48 - missing)
      head.tamper = { $1 }
      // The next one gets back in step by itself.
      let (next, _) = try Stand.frame(&instrument)
      #expect(next.outcome == .complete)
      #expect(head.parameters["FL"] == "1.00")
    }
  }

  /// What the self-check undid is put in force again, and nothing else is sent.
  @Test func afterAResynchronizationSettingsAreInForceAgain() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(
      try Stand.settings([
        "last_mass_amu": 20, "noise_floor": 6, "electron_energy_eV": 60, "multiplier_V": 1200,
      ]))
    head.tamper = { $0 == "SC1" ? [] : $1 }
    _ = try Stand.frame(&instrument)
    head.tamper = { $1 }
    head.onCommand = { command in
      guard command == "IN0" else { return }
      head.parameters["NF"] = "4"
      head.parameters["EE"] = "70"
      head.parameters["MF"] = "200"
      head.parameters["FL"] = "0"
      head.parameters["HV"] = "0"
    }
    let sent = head.sent.count
    try instrument.resynchronize()
    let said = head.commands(after: sent)
    #expect(Array(said.prefix(3)) == ["", "ID?", "IN0"])
    #expect(said.contains("NF6") && said.contains("EE60") && said.contains("MF20"))
    #expect(said.contains("FL1.00") && said.contains("HV1200"))
    #expect(!said.contains { $0.hasPrefix("SA1") || $0.hasPrefix("MI1") || $0.hasPrefix("VF9") })
    let (next, _) = try Stand.frame(&instrument)
    #expect(next.outcome == .complete)
  }

  @Test func itGivesUpAfterFourDamagedFramesAndSwitchesOff() throws {
    for (answer, wanted) in [
      (
        [UInt8](),
        DriverError.link(.timedOut(received: 0), step: "read scan, 4 times in a row")
      ),
      (
        [UInt8](repeating: 0, count: 60),
        .unexpectedAnswer(what: "The scan", detail: "4 damaged ones in a row")
      ),
    ] {
      let head = FakeHead()
      var instrument = try Stand.open(head)
      _ = try instrument.apply(try Stand.settings(Stand.short))
      head.tamper = { $0 == "SC1" ? answer : $1 }
      for _ in 0..<4 {
        let (readout, _) = try Stand.frame(&instrument)
        #expect(readout.outcome != .complete)
      }
      do {
        _ = try Stand.frame(&instrument)
        Issue.record("it goes on for ever")
      } catch let error as DriverError {
        #expect(error == wanted)
      }
      #expect(head.parameters["FL"] == "0")
    }
  }

  @Test func aSlotThatIsTooSmallIsRefused() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(Stand.short))
    var buffer = [UInt8](repeating: 0, count: instrument.largestFrame - 1)
    let sent = head.sent.count
    #expect(throws: DriverError.self) {
      var slot = buffer.mutableSpan
      _ = try instrument.readFrame(into: &slot)
    }
    #expect(head.sent.count == sent)
  }

  @Test func noFrameIsAskedForBeforeSettings() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    #expect(throws: DriverError.self) { _ = try Stand.frame(&instrument) }
    _ = try instrument.apply(try Stand.settings(Stand.short))
    try instrument.makeSafe()
    #expect(throws: DriverError.self) { _ = try Stand.frame(&instrument) }
    #expect(!head.sent.contains("SC1"))
  }
}
