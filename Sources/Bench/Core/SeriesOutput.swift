internal import Laboratory

/// What a run of an instrument gives that says by itself what it measures.
struct SeriesOutput: Sendable {
  /// Means of spectra, in their order.
  var spectra: [Spectrum] = []
  /// Signals against time, given once at the end.
  var traces: [Trace] = []
  /// What was done, given once at the end; empty where no scan came.
  var steps: [ProcessingStep] = []

  /// Whether there is nothing.
  var isEmpty: Bool { spectra.isEmpty && traces.isEmpty && steps.isEmpty }

  /// Adds what came later.
  static func += (left: inout SeriesOutput, right: SeriesOutput) {
    left.spectra += right.spectra
    left.traces += right.traces
    left.steps += right.steps
  }
}

extension SeriesProcessor {
  /// Everything that is left when no more records come.
  mutating func output() -> SeriesOutput {
    let spectra = finish()
    return SeriesOutput(
      spectra: spectra, traces: traces.filter { !$0.values.isEmpty }, steps: steps)
  }
}
