import Foundation
import Instruments
import Laboratory
import Testing

@testable import Processing

/// An exponential tail from 1000 at point 10 with riders on it, on a base of 0.
private func tail(_ riders: [(at: Int, height: Double)], decay: Double = 30, count: Int = 200)
  -> [Double]
{
  (0..<count).map { (index: Int) -> Double in
    let x = Double(index)
    var value = index < 5 ? 0 : 200 * (x - 5)
    if index >= 10 { value = 1000 * exp((10 - x) / decay) }
    for rider in riders {
      let distance = x - Double(rider.at)
      value += rider.height * exp(-distance * distance / 8)
    }
    return value
  }
}

/// The lowest point between two.
private func valley(_ values: [Double], _ range: ClosedRange<Int>) -> Int {
  range.min { values[$0] < values[$1] } ?? range.lowerBound
}

private func integrate(
  _ values: [Double], _ peaks: [DetectedPeak],
  _ change: (inout IntegrationRules) -> Void = { _ in }
) throws -> [ChromatographicPeak] {
  let cluster = DetectedCluster(
    peaks: peaks, slopeNoise: 0.01, residualNoise: 0.01, halfWindow: 2)
  var recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7), widths: .raw)
  recipe.rules.correctsPenetration = false
  recipe.rules.minimumWidthFactor = 0
  recipe.rules.maximumWidthFactor = .infinity
  change(&recipe.rules)
  let result = try Integrator(recipe).integration(
    times: values.indices.map(Double.init), values: values, clusters: [cluster])
  for peak in result.peaks {
    let again = independentArea(peak, values.indices.map(Double.init), values)
    #expect(abs(peak.area - again) <= 1e-9 * abs(peak.area))
  }
  return result.peaks
}

@Suite struct SkimTests {
  private let values = tail([(100, 40)])
  private var peaks: [DetectedPeak] {
    let low = valley(values, 88...98)
    return [
      DetectedPeak(start: 5, apex: 10, end: low), DetectedPeak(start: low, apex: 100, end: 190),
    ]
  }

