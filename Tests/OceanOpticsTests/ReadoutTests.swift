import Instruments
import OceanOptics
import Testing

private func ready(_ wire: Wire) throws -> (Script, OOIHolder) {
  let (script, spectrometer) = try wire.open()
  return (script, spectrometer)
}

@Test(arguments: Wire.all)
func frameIsReadInTheDocumentedOrder(wire: Wire) throws {
  let (script, spectrometer) = try ready(wire)
  var frame = wire.frame
  for i in 0..<(frame.count - 1) { frame[i] = UInt8(truncatingIfNeeded: i * 7) }
  script.expect(wire.readout(frame))
  let (readout, bytes) = try spectrometer.read()
  #expect(readout.outcome == .complete)
  #expect(readout.byteCount == frame.count)
  #expect(bytes == frame)
  #expect(readout.requested <= readout.firstByte)
  #expect(readout.firstByte <= readout.lastByte)
  #expect(script.isFinished, "\(script.state)")
}

@Test func fullSpeedReadsOneEndPointAlone() throws {
  var wire = Wire.usb4000
  wire.status?[14] = 0
  let (script, spectrometer) = try ready(wire)
  script.expect([.post(0x82, 7681), .write([0x09]), .read(0x82, 7681, wire.frame)])
  #expect(try spectrometer.read().0.outcome == .complete)
  #expect(script.isFinished, "\(script.state)")
}

@Test(arguments: [(Wire.usb2000plus, 1), (Wire.usb4000, 1), (Wire.hr4000, 1), (Wire.usb2000, 2)])
func framesExposedBeforeAChangeAreStale(wire: Wire, stale: Int) throws {
  let (script, spectrometer) = try ready(wire)
  script.expect([.write([0x03, 1, 0])])
  _ = try spectrometer.apply(Settings(["lamp": 1]))
  for _ in 0..<stale {
    script.expect(wire.readout(wire.frame))
    #expect(try spectrometer.read().0.outcome == .stale)
  }
  script.expect(wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .complete)
  #expect(script.isFinished, "\(script.state)")
}

@Test func waitCoversTheLongerOfOldAndNewExposure() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  func exposure(_ us: Double, _ bytes: [UInt8]) throws {
    script.expect([.write([0x02] + bytes)])
    _ = try spectrometer.apply(Settings(["integration_us": us]))
  }
  func wait() throws -> Double {
    script.expect(wire.readout(wire.frame))
    script.patience = []
    _ = try spectrometer.read()
    let patience = try #require(script.patience.first)
    return try #require(patience).inSeconds
  }
  // 2 s after the 100 ms that the status packet told; then back to 100 ms.
  try exposure(2_000_000, [0x80, 0x84, 0x1E, 0])
  let long = try wait()
  #expect(long > 4.0 && long <= 4.5)
  try exposure(100_000, [0xA0, 0x86, 1, 0])
  let stillLong = try wait()
  #expect(stillLong > 4.0 && stillLong <= 4.5)
  let short = try wait()
  #expect(short > 0.2 && short <= 0.7)
}

@Test func externalTriggerIsWaitedForWithoutLimit() throws {
  let wire = Wire.usb4000
  let (script, spectrometer) = try ready(wire)
  script.expect([.write([0x0A, 3, 0])] + wire.readout(wire.frame))
  script.patience = []
  _ = try spectrometer.apply(Settings(["trigger_mode": 3]))
  script.patience = []
  _ = try spectrometer.read()
  #expect(script.patience.count == 2)
  #expect(script.patience[0] == nil)
  // Once the first part is there, the second must come soon.
  #expect(script.patience[1].map { $0 < .seconds(2) } == true)
}

@Test func shortFrameIsPartialAndDrainedBeforeTheNext() throws {
  for wire in Wire.all {
    for size in [0, 1, 2047, wire.frameSize - 1] {
      let (script, spectrometer) = try ready(wire)
      script.expect(wire.readout(Array(wire.frame.prefix(size))))
      let (readout, bytes) = try spectrometer.read()
      #expect(readout.outcome == .partial)
      #expect(readout.byteCount == size)
      #expect(bytes.prefix(size) == wire.frame.prefix(size))
      script.expect(wire.drains + wire.readout(wire.frame))
      #expect(try spectrometer.read().0.outcome == .complete)
      #expect(script.isFinished, "\(wire.model) \(size): \(script.state)")
    }
  }
}

