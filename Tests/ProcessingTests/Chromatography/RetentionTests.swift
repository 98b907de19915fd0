import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

private func ladder(_ pairs: [(Double, Double)]) -> [RetentionLadder.Standard] {
  pairs.map { RetentionLadder.Standard(number: $0.0, time: $0.1) }
}

private let alkanes = ladder([(10, 100), (11, 150), (12, 210), (14, 330), (15, 380)])

@Suite struct RetentionTests {
  @Test func standardsThatDoNotRiseAreRefused() {
    for wrong in [
      [(10.0, 100.0), (11, 100)], [(10, 100), (11, 90)], [(11, 100), (10, 150)],
      [(10, 100), (10, 150)], [(10, .nan), (11, 150)], [(10, 100), (.infinity, 150)],
    ] {
      #expect(throws: ChromatographyError.self) { try RetentionLadder(standards: ladder(wrong)) }
    }
    #expect(throws: ChromatographyError.ladderTooShort(found: 1, needed: 2)) {
      try RetentionLadder(standards: ladder([(10, 100)]))
    }
    #expect(throws: ChromatographyError.ladderTooShort(found: 3, needed: 4)) {
      try RetentionLadder(interpolation: .cubic, standards: Array(alkanes.prefix(3)))
    }
    #expect(throws: ChromatographyError.self) {
      try RetentionLadder(interpolation: .isothermal, deadTime: 100, standards: alkanes)
    }
  }

  @Test func anIndexIsInterpolatedAlsoOverAGapInTheLadder() throws {
    let ladder = try RetentionLadder(standards: alkanes)
    #expect(ladder.index(at: 100) == 1000)
    #expect(ladder.index(at: 125) == 1050)
    #expect(ladder.index(at: 150) == 1100)
    // Thirteen is missing: two numbers over 120 s.
    #expect(ladder.index(at: 240) == 1250)
    #expect(ladder.index(at: 270) == 1300)
    // The last pair is closed on the right.
    #expect(ladder.index(at: 380) == 1500)
  }

  @Test func outsideTheLadderThereIsNone() throws {
    for interpolation in [
      RetentionLadder.Interpolation.linear, .cubic, .isothermal,
    ] {
      let ladder = try RetentionLadder(
        interpolation: interpolation, deadTime: 60, standards: alkanes)
      for time in [Double(100).nextDown, Double(380).nextUp, 0, -.infinity, .infinity, .nan] {
        #expect(ladder.index(at: time) == nil)
      }
      for standard in alkanes {
        let index = try #require(ladder.index(at: standard.time))
        #expect(abs(index - 100 * standard.number) < 1e-9)
      }
    }
  }

  @Test func atConstantTemperatureTheLogarithmCounts() throws {
    // Adjusted times 40 and 160: the geometric mean, 80, is half-way.
    let ladder = try RetentionLadder(
      interpolation: .isothermal, deadTime: 60,
      standards: ladder([(10, 100), (11, 220)]))
    #expect(abs((ladder.index(at: 140) ?? 0) - 1050) < 1e-9)
  }

  @Test func theCubicGivesBackACubic() throws {
    // Times whose numbers lie on one cubic: not-a-knot ends find it, natural ones would not.
    func number(_ t: Double) -> Double { 10 + 0.03 * (t - 100) + 1e-7 * pow(t - 100, 3) }
    let ladder = try RetentionLadder(
      interpolation: .cubic,
      standards: ladder([100, 150, 210, 250, 330, 380].map { (number($0), $0) }))
    for time in stride(from: 100.0, through: 380, by: 7) {
      #expect(abs((ladder.index(at: time) ?? 0) - 100 * number(time)) < 1e-8)
    }
  }

  @Test func aLadderSurvivesJSONAndABadOneIsRefusedThereToo() throws {
    let ladder = try RetentionLadder(
      scale: .fattyAcidMethylEsters, interpolation: .cubic, standards: alkanes)
    let data = try JSONEncoder().encode(ladder)
    #expect(try JSONDecoder().decode(RetentionLadder.self, from: data) == ladder)
    let wrong = """
      {"standards": [{"number": 10, "retention_s": 5}, {"number": 11, "retention_s": 4}]}
      """
    #expect(throws: ChromatographyError.self) {
      try JSONDecoder().decode(RetentionLadder.self, from: Data(wrong.utf8))
    }
  }

  @Test func aLockMovesTimesBetweenItsStandardsAndHoldsTheOffsetBeyond() throws {
    let lock = try RetentionLock(anchors: [
      .init(expected: 100, found: 102), .init(expected: 200, found: 206),
    ])
    #expect(lock.expected(forFound: 102) == 100)
    #expect(lock.expected(forFound: 206) == 200)
    #expect(lock.expected(forFound: 154) == 150)
    #expect(lock.expected(forFound: 50) == 48)
    #expect(lock.expected(forFound: 300) == 294)
    for time in stride(from: 0.0, through: 300, by: 11) {
      #expect(abs(lock.found(forExpected: lock.expected(forFound: time)) - time) < 1e-12)
    }
    for wrong in [[], [(1.0, 2.0), (2, 2)], [(2, 1), (1, 2)], [(.nan, 1)]] {
      #expect(throws: ChromatographyError.self) {
        try RetentionLock(anchors: wrong.map { .init(expected: $0.0, found: $0.1) })
      }
    }
  }

  @Test func everyRefusalSaysWhatWhyAndWhatNext() {
    let errors: [ChromatographyError] = [
      .tooFewPoints(found: 1, needed: 3, for: "a noise report"), .notFinite(point: 4),
      .timeNotRising(point: 4), .parameter(name: "x", value: 1, allowed: "above 1"),
      .ladderNotRising(11), .ladderTooShort(found: 1, needed: 2), .outsideTrace(from: 1, to: 2),
    ]
    #expect(Set(errors.map(\.failure.code)).count == errors.count)
    for error in errors {
      #expect(!error.failure.what.isEmpty && !error.failure.why.isEmpty)
      #expect(!error.failure.next.isEmpty)
    }
  }
}
