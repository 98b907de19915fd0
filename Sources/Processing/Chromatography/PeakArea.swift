public import Laboratory

/// Area, level and apex of a peak: the formulas that anyone can compute again.
public enum PeakArea {
  /// The area between a signal and a baseline from one time to another, unit of the signal times s.
  ///
  /// The trapezoid rule over the signal minus the baseline at all samples between, at the two ends,
  /// where the signal is interpolated straight, and wherever the baseline bends; summed in the order
  /// of time. Times rise strictly; the ends lie within them, or the nearest sample's value is taken.
  public static func trapezoid(
    times: [Double], values: [Double], from start: Double, to end: Double,
    over baseline: [BaselinePoint]
  ) -> Double {
    guard end > start, !times.isEmpty else { return 0 }
    var line = Line(baseline)
    var sample = firstIndex(in: times, notBefore: start)
    while sample < times.count, times[sample] <= start { sample += 1 }
    var bend = baseline.firstIndex { $0.time > start } ?? baseline.count
    var before = (time: start, height: value(times, values, at: start) - line.level(at: start))
    var sum = 0.0
    func add(_ time: Double, _ height: Double) {
      sum += 0.5 * (before.height + height) * (time - before.time)
      before = (time, height)
    }
    while true {
      let nextSample = sample < times.count ? times[sample] : .infinity
      let nextBend = bend < baseline.count ? baseline[bend].time : .infinity
      let next = min(nextSample, nextBend)
      guard next < end else { break }
      let signal = nextSample <= nextBend ? values[sample] : value(times, values, at: next)
      add(next, signal - line.level(at: next))
      if nextSample <= next { sample += 1 }
      if nextBend <= next { bend += 1 }
    }
    add(end, value(times, values, at: end) - line.level(at: end))
    return sum
  }

  /// The level of a baseline at a time: straight between its points, and on beyond the outer two; of
  /// one point level; 0 of none.
  public static func level(of baseline: [BaselinePoint], at time: Double) -> Double {
    var line = Line(baseline)
    return line.level(at: time)
  }

  /// The signal at a time, straight between the samples; beyond them the nearest sample's.
  public static func value(_ times: [Double], _ values: [Double], at time: Double) -> Double {
    let after = firstIndex(in: times, notBefore: time)
    guard after < times.count else { return values.last ?? 0 }
    guard after > 0, times[after] != time else { return values[after] }
    let (from, to) = (times[after - 1], times[after])
    return values[after - 1] + (values[after] - values[after - 1]) * ((time - from) / (to - from))
  }

  /// The number of the first time that is not before the given one; their count where none is.
  public static func firstIndex(in times: [Double], notBefore time: Double) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The top of the parabola through an apex and its neighbours, all over the baseline.
  ///
  /// Gives the distance from the apex in points, within one, and the height; the apex itself where
  /// the three do not bend downwards.
  public static func parabola(_ before: Double, _ apex: Double, _ after: Double)
    -> (offset: Double, height: Double)
  {
    let bend = before - 2 * apex + after
    guard bend < 0 else { return (0, apex) }
    let offset = (before - after) / (2 * bend)
    guard abs(offset) <= 1 else { return (0, apex) }
    return (offset, apex - (before - after) * offset / 4)
  }

  /// A baseline that is asked at rising times.
  struct Line {
    private let points: [BaselinePoint]
    private var segment = 0

    /// Takes the points of a baseline, rising in time.
    init(_ points: [BaselinePoint]) { self.points = points }

    /// The level at a time not before the one asked last.
    mutating func level(at time: Double) -> Double {
      guard let first = points.first else { return 0 }
      guard points.count > 1 else { return first.level }
      while segment + 2 < points.count, points[segment + 1].time <= time { segment += 1 }
      let (from, to) = (points[segment], points[segment + 1])
      guard to.time > from.time else { return to.level }
      if time == to.time { return to.level }
      return from.level + (to.level - from.level) * ((time - from.time) / (to.time - from.time))
    }
  }
}
