import Instruments
import Laboratory

@testable import Processing

extension MassScanLayout {
  /// Unit steps and a Faraday cup: 1e-16 A a count, factors for nitrogen, all but what is given.
  static func plain(
    _ kind: Kind, _ masses: [Double], total: Bool = true,
    partial: PressureScale = .torrPerAmpere(1e3 / 0.1033),
    totalScale: PressureScale = .torrPerAmpere(1e3 / 0.0197),
    pointTime: Duration = .milliseconds(33)
  ) -> MassScanLayout {
    MassScanLayout(
      kind: kind, massToCharge: masses, byteCount: 4 * (masses.count + (total ? 1 : 0)),
      carriesTotal: total, amperesPerCount: 1e-16, detector: .faradayCup, partialPressure: partial,
      totalPressure: totalScale, pointTime: pointTime)
  }

  /// The same with one point a mass.
  static func plain(
    _ masses: [Double], total: Bool = true,
    partial: PressureScale = .torrPerAmpere(1e3 / 0.1033),
    totalScale: PressureScale = .torrPerAmpere(1e3 / 0.0197)
  ) -> MassScanLayout {
    plain(.centroid, masses, total: total, partial: partial, totalScale: totalScale)
  }
}

func massScan(
  _ counts: [Double], total: Double? = nil, _ number: Int = 0, at nanoseconds: Int64 = 0,
  flags: ScanFlags = [], marks: Trace.Flags = []
) -> MassScan {
  MassScan(
    number: number, nanoseconds: nanoseconds, flags: flags, marks: marks, counts: counts,
    total: total)
}

/// The spectra of some scans.
func massSpectra(
  _ scans: [MassScan], _ layout: MassScanLayout, every: Int? = nil
) -> [MassSpectrum] {
  var stage = MassSpectrumStage(layout: layout, averageEvery: every)
  var spectra: [MassSpectrum] = []
  for scan in scans { spectra += stage.step(scan) }
  return spectra + stage.finish()
}

extension MassSpectrum {
  func step(_ name: String) -> ProcessingStep? { steps.first { $0.name == name } }
}

/// Whether two numbers agree to so much of the second.
func agrees(_ found: Double?, _ wanted: Double, within relative: Double = 1e-12) -> Bool {
  guard let found else { return false }
  return abs(found - wanted) <= relative * abs(wanted)
}
