/// One line of a lamp.
public struct LampLine: Sendable, Hashable {
  /// The wavelength in air, nm.
  public var nanometres: Double
  /// How far its nearest neighbour is that is not in the table, nm; none within 0.8 nm where nil.
  public var unlistedNeighbour: Double?

  /// Makes a line.
  public init(_ nanometres: Double, unlistedNeighbour: Double? = nil) {
    self.nanometres = nanometres
    self.unlistedNeighbour = unlistedNeighbour
  }
}

/// Lamps by which a wavelength axis is calibrated.
///
/// Wavelengths in air and neighbours of at least 5 % of a line's strength. Source: NIST Atomic
/// Spectra Database. Neon at 597.553 nm is listed with one at 597.463 nm and yet fits to 0.005 nm, so
/// it counts as alone. Neighbours that are not in the table are known up to 0.8 nm: instruments
/// broader than 0.53 nm may blend lines that the table calls alone.
public enum Lamp: String, Sendable, Hashable, Codable, CaseIterable {
  /// Neon, 540 to 967 nm.
  case neon
  /// Mercury, 253 to 1014 nm.
  case mercury
  /// Argon, 696 to 966 nm.
  case argon

  /// Its lines, rising.
  public var lines: [LampLine] {
    let (alone, paired) =
      switch self {
      case .neon: (Self.neonAlone, Self.neonPaired)
      case .mercury: (Self.mercuryAlone, Self.mercuryPaired)
      case .argon: (Self.argonAlone, [])
      }
    return (alone.map { LampLine($0) } + paired.map { LampLine($0.0, unlistedNeighbour: $0.1) })
      .sorted { $0.nanometres < $1.nanometres }
  }

  /// The lines that an instrument of this width (`fwhm`, nm) can tell from their neighbours.
  ///
  /// Left out: every line with another of the table, or an unlisted one, within 1.5 `fwhm`.
  public static func usable(_ lamps: [Lamp], fwhm: Double) -> [LampLine] {
    let all = Set(lamps).flatMap(\.lines).sorted { $0.nanometres < $1.nanometres }
    let reach = 1.5 * fwhm
    return all.indices.compactMap { index in
      let line = all[index]
      if let neighbour = line.unlistedNeighbour, neighbour <= reach { return nil }
      if index > 0, line.nanometres - all[index - 1].nanometres <= reach { return nil }
      if index + 1 < all.count, all[index + 1].nanometres - line.nanometres <= reach { return nil }
      return line
    }
  }

  private static let neonAlone = [
    540.056, 576.442, 585.249, 588.190, 594.483, 597.553, 603.000, 607.434, 609.616, 614.306,
    616.359, 621.728, 626.650, 630.479, 633.443, 638.299, 640.225, 650.653, 653.288, 659.895,
    667.828, 671.704, 692.947, 702.405, 703.241, 717.394, 724.517, 753.577, 754.404, 794.318,
    813.641, 830.033, 849.536, 859.126, 863.465, 867.949, 868.192, 877.166, 878.062, 878.375,
    885.387, 891.950, 914.867, 920.176, 930.085, 932.651, 942.538, 948.668, 953.416, 966.542,
  ]
  /// The neighbour of 748.887 is not known by its place: never alone.
  private static let neonPaired = [
    (748.887, 0.0), (808.246, 0.189), (837.761, 0.550), (841.843, 0.127), (865.438, 0.114),
  ]
  private static let mercuryAlone = [
    253.652, 296.728, 302.150, 312.567, 313.155, 313.184, 334.148, 404.657, 407.784, 435.834,
    546.075, 576.961, 579.067, 1013.975,
  ]
  private static let mercuryPaired = [(365.016, 0.468)]
  private static let argonAlone = [
    696.543, 706.722, 714.704, 727.294, 738.398, 750.387, 751.465, 763.511, 772.376, 772.421,
    794.818, 800.616, 801.479, 810.369, 811.531, 826.452, 840.821, 842.465, 852.144, 866.794,
    912.297, 922.450, 965.779,
  ]
}
