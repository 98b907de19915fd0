import Instruments
import OceanOptics
import Testing

@Test(arguments: Wire.all)
func openingAsksInTheDocumentedOrder(wire: Wire) throws {
  let (_, spectrometer) = try wire.open()
  let record = spectrometer.record
  #expect(record.model == "ocean-optics/\(wire.model)")
  #expect(record.serialNumber == "USB2+H01234")
  #expect(record.memory.count == wire.slotCount)
  #expect(record.memory[1].name == "eeprom-01")
  #expect(record.memory[1].bytes == wire.answer(1))
  #expect(record.memory[16].name == "eeprom-16")
  #expect(record.firmware == (wire.firmware == nil ? nil : "3.0.5"))
}

@Test func statusTellsChannelsAndSpeed() throws {
  #expect(try Wire.usb4000.open().1.record.remarks["stated_channels"] == "3840")
  #expect(try Wire.usb4000.open().1.record.remarks["usb_speed"] == "high")
  #expect(try Wire.usb2000.open().1.record.remarks["stated_channels"] == "2048")
  #expect(try Wire.usb2000.open().1.record.remarks["usb_speed"] == nil)
}

private func opening(_ wire: Wire, _ steps: [Step]) throws -> (DriverError?, Script) {
  let script = Script(steps, command: wire.command)
  let profile = try wire.profile
  do {
    _ = try OOISpectrometer(link: ScriptedLink(script: script), profile: profile)
    return (nil, script)
  } catch {
    return (error, script)
  }
}

@Test func missingReplyIsDrainedAndAskedOnceMore() throws {
  let wire = Wire.usb2000plus
  var steps = wire.opening
  let at = try #require(steps.firstIndex(of: .write([0x05, 0x03]))) - 1
  steps.insert(
    contentsOf: [
      .post(0x81, 17), .write([0x05, 0x03]), .readFails(0x81, 17, .timedOut(received: 4)),
      .drain(0x81),
    ], at: at)
  let (error, script) = try opening(wire, steps)
  #expect(error == nil)
  #expect(script.isFinished, "\(script.state)")
}

@Test func replyToAnotherQuestionIsNotBelieved() throws {
  let wire = Wire.usb2000plus
  var steps = wire.opening
  let at = try #require(steps.firstIndex(of: .write([0x05, 0x03]))) - 1
  steps.insert(
    contentsOf: [
      .post(0x81, 17), .write([0x05, 0x03]), .read(0x81, 17, wire.answer(2)), .drain(0x81),
    ], at: at)
  let (error, script) = try opening(wire, steps)
  #expect(error == nil)
  #expect(script.isFinished, "\(script.state)")
}

@Test func stalledReplyIsClearedOnAllEndPoints() throws {
  let wire = Wire.usb2000plus
  var steps = wire.opening
  let at = try #require(steps.firstIndex(of: .write([0xFE]))) - 1
  steps.insert(
    contentsOf: [
      .post(0x81, 16), .write([0xFE]), .readFails(0x81, 16, .stalled(endpoint: 0x81)),
      .clearHalt(0x81), .clearHalt(0x82), .clearHalt(0x01), .drain(0x81),
    ], at: at)
  let (error, script) = try opening(wire, steps)
  #expect(error == nil)
  #expect(script.isFinished, "\(script.state)")
}

@Test func secondFailureResetsAndBeginsAgain() throws {
  let wire = Wire.usb2000plus
  let silence: [Step] = [
    .post(0x81, 16), .write([0xFE]), .readFails(0x81, 16, .timedOut(received: 0)),
  ]
  let failing = wire.beginning + silence + [.drain(0x81)] + silence
  let (error, script) = try opening(
    wire, [.prepare] + failing + [.reset] + wire.beginning + wire.questions)
  #expect(error == nil)
  #expect(script.isFinished, "\(script.state)")

  let (second, short) = try opening(wire, [.prepare] + failing + [.reset] + failing + [.close])
  #expect(second == .link(.timedOut(received: 0), step: "ask status"))
  #expect(short.isFinished, "\(short.state)")
}

@Test func speedByteOutOfStepIsAskedAgainAndThenRefused() throws {
  let wire = Wire.usb4000
  var wrong = try #require(wire.status)
  wrong[14] = 0x40
  let bad = wire.exchange([0xFE], wrong)
  let once = Array(wire.questions.dropFirst(3))
  let (error, script) = try opening(
    wire, [.prepare] + wire.beginning + bad + wire.drains + wire.questions)
  #expect(error == nil)
  #expect(script.isFinished, "\(script.state)")
  #expect(once.count == wire.questions.count - 3)

  let failing = wire.beginning + bad + wire.drains + bad
  let (second, end) = try opening(wire, [.prepare] + failing + [.reset] + failing + [.close])
  #expect(
    second
      == .unexpectedAnswer(what: "status", detail: "byte 14 (USB speed) is 64, not 0 or 128"))
  #expect(end.isFinished, "\(end.state)")
}

@Test func unplugAtEveryStepOfTheOpeningClosesTheLink() throws {
  let wire = Wire.usb2000
  for (at, step) in wire.opening.enumerated() {
    var steps = Array(wire.opening[..<at])
    switch step {
    case .write(let bytes): steps.append(.writeFails(bytes, .gone))
    case .read(let endpoint, let count, _): steps.append(.readFails(endpoint, count, .gone))
    case .drain(let endpoint): steps.append(.drainFails(endpoint, .gone))
    default: continue
    }
    let (error, script) = try opening(wire, steps + [.close])
    guard case .link(.gone, _) = error else {
      Issue.record("step \(at): \(String(describing: error))")
      continue
    }
    #expect(script.isFinished, "step \(at): \(script.state)")
  }
}

@Test func unprogrammedSerialNumberIsUnknown() throws {
  for filling in [[UInt8](repeating: 0xFF, count: 15), [UInt8](repeating: 0, count: 15)] {
    var wire = Wire.usb2000plus
    wire.slots[0] = filling
    #expect(try wire.open().1.record.serialNumber == "unknown")
  }
}

@Test func fullSlotWithoutTerminatorIsASerialNumber() throws {
  var wire = Wire.usb2000plus
  wire.slots[0] = Array("ABCDEFGHIJKLMNO".utf8)
  #expect(try wire.open().1.record.serialNumber == "ABCDEFGHIJKLMNO")
  wire.slots[0] = Wire.text("A\u{1B}[2J\tB")
  #expect(try wire.open().1.record.serialNumber == "A[2JB")
}

@Test(
  arguments: [
    ([0x04, 0x05, 0x30], "3.0.5"), ([0xFE, 0x34, 0x12], "1.35.4"),
    ([0x04, 0xFF, 0xFF], "15.255.15"),
    ([0x04, 0x00, 0x00], "0.0.0"),
  ] as [([UInt8], String)])
func versionWordIsMajorMinorPatch(answer: [UInt8], version: String) throws {
  var wire = Wire.usb4000
  wire.firmware = answer
  #expect(try wire.open().1.record.firmware == version)
}
