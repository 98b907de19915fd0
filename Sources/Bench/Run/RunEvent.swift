public import Laboratory
public import Methods

/// How far a run has come.
public struct RunProgress: Sendable, Hashable {
  /// What was counted so far, `durable` included.
  public var counts: RunCounts
  /// How many scans were asked for; none where a duration was.
  public var wanted: Int?
  /// Time since the first request.
  public var elapsed: Duration
  /// How full the ring is, 0 to 1.
  public var ringFill: Double

  /// Makes a report of progress.
  public init(counts: RunCounts, wanted: Int?, elapsed: Duration, ringFill: Double) {
    self.counts = counts
    self.wanted = wanted
    self.elapsed = elapsed
    self.ringFill = ringFill
  }
}

/// What happened to one delivery.
public struct DeliveryReport: Sendable, Hashable {
  /// The destination's name.
  public var destination: String
  /// Where the delivery stands.
  public var state: DeliveryState
  /// Where a person finds it.
  public var place: String
  /// Why it stands where it stands, where that is not obvious.
  public var failure: Failure?

  /// Makes a report.
  public init(destination: String, state: DeliveryState, place: String, failure: Failure? = nil) {
    self.destination = destination
    self.state = state
    self.place = place
    self.failure = failure
  }
}

/// What a run tells while it goes on; the last event is `finished` or `failed`.
public enum RunEvent: Sendable {
  /// The instrument answered.
  case opened(RunInstrument, emulated: Bool)
  /// The run has its folder and its journal; acquisition begins.
  case started(RunRecord, folder: String)
  /// Some more was taken.
  case progress(RunProgress)
  /// Something a person should know.
  case warning(String)
  /// Peaks closed while the run goes on; none of them is final.
  case provisional([LiveFinding])
  /// A spectrum is final.
  case spectrum(Spectrum)
  /// A mass spectrum is final; the traces are those of the whole run.
  case massSpectrum(MassSpectrum, traces: [Trace])
  /// The signals against time of a whole run are final.
  case traces([Trace])
  /// A file stands in the run's folder, whole and read back.
  case file(RunFile, path: String)
  /// A delivery went on its way.
  case delivered(DeliveryReport)
  /// The run is over; what could be kept is kept.
  case finished(RunRecord, ExitStatus)
  /// There was no run, or nothing of it could be kept.
  case failed(Failure)
}
