extension CalibrationCurve {
  /// What the calibration says of a response.
  ///
  /// In this order: no working range, refused; no peak, no rising-branch level above 0, or below the
  /// detection response, not detected; outside the working range, below or above it; else the value
  /// with its interval, `x +- t u`, or by inverse prediction where the slope is in doubt.
  ///
  /// - Parameters:
  ///   - response: the mean response of the replicates; none where no peak was found.
  ///   - replicates: how many responses it is the mean of.
  ///   - exactInterval: whether the interval is by inverse prediction in any case.
  public func outcome(of response: Double?, replicates: Int = 1, exactInterval: Bool = false)
    -> QuantitationOutcome
  {
    guard replicates > 0 else { return .refused(.noReplicates) }
    guard let working else { return .refused(.noWorkingRange) }
    let doubt = slopeDoubt
    if model.degree == 1, let doubt, doubt >= 1 { return .refused(.slopeNotSignificant) }
    let nothing = NotQuantified(
      response: response, limit: limits?.detection ?? working.lowest, flags: flags)
    guard let response else { return .notDetected(nothing) }
    guard response.isFinite else { return .refused(.responseNotFinite) }
    guard response > 0, response >= detectionResponse else { return .notDetected(nothing) }
    let top = NotQuantified(response: response, limit: working.highest, flags: flags)
    guard let level = estimate(of: response) else {
      return coefficients[2] < 0 ? .aboveRange(top) : .notDetected(nothing)
    }
    guard level > 0 else { return .notDetected(nothing) }
    // A standard on the curve is within the range that it bounds, whatever the last bit says.
    let rounding = 1e-12
    guard level >= working.lowest * (1 - rounding) else {
      return .belowRange(NotQuantified(response: response, limit: working.lowest, flags: flags))
    }
    guard level <= working.highest * (1 + rounding) else { return .aboveRange(top) }
    return .value(
      quantified(
        level, response: response, replicates: replicates,
        exact: exactInterval || doubt.map { $0 > 0.05 } ?? false))
  }

  private func quantified(_ level: Double, response: Double, replicates: Int, exact: Bool)
    -> QuantifiedValue
  {
    var value = QuantifiedValue(
      value: level, standardUncertainty: uncertainty(at: level, replicates: replicates),
      degreesOfFreedom: degreesOfFreedom, coverageFactor: coverageFactor,
      confidence: rules.confidence, interval: exact ? .fieller : .student, lower: nil, upper: nil,
      response: response, replicates: replicates, flags: flags)
    guard let u = value.standardUncertainty, let t = value.coverageFactor else {
      value.interval = .student
      value.flags.append("no-uncertainty")
      return value
    }
    if exact {
      (value.lower, value.upper) = inverseInterval(
        about: level, response: response, replicates: replicates)
      if value.lower == nil || value.upper == nil { value.flags.append("interval-open") }
    } else {
      (value.lower, value.upper) = (level - t * u, level + t * u)
    }
    return value
  }
}
