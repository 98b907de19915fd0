/// What the shape of a peak says of the separation.
///
/// By USP <621> and the European Pharmacopoeia, 2.2.46.
/// Widths are taken from the apex outwards to the first sample below the level, interpolated straight
/// with its inner neighbour; the level is a fraction of the parabola's height, the signal that over the
/// baseline; of a smoothed signal, its own parabola. A level not reached within the peak's own limits gives no value, never a guess.
public struct PeakShape: Sendable, Hashable, Codable {
  /// The two crossings of a level, s.
  public struct Crossing: Sendable, Hashable, Codable {
    /// Where the front crosses it, s.
    public var front: Double
    /// Where the tail crosses it, s.
    public var tail: Double
    /// The width, s.
    public var width: Double { tail - front }

    private enum CodingKeys: String, CodingKey {
      case front = "front_s"
      case tail = "tail_s"
    }
  }

  /// The retention time, s.
  public var retentionTime: Double
  /// The top of the signal that was measured, s: the retention time, or that of the smoothed signal.
  public var apexTime: Double
  /// At half of the height.
  public var half: Crossing?
  /// At a tenth.
  public var tenth: Crossing?
  /// At a twentieth.
  public var twentieth: Crossing?
  /// Between the tangents at the inflections where they meet the baseline.
  public var tangent: Crossing?
  /// Whether the widths are those of the smoothed signal, because the noise would make raw ones small.
  public var isSmoothed: Bool
  /// Whether the peak stands high enough over the noise for plates (ten times).
  public var isClear: Bool

  /// Plates by the half height: 5.54 (t/w)^2, the factor as printed.
  public var plates: Double? {
    isClear ? half.map { 5.54 * (retentionTime / $0.width) * (retentionTime / $0.width) } : nil
  }
  /// Plates by the tangents: 16 (t/W)^2.
  public var tangentPlates: Double? {
    isClear ? tangent.map { 16 * (retentionTime / $0.width) * (retentionTime / $0.width) } : nil
  }
  /// Tailing, or symmetry: the width at 5 % by twice its front part.
  public var tailing: Double? {
    twentieth.flatMap { crossing in
      let front = apexTime - crossing.front
      return front > 0 ? crossing.width / (2 * front) : nil
    }
  }
  /// Asymmetry: tail part by front part at 10 %.
  public var asymmetry: Double? {
    tenth.flatMap { crossing in
      let front = apexTime - crossing.front
      return front > 0 ? (crossing.tail - apexTime) / front : nil
    }
  }
  /// Plates of an exponentially modified peak: 41.7 (t/w)^2 / (B/A + 1.25) at 10 %.
  ///
  /// J. P. Foley, J. G. Dorsey, Anal. Chem. 55 (1983) 730; none outside their B/A of 1.09 to 2.76.
  public var modifiedPlates: Double? {
    guard isClear, let tenth, let asymmetry, (1.09...2.76).contains(asymmetry) else { return nil }
    let ratio = retentionTime / tenth.width
    return 41.7 * ratio * ratio / (asymmetry + 1.25)
  }

  /// Resolution from an earlier peak by the widths at half height: 1.18 (t2 - t1)/(w1 + w2).
  public func resolution(from earlier: PeakShape) -> Double? {
    guard let width = half?.width, let before = earlier.half?.width else { return nil }
    return 1.18 * (retentionTime - earlier.retentionTime) / (before + width)
  }

  /// Resolution from an earlier peak by the tangents: 2 (t2 - t1)/(W1 + W2).
  public func tangentResolution(from earlier: PeakShape) -> Double? {
    guard let width = tangent?.width, let before = earlier.tangent?.width else { return nil }
    return 2 * (retentionTime - earlier.retentionTime) / (before + width)
  }

  /// The retention factor over a dead time, s: k = (t - t0)/t0; none of a dead time not above 0.
  public static func retentionFactor(time: Double, deadTime: Double) -> Double? {
    deadTime > 0 ? (time - deadTime) / deadTime : nil
  }

  /// The separation factor of two peaks, the later by the earlier: at least 1.
  public static func separationFactor(_ one: Double, _ other: Double, deadTime: Double) -> Double? {
    guard let first = retentionFactor(time: min(one, other), deadTime: deadTime),
      let second = retentionFactor(time: max(one, other), deadTime: deadTime), first > 0
    else { return nil }
    return second / first
  }

