public import Laboratory

/// Why a vibrational spectrum cannot be compared with a library.
public enum VibrationalError: Error, Sendable, Hashable {
  /// The axis is the channel number: the spectrum was never calibrated.
  case axisInChannels
  /// The axis is of another kind than the library's.
  case axisOfAnotherKind(found: String, library: String)
  /// Too little of the search's region was measured, as a fraction of it.
  case overlap(fraction: Double, needed: Double)
  /// Nothing is left of it: all values are equal, or equal to their baseline.
  case constant
  /// The spectrum itself cannot be used.
  case spectrum(SpectrumError)
  /// A kernel refused it.
  case kernel(KernelError)
  /// A parameter of the search is outside what it may be.
  case parameter(name: String, value: Double, allowed: String)
}

extension VibrationalError: Explained {
  /// The error in four parts.
  public var failure: Failure {
    switch self {
    case .axisInChannels:
      Failure(
        "search-axis-in-channels", exit: .refused,
        what: "the axis of the spectrum is in channels (pixels)",
        why: "a place on the detector is no wavelength and no shift, so nothing can be compared",
        next: "give the instrument its wavelength coefficients and the laser wavelength")
    case .axisOfAnotherKind(let found, let library):
      Failure(
        "search-axis-kind", exit: .refused,
        what: "the axis of the spectrum is \(found) and that of the library \(library)",
        why: "their numbers mean different things",
        next: "choose a library of the same technique, or set the laser wavelength")
    case .overlap(let fraction, let needed):
      Failure(
        "search-overlap", exit: .refused,
        what: "\(fraction) of the search's region was measured and \(needed) is needed",
        why: "a part of a spectrum is like many substances",
        next: "measure the whole region, or choose a smaller one in the method")
    case .constant:
      Failure(
        "search-constant", exit: .refused, what: "nothing stands out in the spectrum",
        why: "all its values in the region are equal, or equal to its baseline",
        next: "look at the sample, the focus and the laser; measure again")
    case .spectrum(let error): error.failure
    case .kernel(let error): error.failure
    case .parameter(let name, let value, let allowed):
      Failure(
        "search-parameter", exit: .usage, what: "\(name) is \(value) and must be \(allowed)",
        why: "the search is not defined for that", next: "mend it in the method")
    }
  }
}
