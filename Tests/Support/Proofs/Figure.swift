/// One number beside its answer.
public struct Figure: Sendable {
  /// How far the number may be from its answer.
  public enum Tolerance: Sendable {
    /// By so much.
    case absolute(Double)
    /// By this fraction of the answer.
    case relative(Double)
    /// Not at all, to the bit.
    case exact
    /// The number must not be above the answer, which is a limit.
    case atMost
    /// The number must not be below the answer, which is a limit.
    case atLeast
  }

  /// What it is, so that a chemist recognises it (`run 014, etizolam, ug/mL`).
  public var name: String
  /// What the product computes.
  public var found: Double
  /// The independent answer.
  public var expected: Double
  /// How far it may be.
  public var tolerance: Tolerance

  /// Sets a number beside its answer.
  public init(_ name: String, _ found: Double, _ expected: Double, _ tolerance: Tolerance) {
    self.name = name
    self.found = found
    self.expected = expected
    self.tolerance = tolerance
  }

  /// Sets a thing that is or is not so beside what it must be.
  public init(_ name: String, _ found: Bool, is expected: Bool = true) {
    self.init(name, found ? 1 : 0, expected ? 1 : 0, .exact)
  }

  /// Sets a word beside the word it must be.
  public init(_ name: String, _ found: String, is expected: String) {
    self.init("\(name): \"\(found)\" is \"\(expected)\"", found == expected)
  }

  /// How far it is, in the measure of its tolerance.
  public var distance: Double {
    switch tolerance {
    case .relative: expected == 0 ? abs(found) : abs((found - expected) / expected)
    case .atMost: max(0, found - expected)
    case .atLeast: max(0, expected - found)
    default: abs(found - expected)
    }
  }

  /// Whether it is within its tolerance; a number that is none never is.
  public var holds: Bool {
    guard found.isFinite, expected.isFinite else { return false }
    return switch tolerance {
    case .absolute(let limit), .relative(let limit): distance <= limit
    case .exact, .atMost, .atLeast: distance == 0
    }
  }
}

/// A recording or table with independent answers, and the figures that the product makes of it.
public struct Proof: Sendable {
  /// The name of the folder with the material (`gcfid-v179`).
  public var name: String
  /// Computes the figures; reads the material in place.
  public var figures: @Sendable () throws -> [Figure]

  /// Makes a proof.
  public init(_ name: String, _ figures: @escaping @Sendable () throws -> [Figure]) {
    self.name = name
    self.figures = figures
  }
}

/// All proofs, in the order of the printed table.
public let proofs: [Proof] = [
  ramanRaw,
  ramanLibraryProof,
  ramanSearch,
  jazReflectance,
  biodiesel,
  regressionSetProof,
  weightedCalibrationProof,
  etizolamCalibrationProof,
  lactoseCalibrationProof,
  biodieselLineProof,
  FlameProofs.proof,
  spectralMatch,
  etizolamPlayback,
  etizolamIdentity,
  learnedSequenceMethod,
  LactoseProofs.proof,
  UltravioletProofs.proof,
  RetentionProofs.proof,
  PeakVectorProofs.proof,
  EtizolamAreaProofs.proof,
  savitzkyGolayProof,
  baselineProof,
  localMaximaProof,
  andiMassProof,
  andiChromatographyProof,
  jcampProof,
  spectrometerTextProof,
  etizolamSequence,
  methodAnswers,
  centroidProof,
  formatSamplesProof,
  etizolamComponents,
  libraryDEA,
  massHP,
  recordedSpikesProof,
]
