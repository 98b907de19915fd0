import Emulation
import Foundation
import Instruments
import Journal
import Laboratory
import ScanRing
import Testing

@testable import Bench

/// A home on a disk that fills up: what it took is kept, and the record says what happened.
@Suite(
  .timeLimit(.minutes(5)),
  .enabled(if: SmallDisk.isPossible, "no disk in memory can be mounted: full disks NOT checked"))
struct FullDiskTests {
  @Test func aDiskThatFillsUpEndsTheRunAndKeepsWhatItTook() async throws {
    let folder = try TemporaryFolder()
    let disk = try #require(SmallDisk(kibibytes: 1024, in: folder.path))
    let emulated = try EmulatedBench(speed: 10, folder: TemporaryFolder(lent: disk.path))
    let ended = try await emulated.run(emulated.request(scans: 100_000))
    #expect(ended.status == .noSpace)
    let told = try #require(ended.record)
    #expect(told.failure?.code == "journal-no-space")
    #expect(told.safe == .safe && told.endedBy == .space && !told.complete)
    // What run.json says, the journal holds.
    let record = try emulated.bench.runs.read(told.run)
    #expect(record.endedBy == .space && record.safe == .safe)
    #expect(record.failure?.code == "journal-no-space")
    let path = emulated.bench.home.folder(of: told.run) + "/raw.journal"
    var reader = try JournalReader(path: path)
    var frames: UInt64 = 0
    while let entry = try reader.next() {
      if [.frame, .refused].contains(entry.header.kind) { frames += 1 }
    }
    #expect(frames > 50)
    #expect(record.counts.all == frames)
    // A batch that the disk took in part counts for nothing; a busy computer may write one alone.
    #expect(record.counts.durable <= frames)
    // The instrument is free again, and a disk that is still full is said before anything is taken.
    let again = try await emulated.run(emulated.request(scans: 1))
    #expect(again.failure?.exit == .noSpace || again.status == .noSpace)
  }

  @Test func aJournalThatCannotBeBegunLeavesNoOpenRecord() async throws {
    let folder = try TemporaryFolder()
    let disk = try #require(SmallDisk(kibibytes: 1024, in: folder.path))
    let emulated = try EmulatedBench(folder: TemporaryFolder(lent: disk.path))
    try emulated.bench.home.prepare()
    // Room for lock, mark, audit chain, run.json and its successor, not for the header with the profile.
    let filling = try #require(disk.fill(leavingPages: 8))
    let ended = try await emulated.run(emulated.request(scans: 5))
    let failure = try #require(ended.failure)
    #expect(failure.exit == .noSpace)
    try FileManager.default.removeItem(atPath: filling)
    let record = try #require(emulated.bench.runs.list().runs.first)
    #expect(record.endedBy == .space && record.safe == .safe)
    #expect(record.failure == failure)
    #expect(try await emulated.run(emulated.request(scans: 1)).status == .done)
  }
}

/// A small file system in memory, mounted where only a child process sees it.
///
/// The child keeps the mount; it is reached through `/proc/<child>/root`.
final class SmallDisk {
  let path: String
  /// Whether this machine lets us mount one.
  static let isPossible: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return SmallDisk(kibibytes: 64, in: folder.path) != nil
  }()

  private let holder = Process()
  private let input = Pipe()

  init?(kibibytes: Int, in folder: String) {
    let output = Pipe()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    holder.arguments = [
      "-Urm", "sh", "-c",
      "mount -t tmpfs -o size=\(kibibytes)k none \"$0\" && echo $$ && exec cat", folder,
    ]
    // It ends with us: when the other end of its input closes.
    holder.standardInput = input
    holder.standardOutput = output
    holder.standardError = FileHandle.nullDevice
    guard (try? holder.run()) != nil,
      case let line = output.fileHandleForReading.availableData,
      let process = Int(String(decoding: line, as: UTF8.self).split(separator: "\n").first ?? "")
    else {
      path = ""
      return nil
    }
    path = "/proc/\(process)/root\(folder)"
  }

  deinit { if holder.isRunning { holder.terminate() } }

  /// Fills the disk but for some pages; the path of the file that does.
  func fill(leavingPages pages: Int) -> String? {
    guard
      let facts = try? FileManager.default.attributesOfFileSystem(forPath: path),
      let free = facts[.systemFreeSize] as? Int
    else { return nil }
    let file = path + "/filling"
    let size = free - pages * 4096
    return FileManager.default.createFile(atPath: file, contents: Data(count: size)) ? file : nil
  }
}
