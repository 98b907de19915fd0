/// How far two masses of the same fragment may be apart.
public enum MassTolerance: Sendable, Hashable, Codable {
  /// In m/z.
  case absolute(Double)
  /// In parts of a million of the library's mass.
  case partsPerMillion(Double)

  /// Whether two masses can be of the same fragment; the edge counts.
  func holds(_ query: Double, _ library: Double) -> Bool {
    switch self {
    case .absolute(let limit): abs(query - library) <= limit
    case .partsPerMillion(let limit): abs(query - library) <= limit * 1e-6 * library
    }
  }

  /// The largest distance that is possible at or below a mass.
  func reach(_ mass: Double) -> Double {
    switch self {
    case .absolute(let limit): limit
    case .partsPerMillion(let limit): limit * 1e-6 * mass
    }
  }
}

/// The cosine of two spectra whose masses are equal within a tolerance, as for fragments (MS/MS).
///
/// Pairs within the tolerance are taken in falling order of the product of their weights, equal
/// products with the smaller distance first, then the lower mass; each peak is used once. The cosine
/// is not squared.
public struct TandemCosine: Sendable, Hashable {
  /// One pair of peaks.
  public struct Pair: Sendable, Hashable {
    /// The peak of the query.
    public var query: Int
    /// The peak of the library spectrum.
    public var library: Int
  }

  /// The cosine, 0 to 1.
  public var score: Double
  /// The pairs, in the order in which they were taken.
  public var pairs: [Pair]

  /// Compares two spectra; one without weight scores 0.
  ///
  /// - Throws: `MassSpectrumError` where the tolerance or a power is out of its range.
  public init(
    query: MassPeakList, library: MassPeakList, tolerance: MassTolerance,
    intensityPower: Double = 1, massPower: Double = 0
  ) throws(MassSpectrumError) {
    let limit =
      switch tolerance {
      case .absolute(let value): value
      case .partsPerMillion(let value): value
      }
    guard limit.isFinite, limit >= 0, (0.1...4).contains(intensityPower),
      (0...6).contains(massPower)
    else {
      throw MassSpectrumError(
        .parameter,
        "a tolerance of \(limit), weights of intensity^\(intensityPower) mass^\(massPower)")
    }
    let weights = MassWeights(intensityPower: intensityPower, massPower: massPower)
    let (wu, wl) = (weights.all(query), weights.all(library))
    var candidates: [(product: Double, distance: Double, pair: Pair)] = []
    var first = 0
    for (i, mass) in query.massToCharge.enumerated() {
      // One more than the reach at this mass, so that rounding leaves nothing out.
      let widest = tolerance.reach(mass + 1) * 1.01 + 1e-9
      while first < library.count, library.massToCharge[first] < mass - widest { first += 1 }
      var j = first
      while j < library.count, library.massToCharge[j] <= mass + widest {
        if tolerance.holds(mass, library.massToCharge[j]), wu[i] * wl[j] > 0 {
          candidates.append(
            (wu[i] * wl[j], abs(mass - library.massToCharge[j]), Pair(query: i, library: j)))
        }
        j += 1
      }
    }
    candidates.sort { a, b in
      if a.product != b.product { return a.product > b.product }
      if a.distance != b.distance { return a.distance < b.distance }
      return (a.pair.query, a.pair.library) < (b.pair.query, b.pair.library)
    }
    var (usedQuery, usedLibrary) = (Set<Int>(), Set<Int>())
    (pairs, score) = ([], 0)
    var sum = 0.0
    for candidate in candidates
    where !usedQuery.contains(candidate.pair.query)
      && !usedLibrary.contains(candidate.pair.library)
    {
      usedQuery.insert(candidate.pair.query)
      usedLibrary.insert(candidate.pair.library)
      pairs.append(candidate.pair)
      sum += candidate.product
    }
    var (uu, ll) = (0.0, 0.0)
    for weight in wu { uu += weight * weight }
    for weight in wl { ll += weight * weight }
    if sum > 0 { score = min(1, sum / (uu.squareRoot() * ll.squareRoot())) }
  }
}
