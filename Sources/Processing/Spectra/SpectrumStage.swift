public import Instruments
public import Laboratory

/// Makes spectra of the scans of an array spectrometer: mean, corrections, axis.
///
/// Formulas and order: article "The spectrum chain". Scans that are partial, refused, stale, of
/// another length or not finite are left out and counted in the step `average`. Holds one sum a
/// channel, whatever the number of scans; allocates only when a spectrum is given.
public struct SpectrumStage: Stage, Sendable {
  private let detector: ArrayDetector
  private let recipe: SpectrumRecipe
  private let dark: DarkFrame?
  private let exposure: Double?
  private let axis: SpectralAxis
  private var sum: FrameMean

  /// Makes a stage.
  ///
  /// - `dark`: the dark to subtract, if any; refused in the steps where it does not fit.
  /// - `exposure`: the exposure of the scans in microseconds, as the instrument was told.
  public init(
    detector: ArrayDetector, recipe: SpectrumRecipe, dark: DarkFrame?, exposure: Double?
  ) {
    self.detector = detector
    self.recipe = recipe
    self.dark = dark
    self.exposure = exposure
    axis = SpectralAxis(detector: detector, laserNanometres: recipe.laserNanometres)
    sum = FrameMean(detector: detector)
  }

  /// Takes one scan; gives a spectrum when the recipe's group is full.
  public mutating func step(_ scan: Scan) -> [Spectrum] {
    step(counts: scan.counts.span, flags: scan.flags)
  }

  /// Takes the counts of one scan from a buffer that the caller uses again.
  public mutating func step(counts: Span<Double>, flags: ScanFlags) -> [Spectrum] {
    guard sum.add(counts, flags: flags), let group = recipe.averageEvery,
      sum.scans >= max(1, group)
    else { return [] }
    let spectrum = spectrum()
    sum.reset()
    return [spectrum]
  }

  /// Gives the spectrum of the scans since the last one; none where no scan was usable.
  public consuming func finish() -> [Spectrum] {
    sum.scans > 0 ? [spectrum()] : []
  }

  /// How many usable scans wait for their spectrum.
  public var pendingScans: Int { sum.scans }

  /// Why scans of the present group were left out so far, and how many.
  public var leftOut: FrameMean.LeftOut { sum.leftOut }

  /// How many bytes the state that changes with scans takes: 9 a channel and a fixed rest.
  public var stateByteCount: Int { sum.stateByteCount }

  private func spectrum() -> Spectrum {
    let raw = sum.mean
    let saturated = sum.saturated
    let corrections = DetectorCorrections(
      detector: detector, recipe: recipe, dark: dark, exposure: exposure)
    let outcome = corrections.apply(to: raw, saturated: Set(saturated))
    let darkSaturated = outcome.usedDark?.saturated ?? []
    let marked = Set(saturated).union(darkSaturated).sorted()
    return Spectrum(
      axis: axis.axis, wavelengths: axis.wavelengths, intensity: outcome.intensity, unit: .counts,
      raw: raw, dark: outcome.usedDark?.rawCounts, saturated: marked, scans: sum.scans,
      steps: [averageStep, saturationStep(marked)] + outcome.steps + axis.steps)
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

  private func saturationStep(_ marked: [Int]) -> ProcessingStep {
    ProcessingStep(
      "saturation", .done,
      "\(marked.count) of \(detector.channelCount) channels reached the saturation count in a scan",
      numbers: [
        "saturation_count": detector.saturationCount, "saturated_channels": Double(marked.count),
      ])
  }
}
