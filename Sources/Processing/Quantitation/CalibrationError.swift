public import Laboratory

/// Why there is no calibration curve.
public enum CalibrationError: Explained, Hashable {
  /// The model or a rule has a value that no calibration can have.
  case unusableRule(String)
  /// A level or response is no number, infinite, or a level below 0.
  case unusableStandard(String, String)
  /// Fewer standards, or fewer distinct levels, than coefficients.
  case tooFewStandards(found: Int, needed: Int, distinct: Bool)
  /// Fewer distinct levels than the method asks of a quadratic.
  case tooFewLevels(found: Int, needed: Int)
  /// A weight is 0, negative, infinite or no number.
  case unusableWeight(String, String)
  /// The interval of the intercept does not cover 0, or cannot be computed.
  case zeroNotCovered(intercept: Double, halfWidth: Double?)
  /// The curve does not rise everywhere between its lowest and highest level.
  case notRising(at: Double, slope: Double)
  /// The arithmetic left the range of numbers.
  case notFinite
  /// None of the models allowed can be fitted.
  case noModel(String)
  /// The limits of detection cannot be computed by the rule.
  case unusableLimitRule(String)

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .unusableRule(let what):
      Failure(
        "calibration-rule", exit: .usage, what: "The calibration cannot be computed: \(what).",
        why: "A rule of the method has a value that no calibration can have.",
        next: "Correct the method's calibration part, then run `gauger method check`.")
    case .unusableStandard(let name, let what):
      Failure(
        "calibration-standard", exit: .refused, what: "Standard \(name) cannot be used: \(what).",
        why: "A calibration takes finite responses at finite levels of 0 or more.",
        next: "Correct the level in the worklist, or leave the standard out with a reason.")
    case .tooFewStandards(let found, let needed, let distinct):
      Failure(
        "calibration-too-few", exit: .refused,
        what:
          "The curve has \(needed) coefficients and \(found) \(distinct ? "different levels" : "standards").",
        why: "Fewer levels than coefficients do not determine a curve.",
        next: "Measure standards of more levels, or choose a simpler model.")
    case .tooFewLevels(let found, let needed):
      Failure(
        "calibration-few-levels", exit: .refused,
        what: "The quadratic has \(found) levels; the method asks for \(needed).",
        why: "A bend between few levels is as likely noise as chemistry.",
        next: "Measure more levels, use a line, or set `few_levels: flag` in the method.")
    case .unusableWeight(let name, let what):
      Failure(
        "calibration-weight", exit: .refused, what: "Standard \(name) has no weight: \(what).",
        why: "A weight must be a finite number above 0.",
        next: "Choose another weighting, or leave the standard out with a reason.")
    case .zeroNotCovered(let intercept, let halfWidth):
      Failure(
        "calibration-through-zero", exit: .refused,
        what: halfWidth.map { "The intercept is \(intercept) +- \($0), which does not cover 0." }
          ?? "Whether the intercept \(intercept) covers 0 cannot be told without spare standards.",
        why: "A curve may be forced through zero only where its intercept may be 0.",
        next: "Fit with an intercept, or find what adds to every response.")
    case .notRising(let at, let slope):
      Failure(
        "calibration-not-rising", exit: .refused,
        what: "The curve does not rise at level \(at): its slope is \(slope).",
        why: "Where a curve falls, one response belongs to two levels.",
        next: "Look at the standards, narrow the range, or use a line.")
    case .notFinite:
      Failure(
        "calibration-not-finite", exit: .refused,
        what: "The calibration left the range of numbers.",
        why: "Levels, responses or weights are extremely large or small.",
        next: "Give the levels in another unit, or choose another weighting.")
    case .noModel(let what):
      Failure(
        "calibration-no-model", exit: .refused, what: "None of the allowed models fits: \(what).",
        why: "Every model that the method allows was refused.",
        next: "Look at the reason of each; allow another model or measure more standards.")
    case .unusableLimitRule(let what):
      Failure(
        "calibration-limit-rule", exit: .refused,
        what: "The limit of detection cannot be computed: \(what).",
        why: "The rule needs what this calibration does not have.",
        next: "Choose another rule under `limits` in the method.")
    }
  }
}
