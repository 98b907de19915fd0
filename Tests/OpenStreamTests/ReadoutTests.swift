import Instruments
import Testing

@testable import Emulation
@testable import OpenStream

/// What becomes of scans and of what is said between them.
@Suite struct ReadoutTests {
  private func opened(_ wire: Wire) throws -> OpenStreamInstrument {
    var instrument = try OpenStreamInstrument(
      link: WireLink(wire: wire), profile: try Stand.profile())
    _ = try instrument.apply(Settings())
    _ = try instrument.next()
    return instrument
  }

  @Test func aFrameIsNotReadBeforeSettings() throws {
    var instrument = try OpenStreamInstrument(
      link: WireLink(wire: Wire()), profile: try Stand.profile())
    #expect(throws: DriverError.self) { try instrument.next() }
  }

  @Test func theRecordHoldsWhatItSaid() throws {
    let instrument = try OpenStreamInstrument(
      link: WireLink(wire: Wire()), profile: try Stand.profile())
    #expect(instrument.record.serialNumber == "S1" && instrument.record.firmware == "2.1")
    #expect(instrument.record.model == "open-stream/instrument")
    #expect(instrument.record.remarks["maker"] == "Maker")
    #expect(instrument.record.memory.map(\.name) == ["identity", "capabilities"])
    #expect(instrument.frameTime == .milliseconds(100))
    #expect(instrument.largestFrame == 4116)
  }

