/// What a record of a run is; the numbers are part of the journal's format and never change.
public enum RecordKind: UInt16, Sendable, Hashable, CaseIterable {
  /// Bytes of one readout, as sent by the instrument.
  case frame = 1
  /// Bytes of a readout that ended early or is not believed.
  case refused = 2
  /// Bytes of one readout taken with the light off.
  case dark = 3
  /// Bytes of one readout of the reference.
  case reference = 4
  /// Settings put in force from here on (JSON).
  case settings = 5
  /// A command that a person or program gave to the run (JSON).
  case command = 6
  /// Frames that were lost before this record (count as `UInt64`, little endian).
  case gap = 7
  /// Both clocks read at the same moment (monotonic ns, then UTC microseconds; little endian).
  case clock = 8
  /// Something worth knowing that happened (JSON).
  case event = 9
  /// The last record of a run that was ended in order (JSON).
  case end = 10
}

/// The 64 bytes in front of every record, in the ring and in the journal alike.
///
/// All fields are little endian on disk. Times are nanoseconds of the monotonic clock.
public struct RecordHeader: Sendable, Hashable {
  /// How many bytes of content follow.
  public var byteCount: UInt32
  /// What the record is.
  public var kind: RecordKind
  /// What else is known of a frame (the bits of `ScanFlags`).
  public var flags: UInt16
  /// The record's number in its run, from 0, without holes.
  public var sequence: UInt64
  /// When a readout was asked for; 0 where it was not.
  public var requested: UInt64
  /// When its first byte was in hand.
  public var firstByte: UInt64
  /// When its last byte was in hand; for other records, when they were made.
  public var lastByte: UInt64
  /// A detail whose meaning depends on the kind: the reason of a refusal, else 0.
  public var detail: UInt64

  /// Makes a header; the ring fills in size and sequence.
  @inlinable public init(
    kind: RecordKind, flags: UInt16 = 0, requested: UInt64 = 0, firstByte: UInt64 = 0,
    lastByte: UInt64 = 0, detail: UInt64 = 0, byteCount: UInt32 = 0, sequence: UInt64 = 0
  ) {
    self.byteCount = byteCount
    self.kind = kind
    self.flags = flags
    self.sequence = sequence
    self.requested = requested
    self.firstByte = firstByte
    self.lastByte = lastByte
    self.detail = detail
  }
}
