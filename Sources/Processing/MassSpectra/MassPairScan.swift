public import Laboratory

/// One scan as pairs of mass and intensity, with its place in the run.
public struct MassPairScan: Sendable, Hashable {
  /// The number of the scan in its run, from 0; scans left out or lost have numbers too.
  public var number: Int
  /// The retention time in seconds.
  public var time: Double
  /// What its points in traces are marked with.
  public var marks: Trace.Flags
  /// Mass-to-charge ratios, not falling.
  public var massToCharge: [Double]
  /// Intensities, as many.
  public var intensity: [Double]

  /// Makes a scan.
  public init(
    number: Int, time: Double, marks: Trace.Flags = [], massToCharge: [Double],
    intensity: [Double]
  ) {
    self.number = number
    self.time = time
    self.marks = marks
    self.massToCharge = massToCharge
    self.intensity = intensity
  }

  /// Why it cannot be used; nil where it can.
  var fault: Fault? {
    guard massToCharge.count == intensity.count else { return .unequal }
    guard time.isFinite else { return .notFinite }
    var last = -Double.infinity
    for (mass, value) in zip(massToCharge, intensity) {
      guard mass.isFinite, value.isFinite else { return .notFinite }
      guard mass >= last else { return .unsorted }
      last = mass
    }
    return nil
  }

  /// Why a scan is left out, by its lasting name.
  public enum Fault: String, Sendable, Hashable, Codable, CaseIterable {
    /// Not as many intensities as masses.
    case unequal
    /// A time, mass or intensity that is NaN or infinite.
    case notFinite = "not_finite"
    /// Masses that fall within the scan.
    case unsorted
    /// A time that is not later than that of the scan before.
    case timeNotRising = "time_not_rising"
  }
}

extension MassScanSeries {
  /// A scan of the series with its number, 0 for the first.
  public func scan(_ index: Int) -> MassPairScan {
    let range = range(of: index)
    return MassPairScan(
      number: index, time: times[index], massToCharge: Array(massToCharge[range]),
      intensity: Array(intensity[range]))
  }
}
