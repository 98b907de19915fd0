public import Laboratory

/// Which run is evaluated, as far as a sequence must know it.
public struct EvaluatedRun: Sendable, Hashable, Codable {
  /// The run's name, or that of its file where it is no run of a home.
  public var run: String
  /// What was measured.
  public var sample: Sample
  /// What it is for.
  public var kind: RunKind
  /// When it began; runs of a sequence stand in this order.
  public var started: Timestamp
  /// Whether it took all it was asked for.
  public var complete: Bool
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// SHA-256 of its raw record.
  public var rawSHA256: String

  /// Makes facts.
  public init(
    run: String, sample: Sample, kind: RunKind, started: Timestamp, complete: Bool,
    emulated: Bool, rawSHA256: String
  ) {
    self.run = run
    self.sample = sample
    self.kind = kind
    self.started = started
    self.complete = complete
    self.emulated = emulated
    self.rawSHA256 = rawSHA256
  }

  private enum CodingKeys: String, CodingKey {
    case run, sample, kind, started, complete, emulated
    case rawSHA256 = "raw_sha256"
  }
}

/// What a method finds in one run, before any sequence is looked at.
public struct RunEvaluation: Sendable, Hashable, Codable {
  /// The peaks of each signal, by the signal's name, in the order of time.
  public var peaks: [String: [ChromatographicPeak]]
  /// What was found of each analyte, in the order of the method.
  public var readings: [AnalyteReading]
  /// What the library said of peaks that no analyte takes, in the order of time.
  public var unknowns: [AnalyteReading]
  /// What was found of each band, in the order of the method.
  public var bands: [BandReading]
  /// What the library said of the run's spectrum; none where none was asked.
  public var identity: SearchAnswer?
  /// Pressures and ratios that were judged.
  public var gases: [GasReading]
  /// What was computed, in order.
  public var steps: [ProcessingStep]
  /// What a person should know.
  public var warnings: [String]

  /// Makes an evaluation that found nothing yet.
  public init() {
    peaks = [:]
    readings = []
    unknowns = []
    bands = []
    identity = nil
    gases = []
    steps = []
    warnings = []
  }
}

/// What was found of one analyte in one run.
public struct AnalyteReading: Sendable, Hashable, Codable {
  /// How the search for it went.
  public enum State: String, Sendable, Hashable, Codable {
    /// It is there.
    case found
    /// Nothing stands in its window, or not enough.
    case notDetected = "not_detected"
    /// Something stands there that is not it.
    case otherSubstance = "other_substance"
    /// It could not be looked for.
    case notEvaluated = "not_evaluated"
  }

  /// Its name in the method.
  public var name: String
  /// How it went.
  public var state: State
  /// Why, in one sentence; empty where it is there.
  public var reason: String
  /// The peak, integrated as the method says; also where it is not taken for the analyte.
  public var peak: ChromatographicPeak?
  /// The largest value in the window over the baseline, unit of the signal.
  public var height: Double?
  /// Area or height as the method says, unit of the signal (times s).
  public var response: Double?
  /// The response over that of the internal standard; the response itself without one.
  public var ratio: Double?
  /// Responses of other ions over its own, by signal.
  public var ionRatios: [String: Double]
  /// What the library said.
  public var identity: SearchAnswer?
  /// What else must be known.
  public var flags: [String]

  /// Makes a reading that found nothing yet.
  public init(name: String, state: State = .notEvaluated, reason: String = "") {
    self.name = name
    self.state = state
    self.reason = reason
    peak = nil
    height = nil
    response = nil
    ratio = nil
    ionRatios = [:]
    identity = nil
    flags = []
  }

  private enum CodingKeys: String, CodingKey {
    case name, state, reason, peak, height, response, ratio, identity, flags
    case ionRatios = "ion_ratios"
  }
}

/// What was found of one band in one spectrum.
public struct BandReading: Sendable, Hashable, Codable {
  /// Its name in the method.
  public var name: String
  /// Area or height over its line; none where it could not be measured.
  public var value: Double?
  /// The ends of its line as used, in the axis' unit, and the levels there.
  public var line: [BaselinePoint]
  /// What else must be known.
  public var flags: [String]

  /// Makes a reading.
  public init(name: String, value: Double?, line: [BaselinePoint] = [], flags: [String] = []) {
    self.name = name
    self.value = value
    self.line = line
    self.flags = flags
  }
}

/// A pressure or a ratio of two, and whether it is as demanded.
public struct GasReading: Sendable, Hashable, Codable {
  /// The keyword in the LIMS.
  public var keyword: String
  /// The pressure in Torr, or the ratio; none where it is not known.
  public var value: Double?
  /// Whether it is a ratio, not a pressure.
  public var isRatio: Bool
  /// Whether it is within its limits; none where it is not known.
  public var passes: Bool?
  /// What else must be known.
  public var flags: [String]

  /// Makes a reading.
  public init(
    keyword: String, value: Double?, isRatio: Bool, passes: Bool?, flags: [String] = []
  ) {
    self.keyword = keyword
    self.value = value
    self.isRatio = isRatio
    self.passes = passes
    self.flags = flags
  }

  private enum CodingKeys: String, CodingKey {
    case keyword, value, passes, flags
    case isRatio = "ratio"
  }
}