@Test(arguments: Wire.all)
func wrongEndMarkIsRefused(wire: Wire) throws {
  for filling: UInt8 in [0x00, 0xFF] {
    let (script, spectrometer) = try ready(wire)
    let frame = [UInt8](repeating: filling, count: wire.frameSize)
    script.expect(wire.readout(frame))
    let (readout, bytes) = try spectrometer.read()
    #expect(readout.outcome == .refused(.lostSync))
    #expect(readout.byteCount == frame.count)
    #expect(bytes == frame)
    script.expect(wire.drains)
    try spectrometer.resynchronize()
    script.expect(wire.readout(wire.frame))
    #expect(try spectrometer.read().0.outcome == .complete)
    #expect(script.isFinished, "\(script.state)")
  }
}

@Test func damagedFrameDoesNotUseUpTheStaleOne() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  script.expect([.write([0x03, 1, 0])] + wire.readout([1, 2, 3]))
  _ = try spectrometer.apply(Settings(["lamp": 1]))
  #expect(try spectrometer.read().0.outcome == .partial)
  script.expect(wire.drains + wire.readout(wire.frame) + wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .stale)
  #expect(try spectrometer.read().0.outcome == .complete)
}

@Test func tooManyBytesAreRefused() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  script.expect([
    .post(0x82, 4097), .write([0x09]), .readFails(0x82, 4097, .overflow(endpoint: 0x82)),
  ])
  #expect(try spectrometer.read().0.outcome == .refused(.overlong))
  script.expect(wire.drains + wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .complete)
  #expect(script.isFinished, "\(script.state)")
}

/// The calls of a readout whose leg number `at` fails.
private func failing(_ wire: Wire, at: Int, _ error: LinkError) -> [Step] {
  var steps = wire.legs.map { Step.post($0.0, $0.1) } + [.write([0x09])]
  for (i, leg) in wire.legs.enumerated() where i <= at {
    steps.append(
      i == at
        ? .readFails(leg.0, leg.1, error)
        : .read(leg.0, leg.1, [UInt8](repeating: 1, count: leg.1)))
  }
  return steps
}

private let lampOn: [Step] = [.write([0x03, 1, 0])]

@Test func timeoutsAreMetWithInitializationThenResetThenTold() throws {
  for wire in Wire.all {
    for at in wire.legs.indices {
      let (script, spectrometer) = try ready(wire)
      script.expect(lampOn)
      _ = try spectrometer.apply(Settings(["lamp": 1]))
      let timeout = failing(wire, at: at, .timedOut(received: 64))
      let before = wire.legs[..<at].reduce(64) { $0 + $1.1 }

      script.expect(timeout)
      let (readout, _) = try spectrometer.read()
      #expect(readout.outcome == .partial)
      #expect(readout.byteCount == before)
      // What was in force is said again after the instrument began anew.
      let again: [Step] = [.write([0x0A, 0, 0]), .write([0x03, 1, 0])]
      script.expect(wire.drains + wire.initialization + again + timeout)
      #expect(try spectrometer.read().0.outcome == .partial)
      script.expect([.reset] + wire.initialization + again + timeout)
      #expect(try spectrometer.read().0.outcome == .partial)
      let error = thrown { () throws(DriverError) in _ = try spectrometer.read() }
      #expect(
        error == .link(.timedOut(received: 0), step: "read spectrum, after a reset"))
      #expect(script.isFinished, "\(wire.model): \(script.state)")
    }
  }
}

@Test func lostSyncThreeTimesInARowResetsAndFourTimesIsTold() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  let bad = wire.readout([UInt8](repeating: 0, count: 4097))
  script.expect(bad + wire.drains + bad + wire.drains + bad)
  for _ in 0..<3 { #expect(try spectrometer.read().0.outcome == .refused(.lostSync)) }
  script.expect(
    [.reset] + wire.initialization + [.write([0x0A, 0, 0]), .write([0x03, 0, 0])] + bad)
  #expect(try spectrometer.read().0.outcome == .refused(.lostSync))
  #expect(
    thrown { () throws(DriverError) in try spectrometer.resynchronize() }
      == .unexpectedAnswer(
        what: "spectrum", detail: "4 damaged frames in a row, also after a reset"))
  #expect(script.isFinished, "\(script.state)")
}

