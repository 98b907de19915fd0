import Foundation
import Instruments
import Laboratory
import Links
import Synchronization
import Testing

@testable import Bench

/// What an address of a serial line leads to, and which lines are asked on the way.
@Suite struct SerialAddressTests {
  private static let one = "serial:/dev/serial/by-id/usb-FTDI_A1"
  private static let two = "serial:/dev/ttyUSB7"
  private static let rga = SerialInquiry.Answer(model: "test-maker/line200", serialNumber: "12345")

  private func lines(_ yaml: String = "", models: [String] = ["line200"]) throws -> LineBench {
    try LineBench(
      [
        LineBench.port("/dev/serial/by-id/usb-FTDI_A1", adapter: "A1"),
        LineBench.port("/dev/ttyUSB7", adapter: "A7"),
      ], yaml: yaml, models: models)
  }

  private func failure(_ call: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) {
      try call()
      return nil
    } catch { return error }
  }

  @Test func linesAreListedWithoutAModelAndNobodyIsAsked() throws {
    let lines = try lines()
    let listed = try lines.open().instruments()
    #expect(listed.map(\.port.address) == [Self.one, Self.two])
    // The adapter's serial number is not the instrument's.
    #expect(listed.allSatisfy { $0.profile == nil && $0.serialNumber == "?" && $0.alias == nil })
    #expect(lines.asked.isEmpty)
  }

  @Test func aStatedModelIsBelievedAndNotAsked() throws {
    let lines = try lines(
      """
      instruments:
        ms: {address: "serial:/dev/ttyUSB7", model: line200}
      """)
    let bench = try lines.open()
    for address in ["ms", Self.two, "line200", "test-maker/line200"] {
      let found = try bench.instrument(at: address)
      #expect(found.port.address == Self.two && found.alias == "ms")
      #expect(found.profile?.id == "test-maker/line200")
    }
    #expect(lines.asked.isEmpty)
  }

  @Test func aNamedLineIsAskedAndTheAnswerIsRemembered() throws {
    let lines = try lines()
    lines.answers.withLock { $0 = [Self.one: [Self.rga]] }
    let found = try lines.open().instrument(at: Self.one)
    #expect(found.profile?.id == "test-maker/line200" && found.serialNumber == "12345")
    #expect(lines.asked == [Self.one])
    // The next command lists it with its last known serial number, and asks nobody.
    let listed = try lines.open().instruments()
    #expect(listed.map(\.serialNumber) == ["12345", "?"])
    #expect(lines.asked == [Self.one])
  }

  @Test func silenceOnANamedLineIsToldWithWhatWasAsked() throws {
    let lines = try lines()
    let bench = try lines.open()
    let failure = failure { () throws(Failure) in _ = try bench.instrument(at: Self.two) }
    #expect(failure?.code == "instrument-no-answer" && failure?.exit == .notFound)
    #expect(failure?.why.contains("ID? at 28800 baud 8N1") == true)
  }

  @Test func twoModelsThatAnswerAlikeAreAmbiguous() throws {
    let lines = try lines(models: ["line100", "line200"])
    lines.answers.withLock {
      $0 = [Self.one: [Self.rga, .init(model: "test-maker/line100", serialNumber: "12345")]]
    }
    let bench = try lines.open()
    let failure = failure { () throws(Failure) in _ = try bench.instrument(at: Self.one) }
    #expect(failure?.code == "instrument-ambiguous" && failure?.exit == .ambiguous)
    #expect(failure?.what.contains("test-maker/line100") == true)
    #expect(failure?.next.contains("bench.yaml") == true)
  }

  @Test func twoStatedLinesOfOneModelAreAmbiguousWithoutASerialNumber() throws {
    let lines = try lines(
      """
      instruments:
        left: {address: "serial:/dev/ttyUSB7", model: line200}
        right: {address: "\(Self.one)", model: line200}
      """)
    lines.answers.withLock {
      $0 = [
        Self.one: [Self.rga], Self.two: [.init(model: "test-maker/line200", serialNumber: "9")],
      ]
    }
    let bench = try lines.open()
    let failure = failure { () throws(Failure) in _ = try bench.instrument(at: "line200") }
    #expect(failure?.code == "instrument-ambiguous" && failure?.exit == .ambiguous)
    #expect(lines.asked.isEmpty)
    #expect(try bench.instrument(at: "line200:9").port.address == Self.two)
    #expect(try bench.instrument(at: "test-line:12345").port.address == Self.one)
  }

  @Test func bySerialNumberOnlyLinesWhereItWasBeforeAreAsked() throws {
    let lines = try lines()
    lines.answers.withLock { $0 = [Self.two: [Self.rga]] }
    var bench = try lines.open()
    // Nobody knows it yet: no line is asked, and the failure says how to begin.
    let unknown = failure { () throws(Failure) in _ = try bench.instrument(at: "line200:12345") }
    #expect(unknown?.code == "instrument-not-found" && unknown?.exit == .notFound)
    #expect(unknown?.next.contains("serial:/dev/") == true)
    #expect(lines.asked.isEmpty)
    // Seen on both lines at some time; now on the first.
    _ = try bench.instrument(at: Self.two)
    lines.answers.withLock { $0 = [Self.one: [Self.rga]] }
    _ = try bench.instrument(at: Self.one)
    #expect(lines.asked == [Self.two, Self.one])
    bench = try lines.open()
    for address in ["line200:12345", "test-maker/line200:12345", "test-line:12345"] {
      let found = try bench.instrument(at: address)
      #expect(found.port.address == Self.one && found.profile?.id == "test-maker/line200")
    }
    // Moved back: the other remembered line is asked as well.
    lines.answers.withLock { $0 = [Self.two: [Self.rga]] }
    #expect(try bench.instrument(at: "line200:12345").port.address == Self.two)
  }

  @Test func anotherInstrumentOnTheRememberedLineIsNotTaken() throws {
    let lines = try lines()
    lines.answers.withLock { $0 = [Self.two: [Self.rga]] }
    let bench = try lines.open()
    _ = try bench.instrument(at: Self.two)
    lines.answers.withLock {
      $0 = [Self.two: [.init(model: "test-maker/line200", serialNumber: "777")]]
    }
    let failure = failure { () throws(Failure) in _ = try bench.instrument(at: "line200:12345") }
    #expect(failure?.code == "instrument-no-answer" && failure?.exit == .notFound)
    #expect(failure?.why.contains("777 is there") == true)
  }

  @Test func aModelAloneIsLookedForWhereItWasAndOnEmulatedLines() throws {
    let lines = try lines()
    lines.answers.withLock { $0 = [Self.one: [Self.rga], Self.two: [Self.rga]] }
    let bench = try lines.open()
    // A real line where nothing was ever seen is not asked.
    let unknown = failure { () throws(Failure) in _ = try bench.instrument(at: "line200") }
    #expect(unknown?.code == "instrument-not-found" && lines.asked.isEmpty)
    _ = try bench.instrument(at: Self.two)
    #expect(try lines.open().instrument(at: "line200").port.address == Self.two)
    #expect(lines.asked == [Self.two, Self.two])
    // Two emulated ones: both are asked, and neither is chosen.
    lines.ports.withLock {
      $0 = ["/dev/ttyUSB7", "/dev/ttyUSB8"].map { LineBench.port($0, emulated: true) }
    }
    lines.answers.withLock {
      $0 = [Self.two: [Self.rga], "serial:/dev/ttyUSB8": [.init(model: "test-maker/line200")]]
    }
    let emulated = try lines.open()
    let twice = failure { () throws(Failure) in
      _ = try emulated.instrument(at: "test-maker/line200")
    }
    #expect(twice?.code == "instrument-ambiguous" && twice?.exit == .ambiguous)
    lines.answers.withLock { $0[Self.two] = nil }
    let only = try lines.open().instrument(at: "line200")
    #expect(only.port.address == "serial:/dev/ttyUSB8")
    lines.answers.withLock { $0 = [:] }
    let nobody = failure { () throws(Failure) in _ = try emulated.instrument(at: "line200") }
    #expect(nobody?.code == "instrument-no-answer")
  }

  @Test func whatWasRememberedOfAnEmulatorIsNotLookedForOnRealLines() throws {
    let lines = try LineBench([LineBench.port("/dev/ttyUSB7", emulated: true)])
    lines.answers.withLock { $0 = [Self.two: [Self.rga]] }
    _ = try lines.open().instrument(at: Self.two)
    #expect(try lines.open().instruments().map(\.serialNumber) == ["12345"])
    lines.ports.withLock { $0 = [LineBench.port("/dev/ttyUSB7")] }
    #expect(try lines.open().instruments().map(\.serialNumber) == ["?"])
    let bench = try lines.open()
    let failure = failure { () throws(Failure) in _ = try bench.instrument(at: "line200:12345") }
    #expect(failure?.code == "instrument-not-found")
    let model = self.failure { () throws(Failure) in _ = try bench.instrument(at: "line200") }
    #expect(model?.code == "instrument-not-found" && lines.asked == [Self.two])
  }

  @Test func deniedAndBusyLinesAreNotAskedAndSpeakOfSerialPorts() throws {
    let lines = try LineBench([
      LineBench.port("/dev/ttyUSB7", state: .denied),
      LineBench.port("/dev/ttyUSB8", state: .busy(holder: "minicom, process 7")),
    ])
    let bench = try lines.open()
    let denied = failure { () throws(Failure) in _ = try bench.instrument(at: Self.two) }
    #expect(denied?.code == "serial-denied" && denied?.exit == .denied)
    let busy = failure { () throws(Failure) in
      _ = try bench.instrument(at: "serial:/dev/ttyUSB8")
    }
    #expect(busy?.code == "serial-busy" && busy?.what.contains("minicom, process 7") == true)
    #expect(lines.asked.isEmpty)
  }

  @Test func aStatedModelThatNoProfileHasIsNamed() throws {
    let lines = try lines("instruments: {ms: {address: \"\(Self.two)\", model: rga9000}}")
    let bench = try lines.open()
    for address in ["ms", Self.two] {
      let failure = failure { () throws(Failure) in _ = try bench.instrument(at: address) }
      #expect(failure?.code == "instrument-unknown-model" && failure?.exit == .notFound)
      #expect(failure?.what.contains("rga9000") == true)
    }
  }

  @Test func aLineThatIsNotThereIsNotFound() throws {
    let lines = try lines()
    let bench = try lines.open()
    for address in ["serial:/dev/ttyUSB99", "pty:/nowhere", "serial:", "pty:"] {
      let failure = failure { () throws(Failure) in _ = try bench.instrument(at: address) }
      #expect(failure?.code == "instrument-not-found", "\(address)")
    }
  }

  @Test func aDamagedMemoryOfInstrumentsIsNoFailure() throws {
    let lines = try lines()
    for text in ["", "{", "{\"schema\":2,\"instruments\":[]}", "[1]", "\u{0}"] {
      try Data(text.utf8).write(
        to: URL(fileURLWithPath: lines.folder.path + "/instruments.json"))
      #expect(try lines.open().instruments().map(\.serialNumber) == ["?", "?"])
    }
    lines.answers.withLock { $0 = [Self.one: [Self.rga]] }
    _ = try lines.open().instrument(at: Self.one)
    #expect(try lines.open().instruments().map(\.serialNumber) == ["12345", "?"])
  }

  @Test func identifyingAsksEveryReadyLineAndSilenceIsNoFailure() async throws {
    let lines = try lines()
    lines.answers.withLock { $0 = [Self.two: [Self.rga]] }
    let bench = try lines.open()
    let answers = await Identifying(bench: bench).identify(try bench.instruments())
    #expect(answers.map(\.failure) == [nil, nil])
    #expect(answers[0].unanswered == ["ID? at 28800 baud 8N1"])
    #expect(answers[0].instrument.profile == nil)
    #expect(answers[1].serialNumber == "12345")
    #expect(answers[1].instrument.profile?.id == "test-maker/line200")
  }

  @Test func aUSBInstrumentWithoutASerialNumberIsFoundWhereItWasLast() throws {
    func port(_ place: String) -> InstrumentPort {
      InstrumentPort(
        address: place, node: "/dev/null", vendor: 0x2457, product: 0x101E, isEmulated: false,
        state: .ready)
    }
    let lines = try LineBench([port("usb:1-1"), port("usb:1-2")])
    var bench = try lines.open()
    let twice = failure { () throws(Failure) in
      _ = try bench.instrument(at: "usb2000plus:USB2+H1")
    }
    #expect(twice?.code == "instrument-ambiguous" && twice?.exit == .ambiguous)
    bench.remember(try bench.instrument(at: "usb:1-2"), serialNumber: "USB2+H1")
    bench = try lines.open()
    let found = try bench.instrument(at: "usb2000plus:USB2+H1")
    #expect(found.port.address == "usb:1-2" && found.askedSerialNumber == "USB2+H1")
    // Another one is there now: opening it tells, and it is not taken for the one that was named.
    let other = InstrumentRecord(model: "ocean-optics/usb2000plus", serialNumber: "USB2+H2")
    let wrong = failure { () throws(Failure) in try bench.check(found, is: other) }
    #expect(wrong?.code == "instrument-not-this" && wrong?.exit == .notFound)
    #expect(try bench.instruments().map(\.serialNumber) == ["?", "USB2+H2"])
  }
}
