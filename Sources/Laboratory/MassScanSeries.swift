/// Mass scans over time as an instrument or a file gave them: pairs of mass and intensity, nothing
/// corrected.
///
/// The pairs of all scans stand one behind the other; scan `i` has those of `range(of: i)`.
public struct MassScanSeries: Sendable, Hashable {
  /// Whether the pairs are one a peak, or the steps over the peaks.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// One pair a peak (MS:1000127).
    case centroid
    /// Steps over the peaks (MS:1000128).
    case profile
  }

  /// What the pairs are.
  public var kind: Kind
  /// The retention time of each scan in seconds since the injection or the run's first scan.
  public var times: [Double]
  /// Where the pairs of each scan begin; one more than scans, the last is the number of pairs.
  public private(set) var starts: [Int]
  /// Mass-to-charge ratios, not falling within a scan.
  public private(set) var massToCharge: [Double]
  /// Intensities, in the unit of the source.
  public private(set) var intensity: [Double]
  /// The unit of the intensities.
  public var unit: String

  /// Makes a series without scans.
  public init(kind: Kind = .centroid, unit: String = "counts") {
    self.kind = kind
    self.unit = unit
    times = []
    starts = [0]
    massToCharge = []
    intensity = []
  }

  /// How many scans there are.
  public var count: Int { times.count }

  /// Which pairs are those of a scan.
  public func range(of scan: Int) -> Range<Int> { starts[scan]..<starts[scan + 1] }

  /// Makes room for so many pairs at once, where their number is about known.
  public mutating func reserveCapacity(pairs: Int) {
    massToCharge.reserveCapacity(pairs)
    intensity.reserveCapacity(pairs)
  }

  /// Adds a scan at the end; the arrays have the same length.
  public mutating func append(time: Double, massToCharge mz: [Double], intensity values: [Double]) {
    precondition(mz.count == values.count, "a pair is a mass and an intensity")
    times.append(time)
    massToCharge += mz
    intensity += values
    starts.append(massToCharge.count)
  }

  /// Adds a scan at the end, of pieces of other arrays; they have the same length.
  public mutating func append(
    time: Double, massToCharge mz: ArraySlice<Double>, intensity values: ArraySlice<Double>
  ) {
    precondition(mz.count == values.count, "a pair is a mass and an intensity")
    times.append(time)
    massToCharge += mz
    intensity += values
    starts.append(massToCharge.count)
  }
}
