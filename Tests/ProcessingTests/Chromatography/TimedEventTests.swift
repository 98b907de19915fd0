import Instruments
import Laboratory
import Testing

@testable import Processing

private let times = Synthetic.times(4000)
private let signal = Synthetic.signal(
  times,
  [
    .init(time: 200, height: 30, sigma: 3), .init(time: 400, height: 30, sigma: 3),
    .init(time: 411, height: 20, sigma: 3), .init(time: 600, height: -30, sigma: 3),
  ], level: 10, noise: 0.01)

private func integration(_ events: [IntegrationEvent]) throws -> Integration {
  try ChromatographyRecipe(
    detection: PeakDetection(expectedWidth: 7), events: events, widths: .raw
  ).integration(of: Synthetic.trace(times, signal))
}

private func tops(_ integration: Integration) -> [Double] {
  integration.peaks.filter { abs($0.height) > 5 }.map { $0.retentionTime.rounded() }
}

@Suite struct TimedEventTests {
  @Test func withoutEventsThePeaksUpwardsAreThere() throws {
    #expect(tops(try integration([])) == [200, 400, 411])
  }

  @Test func peaksWhoseApexLiesWhereIntegrationIsOffAreNot() throws {
    #expect(tops(try integration([.init(at: 0, .off), .init(at: 300, .on)])) == [400, 411])
    #expect(tops(try integration([.init(at: 300, .off)])) == [200])
    // The order in the list does not count, the times do.
    #expect(tops(try integration([.init(at: 300, .on), .init(at: 0, .off)])) == [400, 411])
  }

  @Test func whatIsOnAgainWithinAClusterStartsThere() throws {
    let result = try integration([.init(at: 380, .off), .init(at: 407, .on)])
    #expect(tops(result) == [200, 411])
    let peak = try #require(result.peaks.last { $0.height > 5 })
    // The first point not before the event.
    #expect(abs(peak.start - 407) < 0.21 && peak.start >= 407 - 1e-9)
    #expect(peak.code == "BB")
  }

  @Test func theBaselineTouchesTheSignalWhereItIsTold() throws {
    let result = try integration([.init(at: 405.1, .baselineNow)])
    let pair = result.peaks.filter { (390...420).contains($0.retentionTime) && $0.height > 5 }
    #expect(pair.map(\.code) == ["BB", "BB"])
    let point = PeakArea.firstIndex(in: times, notBefore: 405.1)
    #expect(pair[0].end == times[point])
    #expect(pair[0].baseline.last?.level == signal[point])
    // The valley that was found 0.8 s behind is moved there: no sliver is left between the two.
    #expect(pair[1].start == times[point])
  }

  @Test func aPeakIsSplitByADropAndItsPartsAddUp() throws {
    let whole = try integration([])
    let split = try integration([.init(at: 202, .split)])
    let parts = split.peaks.filter { abs($0.retentionTime - 200) < 5 }
    #expect(parts.map(\.code) == ["BV", "VB"])
    #expect(parts.allSatisfy { $0.flags.contains("split") })
    let sum = parts.map(\.area).reduce(0, +)
    let own = try #require(whole.peaks.first { abs($0.retentionTime - 200) < 5 })
    #expect(abs(sum - own.area) < 1e-9 * own.area)
    #expect(abs(parts[0].end - 202) < 0.21)
  }

  @Test func aHeldBaselineIsHorizontalAtTheLevelOfItsTime() throws {
    let result = try integration([.init(at: 100, .holdOn), .init(at: 300, .holdOff)])
    let level = signal[PeakArea.firstIndex(in: times, notBefore: 100)]
    let held = try #require(result.peaks.first { abs($0.retentionTime - 200) < 5 })
    #expect(held.baseline.map(\.level) == [level, level])
    #expect(result.peaks.last { $0.height > 5 }?.baseline.first?.level != level)
  }

  @Test func limitsCountFromTheirTimeOn() throws {
    let result = try integration([.init(at: 0, .minimumHeight, value: 25)])
    #expect(tops(result) == [200, 400])
    #expect(
      tops(try integration([.init(at: 405, .minimumHeight, value: 40)])) == [200, 400])
    #expect(
      tops(
        try integration([
          .init(at: 0, .minimumArea, value: 1e9), .init(at: 300, .minimumArea, value: 1),
        ])) == [400, 411])
  }

  @Test func downwardPeaksHaveNegativeAreaAndHeight() throws {
    let result = try integration([.init(at: 500, .negativeOn), .init(at: 700, .negativeOff)])
    #expect(tops(result) == [200, 400, 411, 600])
    let dip = try #require(result.peaks.first { abs($0.retentionTime - 600) < 2 })
    let up = try #require(result.peaks.first { abs($0.retentionTime - 200) < 2 })
    #expect(abs(dip.area + up.area) < 0.01 * up.area)
    #expect(abs(dip.height + 30) < 0.1)
    #expect(dip.flags.contains("negative"))
    #expect(abs(dip.baseline[0].level - 10) < 0.1)
    #expect(abs((dip.plates ?? 0) / (5.54 * 600 * 600 / (7.0645 * 7.0645)) - 1) < 0.02)
    #expect(abs(independentArea(dip, times, signal) - dip.area) < 1e-9 * up.area)
  }

  @Test func aPeakByHandReplacesTheAutomaticOneWhichIsKeptBeside() throws {
    let result = try integration([
      .init(at: 190.05, .manualPeak, end: 210.05, startLevel: 10, endLevel: 10.5, code: "BB")
    ])
    let manual = try #require(result.peaks.first { $0.flags.contains("manual") })
    #expect(manual.code == "BB")
    #expect(manual.start == 190.05 && manual.end == 210.05)
    #expect(manual.baseline.map(\.level) == [10, 10.5])
    #expect(result.rejected.filter { $0.reason == "manual" }.count == 1)
    #expect(abs(result.rejected[0].peak.retentionTime - 200) < 1)
    #expect(abs(manual.area - independentArea(manual, times, signal)) < 1e-9 * manual.area)
    // A Gaussian's area, less the half of the wedge 0.5 high and 20 s long.
    let own = Synthetic.Normal(time: 200, height: 30, sigma: 3).area
    #expect(abs(manual.area - (own - 5)) < 0.3)
  }

  @Test func aPeakByHandWithoutLevelsStandsOnTheSignal() throws {
    let result = try integration([.init(at: 590.1, .manualPeak, end: 610.1)])
    let manual = try #require(result.peaks.first { $0.flags.contains("manual") })
    #expect(manual.code == "MM")
    #expect(manual.baseline[0].level == PeakArea.value(times, signal, at: 590.1))
    #expect(manual.area < -200 && manual.height < -29)
  }

  @Test func aPeakByHandBesideTheTraceIsRefused() {
    for (from, to) in [(-5.0, 10.0), (790, 900), (100.05, 100.1)] {
      #expect(throws: ChromatographyError.self) {
        try integration([.init(at: from, .manualPeak, end: to)])
      }
    }
  }

  @Test func eventsOutsideTheRunChangeNothing() throws {
    let plain = try integration([])
    #expect(try integration([.init(at: 1e6, .split), .init(at: -50, .split)]) == plain)
    #expect(try integration([.init(at: 1e6, .baselineNow), .init(at: 1e6, .off)]) == plain)
  }
}
