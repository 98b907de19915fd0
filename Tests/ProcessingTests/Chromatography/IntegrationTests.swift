import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

private func recipe(_ change: (inout ChromatographyRecipe) -> Void = { _ in })
  -> ChromatographyRecipe
{
  var recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
  recipe.widths = .raw
  change(&recipe)
  return recipe
}

/// Clusters given by hand, so that a rule is tried and not the detector.
private func integrate(
  _ values: [Double], _ peaks: [DetectedPeak], noise: Double = 0.01,
  _ change: (inout ChromatographyRecipe) -> Void = { _ in }
) throws -> Integration {
  let cluster = DetectedCluster(
    peaks: peaks, slopeNoise: noise, residualNoise: noise, halfWindow: 2)
  var plain = recipe(change)
  plain.rules.minimumWidthFactor = 0
  plain.rules.maximumWidthFactor = .infinity
  return try Integrator(plain).integration(
    times: values.indices.map(Double.init), values: values, clusters: [cluster])
}

@Suite struct IntegrationTests {
  // MARK: what cannot be

  @Test func rulesAndEventsThatMeanNothingAreRefused() {
    let changes: [(inout ChromatographyRecipe) -> Void] = [
      { $0.rules.minimumArea = .nan }, { $0.rules.skimHeightRatio = -1 },
      { $0.rules.maximumWidthFactor = 0.1 }, { $0.rules.solventBefore = .infinity },
      { $0.rules.valleyToValleyBelow = -0.1 }, { $0.rules.saturation = .nan },
      { $0.events = [.init(at: .nan, .split)] }, { $0.events = [.init(at: 1, .minimumArea)] },
      { $0.events = [.init(at: 1, .minimumHeight, value: -1)] },
      { $0.events = [.init(at: 5, .manualPeak, end: 5)] },
      { $0.events = [.init(at: 5, .manualPeak)] },
      { $0.events = [.init(at: 5, .manualPeak, end: 9, startLevel: .nan)] },
    ]
    for change in changes {
      #expect(throws: ChromatographyError.self) { try Integrator(recipe(change)) }
    }
  }

  @Test func clustersThatDoNotFitTheTraceAreRefused() {
    let values = [0.0, 1, 2, 1, 0]
    let wrong: [[DetectedPeak]] = [
      [], [DetectedPeak(start: 0, apex: 2, end: 5)], [DetectedPeak(start: -1, apex: 2, end: 4)],
      [DetectedPeak(start: 3, apex: 2, end: 4)], [DetectedPeak(start: 2, apex: 2, end: 2)],
      [DetectedPeak(start: 0, apex: 1, end: 2), DetectedPeak(start: 3, apex: 3, end: 4)],
    ]
    for peaks in wrong {
      #expect(throws: ChromatographyError.self) { try integrate(values, peaks) }
    }
  }

