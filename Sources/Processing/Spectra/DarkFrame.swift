public import Instruments

/// The mean of scans taken without light, raw, to be subtracted from others of the same exposure.
public struct DarkFrame: Sendable, Hashable {
  /// The mean of the raw counts, a value a channel.
  public var rawCounts: [Double]
  /// How many scans the mean is over.
  public var scans: Int
  /// The exposure in microseconds, as the instrument was told; none where it is not known.
  public var integrationMicroseconds: Double?
  /// The run that the scans are from, `this` where it is the same run.
  public var source: String
  /// Channels saturated in any of the scans, rising.
  public var saturated: [Int]

  /// Makes a dark frame.
  public init(
    rawCounts: [Double], scans: Int, integrationMicroseconds: Double?, source: String,
    saturated: [Int] = []
  ) {
    self.rawCounts = rawCounts
    self.scans = scans
    self.integrationMicroseconds = integrationMicroseconds
    self.source = source
    self.saturated = saturated
  }
}

/// Collects dark scans into one dark frame, given by `finish`; none where no scan was usable.
public struct DarkStage: Stage, Sendable {
  private var sum: FrameMean
  private let exposure: Double?
  private let source: String

  /// Makes a stage for a detector and the exposure in microseconds that the darks were taken with.
  public init(detector: ArrayDetector, exposure: Double?, source: String) {
    sum = FrameMean(detector: detector)
    self.exposure = exposure
    self.source = source
  }

  /// Takes one dark scan; gives nothing yet.
  public mutating func step(_ scan: Scan) -> [DarkFrame] {
    step(counts: scan.counts.span, flags: scan.flags)
  }

  /// Takes the counts of one dark scan from a buffer that the caller uses again.
  public mutating func step(counts: Span<Double>, flags: ScanFlags) -> [DarkFrame] {
    _ = sum.add(counts, flags: flags)
    return []
  }

  /// Gives the dark frame.
  public consuming func finish() -> [DarkFrame] {
    guard sum.scans > 0 else { return [] }
    return [
      DarkFrame(
        rawCounts: sum.mean, scans: sum.scans, integrationMicroseconds: exposure, source: source,
        saturated: sum.saturated)
    ]
  }

  /// Why scans were left out so far, and how many.
  public var leftOut: FrameMean.LeftOut { sum.leftOut }

  /// How many bytes the state takes.
  public var stateByteCount: Int { sum.stateByteCount }
}
