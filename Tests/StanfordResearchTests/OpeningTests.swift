import Instruments
import Testing

@testable import StanfordResearch

@Suite struct OpeningTests {
  private func refusal(
    _ model: String = "rga200", _ change: (FakeHead) -> Void
  ) throws -> (DriverError?, FakeHead) {
    let head = FakeHead()
    change(head)
    do {
      _ = try Stand.open(head, model)
      return (nil, head)
    } catch let error as DriverError {
      return (error, head)
    }
  }

  @Test func everythingIsSwitchedOffBeforeTheFirstQuestion() throws {
    let head = FakeHead()
    let instrument = try Stand.open(head)
    #expect(Array(head.sent.prefix(5)) == ["", "HV0", "FL0", "MR0", "ID?"])
    #expect(instrument.record.model == "stanford-research/rga200")
    #expect(instrument.record.serialNumber == "12226")
    #expect(instrument.record.firmware == "0.24")
    #expect(!head.sent.contains { $0.hasPrefix("DI") && $0 != "DI?" })
  }

  @Test func answersAreKeptByteForByte() throws {
    let record = try Stand.open(FakeHead()).record
    let kept = Dictionary(uniqueKeysWithValues: record.memory.map { ($0.name, $0.bytes) })
    #expect(kept["id"] == FakeHead.text("SRSRGA200VER0.24SN12226"))
    #expect(kept["sp"] == FakeHead.text("0.1033"))
    #expect(kept["st"] == FakeHead.text("0.0197"))
    #expect(kept["mg"] == FakeHead.text("1.2345"))
    #expect(kept["mv"] == FakeHead.text("1400"))
    #expect(kept["mo"] == FakeHead.text("1"))
    #expect(kept["ri"] == FakeHead.text("-5.1"))
    #expect(record.remarks["multiplier"] == "fitted")
    #expect(record.remarks["filament"] == nil)
  }

  @Test func aUnitWithoutMultiplierIsNeverToldOfOneAgain() throws {
    let head = FakeHead()
    head.parameters["MO"] = "0"
    var instrument = try Stand.open(head)
    // The first HV0 was said before anybody could know, and the bit it set was cleared.
    #expect(head.sent.filter { $0.hasPrefix("HV") } == ["HV0"])
    #expect(head.details["EC"] == 0)
    #expect(instrument.record.memory.allSatisfy { $0.name != "mg" && $0.name != "mv" })
    try instrument.close()
    #expect(head.sent.filter { $0.hasPrefix("HV") } == ["HV0"])
    #expect(head.sent.suffix(3) == ["FL0", "MR0", "FL?"])
  }

