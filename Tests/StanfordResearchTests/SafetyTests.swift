import Instruments
import Testing

@testable import StanfordResearch

/// Multiplier off, filament off, radio frequency off: in this order, on every way out.
@Suite struct SafetyTests {
  static func running(
    _ head: FakeHead, _ values: [String: Double] = ["last_mass_amu": 2, "multiplier_V": 1400]
  ) throws -> ResidualGasAnalyzer {
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(values))
    #expect(head.parameters["FL"] == "1.00" && head.parameters["HV"] == "1400")
    return instrument
  }

  static func expectOff(_ head: FakeHead, after count: Int) {
    let off = head.commands(after: count).filter { ["HV0", "FL0", "MR0"].contains($0) }
    #expect(Array(off.prefix(3)) == ["HV0", "FL0", "MR0"])
    #expect(head.parameters["FL"] == "0" && head.parameters["HV"] == "0")
  }

  @Test func closingSwitchesOffAndMakesSure() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    let before = head.sent.count
    try instrument.close()
    #expect(head.commands(after: before) == ["HV0", "FL0", "MR0", "FL?", "HV?"])
    Self.expectOff(head, after: before)
    #expect(head.closes == 1)
    try instrument.close()
    #expect(head.closes == 1)
  }

  @Test func offAgainIsHarmless() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    try instrument.makeSafe()
    let before = head.sent.count
    try instrument.makeSafe()
    Self.expectOff(head, after: before)
    // Nothing comes on again that was not asked for again.
    _ = try instrument.apply(Settings(["noise_floor": 5]))
    #expect(head.parameters["FL"] == "0" && head.parameters["HV"] == "0")
  }

  @Test func aStopInTheMiddleOfAScanStopsItFirst() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    head.readFailures[head.reads.count + 1] = .cancelled
    #expect(throws: DriverError.link(.cancelled, step: "read scan")) {
      _ = try Stand.frame(&instrument)
    }
    let before = head.sent.count
    instrument.conversation.link.canceller.rearm()
    try instrument.makeSafe()
    #expect(head.commands(after: before) == ["", "HV0", "FL0", "MR0", "ID?", "FL?", "HV?"])
    Self.expectOff(head, after: before)
  }

  @Test func aStopWhileOpeningSwitchesOff() throws {
    let clean = FakeHead()
    _ = try Stand.open(clean)
    for read in 0..<clean.reads.count {
      let head = FakeHead()
      head.readFailures[read] = .cancelled
      #expect(throws: DriverError.self, "read \(read)") { _ = try Stand.open(head) }
      #expect(head.sent.suffix(2) == ["FL0", "MR0"], "read \(read)")
      #expect(head.sent.suffix(4).contains("") && head.closes == 1)
    }
  }

  @Test func aFilamentThatGoesOutEndsTheRunWithTheFrameKept() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    head.onCommand = { if $0 == "SC1" { head.details["EF"] = 0x20 } }
    let before = head.sent.count
    let (readout, bytes) = try Stand.frame(&instrument)
    #expect(readout.outcome == .refused(.failedCheck))
    #expect(bytes.count == 48)
    #expect(
      head.commands(after: before) == ["SC1", "ER?", "HV0", "FL0", "MR0"])
    #expect(
      throws: DriverError.instrumentFault(detail: "after a scan: FIL_ERR pressure too high")
    ) {
      try instrument.resynchronize()
    }
    Self.expectOff(head, after: before)
    #expect(throws: DriverError.self) { _ = try Stand.frame(&instrument) }
  }

  @Test func everyFaultBehindAFrameIsNamed() throws {
    for (name, byte, said) in [
      ("EC", UInt8(0x10), "RS232_ERR transmit overwrite"),
      ("EF", 0x40, "FIL_ERR cannot reach emission"), ("EM", 0x80, "CEM_ERR no multiplier fitted"),
      ("EQ", 0x10, "QMF_ERR current limited"), ("ED", 0x40, "DET_ERR DETECT +5 nA"),
      ("EP", 0x40, "PS_ERR supply below 22 V"),
    ] {
      let head = FakeHead()
      var instrument = try Self.running(head)
      head.onCommand = { if $0 == "SC1" { head.details[name] = byte } }
      let before = head.sent.count
      let (readout, _) = try Stand.frame(&instrument)
      #expect(readout.outcome == .refused(.failedCheck))
      #expect(throws: DriverError.instrumentFault(detail: "after a scan: \(said)")) {
        _ = try Stand.frame(&instrument)
      }
      Self.expectOff(head, after: before)
    }
  }

  /// A filament that is off by wish has an old fault to tell; scans go on.
  @Test func anOldFaultOfAFilamentThatIsOffIsNoFault() throws {
    let head = FakeHead()
    head.details["EF"] = 0x20
    var instrument = try Stand.open(head)
    _ = try instrument.apply(try Stand.settings(["emission_mA": 0, "last_mass_amu": 2]))
    let (readout, _) = try Stand.frame(&instrument)
    #expect(readout.outcome == .complete)
  }

  @Test func whatStaysOnIsSaid() throws {
    for (question, answer, said) in [
      ("FL?", "1.0000", "the filament stays on: 1.0 mA after FL0"),
      ("HV?", "1400", "the multiplier stays on: 1400.0 V after HV0"),
    ] {
      let head = FakeHead()
      var instrument = try Self.running(head)
      head.tamper = { $0 == question ? FakeHead.text(answer) : $1 }
      #expect(throws: DriverError.instrumentFault(detail: said)) { try instrument.close() }
      #expect(head.closes == 1)
    }
  }

  @Test func anActionThatNeverEndsSwitchesOff() throws {
    let head = FakeHead()
    var instrument = try Stand.open(head)
    head.tamper = { $0 == "FL1.00" ? [] : $1 }
    let before = head.sent.count
    #expect(throws: DriverError.link(.timedOut(received: 0), step: "FL1.00")) {
      _ = try instrument.apply(try Stand.settings(Stand.short))
    }
    #expect(head.commands(after: before).contains("EC?"))
    Self.expectOff(head, after: before)
  }

  @Test func commandsForOffGoOutThoughOneFails() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    let before = head.sent.count
    // The first write of the next call fails; the others must still be made.
    head.writeFailures[head.writeWaits.count] = .timedOut(received: 0)
    #expect(throws: DriverError.self) { try instrument.close() }
    #expect(head.commands(after: before) == ["FL0", "MR0"])
    #expect(head.closes == 1)
  }

  @Test func makingSafeHasABoundOfItsOwn() throws {
    let head = FakeHead()
    var instrument = try Self.running(head)
    (head.writeWaits, head.readWaits) = ([], [])
    try instrument.makeSafe()
    #expect(head.writeWaits.allSatisfy { $0 <= .seconds(5) })
    #expect(head.readWaits.allSatisfy { $0 <= .seconds(5) })
  }
}
