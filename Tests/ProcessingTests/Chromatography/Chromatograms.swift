import Foundation
import Instruments
import Laboratory

@testable import Processing

/// Signals of known peaks for tests.
enum Synthetic {
  /// One peak of normal shape.
  struct Normal {
    var time: Double
    var height: Double
    var sigma: Double

    var area: Double { height * sigma * (2 * Double.pi).squareRoot() }
    /// Its width at half height.
    var half: Double { 2 * (2 * log(2.0)).squareRoot() * sigma }

    func value(at t: Double) -> Double {
      let z = (t - time) / sigma
      return height * exp(-z * z / 2)
    }
  }

  /// Times from 0, `interval` apart.
  static func times(_ count: Int, interval: Double = 0.2) -> [Double] {
    (0..<count).map { Double($0) * interval }
  }

  /// Peaks on a level and a drift per second, with normal noise.
  static func signal(
    _ times: [Double], _ peaks: [Normal], level: Double = 10, drift: Double = 0,
    noise: Double = 0, seed: UInt64 = 1
  ) -> [Double] {
    var generator = SeededGenerator(state: seed)
    return times.map { t in
      let own = peaks.reduce(level + drift * t) { $0 + $1.value(at: t) }
      return noise == 0 ? own : own + noise * normal(&generator)
    }
  }

  /// A number of normal distribution by Box and Muller.
  static func normal(_ generator: inout SeededGenerator) -> Double {
    let one = Double.random(in: 0x1p-53..<1, using: &generator)
    let two = Double.random(in: 0..<1, using: &generator)
    return (-2 * log(one)).squareRoot() * cos(2 * Double.pi * two)
  }

  static func trace(_ times: [Double], _ values: [Double]) -> Trace {
    Trace(
      name: "signal", unit: .one, scans: Array(times.indices), times: times, values: values,
      flags: Array(repeating: [], count: times.count))
  }

  /// All that the detector says of a signal.
  static func events(
    _ detection: PeakDetection, _ times: [Double], _ values: [Double],
    negative: [Range<Double>] = []
  ) throws -> [DetectorEvent] {
    var detector = try PeakDetector(detection, negative: negative)
    var events: [DetectorEvent] = []
    for (time, value) in zip(times, values) {
      events += detector.step(TracePoint(time: time, value: value))
    }
    return events + detector.finish()
  }

  static func clusters(
    _ detection: PeakDetection, _ times: [Double], _ values: [Double]
  ) throws -> [DetectedCluster] {
    try events(detection, times, values).compactMap {
      if case .cluster(let cluster) = $0 { cluster } else { nil }
    }
  }

  /// A random chromatogram: up to 30 peaks, overlapping, on a wandering base.
  static func random(seed: UInt64, count: Int = 3000) -> (times: [Double], values: [Double]) {
    var generator = SeededGenerator(state: seed)
    let times = times(count)
    let peaks = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
      Normal(
        time: Double.random(in: 30...times[count - 1], using: &generator),
        height: pow(10, Double.random(in: -1...3, using: &generator)),
        sigma: Double.random(in: 1.5...6, using: &generator))
    }
    let drift = Double.random(in: -0.01...0.01, using: &generator)
    return (times, signal(times, peaks, drift: drift, noise: 0.02, seed: seed &+ 7))
  }
}

/// An area by another hand: the trapezoid over all times at which anything bends, of the signal minus
/// the baseline, less that over the skims.
func independentArea(_ peak: ChromatographicPeak, _ times: [Double], _ values: [Double]) -> Double {
  func straight(_ points: [(Double, Double)], _ t: Double) -> Double {
    for (low, high) in zip(points, points.dropFirst()) where t >= low.0 && t <= high.0 {
      let share = (t - low.0) / (high.0 - low.0)
      return low.1 * (1 - share) + high.1 * share
    }
    return .nan
  }
  // Samples a whole number of intervals apart: where a time lies is a division.
  let interval = times[1] - times[0]
  func sampled(_ t: Double) -> Double {
    let place = (t - times[0]) / interval
    let low = min(max(0, Int(place.rounded(.down))), values.count - 2)
    let share = place - Double(low)
    return values[low] * (1 - share) + values[low + 1] * share
  }
  func area(_ line: [BaselinePoint]) -> Double {
    let points = line.map { ($0.time, $0.level) }
    let (from, to) = (points[0].0, points[points.count - 1].0)
    let first = Int(((from - times[0]) / interval).rounded(.up))
    let last = Int(((to - times[0]) / interval).rounded(.down))
    let inner = first <= last ? times[first...last].filter { $0 > from && $0 < to } : []
    let nodes = Set(points.map(\.0) + inner).sorted()
    return zip(nodes, nodes.dropFirst()).reduce(0.0) { sum, pair in
      let heights = [pair.0, pair.1].map { sampled($0) - straight(points, $0) }
      return sum + (heights[0] + heights[1]) / 2 * (pair.1 - pair.0)
    }
  }
  return peak.skims.reduce(area(peak.baseline)) { $0 - area($1) }
}