  @Test func anotherModelIsRefusedByName() throws {
    let (error, head) = try refusal { $0.model = "300" }
    #expect(
      error
        == .wrongInstrument(
          detail: "it calls itself SRSRGA300, the profile is for SRSRGA200"))
    #expect(head.closes == 1)
    #expect(head.sent.suffix(4) == ["", "HV0", "FL0", "MR0"])
  }

  @Test func aUnitThatWasNeverSetUpIsNamed() throws {
    let (error, _) = try refusal { $0.model = "???" }
    guard case .wrongInstrument(let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(detail.contains("???"))
  }

  @Test func lateStatusAnswersDoNotHideTheIdentity() throws {
    let head = FakeHead()
    var times = 0
    head.tamper = { command, answer in
      guard command == "ID?" else { return answer }
      times += 1
      return times == 1 ? FakeHead.text("0") + FakeHead.text("0") + answer : answer
    }
    #expect(try Stand.open(head).record.serialNumber == "12226")
  }

  @Test func aLineThatTalksForEverIsRefused() throws {
    let (error, head) = try refusal { head in
      head.tamper = { command, answer in
        command == "ID?" ? [UInt8](repeating: 0x0D, count: 4000) : answer
      }
    }
    #expect(error == .lostSync(what: "ask ID?", got: 0x0D, expected: 0x0A))
    #expect(head.closes == 1)
  }

  @Test func hardwareFaultsOfTheSelfCheckAreNamed() throws {
    for (name, byte, said) in [
      ("EQ", UInt8(0x10), "QMF_ERR current limited"), ("EQ", 0x40, "primary above 2.0 A"),
      ("EQ", 0x80, "RF_CT too high at the last mass"), ("ED", 0x02, "DET_ERR op-amp offset"),
      ("ED", 0x18, "COMPENSATE -5 nA, COMPENSATE +5 nA"), ("ED", 0x20, "DETECT -5 nA"),
      ("ED", 0x40, "DETECT +5 nA"), ("ED", 0x80, "ADC16 test"),
      ("EP", 0x40, "PS_ERR supply below 22 V"), ("EP", 0x80, "supply above 26 V"),
      ("EP", 0x01, "bit 0, which is not documented"),
    ] {
      let (error, head) = try refusal { $0.details[name] = byte }
      guard case .instrumentFault(let detail) = error else {
        Issue.record("\(name) \(byte): \(String(describing: error))")
        continue
      }
      #expect(detail.contains(said))
      #expect(head.sent.suffix(4) == ["", "HV0", "FL0", "MR0"])
      #expect(head.closes == 1)
    }
  }

  /// It clears only when the filament has come on, which nobody could ever try again otherwise.
  @Test func anOldFilamentFaultIsToldButNotRefused() throws {
    let head = FakeHead()
    head.details["EF"] = 0x21
    #expect(
      try Stand.open(head).record.remarks["filament"]
        == "FIL_ERR single filament operation, pressure too high")
  }

  @Test func anErrorThatOthersLeftIsCleared() throws {
    let head = FakeHead()
    head.details["EC"] = 0x44
    head.details["EM"] = 0x80
    _ = try Stand.open(head)
    #expect(head.details["EC"] == 0 && head.details["EM"] == 0)
  }

  @Test func aSilentLineTellsWhetherTheHeadHasPower() throws {
    let (dead, head) = try refusal {
      $0.isSilent = true
      $0.lines = [.clearToSend]
    }
    guard case .instrumentFault(let detail) = dead else {
      Issue.record("\(String(describing: dead))")
      return
    }
    #expect(detail.contains("DSR"))
    #expect(head.sent.filter { $0 == "ID?" }.count == 2)
    for lines in [ModemLines.dataSetReady, nil] {
      let (silent, _) = try refusal {
        $0.isSilent = true
        $0.lines = lines
      }
      #expect(silent == .link(.timedOut(received: 0), step: "ask ID?"))
    }
  }

  @Test func aTornAnswerIsAskedForAgain() throws {
    let head = FakeHead()
    var times = 0
    head.tamper = { command, answer in
      guard command == "SP?" else { return answer }
      times += 1
      return times == 1 ? Array(answer.dropLast(2)) + [0x0D] : answer
    }
    let record = try Stand.open(head).record
    #expect(times == 3)
    #expect(record.memory.contains { $0.name == "sp" && $0.bytes == FakeHead.text("0.1033") })
  }

  @Test(arguments: ["SP?", "ST?", "ID?"])
  func aWrongDigitIsNotBelieved(_ question: String) throws {
    let clean = try Stand.open(FakeHead()).record
    let head = FakeHead()
    var times = 0
    head.tamper = { command, answer in
      guard command == question else { return answer }
      times += 1
      var wrong = answer
      if times == 1 { wrong[wrong.count - 3] ^= 1 }
      return wrong
    }
    #expect(try Stand.open(head).record == clean)
    #expect(times == 3)
  }

  @Test func anAnswerThatIsAnotherOneEachTimeIsRefused() throws {
    let (error, head) = try refusal { head in
      var times = 0
      head.tamper = { command, answer in
        guard command == "ST?" else { return answer }
        times += 1
        return FakeHead.text("0.0\(times)")
      }
    }
    #expect(
      error
        == .unexpectedAnswer(what: "The answer to ST?", detail: "it is another one each time"))
    #expect(head.closes == 1)
  }

  @Test func theLinesOfTheLineAreAskedOfAHeadThatRefusesACommand() throws {
    let (error, _) = try refusal { $0.parameters["DI"] = nil }
    #expect(
      error == .instrumentFault(detail: "it does not answer DI?: RS232_ERR bad command"))
  }

  @Test func profilesThatTheDriverCannotUseAreRefused() throws {
    let text = try Stand.profile().text
    for (old, new) in [
      ("mass_ms: [2200, ", "mass_ms: ["), ("model: \"200\"", "model: \"20\""),
      ("lowest_mA: 0.02", "lowest_mA: 0"),
      ("frame_margin: { value: 1.25", "frame_margin: { value: 0.5"),
      ("surplus_wait_ms: { value: 50", "surplus_wait_ms: { value: -1"),
      ("amperes_per_count: { value: 1.0e-16", "amperes_per_count: { value: 0"),
      ("choices: [0, 1, 2]\n", "choices: [0, 1]\n"),
      ("choices: [0, 1, 2, 3, 4, 5, 6, 7]", "choices: [0, 1, 2, 3, 4, 5, 6]"),
      ("  focus_V:", "  focus_x_V:"), ("quiet_ms:", "silence_ms:"),
    ] {
      let changed = text.replacing(old, with: new)
      #expect(changed != text, "\(old)")
      #expect(throws: (any Error).self, "\(new)") {
        _ = try Self.read(changed)
      }
    }
  }
}

import Profiles
import Registry

extension OpeningTests {
  static func read(_ text: String) throws -> DeviceProfile {
    try ProfileReader.read(text: text, file: "rga.yaml", drivers: Registry.drivers)
  }
}
