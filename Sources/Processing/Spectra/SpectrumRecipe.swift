public import Instruments

/// What is to be done to the scans of a run, as its settings say.
public struct SpectrumRecipe: Sendable, Codable, Hashable {
  /// Whether the mean of the channels without light is subtracted.
  public var electricDark: Bool
  /// Whether counts are corrected by the instrument's non-linearity polynomial.
  public var nonlinearity: Bool
  /// The wavelength of the exciting laser in nm; none where no Raman shift is wanted.
  public var laserNanometres: Double?
  /// How many scans make one spectrum, at least 1; none where all of the run do.
  public var averageEvery: Int?

  /// Makes a recipe.
  public init(
    electricDark: Bool = false, nonlinearity: Bool = false, laserNanometres: Double? = nil,
    averageEvery: Int? = nil
  ) {
    self.electricDark = electricDark
    self.nonlinearity = nonlinearity
    self.laserNanometres = laserNanometres
    self.averageEvery = averageEvery
  }

  /// Reads `electric_dark`, `nonlinearity` (0 is off) and `laser_nm` (0 is none) from settings.
  ///
  /// What the settings do not name is off.
  public init(settings: Settings) {
    self.init(
      electricDark: (settings["electric_dark"] ?? 0) != 0,
      nonlinearity: (settings["nonlinearity"] ?? 0) != 0,
      laserNanometres: settings["laser_nm"].flatMap { $0 == 0 ? nil : $0 })
  }

  private enum CodingKeys: String, CodingKey {
    case nonlinearity
    case electricDark = "electric_dark"
    case laserNanometres = "laser_nm"
    case averageEvery = "average_every"
  }
}
