public import Processing

/// What a method does with one spectrum.
public struct SpectrumMethod: Sendable, Hashable {
  /// What is computed from the measured columns, in this order.
  public var chain: SpectrumChain
  /// The part of the axis that counts, in the axis' unit; none for all.
  public var region: ClosedRange<Double>?
  /// The library by its name in the site's libraries; none where no search is made.
  public var library: String?
  /// How the library is searched.
  public var search: VibrationalSearch
  /// Bands whose area or height is an answer.
  public var bands: [BandDefinition]
  /// What a sequence must show before its results count.
  public var acceptance: AcceptanceRules

  /// Makes a method that does nothing yet.
  public init(
    chain: SpectrumChain, region: ClosedRange<Double>? = nil, library: String? = nil,
    search: VibrationalSearch = VibrationalSearch(), bands: [BandDefinition] = [],
    acceptance: AcceptanceRules = AcceptanceRules()
  ) {
    self.chain = chain
    self.region = region
    self.library = library
    self.search = search
    self.bands = bands
    self.acceptance = acceptance
  }
}

/// A band whose area or height is an answer, or the response of a calibration.
public struct BandDefinition: Sendable, Hashable {
  /// What of a band counts.
  public enum Quantity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The area above the line.
    case area
    /// The largest distance above the line.
    case height
    /// Where the centroid above half of the height stands.
    case position
  }

  /// Its name.
  public var name: String
  /// Its keyword in the LIMS.
  public var keyword: String
  /// Where its straight baseline begins and ends, in the axis' unit.
  public var window: ClosedRange<Double>
  /// Where that line stands on the spectrum.
  public var ends: BandMeasure.Ends
  /// What of it is the answer, or the response.
  public var quantity: Quantity
  /// How a content is found from it; none where the band itself is the answer.
  public var calibration: CalibrationDefinition?

  /// Makes a band.
  public init(
    name: String, keyword: String, window: ClosedRange<Double>,
    ends: BandMeasure.Ends = .interpolated, quantity: Quantity = .area,
    calibration: CalibrationDefinition? = nil
  ) {
    self.name = name
    self.keyword = keyword
    self.window = window
    self.ends = ends
    self.quantity = quantity
    self.calibration = calibration
  }
}
