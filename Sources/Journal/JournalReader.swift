internal import ScanRing

/// How a journal ends.
public enum JournalTail: Sendable, Hashable {
  /// With the record of an orderly end.
  case complete
  /// After a whole record, but without an end: still being written, or its program was killed.
  case open
  /// Within a record: the power went, or the disk was full. Everything before is sound.
  case torn(atByte: UInt64, why: String)
}

/// Reads a journal from its beginning, record by record.
///
/// Every record given was checked; a damaged one ends the reading with its place. Memory is bounded
/// by the longest record, whatever the file holds. Reads the file as long as it is when it is
/// opened; see ``JournalFollower`` for one that grows.
public struct JournalReader: ~Copyable {
  /// What stands in front of the records.
  public let header: JournalHeader
  /// How the journal ends; known once ``next()`` has given nil, `.open` until then.
  public private(set) var end = JournalTail.open
  /// The byte behind the last record given.
  public private(set) var position: UInt64
  /// How many records were given.
  public private(set) var recordCount: UInt64 = 0

  private var file: JournalFile
  /// The size of the file when it was opened.
  let size: UInt64
  private var isAtEnd = false
  private(set) var hasEndRecord = false

  /// Opens a journal and reads its header.
  public init(path: String) throws(JournalError) {
    var file = try JournalFile(path: path)
    let size = try file.size()
    let (header, position) = try file.parseHeader()
    self.file = file
    (self.size, self.header, self.position) = (size, header, position)
  }

  /// The next record; nil at the end, which ``end`` then describes.
  ///
  /// Throws `.damaged` where the content is wrong although whole records follow.
  public mutating func next() throws(JournalError) -> JournalRecord? {
    guard !isAtEnd else { return nil }
    switch try file.parseRecord(at: position, size: size) {
    case .nothing:
      isAtEnd = true
      end = hasEndRecord ? .complete : .open
    case .incomplete(let why), .bad(let why):
      if let whole = try file.wholeRecord(
        after: position, size: size, sequenceFrom: recordCount)
      {
        throw .damaged(
          path: file.path, atByte: position, why: why + " A whole record follows at byte \(whole).")
      }
      end = .torn(atByte: position, why: why)
      isAtEnd = true
    case .record(let record, let next):
      if hasEndRecord {
        throw .damaged(
          path: file.path, atByte: position, why: "A record follows the end of the run.")
      }
      guard record.header.sequence == recordCount else {
        throw .damaged(
          path: file.path, atByte: position,
          why: "Record \(recordCount) should stand here, but it is \(record.header.sequence).")
      }
      position = next
      recordCount += 1
      hasEndRecord = record.header.kind == .end
      return record
    }
    return nil
  }
}

/// Reads records by their number from a journal that is still being written.
///
/// Ascending numbers are read once, straight through; a step back costs at most the reading of
/// 1024 records.
public struct JournalFollower: ~Copyable {
  private static let markEvery: UInt64 = 1024

  /// What stands in front of the records.
  public let header: JournalHeader
  private var file: JournalFile
  private var marks: [UInt64]
  private var position: UInt64
  private var sequence: UInt64 = 0

  /// Opens a journal and reads its header.
  public init(path: String) throws(JournalError) {
    var file = try JournalFile(path: path)
    let (header, position) = try file.parseHeader()
    self.file = file
    (self.header, self.position, marks) = (header, position, [position])
  }

  /// The record with that number; nil when it is not written yet.
  public mutating func record(_ wanted: UInt64) throws(JournalError) -> JournalRecord? {
    let mark = min(wanted / Self.markEvery, UInt64(marks.count - 1))
    if wanted < sequence || mark * Self.markEvery > sequence {
      sequence = mark * Self.markEvery
      position = marks[Int(mark)]
    }
    while let record = try next() {
      if record.header.sequence == wanted { return record }
    }
    return nil
  }

  /// The record behind the one given last; nil when it is not written yet.
  public mutating func next() throws(JournalError) -> JournalRecord? {
    switch try file.parseRecord(at: position, size: file.size()) {
    case .nothing, .incomplete:
      return nil
    case .bad(let why):
      throw .damaged(path: file.path, atByte: position, why: why)
    case .record(let record, let next):
      guard record.header.sequence == sequence else {
        throw .damaged(
          path: file.path, atByte: position,
          why: "Record \(sequence) should stand here, but it is \(record.header.sequence).")
      }
      position = next
      sequence += 1
      if sequence == UInt64(marks.count) * Self.markEvery { marks.append(position) }
      return record
    }
  }
}
