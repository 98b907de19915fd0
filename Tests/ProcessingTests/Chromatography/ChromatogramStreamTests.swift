import Instruments
import Laboratory
import Testing

@testable import Processing

@Suite struct ChromatogramStreamTests {
  @Test(arguments: 0..<120)
  func anyChunkingGivesTheSameBits(seed: Int) throws {
    let (times, values) = Synthetic.random(seed: UInt64(seed))
    var recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
    recipe.rules.skim = [.none, .tangent, .exponential][seed % 3]
    recipe.rules.averagesEnds = seed % 2 == 1
    recipe.rules.valleyToValleyBelow = seed % 5 == 0 ? 0.3 : nil
    if seed % 4 == 0 {
      recipe.events = [
        .init(at: 200, .negativeOn), .init(at: 300, .negativeOff), .init(at: 350, .split),
        .init(at: 400, .baselineNow),
      ]
    }
    let whole = try recipe.integration(of: Synthetic.trace(times, values))
    var generator = SeededGenerator(state: UInt64(seed) &+ 1000)
    var stage = try ChromatogramStage(recipe)
    var next = 0
    while next < times.count {
      let size = Int.random(in: 1...400, using: &generator)
      // A copy of the stage goes on alike: nothing is shared with the one before.
      var copy = stage
      for index in next..<min(times.count, next + size) {
        _ = copy.step(TracePoint(time: times[index], value: values[index]))
      }
      stage = copy
      next += size
    }
    #expect(stage.finish() == [.final(whole)])
    for peak in whole.peaks + whole.rejected.map(\.peak) {
      let again = independentArea(peak, times, values)
      #expect(abs(peak.area - again) <= 1e-9 * max(1, abs(peak.area)))
    }
  }

  @Test func theDetectorsStateDoesNotGrow() throws {
    func bytes(_ count: Int) throws -> Int {
      var detector = try PeakDetector(PeakDetection(expectedWidth: 7, interval: 1))
      for index in 0..<count {
        // Noise for 150 of 1000 points, then touching peaks, 40 points each.
        let phase = Double(index % 40) - 20
        let isQuiet = index % 1000 < 150
        let value = Double(index % 7) * 0.01 + (isQuiet ? 0 : 20 - abs(phase))
        _ = detector.step(TracePoint(time: Double(index), value: value))
      }
      return detector.stateByteCount
    }
    let small = try bytes(1000)
    #expect(small < 16_384)
    #expect(try bytes(1_000_000) == small)
  }

  @Test func aMeasuredIntervalHoldsBackABoundedNumberOfPoints() throws {
    var detector = try PeakDetector(PeakDetection(expectedWidth: 7))
    for index in 0..<64 { _ = detector.step(TracePoint(time: Double(index), value: 0)) }
    #expect(detector.stateByteCount < 16_384)
  }

  @Test func provisionalPeaksAreLabelledAndFinalOnesAreNot() throws {
    let times = Synthetic.times(4000)
    let peaks = [200.0, 400, 600].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }
    let values = Synthetic.signal(times, peaks, noise: 0.02)
    let recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
    var stage = try ChromatogramStage(recipe)
    var provisional: [ChromatographicPeak] = []
    for (time, value) in zip(times, values) {
      for case .provisional(let some) in stage.step(TracePoint(time: time, value: value)) {
        provisional += some
      }
    }
    guard case .final(let result)? = stage.finish().first else {
      Issue.record("no final result")
      return
    }
    #expect(provisional.count == 3)
    #expect(provisional.allSatisfy { $0.flags.contains("provisional") })
    #expect(result.peaks.allSatisfy { !$0.flags.contains("provisional") })
    // Without events and noise range they have the same limits and areas already.
    #expect(provisional.map(\.area) == result.peaks.map(\.area))
    #expect(provisional.map(\.start) == result.peaks.map(\.start))
  }

  @Test func aPointThatIsNoNumberIsNamedAndThePeaksKeepTheirPlaces() throws {
    let times = Synthetic.times(3000)
    let peaks = [200.0, 400].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }
    var values = Synthetic.signal(times, peaks, noise: 0.02)
    let recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
    let clean = try recipe.integration(of: Synthetic.trace(times, values))
    values[1500] = .nan
    values[1501] = .infinity
    let marred = try recipe.integration(of: Synthetic.trace(times, values))
    #expect(marred.leftOut == [1500: .notFinite, 1501: .notFinite])
    #expect(marred.peaks.map { $0.retentionTime.rounded() } == [200, 400])
    #expect(marred.peaks[0] == clean.peaks[0])
    for (one, other) in zip(marred.peaks, clean.peaks) {
      #expect(abs(one.area - other.area) < 1e-3 * other.area)
    }
  }

  @Test func anEmptyTraceAndOneOfOnePointHaveNoPeaks() throws {
    let recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
    #expect(try recipe.integration(of: Synthetic.trace([], [])) == Integration())
    #expect(try recipe.integration(of: Synthetic.trace([1], [2])).peaks.isEmpty)
    #expect(throws: ChromatographyError.self) {
      try recipe.integration(of: Trace(name: "x", unit: .one, times: [1, 2], values: [1]))
    }
  }
}
