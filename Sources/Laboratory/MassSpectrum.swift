public import Instruments

/// The pressure that one gas would have if all the current of its mass were nitrogen's.
public struct PartialPressure: Sendable, Hashable {
  /// The mass that is spoken of, dalton an elementary charge: a whole number in profile scans.
  public var mass: Double
  /// The mass-to-charge ratio of the point that the current was taken from.
  public var massToCharge: Double
  /// The mean ion current of that point in amperes.
  public var current: Double
  /// The pressure in Torr, nitrogen equivalent.
  public var torr: Double
  /// The standard deviation of single scans in Torr; none for one scan.
  public var deviation: Double?

  /// Makes a partial pressure.
  public init(
    mass: Double, massToCharge: Double, current: Double, torr: Double, deviation: Double?
  ) {
    self.mass = mass
    self.massToCharge = massToCharge
    self.current = current
    self.torr = torr
    self.deviation = deviation
  }

  /// What must be known of every pressure that a factor for nitrogen gave.
  public static let nitrogenFlag = "nitrogen-equivalent"
  /// What must be known of a pressure that the noise carried below zero.
  public static let belowZeroFlag = "below-zero"
  /// What must be known of a pressure that is less than three times the noise.
  public static let nearNoiseFlag = "near-noise"
  /// What must be known of a pressure beside which no noise is known: it is of one scan.
  public static let noiseUnknownFlag = "noise-unknown"
}

extension MassSpectrum {
  /// The noise of a partial pressure in Torr: the median over the masses of the standard deviation
  /// of single scans; none for one scan.
  ///
  /// The median, because most masses of a vacuum hold nothing, and one that changes is no noise. Of
  /// an even number the smaller of the two in the middle.
  public var pressureNoise: Double? {
    let deviations = partialPressures.compactMap(\.deviation).sorted()
    return deviations.isEmpty ? nil : deviations[(deviations.count - 1) / 2]
  }
}

/// Ion currents against mass: one scan, or the mean of many.
///
/// All arrays have one value a point. Masses rise for profile and centroid scans; selected masses
/// stand in the order asked for.
public struct MassSpectrum: Sendable, Hashable {
  /// What the points are.
  public var kind: MassScanLayout.Kind
  /// The mass-to-charge ratio of each point.
  public var massToCharge: [Double]
  /// The mean ion current in amperes.
  public var current: [Double]
  /// The standard deviation of single scans in amperes (n - 1); none for one scan.
  public var deviation: [Double]?
  /// The mean of the raw counts as decoded, nothing corrected.
  public var raw: [Double]
  /// The current of each point as a pressure in Torr, nitrogen equivalent; none where unknown.
  public var pressure: [Double]?
  /// The pressures by mass; empty where unknown.
  public var partialPressures: [PartialPressure]
  /// The mean of the total current that the instrument measured by itself, in amperes.
  public var totalCurrent: Double?
  /// That current as a pressure in Torr, nitrogen equivalent.
  public var totalPressure: Double?
  /// How many scans the mean is over.
  public var scans: Int
  /// The number of the first of them in the run, from 0.
  public var firstScan: Int
  /// The number of the last of them.
  public var lastScan: Int
  /// What was done, in order.
  public var steps: [ProcessingStep]

  /// Makes a mass spectrum.
  public init(
    kind: MassScanLayout.Kind, massToCharge: [Double], current: [Double], deviation: [Double]?,
    raw: [Double], pressure: [Double]?, partialPressures: [PartialPressure],
    totalCurrent: Double?, totalPressure: Double?, scans: Int, firstScan: Int, lastScan: Int,
    steps: [ProcessingStep]
  ) {
    self.kind = kind
    self.massToCharge = massToCharge
    self.current = current
    self.deviation = deviation
    self.raw = raw
    self.pressure = pressure
    self.partialPressures = partialPressures
    self.totalCurrent = totalCurrent
    self.totalPressure = totalPressure
    self.scans = scans
    self.firstScan = firstScan
    self.lastScan = lastScan
    self.steps = steps
  }

  /// How a mass stands in names: `28`, or `28.5` where it is not whole.
  public static func name(of mass: Double) -> String {
    let text = mass.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
