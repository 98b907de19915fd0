internal import Instruments
internal import Laboratory
internal import Processing
internal import ScanRing

/// The records of a run in, results out; the same whether they come from the ring or the journal.
enum RunProcessor {
  case array(ArrayProcessor)
  case mass(MassProcessor)

  /// What is computed for a run, as it was asked for.
  struct Recipe {
    /// The settings asked for, and sent; those that the journal tells are put over them.
    var settings: Settings
    /// How many scans make one spectrum; none where all do.
    var averageEvery: Int?
    /// What the frames of the run are called in the journal.
    var kind: RecordKind
    /// The dark of another run, where one is subtracted.
    var dark: DarkFrame?
    /// Whether every mass scan is kept and given at the end.
    var keepsScans = false
  }

  /// Chooses what the frames of the instrument need; throws where they cannot have it.
  init(_ interpreter: FrameInterpreter, _ recipe: Recipe) throws(Failure) {
    switch interpreter {
    case .array(let interpreter):
      var steps = SpectrumRecipe(settings: recipe.settings)
      steps.averageEvery = recipe.averageEvery
      self = .array(
        ArrayProcessor(
          interpreter: interpreter, recipe: steps, kind: recipe.kind, dark: recipe.dark))
    case .mass(let interpreter):
      guard recipe.dark == nil, recipe.kind != .dark else { throw Self.noDarks }
      self = .mass(
        MassProcessor(
          interpreter: interpreter, settings: recipe.settings, averageEvery: recipe.averageEvery,
          kind: recipe.kind, keepsScans: recipe.keepsScans))
    }
  }

  /// Takes the next record; gives what became final with it.
  mutating func consume(_ header: RecordHeader, _ content: [UInt8]) throws(Failure) -> RunOutput {
    // Taken out and put back, so that the arrays in it are never copied.
    switch consume self {
    case .array(var processor):
      defer { self = .array(processor) }
      return RunOutput(spectra: try processor.consume(header, content))
    case .mass(var processor):
      defer { self = .mass(processor) }
      return RunOutput(massSpectra: try processor.consume(header, content))
    }
  }

  /// Gives what is left when no more records come.
  mutating func finish() -> RunOutput {
    switch consume self {
    case .array(var processor):
      defer { self = .array(processor) }
      return RunOutput(spectra: processor.finish())
    case .mass(var processor):
      defer { self = .mass(processor) }
      return RunOutput(
        massSpectra: processor.finish(), traces: processor.traces, scans: processor.scans)
    }
  }

  /// Darks and mass scans do not go together.
  static let noDarks = Failure(
    "dark-not-for-mass", exit: .usage, what: "A mass spectrometer takes no darks.",
    why: "It measures ion currents; what it shows without ions is its own zero, not a dark frame.",
    next: "Leave --dark and --kind dark away. A run of --kind blank shows the background.")

  static func notDecodable(_ header: RecordHeader, _ error: DriverError) -> Failure {
    Failure(
      "frame-not-decodable", exit: .damaged,
      what: "Record \(header.sequence) of the run cannot be decoded.", why: "\(error)",
      next: "The raw bytes are kept. Check the journal with: gauger runs verify RUN")
  }
}

extension FrameInterpreter {
  /// The interpreter of an array spectrometer; throws for frames of another kind.
  func array() throws(Failure) -> ArrayInterpreter {
    if case .array(let interpreter) = self { return interpreter }
    throw RunProcessor.noDarks
  }
}
