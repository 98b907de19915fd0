internal import CBench
internal import Foundation
internal import Instruments
internal import Journal
internal import Laboratory
internal import ScanRing

/// The journal as `acquire` uses it, and what a journal tells of a run's pace.
enum JournalBench {
  private static let frameSize = 4097

  /// Puts frames into a new journal as fast as it takes them; prints `journal`, durable frames a
  /// second, counted until the last one is durable.
  static func run(folder: String, frames: Int) throws {
    let path = folder + "/bench.journal"
    let ring = ScanRing(capacity: 64 << 20, readers: 1)
    var producer = ring.takeProducer()
    let recorder = try JournalRecorder.start(
      path: path, header: try header(), reader: ring.takeReader(0))
    let frame = (0..<frameSize).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let began = bench_now()
    for _ in 0..<frames {
      while producer.append(RecordHeader(kind: .frame), frame.span) == .full { bench_nap(50) }
    }
    producer.finish()
    let progress = recorder.waitUntilFinished()
    let seconds = Double(bench_now() - began) / 1e9
    guard progress.failure == nil, progress.framesDurable == UInt64(frames) else {
      throw Failure(
        "bench-journal", exit: .failed, what: "The journal kept \(progress.framesDurable) frames.",
        why: "\(String(describing: progress.failure))", next: "See that the disk has room.")
    }
    print("journal \(Double(frames) / seconds) \(frames)")
    try FileManager.default.removeItem(atPath: path)
  }

  /// Prints microseconds from one request to the next of a run's frames without the first tenth, and
  /// how many they are: `scan` is the mean, `median` the median.
  static func pace(path: String) throws {
    var reader = try JournalReader(path: path)
    var requests: [UInt64] = []
    while let record = try reader.next() {
      if record.header.kind == .frame { requests.append(record.header.requested) }
    }
    let settled = requests.dropFirst(requests.count / 10)
    guard let first = settled.first, let last = settled.last, settled.count > 1 else {
      print("scan nan 0")
      return
    }
    print("scan \(Double(last - first) / 1000 / Double(settled.count - 1)) \(settled.count)")
    let times = zip(settled.dropFirst(), settled).map { $0 - $1 }.sorted()
    print("median \(Double(times[times.count / 2]) / 1000) \(settled.count)")
  }

  private static func header() throws -> JournalHeader {
    var random = SystemRandomNumberGenerator()
    return JournalHeader(
      run: RunID(startedAt: .now, instrument: "bench", random: &random), emulated: true,
      kind: .sample, sample: Sample(id: "bench"), person: "bench",
      instrument: InstrumentRecord(model: "bench", serialNumber: "0", memory: []),
      driver: "bench", profileText: "", settings: Settings(), timeZone: "UTC")
  }
}
