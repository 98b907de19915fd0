import Instruments
import Profiles
import Testing

/// What a profile says of a serial line.
@Suite struct SerialProfileTests {
  static let right = """
    schema: 1
    id: acme/scale
    name: Scale
    maker: Acme
    driver: acme-driver
    techniques: [weighing]
    status: documented
    sources:
      manual: "Acme manual, page 3"
    recognition:
      - serial:
          ask: "ID?"
          ask_ends: cr
          answer_begins: ACME
          answer_ends: lf_cr
          within_ms: 1000
          serial_number_follows: SN
          source: manual
    link:
      serial:
        baud: 28800
        data_bits: 8
        parity: none
        stop_bits: 1
        flow_control: rts_cts
        hangs_up_at_close: false
        source: manual
    settings: {}
    limits:
      peak_frames_per_second: { value: 12.5, source: manual }
      make_safe_within_ms: { value: 1500, source: manual }
    facts: { shape: { value: 1, source: manual } }

    """

  @Test func theLineAndTheQuestionAreRead() throws {
    let profile = try ProfileReader.read(text: Self.right, file: "scale.yaml")
    #expect(
      profile.link
        == .serial(SerialFacts(baud: 28_800, flowControl: .rtsCts, hangsUpAtClose: false)))
    #expect(
      profile.recognition == [
        .serial(
          SerialQuestion(
            ask: Array("ID?\r".utf8), answerBegins: Array("ACME".utf8),
            answerEnds: [0x0A, 0x0D], within: .seconds(1),
            serialNumberFollows: Array("SN".utf8)))
      ])
    let others =
      Self.right
      .replacing("      serial_number_follows: SN\n", with: "")
      .replacing("parity: none", with: "parity: odd").replacing(
        "data_bits: 8", with: "data_bits: 7"
      )
      .replacing("stop_bits: 1", with: "stop_bits: 2")
      .replacing("flow_control: rts_cts", with: "flow_control: xon_xoff")
      .replacing("ask_ends: cr", with: "ask_ends: cr_lf")
      .replacing("answer_ends: lf_cr", with: "answer_ends: lf")
    let other = try ProfileReader.read(text: others, file: "scale.yaml")
    #expect(
      other.link
        == .serial(
          SerialFacts(
            baud: 28_800, dataBits: 7, parity: .odd, stopBits: 2, flowControl: .xonXoff,
            hangsUpAtClose: false)))
    guard case .serial(let question) = other.recognition.first else {
      Issue.record("no serial question")
      return
    }
    #expect(question.ask == Array("ID?\r\n".utf8))
    #expect(question.answerEnds == [0x0A])
    #expect(question.serialNumberFollows == nil)
  }

  @Test(arguments: [
    ("baud: 28800", "baud: 49"), ("baud: 28800", "baud: 4000001"), ("baud: 28800", "baud: fast"),
    ("data_bits: 8", "data_bits: 4"), ("data_bits: 8", "data_bits: 9"),
    ("parity: none", "parity: mark"), ("parity: none", "parity: 0"),
    ("stop_bits: 1", "stop_bits: 0"), ("stop_bits: 1", "stop_bits: 1.5"),
    ("flow_control: rts_cts", "flow_control: dtr_dsr"),
    ("hangs_up_at_close: false", "hangs_up_at_close: no"),
    ("ask_ends: cr\n", "ask_ends: nul\n"), ("answer_ends: lf_cr", "answer_ends: none"),
    ("ask: \"ID?\"", "ask: \"\""), ("ask: \"ID?\"", "ask: \"I\\tD?\""),
    ("ask: \"ID?\"", "ask: \"\u{E9}\""),
    ("answer_begins: ACME", "answer_begins: \(String(repeating: "A", count: 65))"),
    ("within_ms: 1000", "within_ms: 0"), ("within_ms: 1000", "within_ms: 10001"),
    ("serial_number_follows: SN", "serial_number_follows: \"\""),
  ])
  func badValuesAreRefused(_ old: String, _ new: String) {
    #expect(refusal(old, new)?.code == .badValue, "\(new)")
    #expect((refusal(old, new)?.line ?? 0) > 0)
  }

  @Test func everyKeyButTheSerialNumberIsNeeded() {
    for key in [
      "baud", "data_bits", "parity", "stop_bits", "flow_control", "hangs_up_at_close", "ask",
      "ask_ends", "answer_begins", "answer_ends", "within_ms",
    ] {
      let lines = Self.right.split(separator: "\n", omittingEmptySubsequences: false)
      let text = lines.filter { !$0.drop { $0 == " " }.hasPrefix("\(key):") }.joined(
        separator: "\n")
      #expect(text != Self.right)
      #expect(error(text)?.code == .missingKey, "\(key)")
    }
  }

  @Test func unknownKeysAndMissingSourcesAreRefused() {
    #expect(refusal("baud: 28800", "bauds: 28800")?.code == .unknownKey)
    #expect(refusal("within_ms: 1000", "within: 1000")?.code == .unknownKey)
    #expect(
      refusal("      serial_number_follows: SN\n      source: manual", "      source: nobody")?.code
        == .noSource)
    #expect(
      refusal("    hangs_up_at_close: false\n    source: manual", "    hangs_up_at_close: false")?
        .code
        == .noSource)
  }

  private func refusal(_ old: String, _ new: String) -> ProfileError? {
    let text = Self.right.replacing(old, with: new)
    #expect(text != Self.right, "'\(old)' is not in the text")
    return error(text)
  }

  private func error(_ text: String) -> ProfileError? {
    do {
      _ = try ProfileReader.read(text: text, file: "scale.yaml")
      return nil
    } catch {
      return error
    }
  }
}
