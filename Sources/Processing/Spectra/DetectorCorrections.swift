internal import Instruments
internal import Laboratory

/// The corrections of mean raw counts, in their fixed order, each saying what it did.
///
/// Gain, electric dark, dark frame, non-linearity. The dark frame goes through the same first two.
struct DetectorCorrections {
  let detector: ArrayDetector
  let recipe: SpectrumRecipe
  let dark: DarkFrame?
  let exposure: Double?

  /// Values of p(c) outside are not believed: the coefficients are corrupt or do not apply.
  static let believedLinearity: (above: Double, upTo: Double) = (0.5, 2.0)

  /// What the corrections gave.
  struct Outcome {
    var intensity: [Double]
    var steps: [ProcessingStep] = []
    /// The dark frame that was subtracted, if any.
    var usedDark: DarkFrame?
  }

  func apply(to raw: [Double], saturated: Set<Int>) -> Outcome {
    var outcome = Outcome(intensity: scaled(raw))
    outcome.steps.append(gainStep)
    let electric = subtractElectricDark(from: &outcome.intensity, saturated: saturated)
    outcome.steps.append(electric)
    let frame = subtractDarkFrame(from: &outcome.intensity, electric: electric.state == .done)
    outcome.steps.append(frame)
    if frame.state == .done { outcome.usedDark = dark }
    let isDarkCorrected = electric.state == .done || frame.state == .done
    outcome.steps.append(
      linearize(
        &outcome.intensity, saturated: saturated.union(outcome.usedDark?.saturated ?? []),
        isDarkCorrected: isDarkCorrected))
    return outcome
  }

  // MARK: - Gain

  private func scaled(_ raw: [Double]) -> [Double] {
    guard isGainUsable, detector.gain != 1 else { return raw }
    return raw.map { min($0 * detector.gain, detector.fullScale) }
  }

  private var isGainUsable: Bool {
    detector.gain.isFinite && detector.gain > 0 && detector.fullScale.isFinite
      && detector.fullScale > 0
  }

  private var gainStep: ProcessingStep {
    let numbers = ["gain": detector.gain, "full_scale": detector.fullScale]
    guard isGainUsable else {
      return ProcessingStep("gain", .refused, "gain or full scale is not above 0", numbers: numbers)
    }
    guard detector.gain != 1 else {
      return ProcessingStep("gain", .skipped, "no gain is programmed", numbers: numbers)
    }
    return ProcessingStep(
      "gain", .done, "the lesser of mean raw counts * gain and full_scale", numbers: numbers)
  }

  // MARK: - Darks

  private func subtractElectricDark(
    from counts: inout [Double], saturated: Set<Int>
  ) -> ProcessingStep {
    let name = "electric-dark"
    guard recipe.electricDark else {
      return ProcessingStep(name, .skipped, "switched off")
    }
    guard !detector.darkChannels.isEmpty else {
      return ProcessingStep(name, .refused, "the model has no channels without light")
    }
    guard let offset = darkChannelMean(of: counts) else {
      return ProcessingStep(
        name, .refused, "the profile names dark channels that the detector does not have")
    }
    if let channel = detector.darkChannels.first(where: saturated.contains) {
      return ProcessingStep(
        name, .refused, "dark channel \(channel) is saturated: light or a fault reaches it")
    }
    for channel in counts.indices { counts[channel] -= offset }
    return ProcessingStep(
      name, .done, "the mean of the dark channels was subtracted",
      numbers: ["offset": offset, "dark_channels": Double(detector.darkChannels.count)])
  }

  /// The mean of the dark channels, summed in the order that the profile names them in.
  private func darkChannelMean(of counts: [Double]) -> Double? {
    guard !detector.darkChannels.isEmpty,
      detector.darkChannels.allSatisfy(counts.indices.contains)
    else { return nil }
    var sum = 0.0
    for channel in detector.darkChannels { sum += counts[channel] }
    return sum / Double(detector.darkChannels.count)
  }