@Test func goodFrameEndsTheCountOfDamagedOnes() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  for _ in 0..<6 {
    script.expect(wire.readout([1]) + wire.drains + wire.readout(wire.frame))
    #expect(try spectrometer.read().0.outcome == .partial)
    #expect(try spectrometer.read().0.outcome == .complete)
  }
  #expect(script.isFinished, "\(script.state)")
}

@Test func stallIsClearedOnAllEndPoints() throws {
  let wire = Wire.usb4000
  let (script, spectrometer) = try ready(wire)
  script.expect(failing(wire, at: 1, .stalled(endpoint: 0x82)))
  let (readout, _) = try spectrometer.read()
  #expect(readout.outcome == .partial)
  #expect(readout.byteCount == 2048)
  script.expect([.clearHalt(0x81), .clearHalt(0x86), .clearHalt(0x82), .clearHalt(0x01)])
  script.expect(wire.drains + wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .complete)
  #expect(script.isFinished, "\(script.state)")
}

@Test(arguments: [LinkError.gone, .cancelled])
func unplugAndCancelEndEveryReadAtOnce(error: LinkError) throws {
  for wire in Wire.all {
    for at in wire.legs.indices {
      let (script, spectrometer) = try ready(wire)
      script.expect(failing(wire, at: at, error))
      #expect(
        thrown { () throws(DriverError) in _ = try spectrometer.read() }
          == .link(error, step: "read spectrum"))
      #expect(script.isFinished, "\(script.state)")
    }
    let (script, spectrometer) = try ready(wire)
    script.expect(wire.legs.map { Step.post($0.0, $0.1) } + [.writeFails([0x09], error)])
    #expect(
      thrown { () throws(DriverError) in _ = try spectrometer.read() }
        == .link(error, step: "read spectrum"))
    #expect(script.isFinished, "\(script.state)")
  }
}

@Test func commandThatIsNotTakenIsAPartialFrameWithoutBytes() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  script.expect([.post(0x82, 4097), .writeFails([0x09], .timedOut(received: 1))])
  let (readout, _) = try spectrometer.read()
  #expect(readout.outcome == .partial)
  #expect(readout.byteCount == 0)
}

@Test func endPointThatNeverFallsSilentDoesNotHoldTheDriver() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  script.expect(wire.readout([1]))
  _ = try spectrometer.read()
  script.expect([.drain(0x81), .drainFails(0x82, .timedOut(received: 9))])
  script.expect(wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .complete)
  #expect(script.isFinished, "\(script.state)")
}

@Test func cancelsAreNoDamageButEndTheSpectrumUnderWay() throws {
  let wire = Wire.usb2000plus
  let (script, spectrometer) = try ready(wire)
  let again: [Step] = [.write([0x0A, 0, 0]), .write([0x03, 0, 0])]
  for _ in 0..<5 {
    script.expect(failing(wire, at: 0, .cancelled))
    _ = thrown { () throws(DriverError) in _ = try spectrometer.read() }
    script.expect(wire.drains + wire.initialization + again)
    try spectrometer.resynchronize()
  }
  script.expect(wire.readout(wire.frame))
  #expect(try spectrometer.read().0.outcome == .stale)
  #expect(script.isFinished, "\(script.state)")
}

/// The first wait covers the exposure that the instrument was left with, as its status tells.
@Test(
  arguments: [
    (Wire.usb2000plus, [0x00, 0x08, 0x40, 0x4B, 0x4C, 0x00]),
    (Wire.usb2000, [0x00, 0x08, 0x13, 0x88, 0x00, 0x00]),
  ] as [(Wire, [UInt8])])
func exposureLeftBehindIsWaitedFor(wire: Wire, status: [UInt8]) throws {
  var wire = wire
  wire.status?.replaceSubrange(0..<6, with: status)
  let (script, spectrometer) = try ready(wire)
  script.expect(wire.readout(wire.frame))
  script.patience = []
  _ = try spectrometer.read()
  let patience = try #require(script.patience.first)
  // 5 s: little endian in microseconds, or big endian in milliseconds.
  #expect(patience.map { $0 > .seconds(10) && $0 <= .milliseconds(10_500) } == true)
}
