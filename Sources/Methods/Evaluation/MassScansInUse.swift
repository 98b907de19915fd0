internal import Laboratory
internal import Processing

/// The mass scans of a run, with what is looked up once for all its peaks.
struct MassScansInUse {
  let series: MassScanSeries
  private let range: ClosedRange<Double>?

  init(series: MassScanSeries) {
    self.series = series
    range = series.massRange
  }

  /// What the library says of the spectrum at a peak; nil where no scan is there.
  func search(
    _ peak: ChromatographicPeak, _ identity: PeakIdentity, _ library: MassLibrary
  ) -> (answer: SearchAnswer, pair: RunEvidence.MassPair, flags: [String])? {
    guard
      let spectrum = try? series.apexSpectrum(
        apex: peak.retentionTime, start: peak.start, end: peak.end,
        subtraction: identity.background, preparation: identity.preparation, range: range)
    else { return nil }
    let answer = library.answer(
      MassQuery(
        peaks: spectrum.peaks, scanRange: spectrum.scanRange, retentionIndex: peak.retentionIndex))
    let match = answer.matches.first.flatMap { library.spectrum(called: $0) }
    return (
      answer, RunEvidence.MassPair(query: spectrum.peaks, match: match), spectrum.flags
    )
  }
}

/// The same window of another ion's trace.
enum PeakWindow {
  /// The area of another trace between the ends of a peak, by its own baseline; nil where its points
  /// do not reach.
  static func area(
    of trace: Trace, like peak: ChromatographicPeak, measure: AnalyteDefinition.Measure
  ) -> Double? {
    if case .anchored(let anchored) = measure {
      let window = (peak.retentionTime - 1.5)...(peak.retentionTime + 1.5)
      guard let other = try? anchored.peak(in: trace, apexWithin: window) else { return nil }
      return other.area
    }
    let inside = trace.times.indices.filter {
      trace.times[$0] >= peak.start && trace.times[$0] <= peak.end
    }
    guard let first = inside.first, let last = inside.last, last > first else { return nil }
    // Across scans that are missing there is no area.
    let isTorn = (first + 1...last).contains {
      $0 < trace.flags.count && trace.flags[$0].contains(.afterGap)
    }
    guard !isTorn else { return nil }
    let (t0, t1) = (trace.times[first], trace.times[last])
    let (y0, y1) = (trace.values[first], trace.values[last])
    func over(_ index: Int) -> Double {
      trace.values[index] - (y0 + (y1 - y0) * (trace.times[index] - t0) / (t1 - t0))
    }
    var area = 0.0
    for index in first..<last {
      area += (over(index) + over(index + 1)) / 2 * (trace.times[index + 1] - trace.times[index])
    }
    return measure == .peakArea ? area : inside.map(over).max()
  }
}

extension MassLibrary {
  /// The prepared spectrum of the record that gave a match its name.
  func spectrum(called match: LibraryMatch) -> MassPeakList? {
    records.firstIndex {
      $0.name == match.name && ($0.inchiKey == nil || $0.inchiKey == match.inchiKey)
    }.map { spectrum($0) }
  }
}
