internal import Laboratory

/// What the records of a run give: spectra of an array spectrometer, or mass spectra and traces.
struct RunOutput: Sendable {
  /// Spectra of an array spectrometer, in their order.
  var spectra: [Spectrum] = []
  /// Mass spectra, in their order.
  var massSpectra: [MassSpectrum] = []
  /// Signals against time, given once at the end.
  var traces: [Trace] = []

  /// Every mass scan that is believed, given once at the end where it was asked for.
  var scans: MassScanSeries?

  /// Whether there is nothing.
  var isEmpty: Bool { spectra.isEmpty && massSpectra.isEmpty && traces.isEmpty }

  /// What was computed for the first spectrum; nil where there is none.
  var firstSteps: [ProcessingStep]? { spectra.first?.steps ?? massSpectra.first?.steps }

  /// Adds what came later.
  static func += (left: inout RunOutput, right: RunOutput) {
    left.spectra += right.spectra
    left.massSpectra += right.massSpectra
    left.traces += right.traces
    left.scans = right.scans ?? left.scans
  }
}