  @Test func aSmallRiderIsCutOffByTheTangentThatNoSampleLiesUnder() throws {
    let found = try integrate(values, peaks)
    #expect(found.map(\.code) == ["BB", "SS"])
    let (parent, rider) = (found[0], found[1])
    #expect(rider.start == Double(peaks[1].start))
    #expect(rider.baseline.count == 2)
    for index in Int(rider.start)...Int(rider.end) {
      #expect(
        values[index] >= PeakArea.level(of: rider.baseline, at: Double(index)) - 1e-9)
    }
    // Any other point behind the apex gives a line less steep.
    let slope =
      (rider.baseline[1].level - rider.baseline[0].level)
      / (rider.baseline[1].time - rider.baseline[0].time)
    let low = peaks[1].start
    for index in 100...190 {
      let other: Double = (values[index] - values[low]) / Double(index - low)
      #expect(other >= slope)
    }
    // The parent has all the rest of the pair.
    #expect(parent.skims == [rider.baseline])
    #expect(parent.start == 5 && parent.end == 190)
    let total = try integrate(values, [DetectedPeak(start: 5, apex: 10, end: 190)]) {
      $0.skim = .none
    }[0].area
    #expect(abs(parent.area + rider.area - total) < 1e-9 * total)
    // The tangent takes away a part of the rider, never more than there is.
    let own = 40 * (8 * Double.pi).squareRoot()
    #expect(rider.area < own && rider.area > 0.6 * own)
  }

  @Test func theExponentialSkimComesNearerToTheTruth() throws {
    let rider = try integrate(values, peaks) { $0.skim = .exponential }[1]
    let own = 40 * (8 * Double.pi).squareRoot()
    let tangent = try integrate(values, peaks)[1]
    #expect(abs(rider.area - own) < abs(tangent.area - own))
    #expect(rider.code == "SS" && !rider.flags.contains("tangent-for-exponential"))
    #expect(rider.baseline.count == Int(rider.end - rider.start) + 1)
    // Through the valley and the touching point, by the formula of its two ends (baseline 0 to y_end).
    let line = [(5.0, values[5]), (190.0, values[190])]
    func over(_ t: Double, _ y: Double) -> Double {
      y - (line[0].1 + (line[1].1 - line[0].1) * (t - 5) / 185)
    }
    let (v, e) = (rider.baseline[0], rider.baseline[rider.baseline.count - 1])
    let decay = (e.time - v.time) / log(over(v.time, v.level) / over(e.time, e.level))
    for point in rider.baseline {
      let expected = over(v.time, v.level) * exp(-(point.time - v.time) / decay)
      #expect(abs(over(point.time, point.level) - expected) < 1e-9 * expected)
    }
  }

  @Test func ratiosDecideAndAreOfTheMethod() throws {
    // Heights over the line: 1000 and 89 at the rider's apex, 11.3 to one; 59 in the valley.
    #expect(try integrate(values, peaks) { $0.skimHeightRatio = 11 }.map(\.code) == ["BB", "SS"])
    #expect(try integrate(values, peaks) { $0.skimHeightRatio = 12 }.map(\.code) == ["BV", "VB"])
    #expect(try integrate(values, peaks) { $0.skimValleyRatio = 1.51 }.map(\.code) == ["BB", "SS"])
    #expect(try integrate(values, peaks) { $0.skimValleyRatio = 1.45 }.map(\.code) == ["BV", "VB"])
    #expect(try integrate(values, peaks) { $0.skim = .none }.map(\.code) == ["BV", "VB"])
  }

  @Test func aRiderOnAFrontIsTheMirrorImage() throws {
    let mirrored = Array(values.reversed())
    let last = values.count - 1
    let flipped = peaks.reversed().map {
      DetectedPeak(start: last - $0.end, apex: last - $0.apex, end: last - $0.start)
    }
    for skim in [IntegrationRules.Skim.tangent, .exponential] {
      let one = try integrate(values, peaks) { $0.skim = skim }
      let other = try integrate(mirrored, flipped) { $0.skim = skim }
      #expect(other.map(\.code) == ["SS", "BB"])
      #expect(abs(other[0].area - one[1].area) < 1e-9 * one[1].area)
      #expect(abs(other[1].area - one[0].area) < 1e-9 * one[0].area)
      #expect(abs(other[0].start - (Double(last) - one[1].end)) == 0)
    }
  }

  @Test func ridersUnderOneTangentShareIt() throws {
    // The second rider is so near that the first one's tangent touches behind it.
    let values = tail([(100, 30), (108, 30)])
    let (one, two) = (valley(values, 88...98), valley(values, 101...107))
    let found = try integrate(
      values,
      [
        DetectedPeak(start: 5, apex: 10, end: one), DetectedPeak(start: one, apex: 100, end: two),
        DetectedPeak(start: two, apex: 108, end: 190),
      ])
    #expect(found.map(\.code) == ["BB", "SV", "VS"])
    #expect(found[1].end == found[2].start)
    #expect(found[0].skims.count == 1)
    // Both lie over the same line.
    let skim = found[0].skims[0]
    for peak in found.dropFirst() {
      for point in peak.baseline {
        #expect(abs(PeakArea.level(of: skim, at: point.time) - point.level) < 1e-9)
      }
    }
  }

  @Test func theSolventsRidersAreSkimmedWhateverTheirHeight() throws {
    let values = tail([(60, 400)])
    let low = valley(values, 45...58)
    let peaks = [
      DetectedPeak(start: 5, apex: 10, end: low), DetectedPeak(start: low, apex: 60, end: 190),
    ]
    #expect(try integrate(values, peaks).map(\.code) == ["BV", "VB"])
    #expect(try integrate(values, peaks) { $0.solventBefore = 30 }.map(\.code) == ["BB", "SS"])
    #expect(try integrate(values, peaks) { $0.solventBefore = 10 }.map(\.code) == ["BV", "VB"])
    let saturated = try integrate(values, peaks) { $0.saturation = 900 }
    #expect(saturated.map(\.code) == ["BB", "SS"])
    #expect(saturated[0].flags.contains("saturated"))
    #expect(!saturated[1].flags.contains("saturated"))
  }

  @Test func whereNoExponentialIsPossibleTheTangentIsTakenAndSaid() throws {
    // Behind the rider the signal lies below the baseline.
    var values = tail([(60, 400)])
    for index in 66..<80 { values[index] = -50 }
    let low = valley(values, 45...58)
    let found = try integrate(
      values,
      [
        DetectedPeak(start: 5, apex: 10, end: low), DetectedPeak(start: low, apex: 60, end: 190),
      ]
    ) {
      $0.skim = .exponential
      $0.solventBefore = 30
    }
    #expect(found.map(\.code) == ["BB", "SS"])
    #expect(found[1].flags.contains("tangent-for-exponential"))
    #expect(found[1].baseline.count == 2)
  }

  @Test(arguments: 0..<40)
  func skimsMoveAreaAndNeverMakeOrLoseAny(seed: Int) throws {
    let (times, values) = Synthetic.random(seed: UInt64(seed) &+ 500)
    func peaks(_ skim: IntegrationRules.Skim) throws -> [ChromatographicPeak] {
      var recipe = ChromatographyRecipe(detection: PeakDetection(expectedWidth: 7))
      recipe.rules.skim = skim
      recipe.rules.solventBefore = 400
      let result = try recipe.integration(of: Synthetic.trace(times, values))
      return result.peaks + result.rejected.map(\.peak)
    }
    let plain = try peaks(.none)
    let total = plain.map(\.area).reduce(0, +)
    let size = plain.map { abs($0.area) }.reduce(0, +)
    for skim in [IntegrationRules.Skim.tangent, .exponential] {
      let skimmed = try peaks(skim)
      #expect(skimmed.count == plain.count)
      #expect(abs(skimmed.map(\.area).reduce(0, +) - total) <= 1e-9 * max(1, size))
      for peak in skimmed { #expect((peak.start...peak.end).contains(peak.retentionTime)) }
    }
  }
}
