import Foundation
import Instruments
import Laboratory
import ScanRing
import Testing

@testable import Journal

extension Tag {
  @Tag static var slow: Self
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "gauger-journal-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  func put(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }
}

func sampleHeader() throws -> JournalHeader {
  JournalHeader(
    run: try #require(RunID("20261120T101500Z-usb4000-abcd")),
    started: Timestamp(microseconds: 1_795_169_700_123_456),
    startedMonotonic: MonotonicInstant(nanoseconds: .max - 1),
    emulated: true, kind: .standard, sample: Sample(id: "Probe 7/ä", position: "A1"),
    person: "mk",
    instrument: InstrumentRecord(
      model: "ocean-optics/usb4000", serialNumber: "USB4C01234", firmware: "1.01.11",
      memory: [.init(name: "eeprom-05", bytes: Array(0...255)), .init(name: "empty", bytes: [])],
      remarks: ["bench": "grating 3"]),
    address: "usb:1-1", driver: "ooi", profileText: "id: x\r\n\ttext: \"ü\" \u{0}\u{2028}\n",
    methodText: nil, settings: Settings(["integration_us": 100_000, "odd": 0.1]), scansAsked: 5,
    timeZone: "Europe/Berlin")
}

/// What is put into a journal by tests.
struct Told {
  var kind: RecordKind
  var content: [UInt8]
}

/// A few records of different kinds and sizes, the empty one included, ended in order.
let fewRecords: [Told] = [
  Told(kind: .settings, content: Array("{\"integration_us\":100000}".utf8)),
  Told(kind: .dark, content: [1, 2, 3, 4, 5]),
  Told(kind: .frame, content: (0..<70).map { UInt8($0) }),
  Told(kind: .event, content: []),
  Told(kind: .refused, content: [0xFF]),
  Told(kind: .end, content: Array("{}".utf8)),
]

func header(of told: Told, _ number: Int) -> RecordHeader {
  RecordHeader(
    kind: told.kind, flags: 0x8001, requested: 10, firstByte: 20, lastByte: .max,
    detail: UInt64(number))
}

/// Writes `records` into a new journal through ring and recorder, and waits for the end.
func writeJournal(
  _ records: [Told], to path: String, disk: Disk = Disk(),
  onDurable: (@Sendable (UInt64) -> Void)? = nil,
  onFailure: (@Sendable (JournalError) -> Void)? = nil
) throws -> JournalProgress {
  let ring = ScanRing(capacity: 1 << 20, readers: 1)
  var producer = ring.takeProducer()
  let recorder = try JournalRecorder.start(
    path: path, header: try sampleHeader(), reader: ring.takeReader(0), disk: disk,
    onDurable: onDurable, onFailure: onFailure)
  for (number, told) in records.enumerated() {
    while producer.append(header(of: told, number), told.content.span) == .full {}
  }
  producer.finish()
  return recorder.waitUntilFinished()
}

/// All that a reader gives, and how it ends.
func readAll(_ path: String) throws -> (records: [JournalRecord], end: JournalTail) {
  var reader = try JournalReader(path: path)
  var records: [JournalRecord] = []
  while let record = try reader.next() { records.append(record) }
  return (records, reader.end)
}
