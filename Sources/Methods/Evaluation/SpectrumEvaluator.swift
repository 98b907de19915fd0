internal import Instruments
internal import Laboratory
internal import Processing

/// Applies the method of a spectrum to one measurement: chain, library, bands.
struct SpectrumEvaluator {
  let method: SpectrumMethod
  let libraries: MethodLibraries

  func evaluate(_ measurement: Measurement) throws(MethodFailure) -> MethodOutcome {
    var outcome = MethodOutcome()
    let columns = measurement.spectra
    guard let input = SpectrumChain.Input(columns: columns) ?? Self.single(columns) else {
      let known = columns.map(\.name).joined(separator: ", ")
      throw MethodFailure(
        Failure(
          "method-no-spectrum", exit: .refused, what: "The run holds no spectrum of a sample.",
          why: known.isEmpty
            ? "It has no spectra at all." : "Its columns are \(known), and none is the sample's.",
          next: "Use a method for what the run holds, or declare its columns when it is imported."))
    }
    let chained: SpectrumChain.Outcome
    do throws(SpectrumChainError) {
      chained = try method.chain.run(input)
    } catch {
      throw MethodFailure(error.failure)
    }
    outcome.evaluation.steps = chained.steps
    outcome.evidence.processed = chained.spectrum
    if !input.sample.saturated.isEmpty {
      outcome.evaluation.warnings.append(
        "\(input.sample.saturated.count) points are saturated; they are not compared")
    }
    outcome.evaluation.warnings += chained.flags.map { "the spectrum is flagged \($0)" }
    if let name = method.library { search(name, chained.searchable, &outcome) }
    for band in method.bands {
      outcome.evaluation.bands.append(Self.read(band, chained.spectrum))
    }
    return outcome
  }

  /// The corrected column where a file holds nothing else, as libraries do.
  private static func single(_ columns: [MeasuredSpectrum]) -> SpectrumChain.Input? {
    columns.count == 1 ? SpectrumChain.Input(sample: columns[0]) : nil
  }

  private func search(
    _ name: String, _ spectrum: MeasuredSpectrum, _ outcome: inout MethodOutcome
  ) {
    guard let library = libraries.vibrational[name] else {
      outcome.evaluation.warnings.append("the library \(name) is not there")
      return
    }
    let answer = library.answer(spectrum)
    outcome.evaluation.identity = answer
    let match = answer.matches.first.flatMap { best in
      library.records.firstIndex { $0.name == best.name }
    }
    if let pair = try? library.pair(spectrum, with: match) {
      outcome.evidence.spectrum = RunEvidence.SpectrumPair(
        axisName: Self.name(of: library.axis), axis: pair.axis, query: pair.query,
        match: pair.match)
    }
  }

  private static func read(_ band: BandDefinition, _ spectrum: MeasuredSpectrum) -> BandReading {
    do throws(SpectrumError) {
      let found = try BandMeasure.measure(
        x: spectrum.axis.values, y: spectrum.values, from: band.window.lowerBound,
        to: band.window.upperBound, ends: band.ends)
      let value =
        switch band.quantity {
        case .area: found.area
        case .height: found.height
        case .position: found.centroid
        }
      let saturated = spectrum.saturated.contains {
        band.window.contains(spectrum.axis.values[$0])
      }
      return BandReading(
        name: band.name, value: value,
        line: [
          BaselinePoint(time: found.from, level: found.levelFrom),
          BaselinePoint(time: found.to, level: found.levelTo),
        ], flags: saturated ? ["saturated"] : [])
    } catch {
      return BandReading(name: band.name, value: nil, flags: [error.failure.code])
    }
  }

  private static func name(of axis: Axis.Kind) -> String {
    switch axis {
    case .ramanShift: "Raman shift / cm\u{207B}\u{00B9}"
    case .wavenumber: "Wavenumber / cm\u{207B}\u{00B9}"
    case .wavelength: "Wavelength / nm"
    case .channel: "Channel"
    case .massToCharge: "m/z"
    }
  }
}
