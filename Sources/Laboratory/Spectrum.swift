public import Instruments

/// One step of a calculation: done, not asked for, or refused by name.
public struct ProcessingStep: Sendable, Hashable, Codable {
  /// How a step went.
  public enum State: String, Sendable, Hashable, Codable {
    /// Done.
    case done
    /// Switched off by a setting, or nothing to do it with was given.
    case skipped
    /// Asked for, but impossible: coefficients missing or absurd, dark does not fit.
    case refused
  }

  /// The lasting name of the step (`electric-dark`).
  public var name: String
  /// How it went.
  public var state: State
  /// The numbers used, or the reason.
  public var detail: String
  /// The numbers used, by name, so that anyone can compute the step again.
  public var numbers: [String: Double]

  /// Makes a step.
  public init(_ name: String, _ state: State, _ detail: String, numbers: [String: Double] = [:]) {
    self.name = name
    self.state = state
    self.detail = detail
    self.numbers = numbers
  }
}

/// A scan or the mean of many, with axis and corrections.
///
/// All arrays have one value a channel, in channel order.
public struct Spectrum: Sendable, Hashable {
  /// The axis that results are given on.
  public var axis: Axis
  /// Wavelengths in nm, also where the axis is a Raman shift; none where they are not known.
  public var wavelengths: [Double]?
  /// The corrected ordinate.
  public var intensity: [Double]
  /// The unit of the ordinate.
  public var unit: Unit
  /// The mean of the raw counts as decoded, nothing corrected.
  public var raw: [Double]
  /// The mean of the raw counts of the dark that was subtracted; none where none was.
  public var dark: [Double]?
  /// Channels saturated in any of the scans, rising.
  public var saturated: [Int]
  /// How many scans the mean is over.
  public var scans: Int
  /// What was done, in order.
  public var steps: [ProcessingStep]

  /// Makes a spectrum.
  public init(
    axis: Axis, wavelengths: [Double]?, intensity: [Double], unit: Unit, raw: [Double],
    dark: [Double]?, saturated: [Int], scans: Int, steps: [ProcessingStep]
  ) {
    self.axis = axis
    self.wavelengths = wavelengths
    self.intensity = intensity
    self.unit = unit
    self.raw = raw
    self.dark = dark
    self.saturated = saturated
    self.scans = scans
    self.steps = steps
  }
}
