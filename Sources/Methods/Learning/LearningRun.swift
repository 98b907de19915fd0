public import Laboratory

/// A run that a method is learned from.
public struct LearningRun: Sendable {
  /// Its id or file, as it stands beside what was learned of it.
  public var name: String
  /// What it measured.
  public var measurement: Measurement

  /// Names a run.
  public init(name: String, measurement: Measurement) {
    self.name = name
    self.measurement = measurement
  }
}

/// A substance that a person knows to be in the runs.
public struct LearningTarget: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// About when it comes, s.
  public var time: Double
  /// What it is there for.
  public var role: AnalyteDefinition.Role

  /// Names a substance.
  public init(name: String, time: Double, role: AnalyteDefinition.Role = .analyte) {
    self.name = name
    self.time = time
    self.role = role
  }
}

/// What runs show of one substance.
public struct LearnedAnalyte: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// What it is there for.
  public var role: AnalyteDefinition.Role
  /// Its retention time in each run that has it, s.
  public var times: [Double]
  /// The proposed window of its apex, s.
  public var window: ClosedRange<Double>
  /// The width at half height, the largest of the runs, s.
  public var width: Double
  /// How long before the apex the peak begins at most, s.
  public var before: Double
  /// How long behind the apex it ends at most, s.
  public var after: Double
  /// The proposed ion; none without mass spectra.
  public var ion: LearnedIon?
  /// Other ions, best first.
  public var otherIons: [LearnedIon]
  /// The proposed least height over the baseline; none where the signal shows no noise.
  public var minimumHeight: Double?
  /// The runs that it was seen in.
  public var runs: [String]
}

/// An ion that a spectrum holds.
public struct LearnedIon: Sendable, Hashable {
  /// Its mass-to-charge ratio, the mean of the apex scans.
  public var massToCharge: Double
  /// Its intensity, the base peak of the spectrum being 100.
  public var percent: Double
  /// Its largest intensity in the window over that in the whole run outside of it and inside: 1 where
  /// it comes nowhere else.
  public var selectivity: Double
}

/// What runs show that a method can take over.
public struct LearnedFacts: Sendable, Hashable {
  /// The width at half height of a typical peak, s.
  public var expectedWidth: Double
  /// How many peaks that is the median of.
  public var peakCount: Int
  /// The least height that stands out of the noise on the first signal; none without noise.
  public var minimumHeight: Double?
  /// The substances.
  public var analytes: [LearnedAnalyte]
  /// The runs.
  public var runs: [String]
}
