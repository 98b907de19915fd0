/// What a recovery found and did.
public struct RecoveryReport: Sendable, Hashable {
  /// The whole records that the journal holds.
  public var recordsKept: UInt64
  /// How many bytes of a torn record were cut off; 0 when nothing was to be done.
  public var bytesCut: UInt64
  /// Where the cut bytes are kept.
  public var tornPath: String?
  /// Why the tail was not a record.
  public var why: String?
  /// Whether the journal holds the record of an orderly end.
  public var isComplete: Bool
}

/// Brings a journal whose writer was killed, or lost its power, to a whole last record.
public enum JournalRecovery {
  /// Cuts a torn tail off, and keeps what was cut beside the journal as `<name>.torn`.
  ///
  /// Never cuts a whole record: where whole records follow damage it throws `.damaged` and changes
  /// nothing. Refused with `.busy` while the journal is being written. The cut bytes are durable
  /// before the journal is shortened, so it may be interrupted and repeated at any moment.
  public static func recover(path: String) throws(JournalError) -> RecoveryReport {
    let cutter = try JournalCutter(path: path)
    var reader = try JournalReader(path: path)
    while try reader.next() != nil {}
    var report = RecoveryReport(
      recordsKept: reader.recordCount, bytesCut: 0, tornPath: nil, why: nil,
      isComplete: reader.end == .complete)
    guard case .torn(let place, let why) = reader.end else { return report }
    report.isComplete = reader.hasEndRecord
    report.why = why
    report.bytesCut = reader.size - place
    report.tornPath = try cutter.setAside(from: place)
    try cutter.cut(at: place)
    return report
  }
}
