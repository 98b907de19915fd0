internal import Foundation
internal import Instruments
internal import Laboratory

// The contents of the records that a run makes besides frames; their JSON is part of the journal.

/// Both clocks at one moment: monotonic nanoseconds, then UTC microseconds, little endian.
func clockReading() -> [UInt8] {
  let monotonic = MonotonicInstant.now.nanoseconds
  let wall = UInt64(bitPattern: Timestamp.now.microseconds)
  return littleEndian(monotonic) + littleEndian(wall)
}

func littleEndian(_ number: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
}

func settingsReading(_ settings: Settings) -> [UInt8] { json(settings) }

func endReading(_ end: RunEnd, _ failure: Failure?) -> [UInt8] {
  json(EndNote(endedBy: end, failure: failure))
}

private struct EndNote: Encodable {
  let endedBy: RunEnd
  let failure: Failure?

  private enum CodingKeys: String, CodingKey {
    case failure
    case endedBy = "ended_by"
  }
}

private func json(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // Only a number that is not finite could be refused, and none gets past a setting's rule.
  return (try? encoder.encode(value)).map { [UInt8]($0) } ?? Array("{}".utf8)
}
