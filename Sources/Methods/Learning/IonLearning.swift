internal import Laboratory
internal import Processing

/// Finds the ions by which a substance is best measured: strong, heavy, and nowhere else in the run.
struct IonLearning {
  let scans: MassScanSeries
  let peak: ChromatographicPeak
  let window: ClosedRange<Double>
  let identity: PeakIdentity

  init(
    scans: MassScanSeries, peak: ChromatographicPeak, window: ClosedRange<Double>,
    _ identity: PeakIdentity
  ) {
    self.scans = scans
    self.peak = peak
    self.window = window
    self.identity = identity
  }

  /// The ions, best first; none where the spectrum is empty.
  func ions() -> [LearnedIon] {
    guard
      let spectrum = try? scans.apexSpectrum(
        apex: peak.retentionTime, start: peak.start, end: peak.end,
        subtraction: identity.background, preparation: identity.preparation)
    else { return [] }
    let candidates = zip(spectrum.peaks.massToCharge, spectrum.peaks.intensity)
      .map { (bin: $0, intensity: $1, weight: $1.squareRoot() * $0) }
      .sorted { ($0.weight, $0.bin) > ($1.weight, $1.bin) }.prefix(24)
    let targets = candidates.map { candidate in
      IonTarget(
        massToCharge: centre(of: candidate.bin, in: spectrum.apexScans), tolerance: 0.5)
    }
    guard let traces = try? scans.traces(of: targets).traces.suffix(targets.count) else {
      return []
    }
    var ions: [(ion: LearnedIon, score: Double)] = []
    for ((candidate, target), trace) in zip(zip(candidates, targets), traces) {
      let share = selectivity(trace)
      ions.append(
        (
          LearnedIon(
            massToCharge: target.massToCharge,
            percent: rounded(candidate.intensity / MassPreparation.base * 100, 0.1),
            selectivity: rounded(share, 0.001)),
          candidate.weight * share * share
        ))
    }
    return ions.sorted { ($0.score, $0.ion.massToCharge) > ($1.score, $1.ion.massToCharge) }
      .map(\.ion)
  }

  /// The mean mass of a bin over the apex scans, weighted by intensity, to a tenth.
  private func centre(of bin: Double, in apexScans: [Int]) -> Double {
    var (sum, weights) = (0.0, 0.0)
    for scan in apexScans {
      for pair in scans.range(of: scan)
      where identity.preparation.bin(scans.massToCharge[pair]) == bin {
        sum += scans.massToCharge[pair] * scans.intensity[pair]
        weights += scans.intensity[pair]
      }
    }
    return weights > 0 ? rounded(sum / weights, 0.1) : bin
  }

  private func selectivity(_ trace: Trace) -> Double {
    var (inside, outside) = (0.0, 0.0)
    for (time, value) in zip(trace.times, trace.values) {
      if window.contains(time) {
        inside = max(inside, value)
      } else {
        outside = max(outside, value)
      }
    }
    return inside > 0 ? inside / (inside + outside) : 0
  }
}
