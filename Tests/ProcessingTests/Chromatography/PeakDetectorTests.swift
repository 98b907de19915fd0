import Instruments
import Laboratory
import Testing

@testable import Processing

private let width = PeakDetection(expectedWidth: 7)

@Suite struct PeakDetectorTests {
  // MARK: what cannot be

  @Test(arguments: [
    PeakDetection(expectedWidth: 0), PeakDetection(expectedWidth: .nan),
    PeakDetection(expectedWidth: .infinity), PeakDetection(expectedWidth: -7),
    PeakDetection(expectedWidth: 7, riseFactor: 0), PeakDetection(expectedWidth: 7, fallFactor: 5),
    PeakDetection(expectedWidth: 7, fallFactor: 0),
    PeakDetection(expectedWidth: 7, consecutivePoints: 0),
    PeakDetection(expectedWidth: 7, interval: 0), PeakDetection(expectedWidth: 7, interval: .nan),
  ])
  func parametersThatMeanNothingAreRefused(detection: PeakDetection) {
    #expect(throws: ChromatographyError.self) { try PeakDetector(detection) }
  }

  @Test(arguments: [0, 1, 2, 3, 64, 65, 66, 127])
  func tooFewPointsForNoiseGiveNoPeak(count: Int) throws {
    let times = Synthetic.times(count)
    let values = Synthetic.signal(times, [.init(time: 5, height: 100, sigma: 1)], noise: 0.1)
    #expect(try Synthetic.events(width, times, values).isEmpty)
  }

  @Test func aConstantHasNoPeaks() throws {
    let times = Synthetic.times(5000)
    #expect(try Synthetic.events(width, times, times.map { _ in 7 }).isEmpty)
  }

  @Test func aConstantWithOnePeakHasOneByTheFloorOfItsSteps() throws {
    // All idle slopes are 0: what keeps single steps from being peaks is the quantum of the signal.
    let times = Synthetic.times(2000)
    let values = Synthetic.signal(times, [.init(time: 200, height: 50, sigma: 3)], level: 5)
      .map { $0.rounded() }
    let clusters = try Synthetic.clusters(width, times, values)
    #expect(clusters.count == 1)
    #expect(clusters.first?.peaks.count == 1)
    #expect(clusters.first?.residualNoise == 1 / 12.0.squareRoot())
    // m = 6: the slope's divisor is 6 * 7 * 13 / 3 = 182.
    #expect(clusters.first?.slopeNoise == 1 / 12.0.squareRoot() * (1 / 182.0.squareRoot()))
  }

