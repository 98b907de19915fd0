internal import Foundation

/// The weight of a peak, intensity^a mass^b.
struct MassWeights: Sendable, Hashable {
  var intensityPower: Double
  var massPower: Double

  /// The weight; the square root and small whole powers are exact operations, others `pow`.
  func weight(_ mass: Double, _ intensity: Double) -> Double {
    let scaled: Double
    switch intensityPower {
    case 0.5: scaled = intensity.squareRoot()
    case 1: scaled = intensity
    default: scaled = pow(intensity, intensityPower)
    }
    switch massPower {
    case 0: return scaled
    case 1: return scaled * mass
    case 2: return scaled * (mass * mass)
    case 3: return scaled * (mass * mass * mass)
    default: return scaled * pow(mass, massPower)
    }
  }
}

/// Two spectra compared peak by peak, the masses of common peaks being equal.
///
/// After S. E. Stein, D. R. Scott, J. Am. Soc. Mass Spectrom. 5 (1994) 859; the ratio factor is
/// divided by the number of ratios, so that equal spectra score 1. Sums run up the masses.
public struct MassComparison: Sendable, Hashable {
  /// The squared cosine of the weighted spectra, all peaks of both: F_D, 0 to 1.
  public var dot: Double
  /// The same with the query's peaks that the library spectrum lacks left out.
  public var reverseDot: Double
  /// The mean ratio of ratios of neighbouring common peaks: F_R, 0 to 1; 0 with fewer than two.
  public var ratio: Double
  /// How many peaks the query has.
  public var queryPeaks: Int
  /// How many peaks are in both.
  public var commonPeaks: Int

  /// The composite factor, (N_U F_D + N_C F_R) / (N_U + N_C).
  public var composite: Double { Self.composite(dot, ratio, queryPeaks, commonPeaks) }

  /// The composite factor of the query's common peaks alone.
  public var reverseComposite: Double {
    Self.composite(reverseDot, ratio, commonPeaks, commonPeaks)
  }

  /// Compares a query with a spectrum of a library; both have their peaks at whole masses, or at
  /// masses that are equal where they are the same peak.
  ///
  /// Peaks outside `range` are left out of both. A side without peaks scores 0.
  public init(
    query: MassPeakList, library: MassPeakList, intensityPower: Double = 0.5,
    massPower: Double = 1, range: ClosedRange<Double>? = nil
  ) {
    let weights = MassWeights(intensityPower: intensityPower, massPower: massPower)
    let (query, library) = (
      range.map(query.within) ?? query, range.map(library.within) ?? library
    )
    let (wu, wl) = (weights.all(query), weights.all(library))
    var (cross, common) = (0.0, 0.0)
    var (ratios, count) = (0.0, 0)
    var last: (u: Double, l: Double)?
    var (i, j) = (0, 0)
    while i < query.count, j < library.count {
      let (a, b) = (query.massToCharge[i], library.massToCharge[j])
      if a < b {
        i += 1
      } else if a > b {
        j += 1
      } else {
        cross += wu[i] * wl[j]
        common += wu[i] * wu[i]
        let (u, l) = (query.intensity[i], library.intensity[j])
        if let last { ratios += Self.folded(l * last.u, last.l * u) }
        (last, count, i, j) = ((u, l), count + 1, i + 1, j + 1)
      }
    }
    var (uu, ll) = (0.0, 0.0)
    for w in wu { uu += w * w }
    for w in wl { ll += w * w }
    dot = Self.squaredCosine(cross, uu, ll)
    reverseDot = Self.squaredCosine(cross, common, ll)
    ratio = count < 2 ? 0 : ratios / Double(count - 1)
    (queryPeaks, commonPeaks) = (query.count, count)
  }

  static func squaredCosine(_ cross: Double, _ a: Double, _ b: Double) -> Double {
    cross > 0 ? min(1, cross * cross / (a * b)) : 0
  }

  static func composite(_ dot: Double, _ ratio: Double, _ query: Int, _ common: Int) -> Double {
    query + common == 0
      ? 0 : (Double(query) * dot + Double(common) * ratio) / Double(query + common)
  }

  /// The smaller over the larger; intensities of 0 give 0.
  static func folded(_ a: Double, _ b: Double) -> Double {
    a > 0 && b > 0 ? min(a, b) / max(a, b) : 0
  }
}

extension MassWeights {
  /// The weights of all peaks.
  func all(_ peaks: MassPeakList) -> [Double] {
    zip(peaks.massToCharge, peaks.intensity).map { weight($0, $1) }
  }
}
