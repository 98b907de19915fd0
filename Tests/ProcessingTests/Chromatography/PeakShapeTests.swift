import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

private func shape(
  _ signal: [Double], _ times: [Double], limits: ClosedRange<Int>? = nil, noise: Double = 0,
  of width: WidthSignal = .raw, halfWindow: Int = 3
) -> PeakShape {
  let limits = limits ?? 0...signal.count - 1
  let apex = PeakGroup.largest(in: limits, of: signal)
  let top = PeakApex(
    times: times, values: signal, apex: apex, within: limits, baseline: [], sign: 1)
  return PeakShape(
    times: times, signal: signal, limits: limits, apex: apex, height: top.height,
    retentionTime: top.time, noise: noise, halfWindow: halfWindow, of: width)
}

@Suite struct PeakShapeTests {
  @Test func aNormalPeakHasTheNumbersOfItsFormula() {
    let times = Synthetic.times(4000, interval: 0.05)
    let own = Synthetic.Normal(time: 100, height: 50, sigma: 2)
    let found = shape(times.map { own.value(at: $0) }, times)
    #expect(abs((found.half?.width ?? 0) - own.half) < 1e-3)
    #expect(abs((found.tenth?.width ?? 0) - 2 * 2 * (2 * log(10.0)).squareRoot()) < 1e-3)
    #expect(abs((found.twentieth?.width ?? 0) - 2 * 2 * (2 * log(20.0)).squareRoot()) < 1e-3)
    // Between the tangents of a normal peak: 4 sigma.
    #expect(abs((found.tangent?.width ?? 0) - 8) < 0.01)
    #expect(abs((found.plates ?? 0) / (5.54 * pow(100 / own.half, 2)) - 1) < 1e-3)
    #expect(abs((found.tangentPlates ?? 0) / 2500 - 1) < 4e-3)
    #expect(abs((found.tailing ?? 0) - 1) < 1e-4)
    #expect(abs((found.asymmetry ?? 0) - 1) < 1e-4)
    // B/A of 1 is outside the formula for tailing peaks.
    #expect(found.modifiedPlates == nil)
  }

  @Test func aTailingPeakHasItsPlatesByTheModifiedFormula() throws {
    // An exponentially modified peak, sigma 1, tau 1, by summing normal peaks: N = mean^2/variance.
    let times = Synthetic.times(8000, interval: 0.02)
    let step = 0.02
    let parts = (0..<600).map { (index: Int) -> (Double, Double) in
      let delay = (Double(index) + 0.5) * step
      return (delay, exp(-delay) * step)
    }
    let signal = times.map { (time: Double) -> Double in
      guard (80...130).contains(time) else { return 0 }
      var sum = 0.0
      for (delay, weight) in parts {
        let z = time - 100 - delay
        sum += weight * exp(-z * z / 2)
      }
      return sum
    }
    let found = shape(signal, times)
    #expect((1.09...2.76).contains(try #require(found.asymmetry)))
    let expected = 101.0 * 101 / 2
    #expect(abs((found.modifiedPlates ?? 0) / expected - 1) < 0.03)
    #expect((found.tailing ?? 0) > 1.2)
  }

  @Test func aLevelThatIsNotReachedWithinTheLimitsGivesNoValue() {
    let times = Synthetic.times(11, interval: 1)
    let signal = [0.0, 3, 6, 10, 8, 7, 6, 7, 9, 5, 0]
    let found = shape(signal, times, limits: 0...6)
    #expect(found.half == nil && found.tenth == nil && found.plates == nil)
    #expect(found.tailing == nil && found.asymmetry == nil)
    let whole = shape([0, 3, 6, 10, 6, 3, 0], Synthetic.times(7, interval: 1))
    #expect(abs((whole.half?.width ?? 0) - 8.0 / 3) < 1e-12)
  }

  @Test func theFirstSampleBelowTheLevelCountsNotTheLast() {
    // A dip on the front below half, with a shoulder before it.
    let signal = [0.0, 6, 6, 4, 8, 10, 8, 4, 0]
    let found = shape(signal, Synthetic.times(9, interval: 1))
    // From 8 to 4 the level 5 lies a quarter behind the dip.
    #expect(abs((found.half?.front ?? 0) - 3.25) < 0.05)
  }

