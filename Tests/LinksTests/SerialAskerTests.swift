import Foundation
import Instruments
import Synchronization
import Testing

@testable import Links

/// Asking a line what is on it, on bare pseudo-terminals.
@Suite(.timeLimit(.minutes(1))) struct SerialAskerTests {
  private static func profile(
    _ id: String, ask: String, begins: String, facts: SerialFacts = SerialFacts(baud: 28800),
    within: Int = 5000
  ) -> DeviceProfile {
    DeviceProfile(
      id: id, name: id, maker: "Test", driver: "test-driver", techniques: ["mass"],
      status: .documented,
      recognition: [
        .serial(
          SerialQuestion(
            ask: Array(ask.utf8) + [0x0D], answerBegins: Array(begins.utf8),
            answerEnds: [0x0A, 0x0D], within: .milliseconds(within),
            serialNumberFollows: Array("SN".utf8)))
      ],
      link: .serial(facts), settings: [],
      limits: .init(peakFramesPerSecond: 1, makeSafeWithin: .seconds(1)), facts: .map([:]),
      text: "", file: "")
  }

  /// An instrument that answers each question it hears, up to its CR, by `answers`.
  private final class Instrument: Sendable {
    let terminal: TestTerminal
    private let questions = Mutex<[String]>([])

    init(_ answer: @escaping @Sendable (String) -> String?) throws {
      terminal = try TestTerminal()
      Thread.detachNewThread { [terminal, self] in
        var said: [UInt8] = []
        while true {
          let byte = terminal.hear(1)
          guard let byte = byte.first else { return }  // quiet for a second: the test is over
          guard byte == 0x0D else {
            said.append(byte)
            continue
          }
          let question = String(decoding: said, as: UTF8.self)
          said = []
          questions.withLock { $0.append(question) }
          if let text = answer(question) { terminal.say(Array(text.utf8)) }
        }
      }
    }

    var heard: [String] { questions.withLock { $0 } }
    var port: InstrumentPort {
      InstrumentPort(
        address: terminal.address, node: terminal.path, kind: .pty, isEmulated: true,
        state: .ready)
    }
  }

  @Test func theModelThatAnswersIsFoundWithItsSerialNumber() throws {
    let instrument = try Instrument { $0 == "ID?" ? "SRSRGA200VER0.24SN12345\n\r" : nil }
    let inquiry = try SerialAsker.ask(
      instrument.port,
      for: [
        Self.profile("srs/rga100", ask: "ID?", begins: "SRSRGA100"),
        Self.profile("srs/rga200", ask: "ID?", begins: "SRSRGA200"),
        Self.profile("srs/rga20", ask: "ID?", begins: "SRSRGA20"),
      ])
    // The most exact answer counts, and one question is asked once for all three.
    #expect(inquiry.answers == [.init(model: "srs/rga200", serialNumber: "12345")])
    #expect(instrument.heard == ["ID?"])
    #expect(inquiry.asked == ["ID? at 28800 baud 8N1"])
  }

  @Test func twoModelsWithOneAnswerAreBothGiven() throws {
    let instrument = try Instrument { _ in "SRSRGA200VER0.24SN12345\n\r" }
    let inquiry = try SerialAsker.ask(
      instrument.port,
      for: [
        Self.profile("a/one", ask: "ID?", begins: "SRSRGA200"),
        Self.profile("b/two", ask: "ID?", begins: "SRSRGA200"),
      ])
    #expect(inquiry.answers.map(\.model) == ["a/one", "b/two"])
  }

  @Test func everyQuestionIsTriedAtItsSettingsAndToldWithThem() throws {
    let instrument = try Instrument { _ in "?\n\r" }
    let slow = SerialFacts(baud: 9600, parity: .even, stopBits: 2, flowControl: .xonXoff)
    let inquiry = try SerialAsker.ask(
      instrument.port,
      for: [
        Self.profile("a/one", ask: "ID?", begins: "X", within: 2000),
        Self.profile("b/two", ask: "*IDN?", begins: "Y", facts: slow, within: 2000),
      ])
    #expect(inquiry.answers.isEmpty)
    #expect(
      inquiry.asked == ["ID? at 28800 baud 8N1", "*IDN? at 9600 baud 8E2, xon_xoff"])
    #expect(instrument.heard == ["ID?", "*IDN?"])
  }

  @Test(arguments: [
    "", "\n\r", "SRSRGA200", "?\n\r", "SRSRGA20\n\r", String(repeating: "S", count: 400),
    "\n\r\n\r", "\u{0}SRSRGA200SN1\n\r",
  ])
  func nonsenseIsNoAnswer(text: String) throws {
    let instrument = try Instrument { _ in text }
    let inquiry = try SerialAsker.ask(
      instrument.port,
      for: [Self.profile("srs/rga200", ask: "ID?", begins: "SRSRGA200", within: 20)])
    #expect(inquiry.answers.isEmpty)
  }

  @Test func anAnswerAfterAnEmptyLineOrAtTheSecondAttemptCounts() throws {
    let empty = try Instrument { _ in "\n\rSRSRGA200VER0.24SN7\n\r" }
    let patient = Self.profile("srs/rga200", ask: "ID?", begins: "SRSRGA200", within: 5000)
    #expect(
      try SerialAsker.ask(empty.port, for: [patient]).answers
        == [.init(model: "srs/rga200", serialNumber: "7")])
    let profile = Self.profile("srs/rga200", ask: "ID?", begins: "SRSRGA200", within: 300)
    let count = Mutex(0)
    let late = try Instrument { _ in
      count.withLock {
        $0 += 1
        return $0 > 1
      } ? "SRSRGA200VER0.24\n\r" : nil
    }
    #expect(
      try SerialAsker.ask(late.port, for: [profile]).answers == [.init(model: "srs/rga200")])
  }

  @Test func whatIsNoQuestionForALineIsNotAsked() throws {
    let instrument = try Instrument { _ in "X\n\r" }
    var usb = Self.profile("a/one", ask: "ID?", begins: "X")
    usb.link = .usb(.init(configuration: 1, interface: 0, endpoints: [:], resetsAtClose: false))
    var silent = Self.profile("a/two", ask: "ID?", begins: "X")
    silent.recognition = []
    let inquiry = try SerialAsker.ask(instrument.port, for: [usb, silent])
    #expect(inquiry == SerialInquiry())
    #expect(instrument.heard.isEmpty)
  }

  @Test func aLineThatIsHeldIsBusy() throws {
    let instrument = try Instrument { _ in nil }
    let link = try SerialLink(
      address: instrument.terminal.address, facts: SerialFacts(baud: 28800))
    let profile = Self.profile("srs/rga200", ask: "ID?", begins: "SRSRGA200", within: 20)
    let refusal = error { () throws(LinkError) in
      _ = try SerialAsker.ask(instrument.port, for: [profile])
    }
    guard case .busy? = refusal else {
      Issue.record("got \(String(describing: refusal))")
      return
    }
    #expect(instrument.heard.isEmpty)
    link.close()
  }

  @Test func theSerialNumberIsWhatFollowsTheMark() {
    let question = SerialQuestion(
      ask: [0x3F], answerBegins: Array("SNAKE".utf8), answerEnds: [0x0A, 0x0D], within: .seconds(1),
      serialNumberFollows: Array("SN".utf8))
    func number(_ text: String) -> String? {
      SerialAsker.serialNumber(in: Array(text.utf8), question)
    }
    #expect(number("SNAKE1SN42\n\r") == "42")
    #expect(number("SNAKE1SN42 x\n\r") == "42")
    #expect(number("SNAKE1\n\r") == nil)
    #expect(number("SNAKE1SN\n\r") == nil)
    #expect(number("SNAKE1S\n\r") == nil)
    #expect(number("") == nil)
  }
}
