import Foundation
import Laboratory
import ScanRing
import Testing

@testable import Journal

@Suite struct HostileJournalTests {
  /// Every record that comes back must be one of the written ones, at its own place.
  private func isPrefix(_ records: [JournalRecord], of whole: [JournalRecord]) -> Bool {
    records.count <= whole.count && records == Array(whole.prefix(records.count))
  }

  @Test func aCutAnywhereGivesTheWholeRecordsBeforeIt() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    let whole = try readAll(folder.file("whole")).records
    let headerEnd = Int(whole[0].offset)
    for cut in 0..<bytes.count {
      try folder.put(Array(bytes[..<cut]), as: "cut")
      if cut < headerEnd {
        let code = #expect(throws: JournalError.self) { try readAll(folder.file("cut")) }?.failure
          .code
        #expect(code == (cut < 12 ? "journal-not-a-journal" : "journal-damaged"))
        continue
      }
      let (records, end) = try readAll(folder.file("cut"))
      let expected = whole.prefix { Int($0.offset) + 64 + $0.content.count <= cut }
      #expect(records == Array(expected))
      let place =
        expected.last.map { $0.offset + 64 + UInt64($0.content.count) } ?? UInt64(headerEnd)
      if place == UInt64(cut) {
        #expect(end == .open)
      } else if case .torn(let atByte, let why) = end {
        #expect(atByte == place && !why.isEmpty)
      } else {
        Issue.record("cut at \(cut): \(end)")
      }
    }
  }

  @Test func aFlippedByteNeverGivesAWrongRecord() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    let whole = try readAll(folder.file("whole")).records
    let headerEnd = Int(whole[0].offset)
    for place in bytes.indices {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var flipped = bytes
        flipped[place] ^= mask
        try folder.put(flipped, as: "flipped")
        guard place >= headerEnd else {
          #expect(throws: JournalError.self) { try readAll(folder.file("flipped")) }
          continue
        }
        let hit = try #require(whole.lastIndex { Int($0.offset) <= place })
        var reader = try JournalReader(path: folder.file("flipped"))
        var records: [JournalRecord] = []
        do throws(JournalError) {
          while let record = try reader.next() { records.append(record) }
          #expect(hit == whole.count - 1)
          let end = reader.end
          guard case .torn(whole[hit].offset, _) = end else {
            Issue.record("byte \(place): \(end)")
            continue
          }
        } catch {
          guard case .damaged(_, whole[hit].offset, _) = error else {
            Issue.record("byte \(place): \(error)")
            continue
          }
          #expect(hit < whole.count - 1)
        }
        #expect(records == Array(whole[..<hit]))
      }
    }
  }

  @Test func aRecordMissingInTheMiddleIsNoticed() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let whole = try readAll(folder.file("whole")).records
    var bytes = try folder.bytes("whole")
    bytes.removeSubrange(Int(whole[2].offset)..<Int(whole[3].offset))
    try folder.put(bytes, as: "short")
    let error = #expect(throws: JournalError.self) { try readAll(folder.file("short")) }
    #expect(
      error
        == .damaged(
          path: folder.file("short"), atByte: whole[2].offset,
          why: "Record 2 should stand here, but it is 3."))
  }

  @Test func whatFollowsTheEndIsDamage() throws {
    let folder = try TemporaryFolder()
    let records = fewRecords + [Told(kind: .frame, content: [1])]
    _ = try writeJournal(records, to: folder.file("late"))
    let error = #expect(throws: JournalError.self) { try readAll(folder.file("late")) }
    #expect(error?.failure.code == "journal-damaged")
    #expect(error?.failure.exit == .damaged)
  }

  @Test func otherFilesAreRefusedByName() throws {
    let folder = try TemporaryFolder()
    func code(_ bytes: [UInt8]) throws -> String? {
      try folder.put(bytes, as: "file")
      return #expect(throws: JournalError.self) { try readAll(folder.file("file")) }?.failure.code
    }
    #expect(try code([]) == "journal-not-a-journal")
    #expect(try code(Array("JCAMP-DX=4.24, a spectrum".utf8)) == "journal-not-a-journal")
    #expect(try code(Array("GAUGERJ2 whatever comes".utf8)) == "journal-newer-version")
    // A length of 4 GiB must be refused before anything of that size is allocated.
    #expect(
      try code(Array("GAUGERJ1".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0]) == "journal-damaged")
    #expect(throws: JournalError.notAJournal(path: folder.path, why: "It is not a regular file.")) {
      try readAll(folder.path)
    }
    #expect(throws: JournalError.notFound(path: folder.file("none"))) {
      try readAll(folder.file("none"))
    }
  }

  @Test func aLaterFormatIsNamed() throws {
    let folder = try TemporaryFolder()
    var header = try sampleHeader()
    header.formatVersion = 2
    try folder.put(try JournalRecorder.prefix(header), as: "later")
    #expect(throws: JournalError.newerVersion(path: folder.file("later"), version: 2)) {
      try readAll(folder.file("later"))
    }
  }

  @Test func aSoundChecksumOverAWrongHeaderIsNotEnough() throws {
    let folder = try TemporaryFolder()
    for text in ["{}", "[", "{\"format_version\":1}", String(repeating: "[", count: 100_000)] {
      var bytes = JournalFormat.magic
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: text.utf8.count >> (8 * byte))) }
      bytes += Array(text.utf8)
      let sum = CRC32C.of(bytes.span)
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: sum >> (8 * byte))) }
      try folder.put(bytes, as: "odd")
      let error = #expect(throws: JournalError.self) { try readAll(folder.file("odd")) }
      #expect(error?.failure.code == "journal-damaged")
    }
  }

  /// Thousands of headers that look right and are not, each claiming the whole rest of the file.
  @Test func searchingBehindDamageIsBounded() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal([], to: folder.file("base"))
    var bytes = try folder.bytes("base")
    let count = 20_000
    for number in 0..<count {
      let header = RecordHeader(
        kind: .frame, byteCount: UInt32((count - number - 1) * 64), sequence: UInt64(number))
      let head = JournalFormat.encode(header)
      bytes += head.indices.map { head[$0] } + [1, 2, 3, 4]
    }
    try folder.put(bytes, as: "hostile")
    // Whole checks would sum 12.8 GB.
    let error = #expect(throws: JournalError.self) { try readAll(folder.file("hostile")) }
    #expect(error?.failure.code == "journal-damaged")
  }

  @Test func aTailOfZerosIsTorn() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(Array(fewRecords.dropLast()), to: folder.file("base"))
    let bytes = try folder.bytes("base")
    try folder.put(bytes + [UInt8](repeating: 0, count: 5000), as: "zeros")
    let (records, end) = try readAll(folder.file("zeros"))
    #expect(records.count == 5)
    #expect(
      end
        == .torn(
          atByte: UInt64(bytes.count), why: "This is no record: there is no record kind 0."))
  }
}