  @Test func scansComeWholeAndAGapIsToldBeforeTheScanThatShowsIt() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    wire.toHost = Stand.scan(wire.run, 0, [1]) + Stand.scan(wire.run, 4, [2, 3])
    wire.toHost += Stand.scan(wire.run, 6, [4])
    let first = try instrument.next()
    #expect(first.0.outcome == .complete && first.1 == Stand.scan(wire.run, 0, [1]))
    let gap = try instrument.next().0
    #expect(gap.outcome == .nothingYet && gap.lost == 3)
    let second = try instrument.next()
    #expect(second.0.outcome == .complete && second.0.lost == 0)
    #expect(second.1 == Stand.scan(wire.run, 4, [2, 3]))
    // A block of two points takes two numbers.
    #expect(try instrument.next().0.outcome == .complete)
    #expect(try instrument.next().0.outcome == .nothingYet)
  }

  @Test func scansThatCannotBeAreKeptAsRefused() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    typealias B = OpenStreamBytes
    let run = wire.run
    func raw(_ count: UInt32, _ values: [Double], number: UInt64 = 0) -> [UInt8] {
      Stand.frame(
        0x90, run,
        B.number(UInt32(0)) + B.number(number) + B.number(UInt64(0)) + B.number(count)
          + B.number(UInt32(1)) + values.flatMap { B.number($0) })
    }
    let impossible = [
      raw(1, [.nan]), raw(1, [-.infinity]), raw(2, [1]), raw(1, [1, 2]), raw(0, []),
      raw(17, [Double](repeating: 0, count: 17)), raw(1, [1], number: .max),
      Stand.frame(0x90, run, [1, 2, 3]),
    ]
    for scan in impossible {
      wire.toHost = scan
      let (readout, bytes) = try instrument.next()
      #expect(readout.outcome == .refused(.impossible), "\(scan.count) bytes")
      #expect(bytes == scan)
    }
    wire.toHost = raw(1, [1], number: 1) + raw(1, [1], number: 1)
    // What was refused is missing: its number is told as lost.
    #expect(try instrument.next().0.lost == 1)
    #expect(try instrument.next().0.outcome == .complete)
    #expect(try instrument.next().0.outcome == .refused(.repeated))
  }

  @Test func fallingMassesAndTimesAreImpossible() throws {
    let wire = Wire { Stand.capabilities($0, kind: 2, masses: 1, time: 2, ticks: 0) }
    var instrument = try opened(wire)
    typealias B = OpenStreamBytes
    func pairs(_ number: UInt64, _ time: Double, _ numbers: [Double]) -> [UInt8] {
      Stand.frame(
        0x90, wire.run,
        B.number(UInt32(0)) + B.number(number) + B.number(time)
          + B.number(UInt32(numbers.count / 2)) + B.number(UInt32(0))
          + numbers.flatMap { B.number($0) })
    }
    wire.toHost = pairs(0, 1, [44, 5, 43, 6])
    #expect(try instrument.next().0.outcome == .refused(.impossible))
    for (number, scan) in [
      pairs(0, .nan, [44, 5]), pairs(0, -1, [44, 5]), pairs(0, 1, [-44, 5]), pairs(0, 1, [0, 5]),
    ].enumerated() {
      wire.toHost = scan
      #expect(try instrument.next().0.outcome == .refused(.impossible), "\(number)")
    }
    // An empty scan is one: nothing was above the threshold.
    wire.toHost = pairs(0, 2, [])
    #expect(try instrument.next().0.outcome == .complete)
  }

  @Test func aScanOfAnEarlierRunIsPassedOver() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    wire.toHost = Stand.scan(wire.run &- 1, 0, [9]) + Stand.scan(wire.run, 0, [1])
    #expect(try instrument.next().0.outcome == .nothingYet)
    #expect(try instrument.next().0.outcome == .complete)
  }

  @Test func anEndIsToldAfterWhatIsMissingBeforeIt() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    wire.toHost = Stand.scan(wire.run, 0, [1])
    wire.toHost += Stand.end(wire.run, run: wire.run, why: 4, scans: 3)
    #expect(try instrument.next().0.outcome == .complete)
    #expect(try instrument.next().0.outcome == .nothingYet)
    #expect(try instrument.next().0.lost == 2)
    #expect(try instrument.next().0.outcome == .ended)
    #expect(try instrument.next().0.outcome == .ended)
  }

  @Test func anEndThatDidNotComeIsKnownByTheSignOfLife() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    typealias B = OpenStreamBytes
    wire.toHost = Stand.frame(0x88, 99, B.number(UInt32(0)) + B.number(UInt64(1)))
    _ = try instrument.next()
    let readout = try instrument.next().0
    #expect(readout.outcome == .nothingYet && readout.lost == 1)
    #expect(try instrument.next().0.outcome == .ended)
  }

  @Test func faultsOfTheInstrumentEndTheRun() throws {
    typealias B = OpenStreamBytes
    func fails(_ bytes: (Wire) -> [UInt8]) throws -> Bool {
      let wire = Wire()
      var instrument = try opened(wire)
      wire.toHost = bytes(wire)
      do { _ = try instrument.next() } catch DriverError.instrumentFault { return true }
      return false
    }
    #expect(try fails { Stand.end($0.run, run: $0.run, why: 5, scans: 0) })
    #expect(try fails { Stand.end($0.run, run: $0.run, why: 6, scans: 0) })
    #expect(
      try fails { _ in
        Stand.frame(0x87, 0, B.number(UInt16(100)) + B.number(UInt16(1)) + B.text("too hot"))
      })
    #expect(
      try !fails { _ in
        Stand.frame(0x87, 0, B.number(UInt16(1)) + B.number(UInt16(0)) + B.text("what?"))
      })
    // Of another run, or of a type from a later version: passed over.
    #expect(try !fails { Stand.end(1, run: $0.run &- 1, why: 6, scans: 0) })
    #expect(try !fails { _ in Stand.frame(0xA0, 0, [1, 2, 3]) })
  }

  @Test func aRunningInstrumentHearsFromUs() throws {
    let wire = Wire()
    var instrument = try OpenStreamInstrument(
      link: WireLink(wire: wire), profile: try Stand.profile(alive: 10))
    _ = try instrument.apply(Settings())
    let patience = MonotonicInstant.now.advanced(by: .seconds(20))
    wire.answers[0x08] = { order in
      Stand.frame(
        0x88, order, OpenStreamBytes.number(wire.run) + OpenStreamBytes.number(UInt64(0)))
    }
    while wire.orders.filter({ $0.type == 8 }).count < 3, !patience.hasPassed {
      #expect(try instrument.next().0.outcome == .nothingYet)
    }
    let pings = wire.orders.filter { $0.type == 8 }
    #expect(pings.count == 3 && pings.allSatisfy { $0.payload.isEmpty })
    #expect(Set(pings.map(\.sequence)).count == 3)
  }

  @Test func anInstrumentThatFallsSilentIsNamed() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    wire.answers[0x08] = nil
    instrument.asked = .now.advanced(by: .seconds(-1))
    #expect(throws: DriverError.link(.timedOut(received: 0), step: "hear from the instrument")) {
      try instrument.next()
    }
    wire.isGone = true
    #expect(throws: DriverError.link(.gone, step: "read scan")) { try instrument.next() }
  }

  @Test func anAnswerToAnEarlierOrderIsNotTakenForThisOne() throws {
    let wire = Wire()
    wire.answers[0x02] = { order in
      OpenStreamBytes.frame(0x82, 1, Stand.capabilities(order &- 1, channels: ["late"]))
        + OpenStreamBytes.frame(0x82, 2, Stand.capabilities(order))
    }
    let instrument = try OpenStreamInstrument(
      link: WireLink(wire: wire), profile: try Stand.profile())
    #expect(instrument.capabilities.channels.map(\.name) == ["a"])
  }

  @Test func aDamagedAnswerIsAskedForOnceMoreAndAnErrorIsTold() throws {
    let wire = Wire()
    var asked = 0
    wire.answers[0x01] = { order in
      asked += 1
      let frame = OpenStreamBytes.frame(0x81, 1, Stand.identity(order))
      return asked == 1 ? Array(frame.dropLast(3)) : frame
    }
    _ = try OpenStreamInstrument(link: WireLink(wire: wire), profile: try Stand.profile())
    #expect(asked == 2)
    wire.answers[0x01] = { order in
      typealias B = OpenStreamBytes
      return Stand.frame(
        0x87, order, B.number(UInt16(6)) + B.number(UInt16(0)) + B.text("only version 2"))
    }
    let refusal = DriverError.unexpectedAnswer(
      what: "The instrument's answer", detail: "only version 2 (6)")
    #expect(throws: refusal) {
      _ = try OpenStreamInstrument(link: WireLink(wire: wire), profile: try Stand.profile())
    }
  }

  @Test func settingsAreNotChangedDuringARun() throws {
    let wire = Wire()
    var instrument = try opened(wire)
    #expect(throws: DriverError.self) { try instrument.apply(Settings()) }
    try instrument.makeSafe()
    _ = try instrument.apply(Settings())
    #expect(wire.orders.last?.type == 4)
    try instrument.close()
    try instrument.close()
    #expect(wire.orders.filter { $0.type == 7 }.count == 3)
  }
}
