import Foundation
import Laboratory
import ScanRing
import Testing

@testable import Journal

@Suite struct RecoveryTests {
  @Test func noCutEverCostsAWholeRecord() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    let whole = try readAll(folder.file("whole")).records
    for cut in Int(whole[0].offset)..<bytes.count {
      let name = "cut-\(cut)"
      try folder.put(Array(bytes[..<cut]), as: name)
      let report = try JournalRecovery.recover(path: folder.file(name))
      let expected = whole.prefix { Int($0.offset) + 64 + $0.content.count <= cut }
      #expect(report.recordsKept == UInt64(expected.count))
      #expect(!report.isComplete)
      let (records, end) = try readAll(folder.file(name))
      #expect(records == Array(expected) && end == .open)
      let kept = try folder.bytes(name)
      #expect(kept.count + Int(report.bytesCut) == cut)
      #expect((report.bytesCut == 0) == (report.tornPath == nil))
      if report.tornPath != nil {
        #expect(report.tornPath == folder.file(name) + ".torn")
        #expect(kept + (try folder.bytes(name + ".torn")) == Array(bytes[..<cut]))
      }
      let again = try JournalRecovery.recover(path: folder.file(name))
      #expect(again.bytesCut == 0 && again.recordsKept == report.recordsKept)
    }
  }

  @Test func aSoundJournalIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let before = try folder.bytes("whole")
    let report = try JournalRecovery.recover(path: folder.file("whole"))
    #expect(report.isComplete && report.recordsKept == 6 && report.bytesCut == 0)
    #expect(try folder.bytes("whole") == before)
  }

  @Test func damageWithRecordsBehindItIsNotCut() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let whole = try readAll(folder.file("whole")).records
    var bytes = try folder.bytes("whole")
    bytes[Int(whole[2].offset) + 70] ^= 1
    try folder.put(bytes, as: "hurt")
    let error = #expect(throws: JournalError.self) {
      try JournalRecovery.recover(path: folder.file("hurt"))
    }
    #expect(error?.failure.code == "journal-damaged")
    #expect(try folder.bytes("hurt") == bytes)
  }

  @Test func rubbishBehindTheEndIsCutAndTheRunStaysComplete() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    try folder.put(bytes + [9, 9, 9], as: "long")
    let report = try JournalRecovery.recover(path: folder.file("long"))
    #expect(report.isComplete && report.recordsKept == 6 && report.bytesCut == 3)
    #expect(try folder.bytes("long") == bytes)
    #expect(try readAll(folder.file("long")).end == .complete)
  }

  @Test func anInterruptedRecoveryIsRepeatedWithoutLoss() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    try folder.put(Array(bytes.dropLast()), as: "cut")
    // The power went between the copy and the cut.
    try folder.put([1, 2, 3], as: "cut.torn")
    let report = try JournalRecovery.recover(path: folder.file("cut"))
    #expect(report.tornPath == folder.file("cut.torn-2"))
    #expect(try folder.bytes("cut.torn") == [1, 2, 3])
    #expect(try folder.bytes("cut") + (try folder.bytes("cut.torn-2")) == bytes.dropLast())
  }

  @Test func aJournalBeingWrittenIsNotTouched() throws {
    let folder = try TemporaryFolder()
    let ring = ScanRing(capacity: 1, readers: 1)
    var producer = ring.takeProducer()
    let recorder = try JournalRecorder.start(
      path: folder.file("live"), header: try sampleHeader(), reader: ring.takeReader(0))
    #expect(throws: JournalError.busy(path: folder.file("live"))) {
      try JournalRecovery.recover(path: folder.file("live"))
    }
    producer.finish()
    _ = recorder.waitUntilFinished()
    #expect(try JournalRecovery.recover(path: folder.file("live")).recordsKept == 0)
  }

  @Test func aJournalWithoutAnEndGetsOneWhereItIsAskedFor() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    let whole = try readAll(folder.file("whole")).records
    let note = Array("{\"ended_by\":\"killed\"}".utf8)
    for cut in Int(whole[4].offset)..<bytes.count {
      let name = "cut-\(cut)"
      try folder.put(Array(bytes[..<cut]), as: name)
      let report = try JournalRecovery.recover(path: folder.file(name), endNote: note)
      let (records, end) = try readAll(folder.file(name))
      #expect(end == .complete && report.isComplete)
      #expect(report.recordsKept == UInt64(records.count))
      #expect(records.last?.header.kind == .end && records.last?.content == note)
      #expect(records.dropLast() == whole.prefix(records.count - 1))
      // Once more changes nothing.
      let closed = try folder.bytes(name)
      _ = try JournalRecovery.recover(path: folder.file(name), endNote: Array("x".utf8))
      #expect(try folder.bytes(name) == closed)
      // Killed while the end was written: it is cut off and written anew.
      try folder.put(Array(closed.dropLast(2)), as: name + "-again")
      _ = try JournalRecovery.recover(path: folder.file(name + "-again"), endNote: note)
      #expect(try folder.bytes(name + "-again") == closed)
    }
    let ended = try JournalRecovery.recover(path: folder.file("whole"), endNote: note)
    #expect(ended.recordsKept == 6)
    #expect(try folder.bytes("whole") == bytes)
  }

  @Test func aFileTooShortForItsHeaderNeverBegan() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("whole"))
    let bytes = try folder.bytes("whole")
    let header = Int(try readAll(folder.file("whole")).records[0].offset)
    func neverBegan(_ bytes: [UInt8]) throws -> Bool {
      try folder.put(bytes, as: "some")
      return try JournalRecovery.neverBegan(path: folder.file("some"))
    }
    for cut in 0..<header { #expect(try neverBegan(Array(bytes[..<cut]))) }
    #expect(try !neverBegan(Array(bytes[..<header])))
    #expect(try neverBegan([UInt8](repeating: 0, count: 5000)))
    #expect(try !neverBegan([UInt8](repeating: 0, count: 5000) + [1]))
    #expect(try !neverBegan(Array("something else".utf8)))
    #expect(try !neverBegan(Array("x".utf8)))
  }
}
