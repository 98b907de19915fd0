public import Laboratory
public import Processing

/// What a method finds in one run, and what a person looks at to believe it.
public struct MethodOutcome: Sendable, Hashable {
  /// What was found.
  public var evaluation: RunEvaluation
  /// The signals and spectra behind it.
  public var evidence: RunEvidence
  /// Where the detector could not see, s, by signal.
  var blind: [String: [ClosedRange<Double>]] = [:]

  /// Makes an outcome that found nothing yet.
  public init() {
    evaluation = RunEvaluation()
    evidence = RunEvidence()
  }
}

/// The libraries that a method may ask, each prepared for one way of searching it.
public struct MethodLibraries: Sendable {
  /// Libraries of mass spectra by the names that the method uses; one may stand several times,
  /// prepared for different searches.
  public var mass: [(name: String, library: MassLibrary)]
  /// Libraries of vibrational spectra, each prepared for the method's search.
  public var vibrational: [String: VibrationalLibrary]

  /// Makes a set.
  public init(
    mass: [String: MassLibrary] = [:], vibrational: [String: VibrationalLibrary] = [:]
  ) {
    self.mass = mass.sorted { $0.key < $1.key }.map { (name: $0.key, library: $0.value) }
    self.vibrational = vibrational
  }

  /// The library that was prepared for this search; nil where there is none.
  public func mass(_ identity: PeakIdentity) -> MassLibrary? {
    mass.first {
      $0.name == identity.library && $0.library.search == identity.search
        && $0.library.preparation == identity.preparation
    }?.library
  }

  /// Which libraries they are, each once, in the order of their names.
  public var sources: [LibrarySource] {
    let all = Set(mass.map(\.library.source) + vibrational.values.map(\.source))
    return all.sorted { $0.name < $1.name }
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
  /// (``MethodLibraries``).
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
