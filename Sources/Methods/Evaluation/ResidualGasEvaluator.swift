internal import Laboratory

/// Judges the partial pressures of a run.
struct ResidualGasEvaluator {
  let method: ResidualGasMethod

  func evaluate(_ measurement: Measurement) -> MethodOutcome {
    var outcome = MethodOutcome()
    guard !measurement.pressures.isEmpty else {
      outcome.evaluation.warnings.append("the run has no partial pressures")
      outcome.evaluation.gases = method.limits.map {
        GasReading(
          keyword: $0.keyword, value: nil, isRatio: $0.over != nil, passes: nil,
          flags: ["no-pressure"])
      }
      return outcome
    }
    for limit in method.limits {
      var flags: [String] = []
      func pressure(_ mass: Double) -> Double? {
        let found = measurement.pressures.first { $0.mass == mass }
        if found == nil { flags.append("mass-\(MassSpectrum.name(of: mass))-not-measured") }
        return found?.torr
      }
      var value = pressure(limit.mass)
      if let over = limit.over {
        let divisor = pressure(over)
        if let above = value, let divisor, divisor > 0 {
          value = above / divisor
        } else {
          // A ratio to nothing is no number, and a limit that cannot be judged is not passed.
          value = nil
          flags.append("no-ratio")
        }
      }
      outcome.evaluation.gases.append(
        GasReading(
          keyword: limit.keyword, value: value, isRatio: limit.over != nil,
          passes: value.map(limit.allowed.contains), flags: flags))
    }
    return outcome
  }
}
