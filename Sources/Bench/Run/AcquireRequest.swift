public import Instruments
public import Laboratory
public import Methods

/// What a person or program asks of one acquisition.
public struct AcquireRequest: Sendable {
  /// Where darks come from.
  public enum Dark: Sendable, Hashable {
    /// No dark is subtracted.
    case none
    /// This many dark frames are taken first, with the light switched off by the instrument.
    case take(scans: Int?)
    /// Those of an earlier run.
    case run(RunID)
  }

  /// The instrument's address.
  public var address: String
  /// What is measured.
  public var sample: Sample
  /// What the run is for.
  public var kind: RunKind
  /// How many scans; none where `duration` is given.
  public var scans: Int?
  /// How long; none where `scans` is given.
  public var duration: Duration?
  /// Settings by name, over the profile's defaults.
  public var settings: Settings
  /// Scans averaged into one spectrum; none averages all.
  public var averageEvery: Int?
  /// Where darks come from.
  public var dark: Dark
  /// Who asks.
  public var person: String
  /// The method that evaluates the run when it is over; its settings are not looked at here.
  public var method: Method?
  /// The entry of a worklist that it is for; none where a person named the sample.
  public var taken: TakenEntry?
  /// What the person says of a sample that was measured before.
  public var again: SampleAgain?

  /// Makes a request.
  public init(
    address: String, sample: Sample, kind: RunKind = .sample, scans: Int? = nil,
    duration: Duration? = nil, settings: Settings = Settings(), averageEvery: Int? = nil,
    dark: Dark = .none, person: String
  ) {
    self.address = address
    self.sample = sample
    self.kind = kind
    self.scans = scans
    self.duration = duration
    self.settings = settings
    self.averageEvery = averageEvery
    self.dark = dark
    self.person = person
    method = nil
    taken = nil
    again = nil
  }
}
