public import Laboratory

/// Why something that was asked of a spectrum is not done.
public enum SpectrumError: Error, Sendable, Hashable {
  /// A value is not a finite number: which array, at which index.
  case notFinite(what: String, index: Int)
  /// Two arrays that belong together differ in length.
  case lengthsDiffer(what: String, count: Int, other: String, otherCount: Int)
  /// There are fewer points than the calculation needs.
  case tooFewPoints(what: String, count: Int, needed: Int)
  /// The axis does not rise or fall strictly; the index of the first offence.
  case axisNotMonotone(index: Int)
  /// The axis is of a kind that the calculation has no meaning for.
  case axisOfAnotherKind(found: String, needed: String)
  /// Two spectra do not stand on the same axis.
  case axesDiffer(what: String, other: String)
  /// A ratio of counts was asked for without a dark.
  case missingDark
  /// A ratio was asked for without a reference.
  case missingReference
  /// The reference is darker than the dark over the whole: the two were swapped, or no light came.
  case referenceBelowDark(meanReference: Double, meanDark: Double)
  /// Frames that must have the same exposure do not, in microseconds.
  case exposuresDiffer(what: String, exposure: Double, other: String, otherExposure: Double)
  /// A parameter is outside what it may be.
  case parameter(name: String, value: Double, allowed: String)
  /// A window does not lie on the axis, or holds too few of its points.
  case windowOutside(from: Double, to: Double, axisFrom: Double, axisTo: Double)
  /// Nothing stands out where a band was looked for.
  case noBand(from: Double, to: Double)
  /// A fit found no answer.
  case noFit(reason: String)
  /// Too few lines of the lamp were found.
  case tooFewLines(found: Int, needed: Int)
  /// The lines found cover too little of the axis, as a fraction of it.
  case linesCoverTooLittle(fraction: Double, needed: Double)
  /// A kernel refused it.
  case kernel(KernelError)
}

extension SpectrumError: Explained {
  /// The error in four parts.
  public var failure: Failure {
    if case .kernel(let error) = self { return error.failure }
    // Each case stands in one of the three.
    return inputFailure ?? ratioFailure ?? bandFailure
      ?? Failure(
        "spectrum-parameter", exit: .refused, what: "a step cannot be done",
        why: "\(self)", next: "look at the method")
  }

  /// The lasting code.
  public var code: String { failure.code }

  private var inputFailure: Failure? {
    switch self {
    case .notFinite(let what, let index):
      Failure(
        "spectrum-not-finite", exit: .refused,
        what: "value \(index) of the \(what) is not a finite number",
        why: "a number that is none would spread through everything computed from it",
        next: "look at the source of the spectrum; measure it again")
    case .lengthsDiffer(let what, let count, let other, let otherCount):
      Failure(
        "spectrum-lengths-differ", exit: .refused,
        what: "the \(what) has \(count) points and the \(other) \(otherCount)",
        why: "they must have one value for each channel of the same detector",
        next: "use spectra of the same instrument and settings")
    case .tooFewPoints(let what, let count, let needed):
      Failure(
        "spectrum-too-short", exit: .refused,
        what: "the \(what) has \(count) points and at least \(needed) are needed",
        why: "the calculation is not defined on fewer",
        next: "widen the window, or use a spectrum with more points")
    case .axisNotMonotone(let index):
      Failure(
        "spectrum-axis-not-monotone", exit: .refused,
        what: "the axis neither rises nor falls strictly at point \(index)",
        why: "a position on it would not be one channel",
        next: "mend the calibration or the file that the axis came from")
    case .axisOfAnotherKind(let found, let needed):
      Failure(
        "spectrum-axis-kind", exit: .refused,
        what: "the axis is \(found) and must be \(needed)",
        why: "numbers of another kind of axis mean something else",
        next: "calibrate the axis (wavelength coefficients, laser wavelength), then ask again")
    case .axesDiffer(let what, let other):
      Failure(
        "spectrum-axes-differ", exit: .refused,
        what: "the \(what) and the \(other) do not stand on the same axis",
        why: "values of different positions would be put together",
        next: "measure both with the same settings, or resample them first")
    default: nil
    }
  }

  private var ratioFailure: Failure? {
    switch self {
    case .missingDark:
      Failure(
        "spectrum-no-dark", exit: .refused,
        what: "there is no dark",
        why: "the offset of the detector would count as light",
        next: "measure a dark with the same exposure and name it")
    case .missingReference:
      Failure(
        "spectrum-no-reference", exit: .refused,
        what: "there is no reference",
        why: "transmittance, reflectance and absorbance are ratios to it",
        next: "measure a reference (solvent, white standard) and name it")
    case .referenceBelowDark(let reference, let dark):
      Failure(
        "spectrum-reference-below-dark", exit: .refused,
        what: "the reference (mean \(reference)) is not above the dark (mean \(dark))",
        why: "the two were swapped, or no light reached the detector for the reference",
        next: "look which run is which; look at lamp and shutter; measure both again")
    case .exposuresDiffer(let what, let exposure, let other, let otherExposure):
      Failure(
        "spectrum-exposures-differ", exit: .refused,
        what:
          "the exposure of the \(what) is \(exposure) us and that of the \(other) \(otherExposure) us",
        why: "their counts cannot be compared",
        next: "measure them with the same exposure")
    default: nil
    }
  }

  private var bandFailure: Failure? {
    switch self {
    case .parameter(let name, let value, let allowed):
      Failure(
        "spectrum-parameter", exit: .refused,
        what: "\(name) is \(value) and must be \(allowed)",
        why: "the formula has no meaning elsewhere",
        next: "mend it in the method")
    case .windowOutside(let from, let to, let axisFrom, let axisTo):
      Failure(
        "spectrum-window-outside", exit: .refused,
        what:
          "the window from \(from) to \(to) does not lie on the axis from \(axisFrom) to \(axisTo)",
        why: "nothing was measured there",
        next: "choose a window on the axis")
    case .noBand(let from, let to):
      Failure(
        "spectrum-no-band", exit: .refused,
        what: "no band stands out between \(from) and \(to)",
        why: "the largest value is at the window's end, or all are the same",
        next: "look at the spectrum: right sample, enough signal, right window?")
    case .noFit(let reason):
      Failure(
        "spectrum-no-fit", exit: .refused,
        what: "the fit gives no answer: \(reason)",
        why: "the data do not hold what the model needs",
        next: "look at the spectrum; widen the window or take the centroid")
    case .tooFewLines(let found, let needed):
      Failure(
        "spectrum-too-few-lines", exit: .refused,
        what: "\(found) lines of the lamp were found and \(needed) are needed",
        why: "a polynomial through fewer says nothing about the rest of the axis",
        next: "is it the right lamp? more exposure; a wider tolerance when the axis is far off")
    case .linesCoverTooLittle(let fraction, let needed):
      Failure(
        "spectrum-lines-cover-too-little", exit: .refused,
        what: "the lines found cover \(fraction) of the axis and must cover \(needed)",
        why: "outside them the polynomial is a guess",
        next: "use a second lamp, or restrict the range of the axis")
    default: nil
    }
  }
}
