/// Substances by whose bands a Raman shift axis is checked.
///
/// Source: ASTM E1840 (Standard Guide for Raman Shift Standards), 1/cm. Limits are not part of this:
/// they belong to the method.
public enum ShiftStandard: String, Sendable, Hashable, Codable, CaseIterable {
  /// Polystyrene film.
  case polystyrene
  /// Naphthalene.
  case naphthalene
  /// Sulphur.
  case sulphur
  /// Toluene and acetonitrile, equal volumes.
  case tolueneAcetonitrile = "toluene_acetonitrile"
  /// Cyclohexane.
  case cyclohexane
  /// Benzonitrile.
  case benzonitrile
  /// Acetaminophen (paracetamol), powder.
  case acetaminophen

  /// The bands, 1/cm, rising.
  public var bands: [Double] {
    switch self {
    case .polystyrene:
      [
        620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3, 2852.4, 2904.5, 3054.3,
      ]
    case .naphthalene: [513.8, 763.8, 1021.6, 1147.2, 1382.2, 1464.5, 1576.6, 3056.4]
    case .sulphur: [85.1, 153.8, 219.1, 473.2]
    case .tolueneAcetonitrile:
      [
        378.5, 521.7, 786.5, 919.0, 1003.6, 1030.6, 1211.4, 1605.1, 2253.7, 2292.6, 2940.8, 3057.1,
      ]
    case .cyclohexane:
      [
        384.1, 426.3, 801.3, 1028.3, 1157.6, 1266.4, 1444.4, 2664.4, 2852.9, 2923.8, 2938.3,
      ]
    case .benzonitrile:
      [
        460.9, 548.5, 751.3, 767.1, 1000.7, 1026.6, 1177.9, 1192.6, 1598.9, 2229.4, 3072.3,
      ]
    case .acetaminophen:
      [
        213.3, 329.2, 390.9, 465.1, 504.0, 651.6, 710.8, 797.2, 834.5, 857.9, 968.7, 1105.5,
        1168.5, 1236.8, 1278.5, 1323.9, 1371.5, 1515.1, 1561.6, 1648.4, 2931.1, 3064.6, 3102.4,
        3326.6,
      ]
    }
  }

  /// One band of a standard: where it was found, and how far off.
  public struct Found: Sendable, Hashable, Codable {
    /// The band of the standard, 1/cm.
    public var band: Double
    /// Where it was found, 1/cm.
    public var found: Double
    /// The standard error of that.
    public var standardError: Double

    /// Found minus standard, 1/cm.
    public var difference: Double { found - band }

    private enum CodingKeys: String, CodingKey {
      case band = "band_per_cm"
      case found = "found_per_cm"
      case standardError = "standard_error_per_cm"
    }
  }

  /// Finds the bands of the standard on an axis of shifts: Lorentz fits within +-`reach` 1/cm.
  ///
  /// Bands outside the axis, or where no fit is possible, are left out of the answer.
  public func find(
    shifts: [Double], counts: [Double], reach: Double = 10, excluded: Set<Int> = []
  ) throws(SpectrumError) -> [Found] {
    try SpectrumInput.sameCount(counts, "spectrum", shifts, "axis")
    try SpectrumInput.axis(shifts)
    try SpectrumInput.finite(counts, "spectrum")
    guard reach.isFinite, reach > 0 else {
      throw .parameter(name: "reach_per_cm", value: reach, allowed: "above 0")
    }
    var found: [Found] = []
    for band in bands {
      do {
        let fit = try BandFit.fit(
          x: shifts, y: counts, from: band - reach, to: band + reach, excluded: excluded)
        found.append(Found(band: band, found: fit.centre, standardError: fit.centreError))
      } catch {
        // Not on this axis, or nothing there: the caller sees which bands are missing.
        continue
      }
    }
    return found
  }
}
