internal import Formats
internal import Instruments
internal import Laboratory

/// What must hold of every file that is read: numbers are finite, times and axes are in order.
private func read(_ bytes: [UInt8], _ words: [String: String] = ["zone": "Europe/Rome"]) {
  guard let declaration = try? TableDeclaration(words: words),
    let source = try? MeasurementReader.read(bytes, declaration: declaration)
  else { return }
  let measurement = source.measurement
  if let series = measurement.massScans {
    FuzzTargets.demand(
      zip(series.times, series.times.dropFirst()).allSatisfy { $0 <= $1 }, "scans are in order")
    FuzzTargets.demand(
      (series.times + series.massToCharge + series.intensity).allSatisfy(\.isFinite),
      "mass scans hold numbers")
    for scan in 0..<series.count {
      let mz = series.massToCharge[series.range(of: scan)]
      FuzzTargets.demand(zip(mz, mz.dropFirst()).allSatisfy { $0 <= $1 }, "masses do not fall")
    }
  }
  for trace in measurement.traces {
    FuzzTargets.demand(
      trace.times.count == trace.values.count && trace.times.count == trace.flags.count
        && trace.times.count == trace.scans.count, "a trace has equal arrays")
    FuzzTargets.demand(
      (trace.times + trace.values).allSatisfy(\.isFinite), "a trace holds numbers")
    // Only a point of which the time is not known stands at that of the one before.
    for index in trace.times.indices.dropFirst() {
      let (before, time) = (trace.times[index - 1], trace.times[index])
      FuzzTargets.demand(
        before < time || (before == time && trace.flags[index].contains(.timeUnknown)),
        "times of a trace rise")
    }
  }
  for spectrum in measurement.spectra {
    let x = spectrum.axis.values
    FuzzTargets.demand(x.count == spectrum.values.count, "a spectrum has equal arrays")
    FuzzTargets.demand((x + spectrum.values).allSatisfy(\.isFinite), "a spectrum holds numbers")
    FuzzTargets.demand(
      zip(x, x.dropFirst()).allSatisfy { $0 < $1 } || zip(x, x.dropFirst()).allSatisfy { $0 > $1 },
      "an axis rises or falls")
  }
}

/// A netCDF file with ANDI inside.
@Sendable func fuzzNetCDF(_ bytes: [UInt8]) { read(bytes) }

/// An mzML file.
@Sendable func fuzzMzML(_ bytes: [UInt8]) { read(bytes) }

/// A JCAMP-DX file of another program.
@Sendable func fuzzJCAMPSource(_ bytes: [UInt8]) { read(bytes) }

/// An SPC file; the first byte of the version says which form.
@Sendable func fuzzSPC(_ bytes: [UInt8]) { read(bytes) }

/// An SPA file of OMNIC.
@Sendable func fuzzSPA(_ bytes: [UInt8]) { read(bytes) }

/// An ASM JSON file; any bytes are taken for one, so that the first ones need not be found.
@Sendable func fuzzASM(_ bytes: [UInt8]) {
  read(Array("{\"$asm.manifest\":\"\",".utf8) + bytes)
  read(bytes)
}

/// A table of ours, which says what its columns are.
@Sendable func fuzzContentTable(_ bytes: [UInt8]) {
  read(Array("# gauger: content-".utf8) + bytes, [:])
}

/// A run of ours as MSP.
@Sendable func fuzzMSPSource(_ bytes: [UInt8]) { read(bytes) }

/// The text of a spectrometer.
@Sendable func fuzzSpectrometerText(_ bytes: [UInt8]) { read(bytes) }

/// A table; its first byte chooses how it is declared.
@Sendable func fuzzTable(_ bytes: [UInt8]) {
  let declared: [[String: String]] = [
    ["time": "1", "unit": "s", "value": "2"],
    ["x": "t", "axis": "wavelength", "value": "a,b", "decimal": "comma"],
    ["time": "1", "unit": "min", "mz": "2", "intensity": "3"],
  ]
  read(bytes, declared[Int(bytes.first ?? 0) % declared.count])
}
