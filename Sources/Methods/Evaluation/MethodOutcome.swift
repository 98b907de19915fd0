public import Laboratory
public import Processing

/// What a method finds in one run, and what a person looks at to believe it.
public struct MethodOutcome: Sendable, Hashable {
  /// What was found.
  public var evaluation: RunEvaluation
  /// The signals and spectra behind it.
  public var evidence: RunEvidence

  /// Makes an outcome that found nothing yet.
  public init() {
    evaluation = RunEvaluation()
    evidence = RunEvidence()
  }
}

/// The libraries that a method may ask, by the names that the method uses.
public struct MethodLibraries: Sendable {
  /// Libraries of mass spectra, each prepared for the method's search.
  public var mass: [String: MassLibrary]
  /// Libraries of vibrational spectra, each prepared for the method's search.
  public var vibrational: [String: VibrationalLibrary]

  /// Makes a set.
  public init(
    mass: [String: MassLibrary] = [:], vibrational: [String: VibrationalLibrary] = [:]
  ) {
    self.mass = mass
    self.vibrational = vibrational
  }

  /// Which libraries they are, in the order of their names.
  public var sources: [LibrarySource] {
    (mass.values.map(\.source) + vibrational.values.map(\.source)).sorted { $0.name < $1.name }
  }
}

/// Why a method cannot be applied to a run.
public struct MethodFailure: Explained, Hashable {
  /// The error in four parts.
  public var failure: Failure

  /// Wraps what another room says.
  public init(_ failure: Failure) { self.failure = failure }
}

extension Method {
  /// Applies the method to what one run measured.
  ///
  /// Pure: the same measurement and libraries give the same bits. Libraries are prepared beforehand
  /// (``libraryNames``).
  public func outcome(
    of measurement: Measurement, libraries: MethodLibraries
  ) throws(MethodFailure) -> MethodOutcome {
    switch body {
    case .separation(let body):
      try SeparationEvaluator(method: body, libraries: libraries).evaluate(measurement)
    case .spectrum(let body):
      try SpectrumEvaluator(method: body, libraries: libraries).evaluate(measurement)
    case .residualGas(let body): ResidualGasEvaluator(method: body).evaluate(measurement)
    }
  }
}
