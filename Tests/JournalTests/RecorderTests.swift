import Foundation
import Glibc
import Instruments
import Laboratory
import ScanRing
import Synchronization
import Testing

@testable import Journal

/// Counts the calls to a disk that fails at a given one.
final class FailingDisk: Sendable {
  let writes = Mutex(0)
  let syncs = Mutex(0)

  func disk(
    failWrite: Int = .max, withResult result: @escaping @Sendable (Int) -> Int = { _ in 0 },
    failSync: Int = .max
  ) -> Disk {
    var disk = Disk()
    let (write, sync) = (disk.write, disk.syncContent)
    disk.write = { [self] descriptor, bytes in
      let call = writes.withLock { count in
        count += 1
        return count
      }
      if call < failWrite { return write(descriptor, bytes) }
      let wanted = result(bytes.count)
      return wanted > 0 ? write(descriptor, bytes.extracting(0..<wanted)) : wanted
    }
    disk.syncContent = { [self] descriptor in
      let call = syncs.withLock { count in
        count += 1
        return count
      }
      return call < failSync ? sync(descriptor) : -EIO
    }
    return disk
  }
}

@Suite struct RecorderTests {
  /// Feeds a recorder one record after the other, each waited for, so that each is one write.
  private func feed(
    _ count: Int, _ path: String, _ disk: Disk
  ) throws -> (JournalProgress, highestDurable: UInt64) {
    let durable = Mutex<UInt64>(0)
    let ring = ScanRing(capacity: 1, readers: 1)
    var producer = ring.takeProducer()
    let recorder = try JournalRecorder.start(
      path: path, header: try sampleHeader(), reader: ring.takeReader(0), disk: disk,
      onDurable: { records in durable.withLock { $0 = records } })
    for number in 0..<count {
      let content = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
      while producer.append(RecordHeader(kind: .frame), content.span) == .full { sched_yield() }
      while true {
        let progress = recorder.progress
        #expect(progress.recordsDurable <= progress.recordsWritten)
        if progress.recordsWritten + progress.recordsDropped > UInt64(number) { break }
        sched_yield()
      }
    }
    producer.finish()
    return (recorder.waitUntilFinished(), durable.withLock { $0 })
  }

