import Foundation
import Instruments
import Testing

@testable import Links

/// The link on bare pseudo-terminals; the test holds the instrument's end.
@Suite(.timeLimit(.minutes(1))) struct SerialLinkTests {
  private static let facts = SerialFacts(baud: 28800)
  private static let line = Leg(endpoint: 0, byteCount: 12)

  private static func soon(_ milliseconds: Int = 2000) -> MonotonicInstant {
    MonotonicInstant.now.advanced(by: .milliseconds(milliseconds))
  }

  private static func take(
    _ link: SerialLink, _ count: Int, until deadline: MonotonicInstant = soon()
  ) throws(LinkError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count + 2)
    var span = bytes.mutableSpan
    let came = try link.read(
      Leg(endpoint: 0, byteCount: count), into: &span, at: 1, until: deadline)
    #expect(bytes[0] == 0xEE && bytes[count + 1] == 0xEE)
    return Array(bytes[1..<1 + came])
  }

  private static func ask(_ link: SerialLink, _ text: String) throws(LinkError) {
    try link.write(Array(text.utf8).span, to: 0, until: soon())
  }

  @Test func questionsAreAnsweredBothWaysByteForByte() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    #expect(link.reachesEmulator && link.node == terminal.path)
    let all = (0...255).map { UInt8($0) }
    // XON, XOFF, CR, LF, NUL, interrupt: nothing may be eaten or changed on either way.
    try link.write(all.span, to: 0, until: Self.soon())
    #expect(terminal.hear(256) == all)
    terminal.say(all)
    #expect(try Self.take(link, 256) == all)
    link.close()
    link.close()
    #expect(throws: LinkError.gone) { try Self.ask(link, "x") }
  }

  @Test func aLegIsReadWholeWhereverItIsCut() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    let block = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let sender = Thread {
      var sent = 0
      for size in [1, 2, 4095, 1, 4097, 3000, 8804] {
        terminal.say(Array(block[sent..<sent + size]))
        sent += size
      }
    }
    sender.start()
    var read: [UInt8] = []
    for size in [3, 1, 4096, 10_000, 5900] { read += try Self.take(link, size) }
    #expect(read == block)
    link.close()
  }

  @Test func whatCameBeforeTheDeadlineIsGivenAndCounted() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    terminal.say([1, 2, 3])
    var bytes = [UInt8](repeating: 0, count: 12)
    var span = bytes.mutableSpan
    var refusal: LinkError?
    do throws(LinkError) {
      _ = try link.read(Self.line, into: &span, at: 0, until: Self.soon(20))
    } catch { refusal = error }
    #expect(refusal == .timedOut(received: 3))
    #expect(Array(bytes[..<4]) == [1, 2, 3, 0])
    #expect(throws: LinkError.timedOut(received: 0)) {
      _ = try Self.take(link, 1, until: Self.soon(5))
    }
    // Still usable; and a deadline that has passed still gives what is there.
    terminal.say([4])
    #expect(try Self.take(link, 1) == [4])
    terminal.say([5])
    _ = try? Self.take(link, 2, until: Self.soon(10))
    terminal.say([6, 7])
    var come = false
    while !come {
      do throws(LinkError) {
        #expect(try Self.take(link, 2, until: .unknown) == [6, 7])
        come = true
      } catch { #expect(error == .timedOut(received: 0)) }
    }
    link.close()
  }

  @Test func aBufferThatIsTooSmallIsRefused() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    var bytes = [UInt8](repeating: 0, count: 4)
    var span = bytes.mutableSpan
    for (offset, count) in [(-1, 2), (3, 2), (0, -1), (5, 0), (0, .max)] {
      var refusal: LinkError?
      do throws(LinkError) {
        _ = try link.read(
          Leg(endpoint: 0, byteCount: count), into: &span, at: offset, until: Self.soon())
      } catch { refusal = error }
      guard case .system? = refusal else {
        Issue.record("\(offset), \(count): \(String(describing: refusal))")
        continue
      }
    }
    link.close()
  }

  @Test func aCancelEndsAWaitAndRearms() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    let canceller = link.canceller
    for _ in 0..<3 {
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: 0.02)
        canceller.cancel()
      }
      let started = MonotonicInstant.now
      #expect(throws: LinkError.cancelled) { _ = try Self.take(link, 1, until: .never) }
      print("cancelled after", started.duration(to: .now) - .milliseconds(20))
      #expect(throws: LinkError.cancelled) { try Self.ask(link, "x") }
      canceller.rearm()
      terminal.say([7])
      #expect(try Self.take(link, 1) == [7])
    }
    link.close()
    canceller.cancel()  // after close: must not touch what is closed
  }

  @Test func aHungUpLineIsGone() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      terminal.hangUp()
    }
    #expect(throws: LinkError.gone) { _ = try Self.take(link, 1, until: .never) }
    #expect(throws: LinkError.gone) { _ = try Self.take(link, 1, until: .unknown) }
    #expect(throws: LinkError.gone) { try Self.ask(link, "x") }
    #expect(throws: LinkError.gone) {
      _ = try link.drain(0, quiet: .milliseconds(1), until: Self.soon())
    }
    #expect(throws: LinkError.gone) { _ = try link.modemLines() }
    #expect(throws: LinkError.gone) { _ = try link.setModemLines([.dataTerminalReady]) }
    // Not opened again: by now the number may be another test's terminal.
    link.close()
  }

  @Test func aSecondOpeningIsBusyAndTheFirstIsNotDisturbed() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    let set = terminal.settings()
    var refusal: LinkError?
    do throws(LinkError) {
      _ = try SerialLink(
        address: terminal.address, facts: SerialFacts(baud: 9600, flowControl: .xonXoff))
    } catch { refusal = error }
    guard case .busy(let holder?) = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
    #expect(holder.hasSuffix("process \(ProcessInfo.processInfo.processIdentifier)"))
    #expect(terminal.settings() == set)
    terminal.say([1])
    #expect(try Self.take(link, 1) == [1])
    link.close()
    let again = try SerialLink(address: terminal.address, facts: Self.facts)
    again.close()
  }

  @Test func aFullLineTimesOutAndWhatIsLeftIsDropped() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    let much = [UInt8](repeating: 0x55, count: 200_000)
    var refusal: LinkError?
    do throws(LinkError) {
      try link.write(much.span, to: 0, until: Self.soon(30))
    } catch { refusal = error }
    guard case .timedOut(let went)? = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
    #expect(went > 1000 && went < 200_000)
    #expect(terminal.hear(1) == [0x55])
    link.close()
  }

  @Test func drainDropsUntilItIsQuiet() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    #expect(try link.drain(0, quiet: .milliseconds(5), until: Self.soon()) == 0)
    terminal.say([UInt8](repeating: 9, count: 5000))
    var dropped = 0
    // The terminal hands over 4 KiB at a time; another turn finds the rest.
    while dropped < 5000 {
      dropped += try link.drain(0, quiet: .milliseconds(20), until: Self.soon())
    }
    #expect(dropped == 5000)
    terminal.say([1, 2])
    #expect(try Self.take(link, 2) == [1, 2])
    link.close()
  }

  @Test func drainingAnEndlessSenderEndsAtTheDeadline() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    let sender = Thread { while !Thread.current.isCancelled { terminal.say([1, 2, 3, 4]) } }
    sender.start()
    #expect(try Self.take(link, 4) == [1, 2, 3, 4])
    var dropped = 0
    do throws(LinkError) {
      dropped = try link.drain(0, quiet: .seconds(1), until: Self.soon(30))
    } catch .timedOut(let came) { dropped = came }
    sender.cancel()
    #expect(dropped > 0)
    // Room for the sender's last word, so that it sees its end.
    _ = try? link.drain(0, quiet: .milliseconds(20), until: Self.soon())
    link.close()
  }

  @Test func aBareTerminalHasNoLinesAndNoBreak() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(
      address: terminal.address, facts: SerialFacts(baud: 28800, flowControl: .rtsCts))
    #expect(try link.modemLines() == nil)
    #expect(try link.setModemLines([.dataTerminalReady]) == false)
    #expect(try link.sendBreak(.milliseconds(1)) == false)
    // Without a CTS line nobody can hold us.
    try Self.ask(link, "ID?\r")
    #expect(terminal.hear(4) == Array("ID?\r".utf8))
    link.close()
  }

  @Test func theLineIsSetAsTheProfileSays() throws {
    let terminal = try TestTerminal()
    let crtscts: UInt32 = 0x8000_0000
    for (flow, ixon, hardware) in [
      (SerialFacts.FlowControl.none, false, false), (.rtsCts, false, true), (.xonXoff, true, false),
    ] {
      for hangsUp in [true, false] {
        let link = try SerialLink(
          address: terminal.address,
          facts: SerialFacts(
            baud: 28800, stopBits: hangsUp ? 1 : 2, flowControl: flow, hangsUpAtClose: hangsUp))
        let (input, control) = terminal.settings()
        #expect((input & UInt32(IXON) != 0) == ixon)
        #expect((input & UInt32(IXOFF) != 0) == ixon)
        #expect(input & crtscts == 0)
        #expect((control & crtscts != 0) == hardware)
        #expect((control & UInt32(HUPCL) != 0) == hangsUp)
        #expect((control & UInt32(CSTOPB) != 0) == !hangsUp)
        link.close()
      }
    }
  }

  @Test func controlRequestsBelongToUSB() throws {
    let terminal = try TestTerminal()
    let link = try SerialLink(address: terminal.address, facts: Self.facts)
    var bytes: [UInt8] = [0]
    var span = bytes.mutableSpan
    var refusal: LinkError?
    do throws(LinkError) {
      _ = try link.control(
        ControlRequest(type: 0x80, request: 6, value: 0, index: 0), data: &span, until: Self.soon())
    } catch { refusal = error }
    guard case .system? = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
    try link.clearHalt(0)
    terminal.say([1, 2, 3])
    Thread.sleep(forTimeInterval: 0.01)
    try link.reset()
    terminal.say([4])
    #expect(try Self.take(link, 1) == [4])
    link.close()
  }

  @Test(arguments: [
    "serial:", "serial:ttyUSB0", "serial:/dev/../etc/passwd", "pty:", "pty:pts/3", "tty:/dev/ttyS0",
    "/dev/ttyUSB0", "serial:/etc/passwd", "SERIAL:/dev/ttyUSB0", "pty:/dev/\u{0}",
  ])
  func anAddressThatNamesNoPortIsRefused(address: String) {
    let refused = error { () throws(LinkError) in
      _ = try SerialLink(address: address, facts: Self.facts)
    }
    guard case .system? = refused else {
      Issue.record("got \(String(describing: refused))")
      return
    }
  }

  @Test func aPathLongerThanTheSystemTakesIsRefused() {
    #expect(SerialAddress.path("pty:" + String(repeating: "/x", count: 2000)) != nil)
    #expect(SerialAddress.path("pty:" + String(repeating: "/x", count: 2001)) == nil)
  }

  @Test func whatIsNoLineIsNotOpenedAsOne() throws {
    let folder = try Folder()
    try Data("x".utf8).write(to: URL(filePath: folder.file("a")))
    for address in ["pty:\(folder.file("a"))", "pty:/dev/null", "serial:/dev/null", "pty:/tmp"] {
      let refused = error { () throws(LinkError) in
        _ = try SerialLink(address: address, facts: Self.facts)
      }
      guard case .system? = refused else {
        Issue.record("\(address): \(String(describing: refused))")
        continue
      }
    }
    let missing = error { () throws(LinkError) in
      _ = try SerialLink(address: "serial:/dev/serial/by-id/usb-nothing", facts: Self.facts)
    }
    #expect(missing == .gone)
  }

  @Test func aTerminalIsEmulatedUnlessItIsBridged() throws {
    #expect(EmulationMark.isEmulated(maker: nil, isPseudoTerminal: true, environment: [:]))
    #expect(
      !EmulationMark.isEmulated(
        maker: nil, isPseudoTerminal: true, isBridged: true, environment: [:]))
    #expect(
      EmulationMark.isEmulated(
        maker: nil, isPseudoTerminal: true, isBridged: true,
        environment: ["GAUGER_EMULATION": "1"]))
    #expect(!EmulationMark.isEmulated(maker: "FTDI", isPseudoTerminal: false, environment: [:]))
  }
}
