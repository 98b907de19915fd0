public import Instruments
public import ScanRing

/// What one run shall take from the instrument.
public struct AcquisitionPlan: Sendable {
  /// When the run has taken enough.
  public enum Extent: Sendable, Hashable {
    /// After this many accepted frames, darks not counted.
    case scans(Int)
    /// When this much time has passed since the first request, darks not counted.
    case duration(Duration)
    /// When somebody says stop.
    case untilStopped
  }

  /// When the run has taken enough.
  public var extent: Extent
  /// The settings for the frames of the run, as the session returned them when it applied them.
  public var settings: Settings
  /// How many dark frames are taken first.
  public var darkScans: Int
  /// What is set differently for the darks (the light off).
  public var darkSettings: Settings
  /// What the frames of this run are: `frame`, `dark` or `reference`.
  public var kind: RecordKind
  /// How many damaged frames in a row end the run.
  public var damagedInARow: Int

  /// Makes a plan.
  public init(
    extent: Extent, settings: Settings, darkScans: Int = 0, darkSettings: Settings = Settings(),
    kind: RecordKind = .frame, damagedInARow: Int = 5
  ) {
    self.extent = extent
    self.settings = settings
    self.darkScans = darkScans
    self.darkSettings = darkSettings
    self.kind = kind
    self.damagedInARow = damagedInARow
  }
}