  @Test func noiseDecidesWhichSignalIsMeasured() throws {
    let times = Synthetic.times(4000)
    let own = Synthetic.Normal(time: 400, height: 20, sigma: 3)
    // 35 points a width and height by noise of 20: raw widths come out small.
    var (raw, smooth) = (0.0, 0.0)
    for seed in 1...40 {
      let signal = Synthetic.signal(times, [own], level: 0, noise: 1, seed: UInt64(seed))
      let limits = 1900...2100
      raw +=
        shape(signal, times, limits: limits, noise: 1, of: .raw, halfWindow: 6).half?.width ?? 0
      let found = shape(signal, times, limits: limits, noise: 1, of: .byNoise, halfWindow: 6)
      #expect(found.isSmoothed && found.isClear)
      smooth += found.half?.width ?? 0
    }
    #expect(raw / 40 < 0.96 * own.half)
    #expect(abs(smooth / 40 / own.half - 1) < 0.02)
    let clean = Synthetic.signal(times, [own], level: 0)
    #expect(!shape(clean, times, noise: 0.2, of: .byNoise).isSmoothed)
    #expect(shape(clean, times, noise: 0.21, of: .byNoise).isSmoothed)
  }

  @Test func belowTenTimesTheNoiseNoPlatesAreGiven() {
    let times = Synthetic.times(4000)
    let own = Synthetic.Normal(time: 400, height: 20, sigma: 3)
    let signal = times.map { own.value(at: $0) }
    let unclear = shape(signal, times, noise: 2.01, of: .byNoise)
    #expect(!unclear.isClear)
    #expect(unclear.plates == nil && unclear.tangentPlates == nil)
    #expect(unclear.half != nil)
    #expect(shape(signal, times, noise: 2, of: .byNoise).plates != nil)
  }

  @Test func resolutionIsThatOfBothFormulas() throws {
    let times = Synthetic.times(4000, interval: 0.05)
    let one = Synthetic.Normal(time: 80, height: 50, sigma: 2)
    let two = Synthetic.Normal(time: 100, height: 50, sigma: 2)
    let (first, second) = (
      shape(times.map { one.value(at: $0) }, times), shape(times.map { two.value(at: $0) }, times)
    )
    #expect(abs((second.resolution(from: first) ?? 0) - 1.18 * 20 / (2 * one.half)) < 1e-3)
    #expect(abs((second.tangentResolution(from: first) ?? 0) - 2.5) < 5e-3)
    var without = first
    without.half = nil
    #expect(second.resolution(from: without) == nil)
  }

  @Test func retentionAndSeparationFactorsAreOverTheDeadTime() {
    #expect(PeakShape.retentionFactor(time: 300, deadTime: 100) == 2)
    #expect(PeakShape.retentionFactor(time: 300, deadTime: 0) == nil)
    #expect(PeakShape.separationFactor(300, 400, deadTime: 100) == 1.5)
    #expect(PeakShape.separationFactor(400, 300, deadTime: 100) == 1.5)
    #expect(PeakShape.separationFactor(100, 300, deadTime: 100) == nil)
  }

  @Test func theScatterOfReplicatesIsLimitedByTheTableOfThePharmacopoeias() throws {
    let table: [(Double, [Double])] = [
      (2, [0.41, 0.59, 0.73, 0.85]), (2.5, [0.52, 0.74, 0.92, 1.06]),
      (3, [0.62, 0.89, 1.10, 1.27]),
    ]
    for (b, limits) in table {
      for (index, limit) in limits.enumerated() {
        let found = try #require(
          RepeatabilityLimit.relativeDeviation(upperLimitMinus100: b, injections: index + 3))
        #expect(abs(found - limit) < 0.0051)
      }
    }
    for (b, n) in [(0.0, 5), (2, 2), (2, 11), (.nan, 5)] {
      #expect(RepeatabilityLimit.relativeDeviation(upperLimitMinus100: b, injections: n) == nil)
    }
  }
}
