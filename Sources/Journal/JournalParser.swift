public import ScanRing

/// One record as read back from a journal.
public struct JournalRecord: Sendable, Hashable {
  /// The 64 bytes in front, decoded.
  public var header: RecordHeader
  /// The content, byte for byte.
  public var content: [UInt8]
  /// Where in the file the record begins.
  public var offset: UInt64
}

/// What stands at one place of a journal.
enum Parsed {
  case record(JournalRecord, next: UInt64)
  /// Nothing: the file ends exactly here.
  case nothing
  /// The file ends within the record, or seems to.
  case incomplete(why: String)
  /// No record, or a damaged one.
  case bad(why: String)
}

extension JournalFile {
  /// Reads magic and header; gives them and the place of the first record.
  mutating func parseHeader() throws(JournalError) -> (JournalHeader, UInt64) {
    let size = try size()
    let prefix = try bytes(at: 0, count: JournalFormat.prefixSize)
    let magic = JournalFormat.magic
    guard prefix.count == JournalFormat.prefixSize else {
      throw .notAJournal(path: path, why: "It has \(prefix.count) bytes only.")
    }
    guard prefix.starts(with: magic.dropLast()) else {
      throw .notAJournal(path: path, why: "It does not begin with GAUGERJ1.")
    }
    guard prefix[7] == magic[7] else {
      guard (UInt8(ascii: "2")...UInt8(ascii: "9")).contains(prefix[7]) else {
        throw .notAJournal(path: path, why: "It does not begin with GAUGERJ1.")
      }
      throw .newerVersion(path: path, version: Int(prefix[7] - UInt8(ascii: "0")))
    }
    let length = Int(JournalFormat.number(prefix.span, 8, 4))
    guard length <= JournalFormat.largestHeader else {
      throw .damaged(path: path, atByte: 8, why: "A header of \(length) bytes is beyond the limit.")
    }
    let end = UInt64(JournalFormat.prefixSize + length + 4)
    guard end <= size else {
      throw .damaged(path: path, atByte: size, why: "The file ends within its header.")
    }
    let all = try bytes(at: 0, count: Int(end))
    guard all.count == Int(end),
      CRC32C.of(all.span.extracting(0..<all.count - 4))
        == UInt32(JournalFormat.number(all.span, all.count - 4, 4))
    else { throw .damaged(path: path, atByte: 12, why: "The header's checksum does not match.") }
    let text = Array(all[JournalFormat.prefixSize..<all.count - 4])
    return (try JournalHeader.decoded(text, path: path), end)
  }

  /// Reads the record at `offset` of a file of `size` bytes; believes it only with its checksum.
  mutating func parseRecord(at offset: UInt64, size: UInt64) throws(JournalError) -> Parsed {
    guard offset < size else { return .nothing }
    let headSize = JournalFormat.recordHeaderSize
    let left = size - offset
    guard left >= UInt64(headSize) else {
      return .incomplete(why: "The file ends \(left) bytes into a record's header.")
    }
    let head = try bytes(at: offset, count: headSize)
    guard head.count == headSize else { return .incomplete(why: "The file became shorter.") }
    let header: RecordHeader
    do {
      header = try JournalFormat.decode(head.span)
    } catch {
      return .bad(why: "This is no record: \(error.why).")
    }
    let next = offset + UInt64(headSize) + UInt64(header.byteCount)
    guard next <= size else {
      return .incomplete(why: "The file ends \(next - size) bytes before its record does.")
    }
    let content = try bytes(at: offset + UInt64(headSize), count: Int(header.byteCount))
    guard content.count == Int(header.byteCount) else {
      return .incomplete(why: "The file became shorter.")
    }
    guard
      CRC32C.ofRecord(head.span.extracting(0..<60), content.span)
        == UInt32(JournalFormat.number(head.span, 60, 4))
    else { return .bad(why: "The record's checksum does not match.") }
    return .record(JournalRecord(header: header, content: content, offset: offset), next: next)
  }

  /// Looks behind `offset` for a whole record that could follow there; its place, if any.
  ///
  /// Tells a torn tail, which may be cut, from damage with evidence behind it, which may not. The
  /// work is bounded: content made to look like ever new records is taken for one.
  mutating func wholeRecord(
    after offset: UInt64, size: UInt64, sequenceFrom first: UInt64
  ) throws(JournalError) -> UInt64? {
    let headSize = JournalFormat.recordHeaderSize
    var budget = 4 * (size - offset) + UInt64(JournalFormat.largestContent)
    let last = first.addingReportingOverflow(size / UInt64(headSize)).partialValue
    var start = offset + 1
    let chunk = 128 << 10
    while start + UInt64(headSize) <= size {
      let bytes = try bytes(at: start, count: Int(min(UInt64(chunk), size - start)))
      guard bytes.count >= headSize else { return nil }
      for place in 0...(bytes.count - headSize) {
        guard bytes[place + 5] == 0, (1...10).contains(bytes[place + 4]),
          bytes[(place + 48)..<(place + 60)].allSatisfy({ $0 == 0 })
        else { continue }
        let sequence = JournalFormat.number(bytes.span, place + 8, 8)
        let candidate = start + UInt64(place)
        let end = candidate + UInt64(headSize) + JournalFormat.number(bytes.span, place, 4)
        guard sequence >= first, sequence <= last, end <= size else { continue }
        guard end - candidate <= budget else { return candidate }
        budget -= end - candidate
        if case .record = try parseRecord(at: candidate, size: size) { return candidate }
      }
      start += UInt64(bytes.count - headSize + 1)
    }
    return nil
  }
}
