internal import Formats
internal import Instruments
internal import Journal
public import Laboratory
internal import Processing

/// What runs measured: the one door by which methods get their input.
public struct RunContent: Sendable {
  private let bench: Bench

  /// Makes the door to the runs of a bench.
  public init(bench: Bench) { self.bench = bench }

  /// What a run measured, as its raw record holds it.
  ///
  /// Of an imported run its copy in `source/`, whose hash must fit. Of an array spectrometer the
  /// spectra `sample` (mean raw counts), `dark` where one belongs to it, and `processed` (corrected
  /// as the run was asked to). Of a mass spectrometer every believed scan, ion currents in A, and
  /// the traces of totals and selected masses. Times in seconds since the first request.
  /// Throws what is wrong with the raw record. Blocks.
  public func measurement(of record: RunRecord) throws(Failure) -> Measurement {
    let reprocessing = Reprocessing(bench: bench)
    if let source = record.imported { return try reprocessing.imported(record, source).measurement }
    let output = try reprocessing.output(of: record, keepsScans: true).output
    var measurement = Measurement(traces: output.traces, massScans: output.scans)
    for (index, spectrum) in output.spectra.enumerated() {
      let tail = index == 0 ? "" : "_\(index + 1)"
      func add(_ name: String, _ ordinate: MeasuredSpectrum.Ordinate, _ values: [Double]) {
        measurement.spectra.append(
          MeasuredSpectrum(
            name: name + tail, axis: spectrum.axis, ordinate: ordinate, values: values,
            saturated: name == "sample" ? spectrum.saturated : []))
      }
      add("sample", .counts, spectrum.raw)
      if let dark = spectrum.dark { add("dark", .counts, dark) }
      add("processed", spectrum.unit == .counts ? .counts : .intensity, spectrum.intensity)
    }
    for (name, value) in record.settings.values {
      measurement.facts["setting_\(name)"] = "\(value)"
    }
    measurement.facts["model"] = record.instrument.model
    measurement.facts["serial_number"] = record.instrument.serialNumber
    return measurement
  }
}
