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
  /// the traces of totals and selected masses. Times in seconds since the first request. Of an
  /// instrument that says what it measures the numbers of the wire, times by its own clock.
  /// Throws what is wrong with the raw record. Blocks.
  public func measurement(of record: RunRecord) throws(Failure) -> Measurement {
    try measurement(of: record, scans: true)
  }

  /// As above; without `scans` the mass scans of a journal are left out, which are read one by one
  /// where there may be too many for memory.
  func measurement(of record: RunRecord, scans: Bool) throws(Failure) -> Measurement {
    let reprocessing = Reprocessing(bench: bench)
    if let source = record.imported { return try reprocessing.imported(record, source).measurement }
    if var streamed = try SeriesReading(bench: bench).measurement(of: record, scans: scans) {
      streamed.facts = facts(of: record)
      return streamed
    }
    let output = try reprocessing.output(of: record, keepsScans: scans).output
    var measurement = Measurement(
      traces: output.traces, massScans: output.scans, facts: facts(of: record))
    // The newest of several means: what the vacuum is now.
    measurement.pressures = output.massSpectra.last?.partialPressures ?? []
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
    return measurement
  }

  private func facts(of record: RunRecord) -> [String: String] {
    var facts: [String: String] = [:]
    for (name, value) in record.settings.values { facts["setting_\(name)"] = "\(value)" }
    facts["model"] = record.instrument.model
    facts["serial_number"] = record.instrument.serialNumber
    return facts
  }
}