  private enum CodingKeys: String, CodingKey {
    case half, tenth, twentieth, tangent
    case retentionTime = "retention_s"
    case apexTime = "apex_s"
    case isSmoothed = "smoothed"
    case isClear = "clear"
  }
}

/// Which signal the widths of a peak are taken of.
public enum WidthSignal: String, Sendable, Hashable, Codable {
  /// The raw one where the height is at least a hundred times the noise, else the smoothed one.
  case byNoise = "by-noise"
  /// Always the raw one.
  case raw
  /// Always the smoothed one.
  case smoothed
}

extension PeakShape {
  /// Measures a peak.
  ///
  /// - `signal`: the samples of the peak and around it over its baseline, upwards; `times` beside it.
  /// - `limits`: which samples are the peak's own; `apex` is one of them.
  /// - `height` and `retentionTime` are those of the parabola, the height upwards.
  /// - `noise`: the standard deviation of single samples; 0 where it is not known.
  /// - `halfWindow`: of the filter that smooths, points.
  init(
    times: [Double], signal: [Double], limits: ClosedRange<Int>, apex: Int, height: Double,
    retentionTime: Double, noise: Double, halfWindow: Int, of widthSignal: WidthSignal
  ) {
    self.retentionTime = retentionTime
    isClear = !(noise > 0) || height >= 10 * noise
    isSmoothed =
      switch widthSignal {
      case .byNoise: noise > 0 && height < 100 * noise
      case .raw: false
      case .smoothed: true
      }
    let filter = SlopeFilter(halfWindow: max(1, halfWindow))
    var (used, apex, height) = (signal, apex, height)
    apexTime = retentionTime
    if isSmoothed {
      // Noise makes the highest raw sample too high, and the level with it.
      used = filter.smoothed(signal)
      let near =
        max(limits.lowerBound, apex - halfWindow)...min(limits.upperBound, apex + halfWindow)
      apex = PeakGroup.largest(in: near, of: used)
      let top = PeakApex(
        times: times, values: used, apex: apex, within: limits, baseline: [], sign: 1)
      (apexTime, height) = (top.time, top.height)
    }
    func crossing(_ fraction: Double) -> Crossing? {
      let level = fraction * height
      guard let front = Self.edge(times, used, limits, apex, level, -1),
        let tail = Self.edge(times, used, limits, apex, level, 1)
      else { return nil }
      return Crossing(front: front, tail: tail)
    }
    (half, tenth, twentieth) = (crossing(0.5), crossing(0.1), crossing(0.05))
    tangent = Self.tangent(times, signal, limits, apex, filter)
  }

  /// Where the signal falls below a level, going outwards from the apex.
  private static func edge(
    _ times: [Double], _ signal: [Double], _ limits: ClosedRange<Int>, _ apex: Int,
    _ level: Double, _ direction: Int
  ) -> Double? {
    guard limits.contains(apex), signal[apex] >= level else { return nil }
    var inner = apex
    while limits.contains(inner + direction) {
      let outer = inner + direction
      if signal[outer] < level {
        let share = (signal[inner] - level) / (signal[inner] - signal[outer])
        return times[inner] + (times[outer] - times[inner]) * share
      }
      inner = outer
    }
    return nil
  }

  /// Where the steepest tangents of front and tail meet the baseline.
  private static func tangent(
    _ times: [Double], _ signal: [Double], _ limits: ClosedRange<Int>, _ apex: Int,
    _ filter: SlopeFilter
  ) -> Crossing? {
    let m = filter.halfWindow
    let first = max(limits.lowerBound, m)
    let last = min(limits.upperBound, signal.count - 1 - m)
    guard first < apex, apex < last else { return nil }
    func foot(_ range: ClosedRange<Int>, _ sign: Double) -> Double? {
      var steepest = (index: -1, slope: 0.0, value: 0.0)
      for index in range {
        let (value, slope) = filter.value(signal, at: index)
        if sign * slope > steepest.slope { steepest = (index, sign * slope, value) }
      }
      guard steepest.index > 0 else { return nil }
      let step = (times[steepest.index + m] - times[steepest.index - m]) / Double(2 * m)
      return times[steepest.index] - steepest.value * step / (sign * steepest.slope)
    }
    guard let front = foot(first...apex, 1), let tail = foot(apex...last, -1), tail > front else {
      return nil
    }
    return Crossing(front: front, tail: tail)
  }
}
