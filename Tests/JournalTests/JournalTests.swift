import Foundation
import Instruments
import Laboratory
import ScanRing
import Testing

@testable import Journal

@Suite struct JournalTests {
  @Test func whatWasWrittenIsReadBack() throws {
    let folder = try TemporaryFolder()
    let progress = try writeJournal(fewRecords, to: folder.file("raw.journal"))
    #expect(progress.failure == nil)
    #expect(progress.recordsWritten == 6 && progress.recordsDurable == 6)
    #expect(progress.framesWritten == 3 && progress.framesDurable == 3)
    let size = UInt64(try folder.bytes("raw.journal").count)
    #expect(progress.bytesWritten == size && progress.bytesDurable == size)
    let (records, end) = try readAll(folder.file("raw.journal"))
    #expect(end == .complete)
    #expect(records.map(\.content) == fewRecords.map(\.content))
    for (number, told) in fewRecords.enumerated() {
      var expected = header(of: told, number)
      expected.byteCount = UInt32(told.content.count)
      expected.sequence = UInt64(number)
      #expect(records[number].header == expected)
    }
  }

  @Test func theHeaderSurvivesToTheLastByte() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal([], to: folder.file("raw.journal"))
    let reader = try JournalReader(path: folder.file("raw.journal"))
    let header = reader.header
    #expect(header == (try sampleHeader()))
    #expect(header.instrument.memory[0].bytes == Array(0...255))
    let text = String(decoding: try folder.bytes("raw.journal"), as: UTF8.self)
    #expect(text.contains("\"hex\":\"000102030405"))
  }
}
