/// What is known about a frame or scan besides its numbers.
public struct ScanFlags: OptionSet, Sendable, Hashable, Codable {
  /// The bits, as stored in the journal; a bit's meaning never changes.
  public let rawValue: UInt16

  /// Makes flags from stored bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The readout ended before its length.
  public static let partial = ScanFlags(rawValue: 1 << 0)
  /// The bytes were not believed (lost end mark, failed check, overlong).
  public static let refused = ScanFlags(rawValue: 1 << 1)
  /// Exposed before the last change of a setting.
  public static let stale = ScanFlags(rawValue: 1 << 2)
}

/// The decoded counts of one frame, with its sequence number and time stamps.
///
/// Raw: no correction is applied.
public struct Scan: Sendable, Hashable {
  /// The number of the record in its run, from 0, without holes unless a gap is recorded.
  public var sequence: UInt64
  /// When the readout was asked for.
  public var requested: MonotonicInstant
  /// When its last byte was in hand.
  public var received: MonotonicInstant
  /// What else is known.
  public var flags: ScanFlags
  /// Raw counts, one a channel.
  public var counts: [Double]

  /// Makes a scan.
  public init(
    sequence: UInt64, requested: MonotonicInstant, received: MonotonicInstant, flags: ScanFlags,
    counts: [Double]
  ) {
    self.sequence = sequence
    self.requested = requested
    self.received = received
    self.flags = flags
    self.counts = counts
  }
}
