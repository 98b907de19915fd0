public import Laboratory

/// Why a kernel did not compute: its data or a parameter cannot be used.
///
/// Nothing is computed from a number that is none: a NaN or an infinity at the input is refused and
/// named with its place.
public enum KernelError: Error, Sendable, Hashable {
  /// A value is NaN or infinite; `index` is the first, from 0.
  case notFinite(what: String, index: Int)
  /// There are fewer points than the kernel needs.
  case tooShort(what: String, points: Int, needed: Int)
  /// Two arrays that belong together have different numbers of values.
  case countsDiffer(what: String, Int, Int)
  /// An axis does not rise strictly; `index` is the first value not above the one before it.
  case notIncreasing(what: String, index: Int)
  /// A parameter lies outside what is allowed.
  case parameter(name: String, value: Double, allowed: String)
  /// The values are all equal, or their sum is zero, so there is nothing to scale by.
  case nothingToScaleBy(what: String)
  /// Two axes have no range in common.
  case noOverlap(first: ClosedRange<Double>, second: ClosedRange<Double>)
  /// The result is beyond what a number can hold, although the input is finite.
  case overflow(what: String)
}

extension KernelError: Explained {
  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .notFinite(let what, let index):
      Failure(
        "data-not-finite", exit: .refused, what: "value \(index) of \(what) is no finite number",
        why: "a NaN or an infinity would spoil every number computed from it",
        next: "look at the source of value \(index): a division by zero, an overflow, a bad file")
    case .tooShort(let what, let points, let needed):
      Failure(
        "data-too-short", exit: .refused, what: "\(what): \(points) points, \(needed) needed",
        why: "the step has no answer for so few points",
        next: "measure more points, or choose a smaller window or lower order in the method")
    case .countsDiffer(let what, let first, let second):
      Failure(
        "data-counts-differ", exit: .refused, what: "\(what): \(first) values beside \(second)",
        why: "each value needs its partner", next: "use spectra or traces on one axis")
    case .notIncreasing(let what, let index):
      Failure(
        "axis-not-increasing", exit: .refused,
        what: "\(what) does not rise at point \(index)",
        why: "a value is repeated or smaller than the one before it",
        next: "sort the points and keep one of those with equal place")
    case .parameter(let name, let value, let allowed):
      Failure(
        "step-parameter", exit: .usage, what: "\(name) is \(value); allowed: \(allowed)",
        why: "the step is not defined for that", next: "change \(name) in the method")
    case .nothingToScaleBy(let what):
      Failure(
        "data-without-scale", exit: .refused, what: "\(what) cannot be normalised",
        why: "its length, largest value, spread or area is zero",
        next: "look whether the detector saw anything; leave normalisation out of the method")
    case .noOverlap(let first, let second):
      Failure(
        "axes-do-not-overlap", exit: .refused,
        what:
          "\(first.lowerBound) to \(first.upperBound) and \(second.lowerBound) to "
          + "\(second.upperBound) have nothing in common",
        why: "nothing is computed beyond what was measured",
        next: "compare spectra that cover a common range, in the same unit")
    case .overflow(let what):
      Failure(
        "result-overflow", exit: .refused, what: "\(what) is beyond what a number can hold",
        why: "values near the largest number were multiplied or added",
        next: "look at the units of the data; values above 1e150 are no counts")
    }
  }
}
