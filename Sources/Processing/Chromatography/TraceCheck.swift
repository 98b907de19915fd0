internal import Laboratory

/// What every computation asks of a trace first.
enum TraceCheck {
  /// The largest number that is taken, so that no sum or square of a trace overflows.
  static let largest = 1e100

  /// Whether a number can be worked with: finite and not beyond all measure.
  static func isUsable(_ number: Double) -> Bool { abs(number) <= largest }

  /// Refuses a trace with too few points, one that is not finite, or times that do not rise.
  static func check(times: [Double], values: [Double], least: Int = 1, for purpose: String)
    throws(ChromatographyError)
  {
    let count = min(times.count, values.count)
    guard count >= least, times.count == values.count else {
      throw .tooFewPoints(found: count, needed: max(least, times.count, values.count), for: purpose)
    }
    for point in times.indices {
      guard isUsable(times[point]), isUsable(values[point]) else {
        throw .notFinite(point: point)
      }
      if point > 0, times[point] <= times[point - 1] { throw .timeNotRising(point: point) }
    }
  }
}

/// The top of a peak by its parabola.
struct PeakApex {
  /// The retention time, s.
  let time: Double
  /// The height over the baseline, negative for a peak that points downwards.
  let height: Double

  /// Takes the apex, the largest sample in the direction of `sign`, and its neighbours.
  ///
  /// The apex itself is the top where a neighbour is not of the peak's own points `within`, or lies
  /// across a gap: more than three times as far as the other.
  init(
    times: [Double], values: [Double], apex: Int, within limits: ClosedRange<Int>,
    baseline: [BaselinePoint], sign: Double
  ) {
    func over(_ index: Int) -> Double {
      sign * (values[index] - PeakArea.level(of: baseline, at: times[index]))
    }
    guard apex > max(0, limits.lowerBound), apex < min(values.count - 1, limits.upperBound),
      !Self.isGap(times[apex] - times[apex - 1], times[apex + 1] - times[apex])
    else {
      (time, height) = (times[apex], sign * over(apex))
      return
    }
    let top = PeakArea.parabola(over(apex - 1), over(apex), over(apex + 1))
    let step = top.offset < 0 ? times[apex] - times[apex - 1] : times[apex + 1] - times[apex]
    time = times[apex] + top.offset * step
    height = sign * top.height
  }

  private static func isGap(_ before: Double, _ after: Double) -> Bool {
    max(before, after) > 3 * min(before, after)
  }
}