  @Test(arguments: [ENOSPC, EDQUOT, EIO])
  func aFailedWriteIsNamedAndNeverRetried(code: Int32) throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let (progress, durable) = try feed(
      50, folder.file("j"), failing.disk(failWrite: 12, withResult: { _ in -Int(code) }))
    #expect(
      progress.failure
        == (code == EIO
          ? .writeFailed(path: folder.file("j"), code: EIO) : .noSpace(path: folder.file("j"))))
    #expect(progress.failure?.failure.exit == (code == EIO ? .failed : .noSpace))
    // Call 1 wrote the header.
    #expect(failing.writes.withLock { $0 } == 12)
    #expect(progress.recordsWritten == 10 && progress.recordsDropped == 40)
    #expect(progress.recordsDurable == 10 && durable == 10)
    let (records, end) = try readAll(folder.file("j"))
    #expect(records.count == 10 && end == .open)
  }

  @Test func aShortWriteEndsTheRecordingAndCanBeRecovered() throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let (progress, _) = try feed(
      20, folder.file("j"), failing.disk(failWrite: 5, withResult: { $0 - 7 }))
    #expect(progress.failure == .writeFailed(path: folder.file("j"), code: 0))
    // The call behind the short one was to tell why, and told nothing.
    #expect(failing.writes.withLock { $0 } == 6)
    #expect(progress.recordsWritten == 3 && progress.recordsDropped == 17)
    let report = try JournalRecovery.recover(path: folder.file("j"))
    #expect(report.recordsKept == 3 && report.bytesCut == 3064 - 7)
  }

  /// A full disk takes a part first and says so afterwards.
  @Test(arguments: [ENOSPC, EFBIG])
  func aShortWriteIsNamedByTheCallBehindIt(code: Int32) throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let (progress, _) = try feed(
      20, folder.file("j"),
      failing.disk(failWrite: 5, withResult: { $0 > 7 ? $0 - 7 : -Int(code) }))
    #expect(progress.failure == .noSpace(path: folder.file("j")))
    #expect(progress.recordsDurable == 3)
  }

  /// Many records in one write, of which the disk takes some: those are in the file, so they count.
  @Test(arguments: [0, 1, 63, 64, 3063, 3064, 3065, 2 * 3064, 5 * 3064 - 1, 5 * 3064])
  func theWholeRecordsOfAWriteInPartCountAndBecomeDurable(taken: Int) throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let ring = ScanRing(capacity: 1 << 20, readers: 1)
    var producer = ring.takeProducer()
    let content = [UInt8](repeating: 5, count: 3000)
    for number in 0..<8 {
      _ = producer.append(RecordHeader(kind: number == 1 ? .event : .frame), content.span)
    }
    // All of them are there when the recorder begins, so that they come in one write.
    let recorder = try JournalRecorder.start(
      path: folder.file("j"), header: try sampleHeader(), reader: ring.takeReader(0),
      disk: failing.disk(failWrite: 2, withResult: { $0 == 8 * 3064 ? taken : -Int(ENOSPC) }))
    producer.finish()
    let progress = recorder.waitUntilFinished()
    let whole = taken / 3064
    // A write that took nothing tells nothing either; the one behind a short one tells why.
    #expect(
      progress.failure
        == (taken == 0
          ? .writeFailed(path: folder.file("j"), code: 0) : .noSpace(path: folder.file("j"))))
    #expect(progress.recordsWritten == UInt64(whole))
    #expect(progress.recordsDurable == UInt64(whole))
    #expect(progress.framesDurable == UInt64(whole > 1 ? whole - 1 : whole))
    #expect(progress.recordsDropped == UInt64(8 - whole))
    let report = try JournalRecovery.recover(path: folder.file("j"))
    #expect(report.recordsKept == whole && report.bytesCut == UInt64(taken - whole * 3064))
  }

  @Test func aShortWriteThatIsNoFailureIsFinished() throws {
    let folder = try TemporaryFolder()
    var disk = Disk()
    let write = disk.write
    disk.write = { descriptor, bytes in
      write(descriptor, bytes.extracting(0..<min(40, bytes.count)))
    }
    let (progress, _) = try feed(20, folder.file("j"), disk)
    #expect(progress.failure == nil)
    #expect(progress.recordsDurable == 20)
    let (records, end) = try readAll(folder.file("j"))
    #expect(records.count == 20 && end == .open)
  }

  @Test func aFailedConfirmationFreezesTheDurableCount() throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let (progress, durable) = try feed(2000, folder.file("j"), failing.disk(failSync: 2))
    #expect(progress.failure == .syncFailed(path: folder.file("j"), code: EIO))
    #expect(progress.failure?.failure.code == "journal-sync-failed")
    #expect(failing.syncs.withLock { $0 } == 2)
    #expect(progress.recordsDurable == durable)
    #expect(progress.recordsDurable < progress.recordsWritten)
    #expect(progress.recordsWritten + progress.recordsDropped == 2000)
  }

  @Test func aFailureIsToldOnce() throws {
    let folder = try TemporaryFolder()
    let told = Mutex<[JournalError]>([])
    let failing = FailingDisk()
    let progress = try writeJournal(
      fewRecords, to: folder.file("j"), disk: failing.disk(failSync: 1),
      onFailure: { error in told.withLock { $0.append(error) } })
    #expect(told.withLock { $0 } == [.syncFailed(path: folder.file("j"), code: EIO)])
    #expect(progress.recordsDurable == 0)
  }

  @Test func aFullDeviceRefusesTheHeaderAlready() throws {
    let folder = try TemporaryFolder()
    var disk = Disk()
    disk.create = { _ in
      FileHandle(forWritingAtPath: "/dev/full").map { dup($0.fileDescriptor) } ?? -ENOENT
    }
    #expect(throws: JournalError.noSpace(path: folder.file("j"))) {
      try writeJournal(fewRecords, to: folder.file("j"), disk: disk)
    }
  }

  @Test func aRefusedHeaderLeavesNoFileBehind() throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    #expect(throws: JournalError.noSpace(path: folder.file("j"))) {
      try writeJournal(
        [], to: folder.file("j"),
        disk: failing.disk(failWrite: 1, withResult: { _ in -Int(ENOSPC) }))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("j")))
  }

  @Test func noJournalIsEverOverwritten() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal(fewRecords, to: folder.file("j"))
    let before = try folder.bytes("j")
    #expect(throws: JournalError.exists(path: folder.file("j"))) {
      try writeJournal([], to: folder.file("j"))
    }
    #expect(try folder.bytes("j") == before)
    #expect(throws: JournalError.notFound(path: folder.file("none/j"))) {
      try writeJournal([], to: folder.file("none/j"))
    }
  }

  @Test func onlyOwnerAndGroupMayReadAJournal() throws {
    let folder = try TemporaryFolder()
    _ = try writeJournal([], to: folder.file("j"))
    let facts = try FileManager.default.attributesOfItem(atPath: folder.file("j"))
    let mode = try #require(facts[.posixPermissions] as? Int)
    #expect(mode & 0o137 == 0)
  }

  @Test func settingsThatJSONCannotHoldAreRefused() throws {
    let folder = try TemporaryFolder()
    var header = try sampleHeader()
    header.settings.values["odd"] = .nan
    let ring = ScanRing(capacity: 1, readers: 1)
    let error = #expect(throws: JournalError.self) {
      try JournalRecorder.start(
        path: folder.file("j"), header: header, reader: ring.takeReader(0))
    }
    #expect(error?.failure.code == "journal-unusable-header")
    #expect(!FileManager.default.fileExists(atPath: folder.file("j")))
  }

  @Test func aRecordLongerThanTheBatchIsWrittenWhole() throws {
    let folder = try TemporaryFolder()
    let ring = ScanRing(capacity: 8 << 20, readers: 1)
    var producer = ring.takeProducer()
    let recorder = try JournalRecorder.start(
      path: folder.file("j"), header: try sampleHeader(), reader: ring.takeReader(0))
    let sizes = [5, JournalRecorder.batchSize - 64, JournalRecorder.batchSize, 3 << 20, 7]
    for (number, size) in sizes.enumerated() {
      let content = [UInt8](repeating: UInt8(number), count: size)
      while producer.append(RecordHeader(kind: .frame), content.span) == .full { sched_yield() }
    }
    producer.finish()
    #expect(recorder.waitUntilFinished().recordsDurable == 5)
    let (records, _) = try readAll(folder.file("j"))
    #expect(records.map(\.content.count) == sizes)
    #expect(
      records.enumerated().allSatisfy { number, record in
        record.content.allSatisfy { $0 == UInt8(number) }
      })
  }

  @Test func aFollowerReadsBackWhileTheJournalGrows() throws {
    let folder = try TemporaryFolder()
    let ring = ScanRing(capacity: 1 << 20, readers: 1)
    var producer = ring.takeProducer()
    let recorder = try JournalRecorder.start(
      path: folder.file("j"), header: try sampleHeader(), reader: ring.takeReader(0))
    var follower = try JournalFollower(path: folder.file("j"))
    let nothing = try follower.record(0)
    #expect(nothing == nil)
    let count: UInt64 = 5000
    for number in 0..<count {
      let content = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Int(number % 50))
      while producer.append(RecordHeader(kind: .frame), content.span) == .full { sched_yield() }
      if number % 100 == 99 {
        // Skipped numbers are read back as soon as they are written.
        var found: JournalRecord?
        while found == nil {
          found = try follower.record(number - 50)
          if found == nil { sched_yield() }
        }
        #expect(found?.header.sequence == number - 50)
        #expect(found?.content.count == Int((number - 50) % 50))
      }
    }
    producer.finish()
    _ = recorder.waitUntilFinished()
    for wanted in [4999, 0, 1023, 1024, 1025, 4096, 4095, 2048, 3, 4999] as [UInt64] {
      let record = try follower.record(wanted)
      #expect(record?.header.sequence == wanted)
    }
    let beyond = try follower.record(count)
    #expect(beyond == nil)
  }

  @Test func manyRecordsAreConfirmedInFewGroups() throws {
    let folder = try TemporaryFolder()
    let failing = FailingDisk()
    let heights = Mutex<[UInt64]>([])
    let records = (0..<20_000).map { Told(kind: .frame, content: [UInt8($0 % 256)]) }
    let progress = try writeJournal(
      records, to: folder.file("j"), disk: failing.disk(),
      onDurable: { records in heights.withLock { $0.append(records) } })
    #expect(progress.recordsDurable == 20_000)
    let seen = heights.withLock { $0 }
    #expect(seen == seen.sorted() && seen.last == 20_000)
    #expect(failing.syncs.withLock { $0 } == seen.count)
    #expect(failing.writes.withLock { $0 } < 20_000)
  }
}
