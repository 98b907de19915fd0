public import Instruments

/// A signal against time.
///
/// All arrays have one value a point, in the order of the scans. A scan that has no value of this
/// signal has no point.
public struct Trace: Sendable, Hashable {
  /// What is known of one point besides its number.
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The bits; a bit's meaning never changes.
    public let rawValue: UInt8

    /// Makes flags from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Scans before it were left out or lost.
    public static let afterGap = Flags(rawValue: 1 << 0)
    /// The first one behind a change of settings.
    public static let afterChange = Flags(rawValue: 1 << 1)
    /// When it was measured is not known; it stands at the time of the scan before.
    public static let timeUnknown = Flags(rawValue: 1 << 2)
  }

  /// The lasting name of the signal (`total_current`, `mz28`).
  public var name: String
  /// The unit of the values.
  public var unit: Unit
  /// The number of each point's scan in its run, from 0; scans left out or lost have numbers too.
  public var scans: [Int]
  /// When each point was measured, in seconds since the run's first request.
  public var times: [Double]
  /// The values.
  public var values: [Double]
  /// What else is known of each point.
  public var flags: [Flags]

  /// Makes a trace; without points where nothing more is given.
  public init(
    name: String, unit: Unit, scans: [Int] = [], times: [Double] = [], values: [Double] = [],
    flags: [Flags] = []
  ) {
    self.name = name
    self.unit = unit
    self.scans = scans
    self.times = times
    self.values = values
    self.flags = flags
  }

  /// Adds a point at the end.
  public mutating func append(scan: Int, time: Double, value: Double, flags: Flags) {
    scans.append(scan)
    times.append(time)
    values.append(value)
    self.flags.append(flags)
  }

  /// The last points of the trace.
  public func suffix(_ count: Int) -> Trace {
    Trace(
      name: name, unit: unit, scans: Array(scans.suffix(count)), times: Array(times.suffix(count)),
      values: Array(values.suffix(count)), flags: Array(flags.suffix(count)))
  }
}
