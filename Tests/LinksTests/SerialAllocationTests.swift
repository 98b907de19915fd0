import Foundation
import Instruments
import Testing

@testable import Links

/// After opening, a serial link allocates nothing: looked at on the thread that uses it.
@Suite(
  .serialized, .timeLimit(.minutes(2)),
  .enabled(
    if: AllocationCounter.isUsable,
    "not glibc's allocator: that a serial link allocates nothing was NOT checked"))
struct SerialAllocationTests {
  /// One question with its answer and a drain, as a driver has them in one frame.
  ///
  /// Nothing that throws: the testing library looks at every error, and allocates for it.
  private static func converse(
    _ link: SerialLink, _ question: [UInt8], _ buffer: inout [UInt8]
  ) -> Int {
    let second = MonotonicInstant.now.advanced(by: .seconds(5))
    var came = 0
    do throws(LinkError) {
      try link.post(Leg(endpoint: 0, byteCount: 64))
      try link.write(question.span, to: 0, until: second)
      var span = buffer.mutableSpan
      came = try link.read(Leg(endpoint: 0, byteCount: 64), into: &span, at: 0, until: second)
      _ = try link.modemLines()
      _ = try link.drain(0, quiet: .milliseconds(1), until: second)
    } catch {
      return -1
    }
    return came
  }

  private func taken() throws -> (taken: UInt64, usable: UInt64, answers: Int) {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: SerialFacts(baud: 28800))
    let answer = [UInt8](repeating: 7, count: 64)
    let instrument = Thread {
      while terminal.hear(4).count == 4 { terminal.say(answer) }
    }
    instrument.start()
    try link.prepare([Leg(endpoint: 0, byteCount: 64)], inFlight: 1)
    let counter = try #require(AllocationCounter())
    let question = Array("ID?\r".utf8)
    var buffer = [UInt8](repeating: 0, count: 64)
    var answers = 0
    for _ in 0..<5 { answers += Self.converse(link, question, &buffer) }
    var (taken, unreliable) = (UInt64.max, UInt64.max)
    for _ in 0..<10 {
      counter.begin()
      unreliable &= counter.end()
      counter.begin()
      answers += Self.converse(link, question, &buffer)
      taken &= counter.end()
    }
    link.close()
    return (taken, ~unreliable, answers)
  }

  /// The counter must see what it is there for, or the next test would prove nothing.
  @Test func anAllocationBesideTheLinkIsSeen() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: SerialFacts(baud: 28800))
    let counter = try #require(AllocationCounter())
    var (seen, unreliable, sum) = (UInt64.max, UInt64.max, 0)
    for _ in 0..<10 {
      counter.begin()
      unreliable &= counter.end()
      counter.begin()
      _ = try? link.modemLines()
      // Of many sizes, so that one unreliable size cannot hide them.
      for count in 0..<50 { sum += [UInt8](repeating: 1, count: 100 + 16 * count).count }
      seen &= counter.end()
    }
    #expect((seen & ~unreliable).nonzeroBitCount >= 40 && sum > 0)
    link.close()
  }

  @Test func nothingIsAllocatedBetweenOpeningAndClosing() throws {
    let (taken, usable, answers) = try taken()
    #expect(answers == 15 * 64)
    #expect(usable.nonzeroBitCount >= 56)
    #expect(taken & usable == 0)
  }
}
