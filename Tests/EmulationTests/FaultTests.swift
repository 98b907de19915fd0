import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Testing

@Suite struct FaultTests {
  @Test(arguments: [
    "", "short", "short@", "short@0", "short@x", "short@5x0", "short@5y", "shirt@5", "short@5,",
    "slow@3", "slow@3:50", "slow@3:-1ms", "slow@3:9999s", "busy@frame:1", "stuck-out@frame:1",
    "busy@5:back", "unplug@5:later", "wrong-serial@5", "wrong-serial:", "old-firmware@1",
    "wrong-serial:ABCDEFGHIJKLMNOP", "bit-rot@*~0", "bit-rot@*~2", "bit-rot@*~", "seed=",
    "seed=-1,short@5", "seed=7", "silent@claim:1", "short@99999999999999999999",
  ])
  func aPlanThatCannotBeReadIsRefusedByName(_ text: String) {
    var failure: Failure?
    do { _ = try FaultPlan(text) } catch { failure = error }
    #expect(failure?.code == "emulation-bad-faults")
    #expect(failure?.exit == .usage)
    #expect(failure?.what.contains("\"\(text)\"") == true)
    #expect(failure?.why.isEmpty == false)
  }

  @Test func theExplanationNamesEveryFault() {
    for fault in Fault.allCases {
      #expect(FaultPlan.explanation.contains("  \(fault.rawValue) "))
    }
    #expect(Fault.allCases.count == 12)
  }

  /// A device with a plan, a link to it, and what `count` readouts of it gave.
  private func readouts(
    _ plan: String, _ count: Int, model: String = "ocean-optics/usb2000plus"
  ) throws -> (EmulatedDevice, [Result<[UInt8], LinkError>]) {
    var setup = EmulatedSetup(model: model, speed: 1e5)
    setup.faults = try FaultPlan(plan)
    let device = try EmulatedCatalogue.make(setup)
    var link = device.inProcessLink()
    var results: [Result<[UInt8], LinkError>] = []
    for _ in 0..<count {
      do {
        try link.write([0x09].span, to: 0x01, until: .never)
        results.append(.success(try read(&link, 0x82, 4608)))
      } catch {
        results.append(.failure(error))
        if case .stalled(let endpoint) = error { try link.clearHalt(endpoint) }
      }
    }
    link.close()
    return (device, results)
  }

  private func read(
    _ link: inout InProcessLink, _ endpoint: UInt8, _ size: Int
  ) throws(LinkError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var span = bytes.mutableSpan
    let count = try link.read(
      Leg(endpoint: endpoint, byteCount: size), into: &span, at: 0,
      until: .now.advanced(by: .milliseconds(30)))
    return Array(bytes.prefix(count))
  }

  @Test(arguments: [
    ("silent@2", LinkError.timedOut(received: 0)), ("stall@2", .stalled(endpoint: 0x82)),
    ("babble@2", .overflow(endpoint: 0x82)), ("stuck-out@2", .timedOut(received: 0)),
    ("silent@command:2", .timedOut(received: 0)),
  ])
  func theSecondFrameFailsAndTheOthersAreWhole(_ plan: String, _ error: LinkError) throws {
    let (good, bad) = (try readouts("short@99", 3).1, try readouts(plan, 4))
    #expect(bad.1[1] == .failure(error))
    #expect(try bad.1[0].get() == good[0].get())
    #expect(try bad.1[2].get().count == 4097)
    #expect(try bad.1[3].get().last == 0x69)
    #expect(bad.0.faultsInjected.count == 1)
    #expect(bad.0.faultsInjected[0].hasSuffix(" 2"))
  }

  @Test func shortMissingSyncAndBitRotChangeWhatTheySay() throws {
    let good = try readouts("short@99", 3).1.map { try $0.get() }
    let short = try readouts("short@2", 3).1.map { try $0.get() }
    #expect(short.map(\.count) == [4097, 1536, 4097])
    #expect(short[1] == Array(good[1].prefix(1536)))
    #expect(short[2] == good[2])
    let marks = try readouts("missing-sync@2x2", 4).1.map { try $0.get().last }
    #expect(marks == [0x69, 0x96, 0x96, 0x69])
    let rotten = try readouts("bit-rot@2,seed=3", 3).1.map { try $0.get() }
    let changed = zip(rotten.joined(), good.joined()).filter { $0 != $1 }
    #expect(changed.count == 1)
    #expect(changed.allSatisfy { ($0 ^ $1).nonzeroBitCount == 1 })
    #expect(rotten[1] != good[1])
  }

