internal import Foundation
public import Laboratory

/// Transmittance or reflectance: what passes, or comes back, beside a reference.
///
/// T = (S - D) / (R - D), channel by channel, S, R and D after the same corrections (electric dark,
/// non-linearity). Nothing is clipped: a channel where the number has no meaning is NaN and stands
/// in a list. Absorbance is -log10 T.
public struct SpectralRatio: Sendable, Hashable {
  /// How a ratio is computed.
  public struct Parameters: Sendable, Hashable, Codable {
    /// What the ratio is called: `transmittance` or `reflectance`.
    public var ordinate: MeasuredSpectrum.Ordinate
    /// Whether counts without a dark are refused; off for single beams of an interferometer.
    public var needsDark: Bool
    /// The reference must stand so many standard deviations of the dark above the dark.
    public var lowReferenceSigmas: Double
    /// The standard deviation of one channel of the dark, counts; none: from neighbouring channels.
    public var darkSigma: Double?

    /// Makes parameters.
    public init(
      ordinate: MeasuredSpectrum.Ordinate = .transmittance, needsDark: Bool = true,
      lowReferenceSigmas: Double = 5, darkSigma: Double? = nil
    ) {
      self.ordinate = ordinate
      self.needsDark = needsDark
      self.lowReferenceSigmas = lowReferenceSigmas
      self.darkSigma = darkSigma
    }

    private enum CodingKeys: String, CodingKey {
      case ordinate
      case needsDark = "needs_dark"
      case lowReferenceSigmas = "low_reference_sigmas"
      case darkSigma = "dark_sigma_counts"
    }
  }

  /// The ratio, a value a channel from 0 to 1 where all is well; NaN where R = D.
  public var values: [Double]
  /// What it is called.
  public var ordinate: MeasuredSpectrum.Ordinate
  /// Channels where reference and dark are equal, so that there is no ratio, rising.
  public var referenceEqualsDark: [Int]
  /// Channels where the reference stands less than the limit above the dark, rising.
  public var lowReference: [Int]
  /// Channels where the ratio is 0 or below, so that there is no absorbance, rising.
  public var notAboveZero: [Int]
  /// The standard deviation of one channel of the dark that `lowReference` was judged by.
  public var darkSigma: Double
  /// What was done.
  public var step: ProcessingStep

  /// Computes the ratio of counts.
  ///
  /// - `dark` may be nil only where the parameters say so. Exposures are in microseconds; where
  ///   those of two frames are known and differ, the ratio is refused.
  /// - Refused: no reference, no dark, lengths that differ, values that are not finite, and a
  ///   reference that is on the whole not above the dark (the two were swapped).
  public static func ratio(
    sample: Frame, reference: Frame?, dark: Frame?, _ parameters: Parameters = Parameters()
  ) throws(SpectrumError) -> SpectralRatio {
    guard let reference else { throw .missingReference }
    if dark == nil, parameters.needsDark { throw .missingDark }
    let level = dark?.counts ?? Array(repeating: 0, count: sample.counts.count)
    try look(sample, "sample", sample)
    try look(reference, "reference", sample)
    if let dark { try look(dark, "dark", sample) }
    let sigma = try darkSigma(parameters, dark: dark)
    let (meanReference, meanDark) = (mean(reference.counts), mean(level))
    guard meanReference > meanDark else {
      throw .referenceBelowDark(meanReference: meanReference, meanDark: meanDark)
    }
    var result = SpectralRatio(
      values: [], ordinate: parameters.ordinate, referenceEqualsDark: [], lowReference: [],
      notAboveZero: [], darkSigma: sigma,
      step: ProcessingStep(parameters.ordinate.rawValue, .done, ""))
    result.values.reserveCapacity(sample.counts.count)
    let floor = parameters.lowReferenceSigmas * sigma
    for channel in sample.counts.indices {
      let light = reference.counts[channel] - level[channel]
      if light < floor { result.lowReference.append(channel) }
      guard light != 0 else {
        result.referenceEqualsDark.append(channel)
        result.values.append(.nan)
        continue
      }
      let value = (sample.counts[channel] - level[channel]) / light
      if value <= 0 { result.notAboveZero.append(channel) }
      result.values.append(value)
    }
    result.step = result.recorded(hasDark: dark != nil, parameters)
    return result
  }

