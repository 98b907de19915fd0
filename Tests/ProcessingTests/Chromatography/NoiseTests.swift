import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct NoiseTests {
  @Test func tooFewPointsAndNoNumbersAreRefused() {
    let times = Synthetic.times(100)
    for (range, values) in [
      (0.0...0.3, times), (50...60, times), (0...10, Array(repeating: Double.nan, count: 100)),
      (0...10, Array(repeating: 1e300, count: 100)),
    ] {
      #expect(throws: ChromatographyError.self) {
        try NoiseReport(times: times, values: values, within: range)
      }
    }
    #expect(throws: ChromatographyError.self) {
      try NoiseReport(times: times.reversed(), values: times, within: 0...10)
    }
    #expect(throws: ChromatographyError.self) {
      try NoiseReport(times: times, values: times, within: 0...10, shortSegment: 0)
    }
  }

  @Test func aConstantHasNoNoiseAndALineNoneButDrift() throws {
    let times = Synthetic.times(1000, interval: 1)
    let flat = try NoiseReport(times: times, values: times.map { _ in 5 }, within: 0...999)
    #expect(flat.deviation == 0 && flat.peakToPeak == 0 && flat.driftPerHour == 0)
    #expect(flat.robustDeviation == 0 && flat.quantum == 0)
    #expect(flat.differenceDeviation == nil && flat.differenceCorrelation == nil)
    let rising = try NoiseReport(times: times, values: times.map { 2 * $0 }, within: 0...999)
    #expect(rising.driftPerHour == 7200)
    #expect(rising.deviation < 1e-12)
    #expect(rising.rate == 1)
  }

  @Test func shortAndLongTermNoiseAreMeansOverWholeSegments() throws {
    // A square wave of a minute's period with amplitude 1, in the last half hour 3: by segment 2 or 6.
    let times = Synthetic.times(3601, interval: 1)
    let values = times.map { (time: Double) -> Double in
      let amplitude = time < 1800 ? 1.0 : 3.0
      return Int(time) % 2 == 0 ? amplitude : -amplitude
    }
    let report = try NoiseReport(times: times, values: values, within: 0...3600)
    #expect(report.shortSegments == 60)
    #expect(report.longSegments == 6)
    #expect(abs((report.shortTerm ?? 0) - 4) < 0.01)
    #expect(abs((report.longTerm ?? 0) - 4) < 0.01)
    // Nine minutes are one segment short, and an hour less two seconds has five long ones.
    let nine = try NoiseReport(times: times, values: values, within: 0...570)
    #expect(nine.shortSegments == 9 && nine.shortTerm == nil)
    let hour = try NoiseReport(times: times, values: values, within: 0...3597)
    #expect(hour.longSegments == 5 && hour.longTerm == nil)
    #expect(hour.shortSegments == 59)
    // An incomplete last segment is dropped.
    let more = try NoiseReport(times: times, values: values, within: 0...650)
    #expect(more.shortSegments == 10 && abs((more.shortTerm ?? 0) - 2) < 0.01)
  }

  @Test func firstDifferencesAreUsedOnlyWhereNoiseIsWhite() throws {
    let times = Synthetic.times(3000)
    let white = Synthetic.signal(times, [], noise: 0.5)
    let report = try NoiseReport(times: times, values: white, within: 0...600)
    #expect(abs(report.deviation - 0.5) < 0.02)
    #expect(abs(report.robustDeviation - 0.5) < 0.03)
    #expect(abs((report.differenceDeviation ?? 0) - 0.5) < 0.03)
    #expect(abs((report.differenceCorrelation ?? 0) + 0.5) < 0.05)
    // 6.5 sigma for 1000 points, 7 for 3000.
    #expect((6.0...8).contains(report.peakToPeak / 0.5))
    // A detector that filters: first differences are much too quiet, and no number is given.
    let filtered = SlopeFilter(halfWindow: 10).smoothed(white)
    let slow = try NoiseReport(times: times, values: filtered, within: 10...590)
    #expect(slow.differenceDeviation == nil)
    #expect((slow.differenceCorrelation ?? 0) > 0)
  }

  @Test func noDeviationIsBelowTheStepOfTheSignal() throws {
    // One count now and then: the median deviation is 0, the noise of rounding is not.
    let times = Synthetic.times(600, interval: 1)
    let values = times.map { Int($0) % 100 == 99 ? 2.0 : 1.0 }
    let report = try NoiseReport(times: times, values: values, within: 0...599)
    #expect(report.quantum == 1)
    #expect(report.robustDeviation == 1 / 12.0.squareRoot())
  }

  // MARK: signal to noise

  @Test func theRatioIsTwiceTheHeightByTheExtentOfTheBlank() throws {
    let times = Synthetic.times(1000, interval: 1)
    let blank = times.map { Int($0) % 2 == 0 ? 0.5 : -0.5 }
    let ratio = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 500, blankTimes: times, blankValues: blank)
    #expect(ratio.ratio == 40)
    #expect(ratio.noise == 1)
    #expect((ratio.from, ratio.to) == (480, 520))
    #expect(ratio.flags == [])
    let wide = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 500, blankTimes: times, blankValues: blank,
      widths: 20)
    #expect((wide.from, wide.to) == (420, 580))
    // At the end of the blank the stretch is moved inside, not cut.
    let late = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 995, blankTimes: times, blankValues: blank)
    #expect((late.from, late.to) == (959, 999))
    #expect(late.ratio == 40)
  }

  @Test func aDriftingBlankIsSaidToBeStraightened() throws {
    let times = Synthetic.times(1001, interval: 1)
    let blank = times.map { (time: Double) -> Double in
      (Int(time) % 2 == 0 ? 0.5 : -0.5) + time
    }
    let plain = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 500, blankTimes: times, blankValues: blank)
    #expect(plain.noise == 40)
    let straight = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 500, blankTimes: times, blankValues: blank,
      subtractsDrift: true)
    #expect(abs((straight.noise ?? 0) - 1) < 0.1)
    #expect(straight.flags == ["drift-subtracted"])
  }

  @Test func aBlankThatIsTooShortGivesNoRatio() throws {
    let times = Synthetic.times(20, interval: 1)
    let short = try SignalToNoise(
      height: 20, widthAtHalf: 8, retentionTime: 10, blankTimes: times,
      blankValues: times.map { _ in 1 })
    #expect(short.ratio == nil && short.flags == ["short-stretch"])
    let silent = try SignalToNoise(
      height: 20, widthAtHalf: 2, retentionTime: 10, blankTimes: times,
      blankValues: times.map { _ in 1 })
    #expect(silent.ratio == nil && silent.noise == 0)
    #expect(throws: ChromatographyError.self) {
      try SignalToNoise(
        height: 1, widthAtHalf: 0, retentionTime: 1, blankTimes: times, blankValues: times)
    }
    #expect(throws: ChromatographyError.self) {
      try SignalToNoise(
        height: 1, widthAtHalf: 1, retentionTime: 1, blankTimes: [], blankValues: [])
    }
  }

  @Test func withoutABlankTheStretchBesideIsTakenAndSaid() throws {
    let times = Synthetic.times(1000, interval: 1)
    let values = times.map { Int($0) % 2 == 0 ? 0.5 : -0.5 }
    func ratio(_ cluster: ClosedRange<Double>, _ occupied: [ClosedRange<Double>]) throws
      -> SignalToNoise
    {
      try SignalToNoise(
        height: -20, widthAtHalf: 8, cluster: cluster, occupied: occupied, times: times,
        values: values)
    }
    let before = try ratio(400...450, [400...450])
    #expect((before.from, before.to) == (360, 400))
    #expect(before.flags == ["drift-subtracted", "no-blank"])
    #expect(abs((before.ratio ?? 0) - 40) < 2)
    let behind = try ratio(400...450, [380...390, 400...450])
    #expect((behind.from, behind.to) == (450, 490))
    let none = try ratio(400...450, [380...390, 400...450, 460...470])
    #expect(none.ratio == nil && none.flags == ["short-stretch", "no-blank"])
    #expect(try ratio(20...450, [20...450]).from == 450)
  }
}
