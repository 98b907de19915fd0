import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct PeakAreaTests {
  private let times = [0.0, 1, 2, 4, 5]
  private let values = [0.0, 2, 4, 4, 0]

  @Test func endsBetweenSamplesAreInterpolated() {
    func area(_ from: Double, _ to: Double, _ line: [BaselinePoint] = []) -> Double {
      PeakArea.trapezoid(times: times, values: values, from: from, to: to, over: line)
    }
    #expect(area(0, 5) == 1 + 3 + 8 + 2)
    #expect(area(0.5, 1.5) == (1.0 + 2) / 4 + (2.0 + 3) / 4)
    #expect(area(2.5, 3.5) == 4)
    #expect(area(3, 3) == 0 && area(3, 2) == 0)
    // Over a line from 1 to 2 the mean of both is taken away.
    let line = [BaselinePoint(time: 0, level: 1), BaselinePoint(time: 5, level: 2)]
    #expect(abs(area(0, 5, line) - (14 - 7.5)) < 1e-14)
    // A baseline that bends between samples counts with its bend.
    let bent = [
      BaselinePoint(time: 0, level: 0), BaselinePoint(time: 3, level: 3),
      BaselinePoint(time: 5, level: 0),
    ]
    #expect(abs(area(0, 5, bent) - (14 - 7.5)) < 1e-14)
  }

  @Test func outsideTheSamplesTheNearestCounts() {
    #expect(PeakArea.value(times, values, at: -1) == 0)
    #expect(PeakArea.value(times, values, at: 9) == 0)
    #expect(PeakArea.value(times, values, at: 3) == 4)
    #expect(PeakArea.value([], [], at: 3) == 0)
    #expect(PeakArea.trapezoid(times: [], values: [], from: 0, to: 1, over: []) == 0)
  }

  @Test func theParabolaPassesThroughItsThreePoints() {
    // y = 10 - 2 (x - 0.3)^2 at -1, 0, 1.
    let top = PeakArea.parabola(10 - 2 * 1.69, 10 - 2 * 0.09, 10 - 2 * 0.49)
    #expect(abs(top.offset - 0.3) < 1e-14)
    #expect(abs(top.height - 10) < 1e-14)
    #expect(PeakArea.parabola(1, 1, 1) == (0, 1))
    #expect(PeakArea.parabola(3, 2, 3) == (0, 2))
    // Where the apex is at the edge of a split the top is not sought beyond its neighbours.
    #expect(PeakArea.parabola(0, 10, 19) == (0, 10))
  }
}

@Suite struct PeakTopTests {
  @Test func noParabolaIsDrawnAcrossAGapOrTheEndOfAPiece() {
    func top(_ times: [Double], _ limits: ClosedRange<Int>) -> (time: Double, height: Double) {
      let top = PeakApex(
        times: times, values: [0, 5, 9, 8, 0], apex: 2, within: limits, baseline: [], sign: 1)
      return (top.time, top.height)
    }
    // y = 9 + 1.5 d - 2.5 d^2: the top at 0.3.
    let even = top([0, 1, 2, 3, 4], 0...4)
    #expect(abs(even.time - 2.3) < 1e-12 && abs(even.height - 9.225) < 1e-12)
    #expect(top([0, 1, 2, 3, 4], 0...2) == (2, 9))
    #expect(top([0, 1, 2, 3, 4], 2...4) == (2, 9))
    #expect(top([0, 1, 2, 12, 13], 0...4) == (2, 9))
    #expect(top([0, 1, 8, 9, 10], 0...4) == (8, 9))
    // Three times as far is no gap yet.
    #expect(top([0, 1, 2, 5, 6], 0...4) != (2, 9))
  }
}

@Suite struct AnchoredIntegrationTests {
  private let times = Synthetic.times(200, interval: 0.3)

