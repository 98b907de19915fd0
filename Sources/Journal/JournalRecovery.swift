internal import ScanRing

/// What a recovery found and did.
public struct RecoveryReport: Sendable, Hashable {
  /// The whole records that the journal holds; a record of the end written now among them.
  public var recordsKept: UInt64
  /// How many bytes of a torn record were cut off; 0 when nothing was to be done.
  public var bytesCut: UInt64
  /// Where the cut bytes are kept.
  public var tornPath: String?
  /// Why the tail was not a record.
  public var why: String?
  /// Whether the journal holds a record of the end, written by the run or now.
  public var isComplete: Bool
}

/// Brings a journal whose writer was killed, or lost its power, to a whole last record.
public enum JournalRecovery {
  /// Cuts a torn tail off, and keeps what was cut beside the journal as `<name>.torn`.
  ///
  /// A journal without a record of the end gets one with the content `endNote`, where that is given.
  /// Never cuts a whole record: where whole records follow damage it throws `.damaged` and changes
  /// nothing. Refused with `.busy` while the journal is being written. The cut bytes are durable
  /// before the journal is shortened, and all of the journal is when this returns, so it may be
  /// interrupted and repeated at any moment.
  public static func recover(
    path: String, endNote: [UInt8]? = nil
  ) throws(JournalError) -> RecoveryReport {
    let cutter = try JournalCutter(path: path)
    var reader = try JournalReader(path: path)
    while try reader.next() != nil {}
    var report = RecoveryReport(
      recordsKept: reader.recordCount, bytesCut: 0, tornPath: nil, why: nil,
      isComplete: reader.hasEndRecord)
    if case .torn(let place, let why) = reader.end {
      report.why = why
      report.bytesCut = reader.size - place
      report.tornPath = try cutter.setAside(from: place)
      try cutter.cut(at: place)
    }
    if let endNote, !report.isComplete {
      try cutter.append(record(.end, sequence: reader.recordCount, endNote))
      report.recordsKept += 1
      report.isComplete = true
    }
    try cutter.sync()
    return report
  }

  /// Whether a file is too short to hold a journal's header: its program was killed before it could
  /// take the first record.
  public static func neverBegan(path: String) throws(JournalError) -> Bool {
    var file = try JournalFile(path: path)
    let size = try file.size()
    let prefix = try file.bytes(at: 0, count: JournalFormat.prefixSize)
    if prefix.allSatisfy({ $0 == 0 }) {
      // A power cut can leave zeros where bytes were not kept yet.
      guard size <= UInt64(JournalFormat.largestHeader) else { return false }
      return try file.bytes(at: 0, count: Int(size)).allSatisfy { $0 == 0 }
    }
    guard prefix.starts(with: JournalFormat.magic.prefix(prefix.count)) else { return false }
    guard prefix.count == JournalFormat.prefixSize else { return true }
    let length = JournalFormat.number(prefix.span, 8, 4)
    return length <= UInt64(JournalFormat.largestHeader)
      && size < UInt64(JournalFormat.prefixSize) + length + 4
  }

  /// A record in its form on disk, made by no run: without times.
  private static func record(
    _ kind: RecordKind, sequence: UInt64, _ content: [UInt8]
  ) -> [UInt8] {
    let head = JournalFormat.encode(
      RecordHeader(kind: kind, byteCount: UInt32(content.count), sequence: sequence))
    var bytes = head.indices.map { head[$0] }
    let sum = CRC32C.ofRecord(head.span, content.span)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: sum >> (8 * byte))) }
    return bytes + content
  }
}