  @Test func pointsThatAreNoNumbersAreLeftOutByName() throws {
    let times = Synthetic.times(2000)
    var values = Synthetic.signal(times, [.init(time: 200, height: 50, sigma: 3)], noise: 0.1)
    values[10] = .nan
    values[500] = .infinity
    values[501] = -1e101
    var events = try Synthetic.events(width, times, values)
    events.removeAll { if case .leftOut = $0 { false } else { true } }
    #expect(
      events == [10, 500, 501].map { .leftOut(point: $0, reason: .notFinite) })
    let clusters = try Synthetic.clusters(width, times, values)
    #expect(clusters.count == 1)
    #expect(abs((clusters.first?.peaks.first?.apex ?? 0) - 1000) <= 2)
  }

  @Test func timesThatDoNotRiseAreLeftOutByName() throws {
    var times = Synthetic.times(1000)
    times[300] = times[299]
    times[400] = 3
    let events = try Synthetic.events(width, times, times.map { _ in 1 })
    #expect(
      events == [300, 400].map { .leftOut(point: $0, reason: .timeNotRising) })
  }

  @Test func aGapInAPeakClipsItAndNothingIsCarriedAcross() throws {
    let times = Synthetic.times(2000)
    let values = Synthetic.signal(times, [.init(time: 200, height: 50, sigma: 3)], noise: 0.05)
    var detector = try PeakDetector(width)
    var clusters: [DetectedCluster] = []
    for index in times.indices where !(1003..<1010).contains(index) {
      let point = TracePoint(
        time: times[index], value: values[index], isAfterGap: index == 1010)
      for case .cluster(let cluster) in detector.step(point) { clusters.append(cluster) }
    }
    for case .cluster(let cluster) in detector.finish() { clusters.append(cluster) }
    #expect(clusters.count == 1)
    let peak = try #require(clusters.first?.peaks.first)
    #expect(clusters[0].isClipped)
    // The numbers count the points that came: 1002 is the last before the gap.
    #expect(peak.end == 1002)
  }

  @Test func anIntervalOfMoreThanThreeIsAGapEvenWhenNobodySaysSo() throws {
    let times = Synthetic.times(2000)
    let values = Synthetic.signal(times, [.init(time: 200, height: 50, sigma: 3)], noise: 0.05)
    let kept = times.indices.filter { !(1003..<1010).contains($0) }
    let clusters = try Synthetic.clusters(width, kept.map { times[$0] }, kept.map { values[$0] })
    #expect(clusters.first?.isClipped == true)
    #expect(clusters.first?.peaks.last?.end == 1002)
  }

  // MARK: what is found

  @Test func onePeakHasItsApexAndEndsInTheFlat() throws {
    let times = Synthetic.times(3000)
    let one = Synthetic.Normal(time: 300.04, height: 20, sigma: 3)
    let clusters = try Synthetic.clusters(width, times, Synthetic.signal(times, [one], noise: 0.02))
    #expect(clusters.count == 1)
    let peak = try #require(clusters.first?.peaks.first)
    #expect(clusters[0].peaks.count == 1)
    #expect(abs(times[peak.apex] - 300.04) <= 0.4)
    // Four standard deviations from the apex the signal is below a third of the noise.
    #expect((8.0...14).contains(300.04 - times[peak.start]))
    // The end waits for 18 points in a row within two slope noises.
    #expect((8.0...25).contains(times[peak.end] - 300.04))
    #expect(!clusters[0].isClipped)
    #expect(clusters[0].halfWindow == 6)
  }

  @Test func touchingPeaksShareTheirValleyInOneCluster() throws {
    let times = Synthetic.times(3000)
    let peaks = [300.0, 311, 322].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }
    let clusters = try Synthetic.clusters(width, times, Synthetic.signal(times, peaks, noise: 0.02))
    #expect(clusters.count == 1)
    let found = try #require(clusters.first?.peaks)
    #expect(found.map { (times[$0.apex] / 1).rounded() } == [300, 311, 322])
    #expect(found[0].end == found[1].start && found[1].end == found[2].start)
    #expect(abs(times[found[0].end] - 305.5) <= 0.4)
    #expect(abs(times[found[1].end] - 316.5) <= 0.4)
  }

  @Test func aPeakAtTheEndOfTheRunIsClipped() throws {
    let times = Synthetic.times(1500)
    let one = Synthetic.Normal(time: 297, height: 20, sigma: 3)
    let clusters = try Synthetic.clusters(width, times, Synthetic.signal(times, [one], noise: 0.02))
    #expect(clusters.map(\.isClipped) == [true])
    #expect(clusters.first?.peaks.first?.end == 1499)
  }

  @Test func aClusterIsCappedAtThirtyWidths() throws {
    // A ramp that never ends to rise.
    let times = Synthetic.times(6000)
    let values = times.indices.map { $0 < 1000 ? Double($0 % 2) : Double($0) }
    let clusters = try Synthetic.clusters(width, times, values)
    let first = try #require(clusters.first)
    #expect(first.isClipped)
    #expect(first.peaks[0].end - first.peaks[0].start == 1050)
    // What follows begins behind it.
    for (one, next) in zip(clusters, clusters.dropFirst()) {
      #expect(next.peaks[0].start >= one.peaks[one.peaks.count - 1].end)
    }
  }

  @Test func aPeakIsToldProvisionallyBeforeItsClusterIsOver() throws {
    let times = Synthetic.times(3000)
    let one = Synthetic.Normal(time: 300, height: 20, sigma: 3)
    var detector = try PeakDetector(width)
    var told: (apex: Int, cluster: Int)?
    for (index, value) in Synthetic.signal(times, [one], noise: 0.02).enumerated() {
      for event in detector.step(TracePoint(time: times[index], value: value)) {
        switch event {
        case .provisionalApex(let point, let time, _):
          #expect(time == times[point])
          // m + n points at the earliest.
          #expect(index >= point + 6 + 3)
          told = (index, 0)
        case .cluster(let cluster):
          told?.cluster = index
          // Its end, m and T = 18 points.
          #expect(index == cluster.peaks[0].end + 6 + 18 - 1)
        case .leftOut: Issue.record("a point was left out")
        }
      }
    }
    let times2 = try #require(told)
    #expect(times2.apex < times2.cluster)
  }

  @Test func downwardPeaksAreFoundWhereTheyAreAskedFor() throws {
    let times = Synthetic.times(3000)
    let values = Synthetic.signal(
      times,
      [
        .init(time: 150, height: 20, sigma: 3), .init(time: 300, height: -20, sigma: 3),
        .init(time: 450, height: 20, sigma: 3),
      ], noise: 0.02)
    let events = try Synthetic.events(width, times, values, negative: [250..<350])
    let clusters = events.compactMap { if case .cluster(let cluster) = $0 { cluster } else { nil } }
    #expect(clusters.map(\.isNegative) == [false, true, false])
    #expect(clusters.map { (times[$0.peaks[0].apex]).rounded() } == [150, 300, 450])
    // Without the stretch the dip is no peak at its place.
    #expect(
      try Synthetic.clusters(width, times, values).flatMap(\.peaks)
        .allSatisfy { abs(times[$0.apex] - 300) > 3 })
  }

  // MARK: numbers that must not change

  @Test func theNoiseIsTheMedianOfTheLast256IdleSlopes() throws {
    let times = Synthetic.times(3000)
    let one = Synthetic.Normal(time: 300, height: 20, sigma: 3)
    let values = Synthetic.signal(times, [one], noise: 0.02)
    let cluster = try #require(try Synthetic.clusters(width, times, values).first)
    // By another way: all slopes by the filter, those of the idle points sorted.
    let filter = SlopeFilter(halfWindow: 6)
    let first = (6..<2900).first { index in
      (0..<3).allSatisfy { filter.value(values, at: index + $0).slope > 4 * cluster.slopeNoise }
    }
    let end = try #require(first)
    let idle = (6..<end).map { filter.value(values, at: $0) }
    let slopes: [Double] = idle.suffix(256).map { abs($0.slope) }.sorted()
    let slope: Double = (slopes[127] + slopes[128]) / 2
    #expect(cluster.slopeNoise == 1.4826 * slope)
    let residuals = (end - 256..<end).map { (index: Int) -> Double in
      abs(values[index] - filter.value(values, at: index).smoothed)
    }.sorted()
    let median: Double = (residuals[127] + residuals[128]) / 2
    #expect(cluster.residualNoise == 1.4826 * median)
  }

  @Test func theFilterGivesAParabolaItsValueAndSlope() {
    let values = (0..<40).map { (index: Int) -> Double in
      let x = Double(index)
      return 3 + 0.5 * x - 0.25 * x * x
    }
    for m in [1, 2, 6, 15] {
      let (value, slope) = SlopeFilter(halfWindow: m).value(values, at: 20)
      #expect(abs(value - (3 + 10 - 100)) < 1e-10)
      #expect(abs(slope - (0.5 - 10)) < 1e-12)
    }
    // The gain in the slope's noise: the root of the sum of the squared coefficients j/28 for m = 3.
    let squares = 28.0
    let expected = squares.squareRoot() / 28
    #expect(abs(SlopeFilter(halfWindow: 3).slopeNoiseGain - expected) < 1e-15)
  }

  @Test func theRunningMedianIsThatOfItsWindow() {
    var generator = SeededGenerator(state: 5)
    for capacity in [1, 2, 7, 256] {
      var window = RunningMedian(capacity: capacity)
      var all: [Double] = []
      for _ in 0..<1000 {
        let value = Double(Int.random(in: -50...50, using: &generator))
        all.append(value)
        window.insert(value)
        let last = all.suffix(capacity).sorted()
        let middle = last.count / 2
        let median =
          last.count % 2 == 1 ? last[middle] : (last[middle - 1] + last[middle]) / 2
        #expect(window.median == median)
      }
    }
  }

  @Test func theIntervalIsMeasuredWhereTheMethodDoesNotSayIt() throws {
    let times = Synthetic.times(400, interval: 0.35)
    var detector = try PeakDetector(width)
    for time in times.prefix(64) { _ = detector.step(TracePoint(time: time, value: 0)) }
    #expect(detector.interval == nil)
    _ = detector.step(TracePoint(time: times[64], value: 0))
    #expect(abs((detector.interval ?? 0) - 0.35) < 1e-12)
  }
}