  /// One frame of counts, with the exposure in microseconds where it is known.
  public struct Frame: Sendable, Hashable {
    /// Mean counts, a value a channel.
    public var counts: [Double]
    /// The exposure in microseconds, as the instrument was told.
    public var exposureMicroseconds: Double?

    /// Makes a frame.
    public init(_ counts: [Double], exposureMicroseconds: Double? = nil) {
      self.counts = counts
      self.exposureMicroseconds = exposureMicroseconds
    }
  }

  /// The absorbance, -log10 T; NaN where T is not above 0 or is none.
  public var absorbance: [Double] { Self.absorbance(ofRatio: values) }

  /// The absorbance of a transmittance from 0 to 1; NaN where that is not above 0.
  public static func absorbance(ofRatio values: [Double]) -> [Double] {
    values.map { $0 > 0 && $0.isFinite ? 0 - log10($0) : .nan }
  }

  /// The transmittance, 10^-A, of an absorbance; NaN where the absorbance is none.
  public static func ratio(ofAbsorbance values: [Double]) -> [Double] {
    values.map { $0.isFinite ? pow(10, -$0) : .nan }
  }

  // MARK: -

  private static func look(
    _ frame: Frame, _ what: String, _ sample: Frame
  ) throws(SpectrumError) {
    guard !frame.counts.isEmpty else { throw .tooFewPoints(what: what, count: 0, needed: 1) }
    try SpectrumInput.sameCount(frame.counts, what, sample.counts, "sample")
    try SpectrumInput.finite(frame.counts, what)
    if let exposure = frame.exposureMicroseconds, let other = sample.exposureMicroseconds,
      exposure != other
    {
      throw .exposuresDiffer(
        what: what, exposure: exposure, other: "sample", otherExposure: other)
    }
  }

  private static func darkSigma(
    _ parameters: Parameters, dark: Frame?
  ) throws(SpectrumError) -> Double {
    guard parameters.lowReferenceSigmas.isFinite, parameters.lowReferenceSigmas >= 0 else {
      throw .parameter(
        name: "low_reference_sigmas", value: parameters.lowReferenceSigmas, allowed: "0 or more")
    }
    if let given = parameters.darkSigma {
      guard given.isFinite, given >= 0 else {
        throw .parameter(name: "dark_sigma_counts", value: given, allowed: "0 or more")
      }
      return given
    }
    guard let dark else { return 0 }
    return neighbourSigma(dark.counts)
  }

  /// The standard deviation of one channel, from the median size of differences of neighbours.
  ///
  /// 1.4826 median|d| / sqrt 2. Includes the fixed pattern of the detector, so it errs to the safe
  /// side. 0 for fewer than two channels.
  public static func neighbourSigma(_ counts: [Double]) -> Double {
    guard counts.count > 1 else { return 0 }
    let steps = (1..<counts.count).map { abs(counts[$0] - counts[$0 - 1]) }.sorted()
    let half = steps.count / 2
    let median = steps.count % 2 == 1 ? steps[half] : (steps[half - 1] + steps[half]) / 2
    return 1.4826 * median / 2.0.squareRoot()
  }

  private static func mean(_ values: [Double]) -> Double {
    var sum = 0.0
    for value in values { sum += value }
    return sum / Double(values.count)
  }

  private func recorded(hasDark: Bool, _ parameters: Parameters) -> ProcessingStep {
    var detail = hasDark ? "(sample - dark) / (reference - dark)" : "sample / reference"
    if !referenceEqualsDark.isEmpty {
      detail += "; no value at \(referenceEqualsDark.count) channels where reference = dark"
    }
    return ProcessingStep(
      ordinate.rawValue, .done, detail,
      numbers: [
        "dark_sigma": darkSigma, "low_reference_sigmas": parameters.lowReferenceSigmas,
        "low_reference_channels": Double(lowReference.count),
        "reference_equals_dark_channels": Double(referenceEqualsDark.count),
        "not_above_zero_channels": Double(notAboveZero.count),
      ])
  }

  /// The flags of the whole: `low-reference`, `reference-equals-dark`, `not-above-zero`.
  public var flags: [String] {
    (lowReference.isEmpty ? [] : ["low-reference"])
      + (referenceEqualsDark.isEmpty ? [] : ["reference-equals-dark"])
      + (notAboveZero.isEmpty ? [] : ["not-above-zero"])
  }
}
