import Foundation
import Laboratory
import Testing

@testable import Processing

@Suite struct SequenceRuleTests {
  private let curve: CalibrationCurve

  init() throws {
    curve = try CalibrationCurve.fit(
      [1, 2, 4, 8, 16].map { CalibrationPoint(level: $0, response: 2 * $0) })
  }

  /// One injection from a short word: `S` standard, `B` clean blank, `b` dirty blank, `C` good check,
  /// `c` bad check, both at level 4, `D` and `d` at level 8, `x` sample.
  private func injection(_ letter: Character, _ index: Int) -> SequenceInjection {
    let name = "\(index)\(letter)"
    func made(_ kind: RunKind, _ level: Double?, _ response: Double?) -> SequenceInjection {
      SequenceInjection(
        name: name, kind: kind, level: level, response: response,
        outcome: curve.outcome(of: response))
    }
    switch letter {
    case "S": return made(.standard, 4, 8)
    case "B": return made(.blank, nil, nil)
    case "b": return made(.blank, nil, 3)
    case "C": return made(.check, 4, 8.1)
    case "c": return made(.check, 4, 9.3)
    case "D": return made(.check, 8, 16)
    case "d": return made(.check, 8, 12)
    default: return made(.sample, nil, 10)
    }
  }

  private func sequence(_ letters: String) -> [SequenceInjection] {
    letters.enumerated().map { injection($1, $0) }
  }

  /// The samples held, by their place.
  private func held(_ letters: String, _ rules: AcceptanceRules = AcceptanceRules()) -> [Int] {
    let judgement = rules.judge(sequence(letters), curve: curve)
    #expect(judgement.injections.count == letters.count)
    return zip(letters, judgement.injections).enumerated().compactMap { index, pair in
      pair.0 == "x" && pair.1.held ? index : nil
    }
  }

  @Test func aGoodSequenceHoldsNothing() {
    #expect(held("SSBCxxxBCxxxBC") == [])
  }

  @Test func aFailedCheckHoldsFromTheLastGoodToTheNextGood() {
    //            0123456789012
    #expect(held("CxxxcxxxCxxxC") == [1, 2, 3, 5, 6, 7])
    #expect(held("CxxxCxxxcxxxC") == [5, 6, 7, 9, 10, 11])
    #expect(held("CxcxcxCxC") == [1, 3, 5])
    #expect(held("cxxCxxC") == [1, 2], "no good check before is no excuse")
    #expect(held("CxxCxxc") == [4, 5])
    #expect(held("CxcCxC") == [1], "mended at once by a second injection")
  }

  @Test func aFailedBlankHoldsItsBracketToo() {
    #expect(held("BCxxbxxBxxC") == [2, 3, 5, 6])
    #expect(held("bCxxBxxC") == [2, 3])
    #expect(held("CxxB") == [1, 2], "and the closing check is still missing")
    #expect(held("CxxbxC") == [1, 2, 4])
  }

  @Test func aCheckIsMendedByItsOwnLevelUnlessTheMethodSaysOtherwise() {
    //                012345678901
    let letters = "CDxxCdxxCDxxC"
    #expect(held(letters) == [2, 3, 6, 7])
    let byOther = "CDxxdxxCxxDxxC"
    #expect(held(byOther) == [2, 3, 5, 6, 8, 9])
    #expect(held(byOther, AcceptanceRules(checksByLevel: false)) == [2, 3, 5, 6])
  }

  @Test func findingsNameWhatHolds() {
    let judgement = AcceptanceRules().judge(sequence("BCxcbC"), curve: curve)
    let sample = judgement.injections[2]
    #expect(sample.findings == [.heldByCheckBehind, .heldByBlankBehind])
    #expect(sample.heldBy == ["3c", "4b"])
    #expect(sample.passes == nil)
    #expect(judgement.injections[1].passes == true)
    #expect(judgement.injections[3].passes == false)
    #expect(judgement.injections[3].findings == [.checkOut])
    #expect(judgement.injections[3].held)
    #expect(judgement.injections[3].deviationPercent.map { abs($0 - 16.25) < 1e-9 } == true)
    #expect(judgement.injections[4].findings == [.blankNotClean, .carryOver])
    let twice = AcceptanceRules().judge(sequence("CccxC"), curve: curve).injections[3]
    #expect(twice.heldBy == ["1c", "2c"], "a failed check mends no other")
    let behind = AcceptanceRules().judge(sequence("CbxC"), curve: curve).injections[2]
    #expect(behind.findings == [.heldByBlankBefore])
  }

