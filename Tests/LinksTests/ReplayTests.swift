import Instruments
import Testing

@testable import Links

@Suite struct ReplayTests {
  private let spectrum = Leg(endpoint: 0x82, byteCount: 4)

  private func replay(_ events: [CaptureEvent]) -> ReplayLink {
    ReplayLink(Capture(header: .synthetic, events: events))
  }

  private func link() -> ReplayLink {
    replay([
      CaptureEvent(.write(endpoint: 0x01, bytes: [9])),
      CaptureEvent(.read(endpoint: 0x82, length: 4), received: [1, 2, 3, 0x69]),
    ])
  }

  private func event(of error: LinkError?) -> Int? {
    guard case .replayMismatch(let event, _, _)? = error else { return nil }
    return event
  }

  private func take(_ link: ReplayLink, _ leg: Leg) -> LinkError? {
    var (link, bytes) = (link, [UInt8](repeating: 0, count: 8))
    return error { () throws(LinkError) in _ = try read(&link, leg, into: &bytes) }
  }

  private func send(_ link: ReplayLink, _ bytes: [UInt8], to endpoint: UInt8 = 1) -> LinkError? {
    error { () throws(LinkError) in try link.write(bytes.span, to: endpoint, until: .never) }
  }

  @Test func orderIsKept() {
    let link = link()
    #expect(event(of: take(link, spectrum)) == 1)
  }

  @Test func bytesMustBeTheRecordedOnes() {
    #expect(event(of: send(link(), [8])) == 1)
    #expect(event(of: send(link(), [9, 0])) == 1)
    #expect(event(of: send(link(), [])) == 1)
    #expect(send(link(), [9]) == nil)
  }

  @Test func endPointsMustBeTheRecordedOnes() {
    #expect(event(of: send(link(), [9], to: 2)) == 1)
    let link = link()
    #expect(send(link, [9]) == nil)
    #expect(event(of: take(link, Leg(endpoint: 0x81, byteCount: 4))) == 2)
  }

  @Test(arguments: [0, 3, 5]) func lengthsMustBeTheRecordedOnes(length: Int) {
    let link = link()
    #expect(send(link, [9]) == nil)
    #expect(event(of: take(link, Leg(endpoint: 0x82, byteCount: length))) == 2)
  }

  @Test func aPostIsNoRead() {
    let link = replay([CaptureEvent(.post(endpoint: 0x82, length: 4))])
    #expect(event(of: take(link, spectrum)) == 1)
  }

  @Test func leftOverEventsAreReported() {
    let link = link()
    #expect(send(link, [9]) == nil)
    link.close()
    #expect(link.leftOver == 1)
    #expect(event(of: error { () throws(LinkError) in try link.finish() }) == 2)
    #expect(take(link, spectrum) == nil)
    #expect(error { () throws(LinkError) in try link.finish() } == nil)
  }

  @Test func nothingMayFollowTheEnd() {
    let link = link()
    _ = send(link, [9])
    _ = take(link, spectrum)
    #expect(event(of: send(link, [9])) == 3)
  }

  @Test func theFirstMismatchStays() {
    let link = link()
    let first = send(link, [8])
    #expect(event(of: first) == 1)
    #expect(send(link, [9]) == first)
    #expect(error { () throws(LinkError) in try link.finish() } == first)
  }

  @Test func aBufferTooSmallIsRefused() {
    let link = link()
    _ = send(link, [9])
    var (same, bytes) = (link, [UInt8](repeating: 0, count: 5))
    let refused = error { () throws(LinkError) in
      _ = try read(&same, spectrum, into: &bytes, at: 2)
    }
    guard case .system = refused else {
      Issue.record("got \(String(describing: refused))")
      return
    }
  }

  @Test func cancelEndsAReplay() {
    let link = link()
    link.canceller.cancel()
    #expect(send(link, [9]) == .cancelled)
    link.canceller.rearm()
    #expect(send(link, [9]) == nil)
  }
}
