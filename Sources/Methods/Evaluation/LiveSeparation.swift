public import Laboratory
public import Processing

/// What comes in while a chromatogram is recorded.
public enum LiveInput: Sendable, Hashable {
  /// One mass scan.
  case scan(MassPairScan)
  /// One point of a recorded trace, by the trace's name.
  case point(trace: String, TracePoint)
}

/// What is seen while a chromatogram is recorded.
public enum LiveFinding: Sendable, Hashable {
  /// A cluster of peaks closed; each is flagged `provisional`, and no decision hangs on it.
  case provisional(signal: String, peaks: [ChromatographicPeak])
  /// The signal is over: its peaks, final, the same as from the stored record.
  case final(signal: String, Integration)
  /// The signal is over and cannot be integrated.
  case failed(signal: String, Failure)
}

/// Detects and integrates the signals of a chromatographic method while the run goes on.
///
/// The same stages as for a stored run, fed point by point: the final peaks are the same to the bit
/// for any division of the input. State: one ion bank, and for each signal with a detector what
/// `ChromatogramStage` holds, 16 bytes a point.
public struct LiveSeparation: Stage, Sendable {
  private struct Signal: Sendable {
    var name: String
    var source: SignalDefinition.Source
    /// Its place in a row of the bank; none for recorded traces.
    var place: Int?
    var stage: ChromatogramStage
  }

  private var bank: IonTraceBank
  private var signals: [Signal] = []
  private var firstTrace: String?

  /// Prepares for the first scan or point; refuses a method with numbers that mean nothing.
  public init(_ method: SeparationMethod) throws(MethodFailure) {
    var ions: [IonTarget] = []
    do throws(MassSpectrumError) {
      for case .ion(let mass, let tolerance) in method.signals.map(\.source) {
        ions.append(IonTarget(massToCharge: mass, tolerance: tolerance))
      }
      bank = try IonTraceBank(targets: ions)
    } catch {
      throw MethodFailure(error.failure)
    }
    var nextIon = bank.names.count - ions.count
    for signal in method.signals {
      var place: Int?
      switch signal.source {
      case .trace: break
      case .total: place = bank.names.firstIndex(of: "tic")
      case .basePeak: place = bank.names.firstIndex(of: "base_peak")
      case .ion:
        place = nextIon
        nextIon += 1
      }
      guard let recipe = method.recipe(of: signal) else { continue }
      do throws(ChromatographyError) {
        signals.append(
          Signal(
            name: signal.name, source: signal.source, place: place,
            stage: try ChromatogramStage(recipe)))
      } catch {
        throw MethodFailure(error.failure)
      }
    }
  }

  /// Takes one scan or point.
  public mutating func step(_ input: LiveInput) -> [LiveFinding] {
    var findings: [LiveFinding] = []
    switch input {
    case .scan(let scan):
      for row in bank.step(scan) {
        for index in signals.indices {
          guard let place = signals[index].place else { continue }
          let point = TracePoint(
            time: row.time, value: row.values[place], isAfterGap: row.flags.contains(.afterGap))
          findings += Self.findings(signals[index].stage.step(point), signals[index].name)
        }
      }
    case .point(let trace, let point):
      if firstTrace == nil { firstTrace = trace }
      for index in signals.indices {
        guard case .trace(let name) = signals[index].source,
          name == trace || (name == "first" && trace == firstTrace)
        else { continue }
        findings += Self.findings(signals[index].stage.step(point), signals[index].name)
      }
    }
    return findings
  }

  /// Ends the run and gives the peaks of every signal.
  public consuming func finish() -> [LiveFinding] {
    var findings: [LiveFinding] = []
    for signal in signals { findings += Self.findings(signal.stage.finish(), signal.name) }
    return findings
  }

  private static func findings(
    _ outputs: [ChromatogramOutput], _ signal: String
  ) -> [LiveFinding] {
    outputs.compactMap { output in
      switch output {
      case .provisionalApex: nil
      case .provisional(let peaks): peaks.isEmpty ? nil : .provisional(signal: signal, peaks: peaks)
      case .final(let integration): .final(signal: signal, integration)
      case .failed(let error): .failed(signal: signal, error.failure)
      }
    }
  }
}

extension SeparationMethod {
  /// How a signal is integrated; none where no peaks are searched in it.
  func recipe(of signal: SignalDefinition) -> ChromatographyRecipe? {
    signal.detection.map {
      ChromatographyRecipe(
        detection: $0, rules: signal.integration, events: signal.events, noiseRange: noiseWindow)
    }
  }
}