  @Test func openEndsAreHeldFlaggedOrAccepted() {
    #expect(held("CxxCxx") == [4, 5])
    #expect(held("xxCxC") == [], "the calibration stands before")
    #expect(held("xxx") == [0, 1, 2])
    for rule in [AcceptanceRules.OpenEnd.flag, .accept] {
      let judged = AcceptanceRules(openStart: rule, openEnd: rule).judge(
        sequence("xCx"), curve: curve
      ).injections
      #expect(!judged[0].held && !judged[2].held)
      #expect(judged[0].findings == (rule == .flag ? [.noOpeningCheck] : []))
      #expect(judged[2].findings == (rule == .flag ? [.noClosingCheck] : []))
    }
    #expect(held("xxCxC", AcceptanceRules(openStart: .hold)) == [0, 1])
  }

  @Test func aCheckAtItsLimitPasses() {
    func passes(_ response: Double) -> Bool? {
      let check = SequenceInjection(
        name: "c", kind: .check, level: 4, response: response, outcome: curve.outcome(of: response))
      return AcceptanceRules().judge([check], curve: curve).injections[0].passes
    }
    #expect(passes(9.2) == true)
    #expect(passes(6.8) == true)
    #expect(passes(9.21) == false)
    #expect(passes(6.79) == false)
    #expect(passes(.nan) == false)
    #expect(passes(40) == false, "above the range there is no number")
    let noLevel = SequenceInjection(
      name: "c", kind: .check, response: 8, outcome: curve.outcome(of: 8))
    #expect(
      AcceptanceRules().judge([noLevel], curve: curve).injections[0].findings == [.levelMissing])
  }

  @Test func aCheckAtAnEndOfTheRangeIsJudgedByTheCurve() throws {
    func judged(
      _ level: Double, _ response: Double, _ kind: RunKind, _ curve: CalibrationCurve?
    ) -> InjectionJudgement {
      let check = SequenceInjection(
        name: "c", kind: kind, level: level, response: response,
        outcome: self.curve.outcome(of: response))
      return AcceptanceRules().judge([check], curve: curve).injections[0]
    }
    // The range is 1 to 16, and 2 the slope: half of all good checks lie outside.
    let high = judged(16, 32.5, .check, curve)
    #expect(agrees(high.deviationPercent, 1.5625, within: 1e-9))
    #expect(high.passes == true && !high.held)
    #expect(agrees(judged(1, 1.9, .check, curve).deviationPercent, -5, within: 1e-9))
    #expect(judged(1, 1.9, .check, curve).passes == true)
    #expect(judged(1, 1.6, .check, curve).passes == false)
    #expect(agrees(judged(16, 40, .check, curve).deviationPercent, 25, within: 1e-9))
    #expect(judged(16, 40, .check, curve).passes == false)
    #expect(agrees(judged(16, 32.5, .standard, curve).deviationPercent, 1.5625, within: 1e-9))
    // Levels beside the range, and what was not detected, have no number.
    for (level, response) in [(17.0, 34.0), (0.9, 1.8), (1, 0.001)] {
      #expect(judged(level, response, .check, curve).deviationPercent == nil)
      #expect(judged(level, response, .check, curve).passes == false)
    }
    #expect(judged(16, 32.5, .check, nil).deviationPercent == nil)
  }

  @Test func aBlankIsCleanByTheDetectionRuleAndByItsShare() throws {
    func findings(_ response: Double?, _ rules: AcceptanceRules = AcceptanceRules())
      -> [InjectionJudgement.Finding]
    {
      let blank = SequenceInjection(
        name: "b", kind: .blank, response: response, outcome: curve.outcome(of: response))
      return rules.judge([blank], curve: curve).injections[0].findings
    }
    // The lowest standard answers 2: detected from 0.02, carry-over above 0.4.
    #expect(findings(nil).isEmpty)
    #expect(findings(0.019).isEmpty)
    #expect(findings(0.03) == [.blankNotClean])
    #expect(findings(0.41) == [.blankNotClean, .carryOver])
    #expect(findings(.nan) == [.blankNotClean, .carryOver])
    #expect(findings(0.01, AcceptanceRules(carryOverShare: 0.001)) == [.carryOver])
  }

  @Test func windowsOfTheInternalStandardAndOfRetentionHoldSamples() {
    func made(_ kind: RunKind, _ area: Double?, _ time: Double?, _ other: Double? = 300)
      -> SequenceInjection
    {
      SequenceInjection(
        name: "i", kind: kind, level: kind == .sample ? nil : 4, response: 8,
        internalStandardArea: area, retentionTime: time, internalStandardTime: other,
        outcome: curve.outcome(of: 8))
    }
    let standards = [made(.standard, 900, 598), made(.standard, 1100, 602)]
    func findings(_ injection: SequenceInjection, _ rules: AcceptanceRules = AcceptanceRules())
      -> [InjectionJudgement.Finding]
    {
      let check = made(.check, 1000, 600)
      let judged = rules.judge(standards + [check, injection, check], curve: curve)
      #expect(judged.internalStandardMean == 1000)
      #expect(judged.retentionMean == 600)
      #expect(judged.relativeRetentionMean == 2)
      let entry = judged.injections[3]
      #expect(entry.held == !entry.findings.isEmpty)
      return entry.findings
    }
    #expect(findings(made(.sample, 500, 600)).isEmpty)
    #expect(findings(made(.sample, 1500, 600)).isEmpty)
    #expect(findings(made(.sample, 499, 600)) == [.internalStandardOut])
    #expect(findings(made(.sample, 1501, 600)) == [.internalStandardOut])
    #expect(findings(made(.sample, .nan, 600)) == [.internalStandardOut])
    #expect(findings(made(.sample, nil, 600)) == [.internalStandardMissing])
    #expect(findings(made(.sample, 1000, nil)).isEmpty)
    #expect(findings(made(.sample, 1000, 612)).isEmpty, "2 % of 600 s")
    #expect(findings(made(.sample, 1000, 612.5)) == [.retentionOut])
    #expect(
      findings(made(.sample, 1000, 607), AcceptanceRules(retentionPercent: 1)) == [.retentionOut])
    #expect(
      findings(
        made(.sample, 1000, 605.9), AcceptanceRules(retentionPercent: 0.1)
      ).isEmpty, "6 s are enough")
    let relative = AcceptanceRules(relativeRetentionPercent: 1)
    #expect(findings(made(.sample, 1000, 605.9), relative).isEmpty)
    #expect(findings(made(.sample, 1000, 606.1), relative) == [.relativeRetentionOut])
    #expect(findings(made(.sample, 1000, 606.1, 303), relative).isEmpty)
  }

  @Test func aCheckWithoutItsInternalStandardHoldsItsBracket() {
    var all = sequence("SSCxC")
    for index in all.indices { all[index].internalStandardArea = 100 }
    all[2].internalStandardArea = 10
    let judged = AcceptanceRules().judge(all, curve: curve).injections
    #expect(judged[2].findings == [.internalStandardOut])
    #expect(judged[3].findings == [.heldByCheckBefore])
  }

  @Test func checksTooFarApartAreFlagged() {
    let letters = "C" + String(repeating: "x", count: 21) + "C"
    let far = AcceptanceRules().judge(sequence(letters), curve: curve).injections[5]
    #expect(far.findings == [.checksTooFarApart])
    #expect(!far.held)
    let near = "C" + String(repeating: "x", count: 20) + "C"
    #expect(AcceptanceRules().judge(sequence(near), curve: curve).injections[5].findings.isEmpty)
    let any = AcceptanceRules(injectionsBetweenChecks: nil)
    #expect(any.judge(sequence(letters), curve: curve).injections[5].findings.isEmpty)
  }

  @Test func anEmptySequenceAndOneWithoutACurveAreJudged() {
    #expect(AcceptanceRules().judge([], curve: nil).injections.isEmpty)
    let judged = AcceptanceRules().judge(sequence("BCxC"), curve: nil).injections
    #expect(judged.allSatisfy { !$0.held })
  }

  @Test func aJudgementComesBackFromItsReport() throws {
    let judgement = AcceptanceRules().judge(sequence("SBCxcbx"), curve: curve)
    let data = try JSONEncoder().encode(judgement)
    #expect(try JSONDecoder().decode(SequenceJudgement.self, from: data) == judgement)
    let rules = try JSONEncoder().encode(AcceptanceRules())
    #expect(try JSONDecoder().decode(AcceptanceRules.self, from: rules) == AcceptanceRules())
  }
}
