public import Laboratory

/// Why a chromatogram or what is asked of it cannot be worked with.
public enum ChromatographyError: Explained, Hashable {
  /// Too few points for what is asked.
  case tooFewPoints(found: Int, needed: Int, for: String)
  /// A point, from 0, whose time or value is NaN, infinite or beyond 1e100.
  case notFinite(point: Int)
  /// A point, from 0, whose time is not behind that of the point before.
  case timeNotRising(point: Int)
  /// A number of a method that cannot be.
  case parameter(name: String, value: Double, allowed: String)
  /// The standards of a retention scale do not come out in the order of their numbers.
  case ladderNotRising(Double)
  /// Fewer standards than the scale needs.
  case ladderTooShort(found: Int, needed: Int)
  /// A window that the trace does not cover.
  case outsideTrace(from: Double, to: Double)
  /// Points are missing within a peak whose ends are given, between two times, s.
  case gapInPeak(from: Double, to: Double)

  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .tooFewPoints(let found, let needed, let purpose):
      Failure(
        "trace-too-short", exit: .refused,
        what: "the trace has \(found) points; \(purpose) needs \(needed)",
        why: "the run was short, or the range of the method covers little of it",
        next: "acquire longer, or widen the range in the method")
    case .notFinite(let point):
      Failure(
        "trace-not-finite", exit: .damaged,
        what: "point \(point) of the trace is not a finite number",
        why: "the record or the imported file holds NaN or an infinity there",
        next: "look at the source of the trace; export it again, or leave that range out")
    case .timeNotRising(let point):
      Failure(
        "trace-not-rising", exit: .damaged,
        what: "the time of point \(point) of the trace is not behind that of the point before",
        why: "points are out of order or stand twice in the source",
        next: "export the trace again in the order of time")
    case .parameter(let name, let value, let allowed):
      Failure(
        "integration-parameter", exit: .usage, what: "\(name) is \(value); allowed: \(allowed)",
        why: "the method holds a number that the integration cannot work with",
        next: "correct \(name) in the method")
    case .ladderNotRising(let number):
      Failure(
        "ladder-not-rising", exit: .refused,
        what: "the retention time of the standard with number \(number.description) does not rise",
        why: "two standards are exchanged, missing or given twice, or a time is no number",
        next: "correct the table of standards: numbers and times must both rise")
    case .ladderTooShort(let found, let needed):
      Failure(
        "ladder-too-short", exit: .refused,
        what: "the retention scale has \(found) standards and needs \(needed)",
        why: "an index is interpolated between standards on both sides",
        next: "add standards to the table, or measure them")
    case .outsideTrace(let from, let to):
      Failure(
        "window-outside-trace", exit: .refused,
        what: "the trace does not cover \(from) s to \(to) s",
        why: "the run ended early, began late, or the window of the method lies beside it",
        next: "look at the window in the method and at the times of the run")
    case .gapInPeak(let from, let to):
      Failure(
        "gap-in-peak", exit: .refused,
        what: "points are missing between \(from) s and \(to) s, within the peak",
        why: "scans were lost or left out while the peak passed, so that its area is not known",
        next: "see what was lost in the run's gaps, and measure again; other peaks are not hurt")
    }
  }
}
