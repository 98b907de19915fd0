public import Instruments
public import Laboratory

/// Makes mass spectra of scans: mean ion currents, their deviation, and pressures.
///
/// Formulas and order: article "The mass chain". Scans that are partial, refused, stale, of another
/// length or not of whole counts are left out and counted in the step `average`. One stage serves
/// one layout: a change of settings ends the spectrum and begins another stage. Holds two sums a
/// point, whatever the number of scans.
public struct MassSpectrumStage: Stage, Sendable {
  private let layout: MassScanLayout
  private let averageEvery: Int?
  private var sum: MassSum
  private var first = 0
  private var last = 0

  /// Makes a stage; `averageEvery` scans make one spectrum, none where all do.
  public init(layout: MassScanLayout, averageEvery: Int?) {
    self.layout = layout
    self.averageEvery = averageEvery
    sum = MassSum(points: layout.massToCharge.count)
  }

  /// Takes one scan; gives a spectrum when the group is full.
  public mutating func step(_ scan: MassScan) -> [MassSpectrum] {
    guard sum.add(scan) else { return [] }
    if sum.scans == 1 { first = scan.number }
    last = scan.number
    guard let averageEvery, sum.scans >= max(1, averageEvery) else { return [] }
    let spectrum = spectrum()
    sum.reset()
    return [spectrum]
  }

  /// Gives the spectrum of the scans since the last one; none where no scan was usable.
  public consuming func finish() -> [MassSpectrum] { sum.scans > 0 ? [spectrum()] : [] }

  /// Why scans of the present group were left out so far, and how many.
  public var leftOut: FrameMean.LeftOut { sum.leftOut }

  /// How many bytes the state that changes with scans takes: 32 a point and a fixed rest.
  public var stateByteCount: Int { sum.stateByteCount }

  private func spectrum() -> MassSpectrum {
    let raw = sum.mean
    let scale = layout.amperesPerCount
    let current = raw.map { $0 * scale }
    let deviation = sum.deviation?.map { $0 * scale }
    let total = sum.meanTotal.map { $0 * scale }
    let pressures = MassPressures(layout: layout)
    let torr = pressures.torrPerAmpere
    return MassSpectrum(
      kind: layout.kind, massToCharge: layout.massToCharge, current: current,
      deviation: deviation, raw: raw, pressure: torr.map { torr in current.map { $0 * torr } },
      partialPressures: pressures.partial(current: current, deviation: deviation),
      totalCurrent: total, totalPressure: pressures.total(total), scans: sum.scans,
      firstScan: first, lastScan: last,
      steps: [averageStep, currentStep] + pressures.steps(total: total))
  }

  private var averageStep: ProcessingStep {
    let left = sum.leftOut
    var numbers = ["scans": Double(sum.scans)]
    var detail = "mean of the raw counts of \(sum.scans) \(sum.scans == 1 ? "scan" : "scans")"
    if left.total > 0 {
      detail += " (\(left.total) left out)"
      numbers["left_out_partial"] = Double(left.partial)
      numbers["left_out_refused"] = Double(left.refused)
      numbers["left_out_stale"] = Double(left.stale)
      numbers["left_out_unusable"] = Double(left.unusable)
    }
    return ProcessingStep("average", .done, detail, numbers: numbers)
  }

  private var currentStep: ProcessingStep {
    var numbers = [
      "amperes_per_count": layout.amperesPerCount, "point_time_s": layout.pointTime.inSeconds,
    ]
    let detail: String
    switch layout.detector {
    case .faradayCup: detail = "ion current = raw counts times the scale, Faraday cup"
    case .multiplier(let volts, let gain):
      numbers["multiplier_V"] = volts
      numbers["multiplier_gain"] = gain
      detail =
        "current = raw counts times the scale, behind the electron multiplier"
        + (gain == nil ? " of a gain that is not known" : ", its gain not divided out")
    }
    return ProcessingStep("ion-current", .done, detail, numbers: numbers)
  }
}
