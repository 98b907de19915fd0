extension CalibrationCurve {
  /// Fits a model to standards and judges the curve by rules.
  public static func fit(
    _ points: [CalibrationPoint], model: CalibrationModel = CalibrationModel(),
    rules: CalibrationRules = CalibrationRules(), unit: String = ""
  ) throws(CalibrationError) -> CalibrationCurve { throw .notFinite }

  /// Fits each of the models and takes that of the smallest sum of `|%RE|`; ties: the earlier.
  public static func best(
    of models: [CalibrationModel], for points: [CalibrationPoint],
    rules: CalibrationRules = CalibrationRules(), unit: String = ""
  ) throws(CalibrationError) -> CalibrationCurve { throw .notFinite }

  /// The level on the rising branch that gives a response, whatever the range; for people who
  /// recompute, not for release. None where the branch has none.
  public func estimate(of response: Double) -> Double? { nil }

  /// What the calibration says of a response, the mean of replicates; none: no peak was found.
  public func outcome(of response: Double?, replicates: Int = 1, exactInterval: Bool = false)
    -> QuantitationOutcome
  { .refused(.noWorkingRange) }
}

extension AcceptanceRules {
  /// Judges a sequence in the order of injection.
  public func judge(_ sequence: [SequenceInjection], curve: CalibrationCurve) -> SequenceJudgement {
    SequenceJudgement(injections: [])
  }
}
