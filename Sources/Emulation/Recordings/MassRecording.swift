/// Mass spectra that a real instrument took once, to be played by an emulated one.
///
/// The scans of each kind play the spectra in turn and begin again after the last; so do the
/// measurements of each single mass. No noise is added. Played only while the filament is on; the
/// emission is not applied.
public struct MassRecording: Sendable {
  /// One spectrum.
  struct Spectrum: Sendable {
    /// Mass-to-charge ratio and amperes, rising.
    let points: [(massToCharge: Double, amperes: Double)]
    /// Whether the points follow peaks, and are not peaks themselves.
    let isProfile: Bool
    /// Amperes by whole mass; place 0 is mass 0.
    let sticks: [Double]
    let total: Double

    init(_ points: [(massToCharge: Double, amperes: Double)], isProfile: Bool) {
      self.points = points
      self.isProfile = isProfile
      var sticks = Array(repeating: 0.0, count: 1 + Int((points.last?.massToCharge ?? 0) + 0.5))
      for (mass, amperes) in points {
        let place = Int(mass.rounded())
        if !isProfile {
          sticks[place] += amperes
        } else if abs(mass - Double(place)) <= 0.3 + 1e-9 {
          sticks[place] = max(sticks[place], amperes)
        }
      }
      self.sticks = sticks
      total = sticks.reduce(0, +)
    }

    /// The current between the points of a profile, by straight lines; 0 outside.
    func current(at mass: Double) -> Double {
      var (low, high) = (0, points.count)
      while low < high {
        let middle = (low + high) / 2
        if points[middle].massToCharge < mass - 1e-9 { low = middle + 1 } else { high = middle }
      }
      guard low < points.count else { return 0 }
      let right = points[low]
      if abs(right.massToCharge - mass) <= 1e-9 { return right.amperes }
      guard low > 0 else { return 0 }
      let left = points[low - 1]
      let share = (mass - left.massToCharge) / (right.massToCharge - left.massToCharge)
      return left.amperes + share * (right.amperes - left.amperes)
    }
  }

  /// What the highest peak of intensities without unit is played as, amperes.
  static let highest = 1e-9

  let spectra: [Spectrum]
  /// How many spectra there are.
  public var count: Int { spectra.count }
}
