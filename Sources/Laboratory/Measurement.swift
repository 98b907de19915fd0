public import Instruments

/// What a run measured, as its raw record holds it: the input of every method.
///
/// From a journal or from a file of another system; the same numbers either way. A run has one kind
/// of content most often, and may have more (a mass spectrometer beside a flame).
public struct Measurement: Sendable, Hashable {
  /// Signals against time, in seconds: chromatograms of one-channel detectors.
  public var traces: [Trace]
  /// Mass scans over time, if any.
  public var massScans: MassScanSeries?
  /// Spectra, if any, each with its axis.
  public var spectra: [MeasuredSpectrum]
  /// Peaks as the other system reported them; empty where it gave none, or it was measured here.
  public var reportedPeaks: [ReportedPeak]
  /// Partial pressures, of residual gas analysis alone; nitrogen equivalent.
  public var pressures: [PartialPressure]
  /// What the source says besides, by its own words (`sample_name`, `experiment_title`).
  public var facts: [String: String]

  /// Makes a measurement; empty where nothing is given.
  public init(
    traces: [Trace] = [], massScans: MassScanSeries? = nil, spectra: [MeasuredSpectrum] = [],
    pressures: [PartialPressure] = [],
    facts: [String: String] = [:], reportedPeaks: [ReportedPeak] = []
  ) {
    self.traces = traces
    self.massScans = massScans
    self.spectra = spectra
    self.pressures = pressures
    self.facts = facts
    self.reportedPeaks = reportedPeaks
  }
}

/// A spectrum as it came, before a method works on it.
public struct MeasuredSpectrum: Sendable, Hashable {
  /// What the ordinate is.
  public enum Ordinate: String, Sendable, Hashable, Codable {
    /// Detector counts.
    case counts
    /// Intensity in a unit of the source's own.
    case intensity
    /// Absorbance, decadic.
    case absorbance
    /// Transmittance from 0 to 1.
    case transmittance
    /// Reflectance from 0 to 1.
    case reflectance
    /// Spectral irradiance, uW cm-2 nm-1.
    case irradiance
  }

  /// The lasting name of the column (`sample`, `dark`, `reference`, `processed`).
  public var name: String
  /// The axis; strictly rising or falling.
  public var axis: Axis
  /// What the values are.
  public var ordinate: Ordinate
  /// One value a point of the axis.
  public var values: [Double]
  /// Points that were saturated, rising.
  public var saturated: [Int]

  /// Makes a spectrum.
  public init(
    name: String, axis: Axis, ordinate: Ordinate, values: [Double], saturated: [Int] = []
  ) {
    self.name = name
    self.axis = axis
    self.ordinate = ordinate
    self.values = values
    self.saturated = saturated
  }
}