  @Test func aTraceThatIsNotFiniteOrNotRisingIsRefused() throws {
    let integrator = try Integrator(recipe())
    let bad: [([Double], [Double])] = [
      ([0, 1, 2], [0, .nan, 0]), ([0, 1, 1], [0, 0, 0]), ([0, .infinity, 2], [0, 0, 0]),
      ([0, 1], [0, 0, 0]), ([0, 1, 2], [0, 1e101, 0]),
    ]
    for (times, values) in bad {
      #expect(throws: ChromatographyError.self) {
        try integrator.integration(times: times, values: values, clusters: [])
      }
    }
  }

  // MARK: rules 1 and 2

  @Test func onePeakIsIntegratedOverTheLineBelowIt() throws {
    // A triangle of height 8 over a rising line from 2 to 6.
    let values = [1.0, 2, 6, 12, 8, 6, 6]
    let result = try integrate(values, [DetectedPeak(start: 1, apex: 3, end: 5)])
    let peak = try #require(result.peaks.first)
    #expect(peak.code == "BB")
    #expect(peak.baseline == [.init(time: 1, level: 2), .init(time: 5, level: 6)])
    // Over the line: 0, 3, 8, 3, 0.
    #expect(peak.area == 14)
    #expect(peak.height == 8)
    #expect(peak.retentionTime == 3)
    // From 8 to 3 the halves lie 4/5 of a point from the apex.
    #expect(abs((peak.widthAtHalf ?? 0) - 1.6) < 1e-12)
  }

  @Test func touchingPeaksAreDividedAtTheirValleyAndAddUp() throws {
    let values = [0.0, 5, 10, 5, 4, 6, 8, 3, 0]
    let peaks = [DetectedPeak(start: 0, apex: 2, end: 4), DetectedPeak(start: 4, apex: 6, end: 8)]
    let result = try integrate(values, peaks)
    #expect(result.peaks.map(\.code) == ["BV", "VB"])
    #expect(result.peaks.map(\.area) == [22, 19])
    #expect(result.peaks[0].end == result.peaks[1].start)
    #expect(result.peaks.map { $0.area }.reduce(0, +) == 41)
  }

  @Test func averagedEndsAreTheMeansAroundThem() throws {
    let values = [1.0, 2, 3, 2, 1, 20, 1, 4, 5, 4, 1]
    let result = try integrate(values, [DetectedPeak(start: 2, apex: 5, end: 8)]) {
      $0.rules.averagesEnds = true
      $0.rules.correctsPenetration = false
    }
    // m = 2: the means of five points.
    #expect(result.peaks[0].baseline.map(\.level) == [1.8, 3.0])
  }

  // MARK: rule 3

  @Test func aLowValleyIsTouchedOnlyWhereTheMethodAsks() throws {
    let values = [0.0, 5, 10, 5, 1, 6, 8, 3, 0]
    let peaks = [DetectedPeak(start: 0, apex: 2, end: 4), DetectedPeak(start: 4, apex: 6, end: 8)]
    #expect(try integrate(values, peaks).peaks.map(\.code) == ["BV", "VB"])
    // The valley, 1, is an eighth of the lower apex.
    let touched = try integrate(values, peaks) { $0.rules.valleyToValleyBelow = 0.126 }
    #expect(touched.peaks.map(\.code) == ["BB", "BB"])
    #expect(touched.peaks.map(\.area) == [18.5, 15.5])
    let left = try integrate(values, peaks) { $0.rules.valleyToValleyBelow = 0.125 }
    #expect(left.peaks.map(\.code) == ["BV", "VB"])
  }

  // MARK: rule 4

  @Test func aValleyBelowTheLineBecomesAPenetration() throws {
    let values = [4.0, 9, 12, 7, 1, 6, 9, 6, 4]
    let peaks = [DetectedPeak(start: 0, apex: 2, end: 4), DetectedPeak(start: 4, apex: 6, end: 8)]
    let result = try integrate(values, peaks)
    #expect(result.peaks.map(\.code) == ["BP", "PB"])
    #expect(result.peaks[0].baseline.map(\.level) == [4, 1])
    #expect(result.peaks[1].baseline.map(\.level) == [1, 4])
    // Without the rule the line is straight and the areas smaller by two triangles.
    let plain = try integrate(values, peaks) { $0.rules.correctsPenetration = false }
    #expect(plain.peaks.map(\.code) == ["BV", "VB"])
    #expect(result.peaks[0].area - plain.peaks[0].area == 6)
  }

  @Test func aSampleFarBelowTheLineBendsIt() throws {
    // A dip 8 points behind the apex, farther than half a width; level 5 at both ends.
    var values = Array(repeating: 5.0, count: 30)
    for (index, value) in [8.0, 20, 40, 20, 8].enumerated() { values[8 + index] = value }
    values[18] = 1
    let peaks = [DetectedPeak(start: 2, apex: 10, end: 25)]
    let bent = try integrate(values, peaks, noise: 1)
    #expect(bent.peaks[0].baseline.map(\.time) == [2, 18, 25])
    #expect(bent.peaks[0].baseline.map(\.level) == [5, 1, 5])
    #expect(bent.peaks[0].code == "BB")
    // Four below is no more than three noises of 1.4.
    let straight = try integrate(values, peaks, noise: 1.4)
    #expect(straight.peaks[0].baseline.map(\.time) == [2, 25])
    // Nearer to the apex than half a width nothing bends it.
    var near = values
    near[18] = 5
    near[13] = 1
    #expect(try integrate(near, peaks, noise: 1).peaks[0].baseline.count == 2)
  }

  @Test func ofManySamplesBelowTheLineTheHullIsTaken() throws {
    // A sagging base: the hull's vertices lie on it, and nothing is more than 3 noises below.
    var values = (0..<120).map { (index: Int) -> Double in
      let x = (Double(index) - 60) / 20
      return x * x
    }
    for (index, value) in [3.0, 20, 40, 20, 3].enumerated() { values[8 + index] += value }
    let result = try integrate(values, [DetectedPeak(start: 2, apex: 10, end: 115)], noise: 0.05)
    let line = result.peaks[0].baseline
    #expect(line.count > 4)
    let slopes = zip(line, line.dropFirst()).map { one, two -> Double in
      (two.level - one.level) / (two.time - one.time)
    }
    for (first, second) in zip(slopes, slopes.dropFirst()) { #expect(second > first) }
  }

  // MARK: rejection and flags

  @Test func whatRulesLeaveOutIsNamedWithItsReason() throws {
    let times = Synthetic.times(6000)
    let peaks = [
      Synthetic.Normal(time: 200, height: 100, sigma: 3),
      Synthetic.Normal(time: 400, height: 1, sigma: 3),
      Synthetic.Normal(time: 600, height: 20, sigma: 3),
      Synthetic.Normal(time: 900, height: 100, sigma: 20),
    ]
    let trace = Synthetic.trace(times, Synthetic.signal(times, peaks, noise: 0.01))
    let all = try recipe().integration(of: trace)
    #expect(all.peaks.map { $0.retentionTime.rounded() } == [200, 400, 600])
    #expect(all.rejected.map(\.reason) == ["width"])
    let height = try recipe { $0.rules.minimumHeight = 5 }.integration(of: trace)
    #expect(height.rejected.map(\.reason) == ["height", "width"])
    let area = try recipe { $0.rules.minimumArea = 160 }.integration(of: trace)
    #expect(area.rejected.map(\.reason) == ["area", "area", "width"])
    let noise = try recipe {
      $0.noiseRange = 20...150
      $0.rules.minimumSignalToNoise = 100
    }.integration(of: trace)
    #expect(noise.rejected.map(\.reason) == ["signal-to-noise", "width"])
  }

  @Test func aPeakWithoutARatioDoesNotPassALeastOne() throws {
    // Beside the later one, no stretch is long enough and free to take the noise of.
    let times = Synthetic.times(600)
    let trace = Synthetic.trace(
      times,
      Synthetic.signal(
        times, [60.0, 90].map { Synthetic.Normal(time: $0, height: 30, sigma: 3) }, noise: 0.05))
    let open = try recipe().integration(of: trace)
    #expect(open.peaks.map { $0.signalToNoise == nil } == [false, true])
    #expect(open.peaks.map { $0.flags.contains("no-signal-to-noise") } == [false, true])
    let strict = try recipe { $0.rules.minimumSignalToNoise = 3 }.integration(of: trace)
    #expect(strict.peaks == [open.peaks[0]])
    #expect(strict.rejected.map(\.reason) == ["signal-to-noise"])
  }

  @Test func areasOfSeparatedPeaksAreThoseOfTheirFormula() throws {
    let times = Synthetic.times(6000)
    let peaks = (1...5).map {
      Synthetic.Normal(time: 200 * Double($0) + 0.07, height: 50 * Double($0), sigma: 3)
    }
    let result = try recipe().integration(
      of: Synthetic.trace(times, Synthetic.signal(times, peaks, drift: 0.01, noise: 0.005)))
    #expect(result.peaks.count == 5)
    for (found, own) in zip(result.peaks, peaks) {
      #expect(abs(found.area / own.area - 1) < 2e-3)
      #expect(abs(found.height / own.height - 1) < 1e-3)
      #expect(abs(found.retentionTime - own.time) < 0.02)
      #expect(abs((found.widthAtHalf ?? 0) / own.half - 1) < 2e-3)
      #expect(found.code == "BB")
    }
  }

  @Test func theResultSurvivesJSON() throws {
    let (times, values) = Synthetic.random(seed: 3)
    let result = try recipe().integration(of: Synthetic.trace(times, values))
    #expect(!result.peaks.isEmpty)
    let data = try JSONEncoder().encode(result)
    #expect(try JSONDecoder().decode(Integration.self, from: data) == result)
  }

  @Test func aRecipeIsReadFromTheNumbersThatAMethodGives() throws {
    let text = """
      {"detection": {"expected_width_s": 7, "rise_factor": 4, "fall_factor": 2,
       "consecutive_points": 3}, "rules": {"skim": "exponential", "minimum_area": 2.5},
       "events": [{"time_s": 60, "event": "manual-peak", "end_s": 70, "code": "BB"}],
       "noise_range_s": [300, 600]}
      """
    let read = try JSONDecoder().decode(ChromatographyRecipe.self, from: Data(text.utf8))
    #expect(read.detection == PeakDetection(expectedWidth: 7))
    #expect(read.rules.skim == .exponential)
    #expect(read.rules.minimumArea == 2.5)
    #expect(read.rules.maximumWidthFactor == 5)
    #expect(read.events == [IntegrationEvent(at: 60, .manualPeak, end: 70, code: "BB")])
    #expect(read.noiseRange == 300...600)
    #expect(read.widths == .byNoise)
  }
}