  @Test func numbersThatMeanNothingAreRefused() {
    for wrong in [
      AnchoredIntegration(before: 0, after: 1), AnchoredIntegration(before: 1, after: .nan),
      AnchoredIntegration(before: 1, after: 1, levelPoints: 0),
      AnchoredIntegration(before: .infinity, after: 1),
    ] {
      #expect(throws: ChromatographyError.self) {
        try wrong.peak(times: times, values: times, apex: 100)
      }
    }
    let good = AnchoredIntegration(before: 3, after: 6)
    for apex in [-1, 200] {
      #expect(throws: ChromatographyError.self) {
        try good.peak(times: times, values: times, apex: apex)
      }
    }
    var broken = times
    broken[50] = .nan
    #expect(throws: ChromatographyError.self) {
      try good.peak(times: times, values: broken, apex: 100)
    }
  }

  @Test func aWindowThatTheTraceDoesNotCoverIsRefused() throws {
    let good = AnchoredIntegration(before: 3, after: 6)
    for apex in [0, 5, 12, 178, 190, 199] {
      #expect(throws: ChromatographyError.self) {
        try good.peak(times: times, values: times, apex: apex)
      }
    }
    // Three points more are needed at each end for the levels.
    #expect(try good.peak(times: times, values: times, apex: 13).start == times[3])
    #expect(try good.peak(times: times, values: times, apex: 176).end == times[196])
    let trace = Synthetic.trace(times, times)
    #expect(throws: ChromatographyError.self) { try good.peak(in: trace, apexWithin: 100...120) }
    #expect(throws: ChromatographyError.self) {
      try good.peak(in: trace, apexWithin: 20.01...20.02)
    }
    #expect(throws: ChromatographyError.self) {
      try good.peak(in: Synthetic.trace([], []), apexWithin: 0...1)
    }
  }

  @Test func theEndsAreTheFirstPointsNotBeforeTheWindow() throws {
    var values = Array(repeating: 1.0, count: 200)
    values[100] = 50
    values[99] = 30
    values[101] = 30
    // apex 30 s; 26.95 lies between 26.7 and 27.0, 36.05 between 36.0 and 36.3.
    let peak = try AnchoredIntegration(before: 3.05, after: 6.05)
      .peak(in: Synthetic.trace(times, values), apexWithin: 25...35)
    #expect(peak.start == times[90])
    #expect(peak.end == times[121])
    #expect(abs(peak.area - (29 + 49 + 29) * 0.3) < 1e-9)
    #expect(abs(peak.height - 49) < 1e-12)
    #expect(peak.baseline.map(\.level) == [1, 1])
  }

  @Test func levelsAreMedianOrMeanOfPointsOnTheSideAskedFor() throws {
    let values = (0..<200).map { (index: Int) -> Double in Double(index * index) }
    func levels(_ side: AnchoredIntegration.Side, _ level: AnchoredIntegration.Level, _ n: Int)
      throws -> [Double]
    {
      try AnchoredIntegration(before: 3, after: 6, levelPoints: n, level: level, side: side)
        .peak(times: times, values: values, apex: 100).baseline.map(\.level)
    }
    // The ends are 90 and 120.
    #expect(try levels(.outward, .median, 4) == [7832.5, 14762.5])
    let mean = try levels(.inward, .mean, 3)
    #expect(abs(mean[0] - 24845.0 / 3) < 1e-9)
    #expect(abs(mean[1] - 42485.0 / 3) < 1e-9)
    #expect(try levels(.centred, .median, 3) == [8100, 14400])
    #expect(try levels(.outward, .mean, 1) == [8100, 14400])
  }

  @Test func aGapWithinThePeakIsRefusedByName() throws {
    let good = AnchoredIntegration(before: 3, after: 6)
    var values = Array(repeating: 1.0, count: 200)
    values[100] = 50
    func peak(flagged: Int? = nil, without: Range<Int> = 0..<0) throws -> ChromatographicPeak {
      let kept = values.indices.filter { !without.contains($0) }
      var trace = Synthetic.trace(kept.map { times[$0] }, kept.map { values[$0] })
      if let flagged { trace.flags[flagged] = .afterGap }
      return try good.peak(in: trace, apexWithin: 25...35)
    }
    // The ends are 90 and 120, with three points more at each.
    #expect(throws: ChromatographyError.gapInPeak(from: times[109], to: times[110])) {
      try peak(flagged: 110)
    }
    #expect(throws: ChromatographyError.gapInPeak(from: times[104], to: times[110])) {
      try peak(without: 105..<110)
    }
    #expect(throws: ChromatographyError.self) { try peak(flagged: 88) }
    #expect(throws: ChromatographyError.self) { try peak(flagged: 123) }
    #expect(try peak(flagged: 87) == peak())
    #expect(try peak(flagged: 124) == peak())
    // Two points less are three intervals: no gap.
    #expect(try peak(without: 105..<107).height == 49)
    let error = ChromatographyError.gapInPeak(from: 1, to: 2)
    #expect(error.failure.code == "gap-in-peak")
  }

  @Test func ofEqualApexesTheFirstIsTaken() throws {
    var values = Array(repeating: 1.0, count: 200)
    values[95] = 20
    values[105] = 20
    let peak = try AnchoredIntegration(before: 3, after: 6)
      .peak(in: Synthetic.trace(times, values), apexWithin: 25...35)
    #expect(peak.retentionTime == times[95])
  }
}
