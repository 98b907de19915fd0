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
    return Failure(code, exit: .refused, what: words.what, why: words.why, next: words.next)
  }

  /// The lasting code.
  public var code: String {
    switch self {
    case .notFinite: "spectrum-not-finite"
    case .lengthsDiffer: "spectrum-lengths-differ"
    case .tooFewPoints: "spectrum-too-short"
    case .axisNotMonotone: "spectrum-axis-not-monotone"
    case .axisOfAnotherKind: "spectrum-axis-kind"
    case .axesDiffer: "spectrum-axes-differ"
    case .missingDark: "spectrum-no-dark"
    case .missingReference: "spectrum-no-reference"
    case .referenceBelowDark: "spectrum-reference-below-dark"
    case .exposuresDiffer: "spectrum-exposures-differ"
    case .parameter: "spectrum-parameter"
    case .windowOutside: "spectrum-window-outside"
    case .noBand: "spectrum-no-band"
    case .noFit: "spectrum-no-fit"
    case .tooFewLines: "spectrum-too-few-lines"
    case .linesCoverTooLittle: "spectrum-lines-cover-too-little"
    case .kernel(let error): error.failure.code
    }
  }

  private var words: (what: String, why: String, next: String) {
    switch self {
    case .notFinite, .lengthsDiffer, .tooFewPoints, .axisNotMonotone, .axisOfAnotherKind,
      .axesDiffer:
      inputWords
    case .missingDark, .missingReference, .referenceBelowDark, .exposuresDiffer: ratioWords
    default: bandWords
    }
  }

  private var inputWords: (what: String, why: String, next: String) {
    switch self {
    case .notFinite(let what, let index):
      (
        "value \(index) of the \(what) is not a finite number",
        "a number that is none would spread through everything computed from it",
        "look at the source of the spectrum; measure it again"
      )
    case .lengthsDiffer(let what, let count, let other, let otherCount):
      (
        "the \(what) has \(count) points and the \(other) \(otherCount)",
        "they must have one value for each channel of the same detector",
        "use spectra of the same instrument and settings"
      )
    case .tooFewPoints(let what, let count, let needed):
      (
        "the \(what) has \(count) points and at least \(needed) are needed",
        "the calculation is not defined on fewer",
        "widen the window, or use a spectrum with more points"
      )
    case .axisNotMonotone(let index):
      (
        "the axis neither rises nor falls strictly at point \(index)",
        "a position on it would not be one channel",
        "mend the calibration or the file that the axis came from"
      )
    case .axisOfAnotherKind(let found, let needed):
      (
        "the axis is \(found) and must be \(needed)",
        "numbers of another kind of axis mean something else",
        "calibrate the axis (wavelength coefficients, laser wavelength), then ask again"
      )
    case .axesDiffer(let what, let other):
      (
        "the \(what) and the \(other) do not stand on the same axis",
        "values of different positions would be put together",
        "measure both with the same settings, or resample them first"
      )
    default: ("", "", "")
    }
  }

  private var ratioWords: (what: String, why: String, next: String) {
    switch self {
    case .missingDark:
      (
        "there is no dark", "the offset of the detector would count as light",
        "measure a dark with the same exposure and name it"
      )
    case .missingReference:
      (
        "there is no reference", "transmittance, reflectance and absorbance are ratios to it",
        "measure a reference (solvent, white standard) and name it"
      )
    case .referenceBelowDark(let reference, let dark):
      (
        "the reference (mean \(reference)) is not above the dark (mean \(dark))",
        "the two were swapped, or no light reached the detector for the reference",
        "look which run is which; look at lamp and shutter; measure both again"
      )
    case .exposuresDiffer(let what, let exposure, let other, let otherExposure):
      (
        "the exposure of the \(what) is \(exposure) us and that of the \(other) \(otherExposure) us",
        "their counts cannot be compared", "measure them with the same exposure"
      )
    default: ("", "", "")
    }
  }

  private var bandWords: (what: String, why: String, next: String) {
    switch self {
    case .parameter(let name, let value, let allowed):
      (
        "\(name) is \(value) and must be \(allowed)", "the formula has no meaning elsewhere",
        "mend it in the method"
      )
    case .windowOutside(let from, let to, let axisFrom, let axisTo):
      (
        "the window from \(from) to \(to) does not lie on the axis from \(axisFrom) to \(axisTo)",
        "nothing was measured there", "choose a window on the axis"
      )
    case .noBand(let from, let to):
      (
        "no band stands out between \(from) and \(to)",
        "the largest value is at the window's end, or all are the same",
        "look at the spectrum: right sample, enough signal, right window?"
      )
    case .noFit(let reason):
      (
        "the fit gives no answer: \(reason)", "the data do not hold what the model needs",
        "look at the spectrum; widen the window or take the centroid"
      )
    case .tooFewLines(let found, let needed):
      (
        "\(found) lines of the lamp were found and \(needed) are needed",
        "a polynomial through fewer says nothing about the rest of the axis",
        "is it the right lamp? more exposure; a wider tolerance when the axis is far off"
      )
    case .linesCoverTooLittle(let fraction, let needed):
      (
        "the lines found cover \(fraction) of the axis and must cover \(needed)",
        "outside them the polynomial is a guess",
        "use a second lamp, or restrict the range of the axis"
      )
    default: ("", "", "")
    }
  }
}