  @Test func theSameSeedGivesTheSameFaultsAndAnotherOthers() throws {
    let plan = "short@*~0.3,seed="
    let first = try readouts(plan + "7", 30).0.faultsInjected
    #expect(try readouts(plan + "7", 30).0.faultsInjected == first)
    #expect(try readouts(plan + "8", 30).0.faultsInjected != first)
    #expect((3...18).contains(first.count))
  }

  @Test func aStallHoldsUntilItIsCleared() throws {
    var setup = EmulatedSetup(model: "ocean-optics/usb2000plus", speed: 1e5)
    setup.faults = try FaultPlan("stall@command:1")
    let device = try EmulatedCatalogue.make(setup)
    var link = device.inProcessLink()
    for _ in 0..<3 {
      try link.write([0xFE].span, to: 0x01, until: .never)
      var refusal: LinkError?
      do { _ = try read(&link, 0x81, 64) } catch { refusal = error }
      #expect(refusal == .stalled(endpoint: 0x81))
    }
    try link.clearHalt(0x81)
    #expect(try read(&link, 0x81, 64).count == 16)
    link.close()
  }

  @Test func aSlowAnswerIsWholeAndNotBeforeItsTime() throws {
    var setup = EmulatedSetup(model: "ocean-optics/usb2000plus", speed: 1e5)
    setup.faults = try FaultPlan("slow@1:20ms")
    var link = try EmulatedCatalogue.make(setup).inProcessLink()
    try link.write([0x09].span, to: 0x01, until: .never)
    let began = MonotonicInstant.now
    let deadline = began.advanced(by: .seconds(20))
    var bytes = [UInt8](repeating: 0, count: 4608)
    var span = bytes.mutableSpan
    let leg = Leg(endpoint: 0x82, byteCount: 4608)
    let count = try link.read(leg, into: &span, at: 0, until: deadline)
    #expect(count == 4097)
    #expect(began.duration(to: .now) >= .milliseconds(20))
    link.close()
  }

  @Test func busyRefusesTheClaimsItCounts() throws {
    var setup = EmulatedSetup(model: "ocean-optics/usb2000plus", speed: 1e5)
    setup.faults = try FaultPlan("busy@1x2")
    let device = try EmulatedCatalogue.make(setup)
    var refusals: [LinkError?] = []
    for _ in 0..<3 {
      var link = device.inProcessLink()
      do {
        try link.prepare([], inFlight: 1)
        refusals.append(nil)
      } catch { refusals.append(error) }
      link.close()
    }
    #expect(refusals == [.busy(holder: nil), .busy(holder: nil), nil])
  }

  @Test(arguments: ["unplug@2", "unplug@2:back", "unplug@command:2:back"])
  func theUnpluggedComesBackOnlyWhereThePlanSaysSo(_ plan: String) throws {
    let (device, results) = try readouts(plan, 3)
    #expect(try results[0].get().count == 4097)
    #expect(results[1] == .failure(.gone))
    #expect(results[2] == .failure(.gone))
    #expect(device.isPlugged == plan.hasSuffix("back"))
  }

  @Test(arguments: ["ocean-optics/usb2000plus", "ocean-optics/usb2000"])
  func wrongSerialAndOldFirmwareAreToldByTheMemoryAndNotTheBus(_ model: String) throws {
    var setup = EmulatedSetup(model: model, speed: 1e5)
    setup.faults = try FaultPlan("wrong-serial:OTHER7,old-firmware")
    let device = try EmulatedCatalogue.make(setup)
    let (out, reply): (UInt8, UInt8) = model.hasSuffix("plus") ? (0x01, 0x81) : (0x02, 0x87)
    var link = device.inProcessLink()
    try link.write([0x05, 0x00].span, to: out, until: .never)
    #expect(Array(try read(&link, reply, 64)[2..<8]) == Array("OTHER7".utf8))
    #expect(device.serialNumber == "EMU00042")
    if reply == 0x81 {
      try link.write([0x6B, 0x04].span, to: out, until: .never)
      #expect(try read(&link, reply, 64) == [0x04, 0x10, 0x00])
    }
    link.close()
    #expect(device.faultsInjected.count == 2)
  }

  @Test func aProgramIsToldWhatItLeftSwitchedOn() throws {
    for (command, left) in [([0x03, 1, 0], ["lamp"]), ([0x03, 0, 0], [])] as [([UInt8], [String])] {
      let device = try EmulatedCatalogue.make(EmulatedSetup(model: "ocean-optics/usb4000"))
      var link = device.inProcessLink()
      try link.write(command.span, to: 0x01, until: .never)
      // The reset at closing switches the lamp on again, as power-up does; that is not its doing.
      try link.reset()
      link.close()
      #expect(device.leftOn == left)
    }
  }
}