  private func subtractDarkFrame(from counts: inout [Double], electric: Bool) -> ProcessingStep {
    let name = "dark-frame"
    guard let dark else { return ProcessingStep(name, .skipped, "no dark was given") }
    var numbers = ["dark_scans": Double(dark.scans)]
    numbers["dark_integration_us"] = dark.integrationMicroseconds
    numbers["integration_us"] = exposure
    func refused(_ reason: String) -> ProcessingStep {
      ProcessingStep(name, .refused, "dark of run \(dark.source): \(reason)", numbers: numbers)
    }
    guard dark.rawCounts.count == counts.count else {
      return refused("it has \(dark.rawCounts.count) channels and the scans \(counts.count)")
    }
    guard dark.rawCounts.allSatisfy(\.isFinite), dark.scans > 0 else {
      return refused("it holds no finite counts")
    }
    guard dark.integrationMicroseconds == exposure else {
      func said(_ time: Double?) -> String { time.map { "\($0) us" } ?? "not known" }
      return refused(
        "its exposure is \(said(dark.integrationMicroseconds)) and that of the scans "
          + said(exposure))
    }
    var level = scaled(dark.rawCounts)
    if electric {
      if let channel = detector.darkChannels.first(where: dark.saturated.contains) {
        return refused("its dark channel \(channel) is saturated")
      }
      // The scans had the same channels, so the mean exists.
      let offset = darkChannelMean(of: level) ?? 0
      for channel in level.indices { level[channel] -= offset }
      numbers["dark_offset"] = offset
    }
    for channel in counts.indices { counts[channel] -= level[channel] }
    if !dark.saturated.isEmpty { numbers["dark_saturated"] = Double(dark.saturated.count) }
    let unknown = exposure == nil ? " (neither exposure is known)" : ""
    return ProcessingStep(
      name, .done, "the mean dark of \(dark.source) was subtracted\(unknown)",
      numbers: numbers)
  }

  // MARK: - Non-linearity

  private func linearize(
    _ counts: inout [Double], saturated: Set<Int>, isDarkCorrected: Bool
  ) -> ProcessingStep {
    let name = "nonlinearity"
    guard recipe.nonlinearity else { return ProcessingStep(name, .skipped, "switched off") }
    let coefficients: [Double]
    switch detector.nonlinearity {
    case .coefficients(let found): coefficients = found
    case .missing(let reason):
      return ProcessingStep(name, .refused, "no non-linearity coefficients: \(reason)")
    case .absurd(let reason):
      return ProcessingStep(
        name, .refused, "non-linearity coefficients cannot be right: \(reason)")
    }
    // The polynomial is one of dark-corrected counts. Where no dark was asked for, the offset of
    // the dark channels is taken off for the division and put back.
    var offset = 0.0
    if !isDarkCorrected {
      guard !detector.darkChannels.contains(where: saturated.contains),
        let mean = darkChannelMean(of: counts)
      else {
        return ProcessingStep(
          name, .refused,
          "the counts are not dark-corrected and there are no usable channels without light")
      }
      offset = mean
    }
    var numbers = named("a", coefficients)
    numbers["offset"] = offset
    var corrected = counts
    var left = 0
    for channel in counts.indices {
      let count = counts[channel] - offset
      let factor = Polynomial.value(coefficients, at: count)
      let isBelieved =
        factor > Self.believedLinearity.above && factor <= Self.believedLinearity.upTo
      if isBelieved {
        corrected[channel] = count / factor + offset
      } else if saturated.contains(channel) {
        left += 1
      } else {
        return ProcessingStep(
          name, .refused,
          "at channel \(channel) with \(count) counts the polynomial is \(factor) "
            + "and not above 0.5 and at most 2",
          numbers: numbers)
      }
    }
    counts = corrected
    if left > 0 { numbers["saturated_left"] = Double(left) }
    return ProcessingStep(
      name, .done, "c / (a0 + a1 c + a2 c^2 + ...) + offset with c = counts - offset",
      numbers: numbers)
  }
}
