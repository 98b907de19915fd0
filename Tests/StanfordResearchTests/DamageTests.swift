import Instruments
import Testing

@testable import StanfordResearch

/// Every kind of damage at every place: a named error, the instrument off, nothing taken for good.
@Suite(.timeLimit(.minutes(2))) struct DamageTests {
  /// Opens, sets, takes two scans, closes; what was taken as complete.
  static func session(_ head: FakeHead) throws(DriverError) -> [[UInt8]] {
    var good: [[UInt8]] = []
    let profile: DeviceProfile
    do { profile = try Stand.profile() } catch {
      throw .unusableProfile(detail: "\(error)")
    }
    var instrument = try ResidualGasAnalyzer(link: FakeLink(head), profile: profile)
    let standard = profile.standardSettings
    do throws(DriverError) {
      _ = try instrument.apply(
        standard.overlaid(with: Settings(["last_mass_amu": 2, "multiplier_V": 1400])))
      for _ in 0..<2 {
        var buffer = [UInt8](repeating: 0xEE, count: instrument.largestFrame)
        var slot = buffer.mutableSpan
        let readout = try instrument.readFrame(into: &slot)
        if readout.outcome == .complete { good.append(Array(buffer.prefix(readout.byteCount))) }
      }
    } catch {
      try? instrument.close()
      throw error
    }
    try instrument.close()
    return good
  }

  static let clean: (reads: Int, writes: Int, frames: [[UInt8]]) = {
    let head = FakeHead()
    let frames = (try? session(head)) ?? []
    return (head.reads.count, head.writeWaits.count, frames)
  }()

  private func check(
    _ head: FakeHead, _ what: String, isNamed: (DriverError) -> Bool
  ) {
    do throws(DriverError) {
      let frames = try Self.session(head)
      #expect(frames.allSatisfy { Self.clean.frames.contains($0) }, "\(what)")
    } catch {
      #expect(isNamed(error), "\(what): \(error)")
    }
    #expect(head.closes == 1, "\(what)")
  }

  @Test func aCleanSessionGivesTwoScans() {
    #expect(Self.clean.frames.count == 2)
    #expect(Self.clean.frames.allSatisfy { $0.count == 48 })
    #expect(Self.clean.reads > 100)
  }

  @Test func silenceAtEachRead() {
    for read in 0..<Self.clean.reads {
      let head = FakeHead()
      head.readFailures[read] = .timedOut(received: 0)
      check(head, "read \(read)") {
        if case .link(.timedOut, _) = $0 { true } else { false }
      }
      Self.expectOff(head, "read \(read)")
    }
  }

  @Test func goneAtEachRead() {
    for read in 0..<Self.clean.reads {
      let head = FakeHead()
      head.goneFromRead = read
      check(head, "read \(read)") { if case .link(.gone, _) = $0 { true } else { false } }
    }
  }

  @Test func aLineThatBreaksAtEachReadOnce() {
    let failure = LinkError.system(operation: "read", code: 5, text: "Input/output error")
    for read in 0..<Self.clean.reads {
      let head = FakeHead()
      head.readFailures[read] = failure
      check(head, "read \(read)") { if case .link(failure, _) = $0 { true } else { false } }
      Self.expectOff(head, "read \(read)")
    }
  }

  @Test func aWriteThatFailsAtEachPlace() {
    for write in 0..<Self.clean.writes {
      let head = FakeHead()
      head.writeFailures[write] = .timedOut(received: 0)
      check(head, "write \(write)") {
        if case .link(.timedOut, _) = $0 { true } else { false }
      }
    }
  }

  /// Each answer and each frame of a session, damaged in every way, once and for ever.
  @Test(arguments: [
    "cut", "one short", "one long", "all 00", "all FF", "LF without CR", "CR without LF",
    "CR LF", "nothing", "wrong status",
  ])
  func everyAnswerDamaged(_ way: String) {
    let head = FakeHead()
    _ = try? Self.session(head)
    var seen: Set<String> = []
    for command in head.sent where seen.insert(command).inserted {
      for times in [1, Int.max] {
        let head = FakeHead()
        var left = times
        head.tamper = { said, answer in
          guard said == command, !answer.isEmpty, left > 0 else { return answer }
          // Currents carry no mark that could be wrong: another number is another number.
          if way == "CR LF", !answer.suffix(2).elementsEqual([0x0A, 0x0D]) { return answer }
          left -= 1
          return Self.damage(answer, way)
        }
        check(head, "\(way): \(command) \(times == 1 ? "once" : "always")") { _ in true }
        if times == 1 { Self.expectOff(head, "\(way): \(command)") }
      }
    }
  }

  static func damage(_ answer: [UInt8], _ way: String) -> [UInt8] {
    switch way {
    case "cut": Array(answer.prefix(answer.count / 2))
    case "one short": Array(answer.dropLast())
    case "one long": answer + [0x30]
    case "all 00": [UInt8](repeating: 0x00, count: answer.count)
    case "all FF": [UInt8](repeating: 0xFF, count: answer.count)
    case "LF without CR": answer.filter { $0 != 0x0D }
    case "CR without LF": answer.filter { $0 != 0x0A }
    case "CR LF": Array(answer.dropLast(2)) + [0x0D, 0x0A]
    case "wrong status": answer.count <= 4 ? Array("255".utf8) + [0x0A, 0x0D] : answer
    default: []
    }
  }

  /// However it went, what can burn out is off; a line that carried says so.
  static func expectOff(_ head: FakeHead, _ what: String) {
    let emission = Double(head.parameters["FL"] ?? "") ?? 1
    let volts = Double(head.parameters["HV"] ?? "") ?? 1
    #expect(emission == 0 && volts == 0, "\(what): FL \(emission), HV \(volts)")
    let off = head.sent.lastIndex(of: "HV0") ?? 0
    #expect(
      head.sent.dropFirst(off).filter { ["FL0", "MR0"].contains($0) }.prefix(2) == ["FL0", "MR0"],
      "\(what)")
  }
}
