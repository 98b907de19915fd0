public import Laboratory

/// How a run is taken apart into components; the defaults are those of the documented procedure.
public struct DeconvolutionParameters: Sendable, Hashable, Codable {
  /// What is added to a mass before its whole part is taken; 0.3.
  public var binOffset: Double
  /// The longest walk down a side of a maximum, scans; 12.
  public var longestSide: Int
  /// A maximum is kept above so many noise units; 4.
  public var leastHeight: Double
  /// A component needs so many ions; 2.
  public var leastIons: Int
  /// A component needs a summed sharpness above this; 10.
  public var leastSharpness: Double
  /// Ions with at least this fraction of the sharpest one's sharpness make the model; 0.75.
  public var modelSharpness: Double
  /// The time a scan takes from its lowest to its highest mass, as a fraction of the time from scan
  /// to scan: above 0 where it runs up, below 0 where it runs down, 0 for no skew.
  public var skew: Double

  /// Chooses.
  public init(
    binOffset: Double = 0.3, longestSide: Int = 12, leastHeight: Double = 4, leastIons: Int = 2,
    leastSharpness: Double = 10, modelSharpness: Double = 0.75, skew: Double = 0
  ) {
    self.binOffset = binOffset
    self.longestSide = longestSide
    self.leastHeight = leastHeight
    self.leastIons = leastIons
    self.leastSharpness = leastSharpness
    self.modelSharpness = modelSharpness
    self.skew = skew
  }

  private enum CodingKeys: String, CodingKey {
    case binOffset = "bin_offset_mz"
    case longestSide = "longest_side_scans"
    case leastHeight = "least_height_noise"
    case leastIons = "least_ions"
    case leastSharpness = "least_sharpness"
    case modelSharpness = "model_sharpness_fraction"
    case skew = "skew_fraction"
  }

  /// Reads what is given; the rest has its defaults.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    binOffset = try box.decodeIfPresent(Double.self, forKey: .binOffset) ?? binOffset
    longestSide = try box.decodeIfPresent(Int.self, forKey: .longestSide) ?? longestSide
    leastHeight = try box.decodeIfPresent(Double.self, forKey: .leastHeight) ?? leastHeight
    leastIons = try box.decodeIfPresent(Int.self, forKey: .leastIons) ?? leastIons
    leastSharpness = try box.decodeIfPresent(Double.self, forKey: .leastSharpness) ?? leastSharpness
    modelSharpness = try box.decodeIfPresent(Double.self, forKey: .modelSharpness) ?? modelSharpness
    skew = try box.decodeIfPresent(Double.self, forKey: .skew) ?? skew
  }
}

/// One substance that a run was found to hold, with its spectrum freed of its neighbours.
public struct Component: Sendable, Hashable {
  /// Its apex in scans from 0, in tenths.
  public var apexScan: Double
  /// Its apex as retention time in seconds.
  public var retentionTime: Double
  /// Its spectrum: bins of one mass unit, unit of the run's intensities, not scaled.
  public var peaks: MassPeakList
  /// The masses of the spectrum whose fit explains less than half of what it should.
  public var uncertain: [Double]
  /// The ions that made the model.
  public var modelIons: [Double]
  /// The model from `firstScan` on, its apex 1.
  public var model: [Double]
  /// The scan of the model's first value.
  public var firstScan: Int
  /// The sum of the sharpness of its ions.
  public var sharpness: Double
  /// Deconvolved over total signal at the apex, 0 to 1.
  public var purity: Double
  /// The height of the model's ions over their noise.
  public var signalToNoise: Double
}

extension DeconvolutionParameters {
  /// Throws where a number is out of its range.
  public func check() throws(MassSpectrumError) {
    guard binOffset >= 0, binOffset < 1, (2...1000).contains(longestSide), leastHeight >= 0,
      leastHeight.isFinite, (1...1000).contains(leastIons), leastSharpness >= 0,
      leastSharpness.isFinite, modelSharpness > 0, modelSharpness <= 1, (-1...1).contains(skew)
    else {
      throw MassSpectrumError(.parameter, "a parameter of the deconvolution is out of its range")
    }
  }
}

extension MassScanSeries {
  /// Takes the run apart into components, in the order of their apexes.
  ///
  /// After S. E. Stein, J. Am. Soc. Mass Spectrom. 10 (1999) 770, by the seven steps of
  /// <doc:MassSpectraOverTime>. A trace stage: it needs the whole run, and holds its intensities as a table
  /// of masses and scans, 8 bytes each.
  ///
  /// - Throws: `MassSpectrumError` where a parameter is out of its range, a scan cannot be used, or
  ///   the table would be larger than ``largestTable``.
  public func components(
    _ parameters: DeconvolutionParameters = DeconvolutionParameters()
  ) throws(MassSpectrumError) -> [Component] {
    try parameters.check()
    guard let table = try IonTable(self, binOffset: parameters.binOffset) else { return [] }
    let maxima = table.maxima(parameters)
    let perceived = PerceivedComponent.all(maxima, parameters, table)
    return perceived.indices.compactMap { index in
      ComponentFit(perceived, index, table)?.component(times: times)
    }
  }

  /// The most cells of the table of masses and scans.
  public static var largestTable: Int { 200_000_000 }
}
