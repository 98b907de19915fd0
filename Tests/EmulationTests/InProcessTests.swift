import Emulation
import Foundation
import Instruments
import Links
import Testing

@Suite struct InProcessTests {
  private func device(speed: Double = 1000) throws -> EmulatedDevice {
    try EmulatedCatalogue.make(EmulatedSetup(model: "ocean-optics/usb2000plus", speed: speed))
  }

  private func send(_ bytes: [UInt8], _ link: inout InProcessLink) throws {
    try link.write(bytes.span, to: 0x01, until: .never)
  }

  /// Reads a leg and gives its bytes, or the error.
  private func read(
    _ leg: Leg, _ link: inout InProcessLink, wait: Duration
  ) -> Result<[UInt8], LinkError> {
    var bytes = [UInt8](repeating: 0, count: leg.byteCount)
    var span = bytes.mutableSpan
    do {
      let count = try link.read(leg, into: &span, at: 0, until: .now.advanced(by: wait))
      return .success(Array(bytes.prefix(count)))
    } catch {
      return .failure(error)
    }
  }

  @Test func spectraComeThroughTheLink() throws {
    let device = try device()
    var link = device.inProcessLink()
    let reachesEmulator = link.reachesEmulator
    #expect(reachesEmulator)
    let leg = Leg(endpoint: 0x82, byteCount: 4608)
    try link.prepare([leg], inFlight: 2)
    try link.post(leg)
    try send([0x09], &link)
    let frame = try read(leg, &link, wait: .seconds(5)).get()
    #expect(frame.count == 4097)
    #expect(frame.last == 0x69)
    #expect(device.framesSent == 1)
    try send([0x05, 0x00], &link)
    let answer = try read(Leg(endpoint: 0x81, byteCount: 64), &link, wait: .seconds(5)).get()
    #expect(answer.count == 17)
    link.close()
  }

  @Test(arguments: [true, false])
  func staleFramesCanBeSwitchedOff(stale: Bool) throws {
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "ocean-optics/usb2000plus", speed: 1000, sendsStaleFrames: stale))
    var link = device.inProcessLink()
    try send([0x03, 0, 0], &link)
    try send([0x09], &link)
    let frame = try read(Leg(endpoint: 0x82, byteCount: 4608), &link, wait: .seconds(5)).get()
    let top = (21..<2048).map { UInt16(frame[2 * $0]) | UInt16(frame[2 * $0 + 1]) << 8 }.max()
    #expect((try #require(top) > 38_000) == stale)
    link.close()
  }

  @Test func deadlinesAndCancelsEndWaits() throws {
    var link = try device(speed: 1).inProcessLink()
    let leg = Leg(endpoint: 0x82, byteCount: 4608)
    #expect(read(leg, &link, wait: .milliseconds(5)) == .failure(.timedOut(received: 0)))
    link.canceller.cancel()
    #expect(read(leg, &link, wait: .seconds(5)) == .failure(.cancelled))
    link.canceller.rearm()
    let canceller = link.canceller
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      canceller.cancel()
    }
    #expect(read(leg, &link, wait: .seconds(5)) == .failure(.cancelled))
    link.canceller.rearm()
    #expect(
      read(Leg(endpoint: 0x83, byteCount: 64), &link, wait: .seconds(5))
        == .failure(
          .system(operation: "read of end point 131", code: -5, text: "no such end point")))
  }

  @Test func unplugEndsWaits() throws {
    let device = try device(speed: 1)
    var link = device.inProcessLink()
    try link.prepare([], inFlight: 1)
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      device.unplug()
    }
    let leg = Leg(endpoint: 0x82, byteCount: 4608)
    #expect(read(leg, &link, wait: .seconds(5)) == .failure(.gone))
    link.close()
    device.plug()
    var second = device.inProcessLink()
    try send([0xFE], &second)
    #expect(
      try read(Leg(endpoint: 0x81, byteCount: 64), &second, wait: .seconds(5)).get().count == 16)
    second.close()
  }

  @Test func secondLinkFindsTheDeviceBusy() throws {
    let device = try device()
    var first = device.inProcessLink()
    var second = device.inProcessLink()
    try first.prepare([], inFlight: 1)
    var refusal: LinkError?
    do { try second.prepare([], inFlight: 1) } catch { refusal = error }
    #expect(refusal == .busy(holder: nil))
    first.close()
    first.close()
    try second.prepare([], inFlight: 1)
    second.close()
  }

  @Test func drainDropsWhatWaits() throws {
    var link = try device().inProcessLink()
    try send([0x09], &link)
    let dropped = try link.drain(
      0x82, quiet: .milliseconds(20), until: .now.advanced(by: .seconds(5)))
    #expect(dropped == 4097)
    try send([0x09], &link)
    try link.reset()
    #expect(
      try link.drain(0x82, quiet: .milliseconds(5), until: .now.advanced(by: .seconds(5))) == 0)
    link.close()
  }

  @Test func serialNumberIsInTheDescriptors() throws {
    var link = try device().inProcessLink()
    var bytes = [UInt8](repeating: 0, count: 64)
    var span = bytes.mutableSpan
    let request = ControlRequest(type: 0x80, request: 6, value: 0x0303, index: 0x0409)
    let count = try link.control(request, data: &span, until: .never)
    #expect(count == 2 + 2 * "EMU00042".count)
    let odd = ControlRequest(type: 0xC0, request: 1, value: 0, index: 0)
    var refusal: LinkError?
    do { _ = try link.control(odd, data: &span, until: .never) } catch { refusal = error }
    #expect(refusal == .stalled(endpoint: 0))
    link.close()
  }
}
