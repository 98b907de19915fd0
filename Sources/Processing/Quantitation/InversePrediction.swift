/// From a response back to a level.
extension CalibrationCurve {
  /// The level on the rising branch that gives a response, whatever the range.
  ///
  /// For people who recompute, not for release. None where the branch has none: above the top of a
  /// curve that bends down, below the bottom of one that bends up.
  public func estimate(of response: Double) -> Double? {
    let rise = response - coefficients[0]
    let b1 = coefficients[1]
    guard coefficients.count > 2, coefficients[2] != 0 else { return finite(rise / b1) }
    let b2 = coefficients[2]
    let d = b1 * b1 + 4 * b2 * rise
    guard d >= 0 else { return nil }
    let root = d.squareRoot()
    // Of two equal forms the one that does not subtract near numbers.
    if b1 > 0 { return finite(2 * rise / (b1 + root)) }
    return finite((root - b1) / (2 * b2))
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  /// The weight that a response at a level would have had among the standards.
  ///
  /// Below the lowest level above 0 that took part, the weight of that level; under `1/s2` the
  /// variance is interpolated between levels and constant outside.
  public func weight(at level: Double) -> Double {
    switch model.weighting {
    case .equal: return 1
    case .inverseLevel: return 1 / max(level, lowestWeighed)
    case .inverseLevelSquared:
      let level = max(level, lowestWeighed)
      return 1 / (level * level)
    case .inverseResponse:
      return 1 / max(response(at: level), smallestResponse)
    case .inverseVariance:
      guard let first = variances.first, let last = variances.last else { return 1 }
      guard level > first.level else { return 1 / first.variance }
      guard level < last.level else { return 1 / last.variance }
      let above = variances.firstIndex { $0.level >= level } ?? variances.count - 1
      let (low, high) = (variances[above - 1], variances[above])
      let part = (level - low.level) / (high.level - low.level)
      return 1 / (low.variance + part * (high.variance - low.variance))
    }
  }

  /// The lowest level above 0 that took part.
  var lowestWeighed: Double {
    standards.lazy.filter { $0.weight != nil && $0.point.level > 0 }.map(\.point.level).min()
      ?? calibrated.highest
  }

  private var smallestResponse: Double {
    standards.lazy.filter { $0.weight != nil }.map(\.point.response).min() ?? 0
  }

  /// `g' V g` with `g = (1, x, x^2)`: the variance of the curve's value at a level; none without
  /// degrees of freedom.
  public func variance(at level: Double) -> Double? {
    guard !covariance.isEmpty else { return nil }
    var sum = DoubleDouble.zero
    let g = coefficients.indices.reduce(into: [DoubleDouble]()) { powers, _ in
      powers.append((powers.last ?? .one) * (powers.isEmpty ? .one : DoubleDouble(level)))
    }
    for i in g.indices {
      for j in g.indices { sum = sum + g[i] * g[j] * DoubleDouble(covariance[i][j]) }
    }
    return max(0, sum.value)
  }

  /// The curve's value at a level and the ends of its interval at the confidence of the rules.
  ///
  /// Of the curve itself, not of a further response; none without degrees of freedom.
  public func mean(at level: Double) -> (value: Double, lower: Double, upper: Double)? {
    guard let variance = variance(at: level), let t = coverageFactor else { return nil }
    let value = response(at: level)
    let half = t * variance.squareRoot()
    return (value, value - half, value + half)
  }

  /// Student's t at the confidence of the rules; none without degrees of freedom.
  public var coverageFactor: Double? {
    Distributions.coverageFactor(
      confidence: rules.confidence, degreesOfFreedom: Double(degreesOfFreedom))
  }

  /// The standard uncertainty of a level found from the mean of so many responses:
  /// `sqrt(s^2/(w0 m) + g' V g) / S`.
  public func uncertainty(at level: Double, replicates: Int = 1) -> Double? {
    guard let s = residualDeviation, let variance = variance(at: level), replicates > 0 else {
      return nil
    }
    let noise = s * s / (weight(at: level) * Double(replicates))
    return (noise + variance).squareRoot() / slope(at: level)
  }

  /// `t^2 V11 / b1^2`: above 0.05 the interval is not symmetric enough for `x +- t u`; a line of 1
  /// or more has no slope that can be told from 0.
  public var slopeDoubt: Double? {
    guard !covariance.isEmpty, let t = coverageFactor else { return nil }
    let b1 = coefficients[1]
    return t * t * covariance[1][1] / (b1 * b1)
  }

  /// The interval of inverse prediction about a level found from a response.
  ///
  /// All `x` with `(y0 - f(x))^2 <= t^2 (s^2/(w(x) m) + g(x)' V g(x))`; the end on each side is
  /// sought from the level outwards in 256 steps and then by bisection, in the calibrated range
  /// widened by half of it on both sides. An end that is not there is none: the interval is open.
  public func inverseInterval(about level: Double, response: Double, replicates: Int = 1) -> (
    lower: Double?, upper: Double?
  ) {
    guard let s = residualDeviation, let t = coverageFactor, replicates > 0 else {
      return (nil, nil)
    }
    func isOutside(_ x: Double) -> Bool {
      let difference = response - self.response(at: x)
      let noise = s * s / (weight(at: x) * Double(replicates)) + (variance(at: x) ?? 0)
      return difference * difference > t * t * noise
    }
    func end(_ bound: Double) -> Double? {
      var inside = level
      for step in 1...256 {
        let x = level + (bound - level) * Double(step) / 256
        guard isOutside(x) else {
          inside = x
          continue
        }
        var outside = x
        while true {
          let middle = inside + (outside - inside) / 2
          guard middle != inside, middle != outside else { return middle }
          if isOutside(middle) { outside = middle } else { inside = middle }
        }
      }
      return nil
    }
    let half = (calibrated.highest - calibrated.lowest) / 2
    return (end(calibrated.lowest - half), end(calibrated.highest + half))
  }
}
