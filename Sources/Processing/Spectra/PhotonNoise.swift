/// The noise of counts and of the absorbance made from them, by counting photons.
public struct PhotonNoise: Sendable, Hashable, Codable {
  /// The noise of reading one frame, counts (standard deviation).
  public var readSigma: Double
  /// Counts an electron.
  public var countsPerElectron: Double
  /// How many frames the mean is over.
  public var frames: Int

  /// Makes a noise model.
  public init(readSigma: Double, countsPerElectron: Double, frames: Int = 1) {
    self.readSigma = readSigma
    self.countsPerElectron = countsPerElectron
    self.frames = frames
  }

  /// The variance of the mean of dark-corrected counts, the dark's own variance included.
  ///
  /// (read^2 + g c) / N, c below 0 taken as 0, plus `darkVariance`.
  public func variance(ofCounts counts: Double, darkVariance: Double = 0) -> Double {
    (readSigma * readSigma + countsPerElectron * max(0, counts)) / Double(max(1, frames))
      + darkVariance
  }

  /// The standard deviation of an absorbance from the dark-corrected counts of sample and reference.
  ///
  /// 0.4343 sqrt(var S / S^2 + var R / R^2); NaN where one of them is not above 0.
  public func absorbanceSigma(
    sample: Double, reference: Double, darkVariance: Double = 0
  ) -> Double {
    guard sample > 0, reference > 0 else { return .nan }
    let left = variance(ofCounts: sample, darkVariance: darkVariance) / (sample * sample)
    let right = variance(ofCounts: reference, darkVariance: darkVariance) / (reference * reference)
    return Self.decadic * (left + right).squareRoot()
  }

  /// 1 / ln 10.
  static let decadic = 0.434_294_481_903_251_8

  private enum CodingKeys: String, CodingKey {
    case frames
    case readSigma = "read_sigma_counts"
    case countsPerElectron = "counts_per_electron"
  }
}
