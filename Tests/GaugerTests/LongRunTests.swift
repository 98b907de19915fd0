import Emulation
import Foundation
import Instruments
import Journal
import Laboratory
import Links
import ScanRing
import Synchronization
import Testing

/// Thirty thousand scans in one run: none lost, none duplicated, memory flat.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"), .tags(.slow))
struct LongRunTests {
  static let scans = 30_000

  @Test func thirtyThousandScansAreAllThereInOrderAndMemoryStaysFlat() throws {
    let home = try TemporaryFolder()
    let watcher = MemoryWatcher(commandHolding: "acquire\0usb2000plus", and: home.path)
    let outcome = try Program.emulating(
      ["usb2000plus", "--speed", "1000", "--seed", "3"],
      [
        "acquire", "usb2000plus", "--sample", "long", "--scans", "\(Self.scans)",
        "--set", "integration_us=1000", "--home", home.path,
      ], seconds: 400)
    let memory = watcher.stop()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    #expect(run.counts["scans"] == Self.scans)
    #expect(run.counts["lost"] == 0)
    #expect(run.counts["refused"] == 0)
    #expect(run.counts["partial"] == 0)

    let frames = try frames(of: run.path + "/raw.journal")
    #expect(frames.count == Self.scans)
    try compareWithTheInstrumentsOwn(frames)

    // From a quarter of the run on nothing may grow; 8 MiB is the allocator's own coming and going.
    try #require(memory.count >= 8, "the program was seen \(memory.count) times")
    let settled = Array(memory.dropFirst(memory.count / 4))
    let growth = (settled.max() ?? 0) - (settled.first ?? 0)
    #expect(growth <= 8 << 20, "resident memory grew by \(growth) bytes: \(memory)")
  }

  /// A digest of each accepted frame, in the journal's order; sequence numbers have no hole.
  private func frames(of path: String) throws -> [Int] {
    var reader = try JournalReader(path: path)
    var digests: [Int] = []
    var next: UInt64 = 0
    while let record = try reader.next() {
      #expect(record.header.sequence == next)
      next += 1
      if record.header.kind == .frame { digests.append(Self.digest(record.content)) }
    }
    #expect(reader.end == .complete)
    return digests
  }

  /// The emulated instrument's noise depends on seed and frame number alone, so the same instrument
  /// asked by hand gives the frames that must be there, each different from the others.
  private func compareWithTheInstrumentsOwn(_ frames: [Int]) throws {
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "ocean-optics/usb2000plus", seed: 3, speed: 1e6))
    var link = device.inProcessLink()
    let leg = Leg(endpoint: 0x82, byteCount: 4097)
    try link.prepare([leg], inFlight: 1)
    func send(_ bytes: [UInt8]) throws {
      try link.write(bytes.span, to: 0x01, until: .now.advanced(by: .seconds(1)))
    }
    try send([0x01])
    try send([0x02, 0xE8, 0x03, 0x00, 0x00])
    try send([0x03, 0x01, 0x00])
    var buffer = [UInt8](repeating: 0, count: 4097)
    var own: [Int] = []
    for _ in 0...frames.count {
      try send([0x09])
      var span = buffer.mutableSpan
      let count = try link.read(leg, into: &span, at: 0, until: .now.advanced(by: .seconds(5)))
      #expect(count == 4097)
      own.append(Self.digest(buffer))
    }
    link.close()
    // The first frame was exposed before the exposure was set; the driver leaves it out.
    #expect(Array(own.dropFirst()) == frames)
    #expect(Set(own).count == own.count, "every frame must be told from every other")
  }

  private static func digest(_ bytes: [UInt8]) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes)
    return hasher.finalize()
  }
}

/// Looks at the resident memory of one program every 100 ms.
final class MemoryWatcher: Sendable {
  private let seen = Mutex<[Int]>([])
  private let stopped = Atomic<Bool>(false)

  init(commandHolding words: String, and more: String) {
    Thread.detachNewThread { [self] in
      var process: String?
      while !stopped.load(ordering: .relaxed) {
        if process == nil { process = Self.find(words, more) }
        if let process, let bytes = Self.resident(process) { seen.withLock { $0.append(bytes) } }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  /// The sizes seen, in bytes, in order of time.
  func stop() -> [Int] {
    stopped.store(true, ordering: .relaxed)
    return seen.withLock { $0 }
  }

  private static func find(_ words: String, _ more: String) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.first { name in
      guard let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
        return false
      }
      let line = String(decoding: data, as: UTF8.self)
      return line.contains(words) && line.contains(more) && !line.contains("emulate")
    }
  }

  private static func resident(_ process: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/statm") else {
      return nil
    }
    let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * 4096 } : nil
  }
}
