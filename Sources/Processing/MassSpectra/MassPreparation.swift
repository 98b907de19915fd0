/// How a spectrum is made ready to be compared with a library.
///
/// A mass m falls into the bin of the whole mass `floor(m + offset)`; intensities in one bin are summed in the order of their masses, the range is
/// cut, the base peak becomes 999, and what is below the floor is left out.
public struct MassPreparation: Sendable, Hashable, Codable {
  /// What is added to a mass before its whole part is taken, from 0 to below 1; 0.3, as mass defects
  /// of organic ions are positive.
  public var binOffset: Double
  /// The lowest mass kept; none for all.
  public var lowestMass: Double?
  /// The highest mass kept; none for all.
  public var highestMass: Double?
  /// Peaks of a measured spectrum below this fraction of its base peak are left out; 0.002.
  public var floor: Double

  /// The intensity of the base peak after preparation.
  public static let base = 999.0

  /// Chooses; the defaults are those of the EI search.
  public init(
    binOffset: Double = 0.3, lowestMass: Double? = nil, highestMass: Double? = nil,
    floor: Double = 0.002
  ) {
    self.binOffset = binOffset
    self.lowestMass = lowestMass
    self.highestMass = highestMass
    self.floor = floor
  }

  private enum CodingKeys: String, CodingKey {
    case binOffset = "bin_offset_mz"
    case lowestMass = "lowest_mz"
    case highestMass = "highest_mz"
    case floor = "floor_fraction"
  }

  /// Reads what is given; the rest has its defaults.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    binOffset = try box.decodeIfPresent(Double.self, forKey: .binOffset) ?? binOffset
    lowestMass = try box.decodeIfPresent(Double.self, forKey: .lowestMass)
    highestMass = try box.decodeIfPresent(Double.self, forKey: .highestMass)
    floor = try box.decodeIfPresent(Double.self, forKey: .floor) ?? floor
  }

  /// Throws where a number is out of its range.
  public func check() throws(MassSpectrumError) {
    guard binOffset >= 0, binOffset < 1 else {
      throw MassSpectrumError(.parameter, "bin_offset_mz is \(binOffset), 0 to below 1 is possible")
    }
    guard floor >= 0, floor < 1 else {
      throw MassSpectrumError(.parameter, "floor_fraction is \(floor), 0 to below 1 is possible")
    }
    guard (lowestMass ?? 0).isFinite, (highestMass ?? 0).isFinite,
      (lowestMass ?? -.infinity) <= (highestMass ?? .infinity)
    else {
      throw MassSpectrumError(
        .parameter, "lowest_mz is above highest_mz, or one of them is no number")
    }
  }

  /// The whole mass of a bin that a mass falls into.
  public func bin(_ mass: Double) -> Double { (mass + binOffset).rounded(.down) }

  /// The spectrum in bins, cut, scaled to a base peak of 999; without peaks where nothing is left.
  ///
  /// Bins at 0 are left out: the electron has no ion.
  public func prepared(_ peaks: MassPeakList) -> MassPeakList {
    var (masses, sums): ([Double], [Double]) = ([], [])
    for (mass, intensity) in zip(peaks.massToCharge, peaks.intensity) {
      let bin = bin(mass)
      if masses.last == bin {
        sums[sums.count - 1] += intensity
      } else {
        masses.append(bin)
        sums.append(intensity)
      }
    }
    return scaled(masses, sums)
  }

  /// Bins cut to the range, scaled to a base peak of 999, without what is below the floor.
  func scaled(_ bins: [Double], _ sums: [Double]) -> MassPeakList {
    let inside = bins.indices.filter {
      bins[$0] > 0 && bins[$0] >= lowestMass ?? 0 && bins[$0] <= highestMass ?? .infinity
    }
    let base = inside.reduce(0) { max($0, sums[$1]) }
    guard base > 0, base.isFinite else { return .empty }
    let kept = inside.filter { sums[$0] > 0 && sums[$0] >= floor * base }
    return MassPeakList(
      checkedMasses: kept.map { bins[$0] },
      // What is scaled already stays as it is, to the bit.
      intensities: kept.map { base == Self.base ? sums[$0] : sums[$0] / base * Self.base })
  }
}
