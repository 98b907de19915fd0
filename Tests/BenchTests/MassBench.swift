import Instruments
import Journal
import Laboratory
import ScanRing

@testable import Bench

/// A made-up mass instrument: little-endian words of 32 bits, the total behind them.
///
/// Settings: `first`, `last` and `form` (0 profile in tenths, 1 sticks, 2 the ends alone, selected).
enum MassBench {
  static let interpreter = MassInterpreter(
    layout: { (settings) throws(DriverError) in
      guard let first = settings["first"], let last = settings["last"], first <= last else {
        throw .unexpectedAnswer(what: "The settings", detail: "no masses")
      }
      let masses: [Double]
      let kind: MassScanLayout.Kind
      switch settings["form"] ?? 1 {
      case 0:
        let steps = Int((last - first) * 10)
        (kind, masses) = (.profile, (0...steps).map { (first * 10 + Double($0)) / 10 })
      case 1: (kind, masses) = (.centroid, (Int(first)...Int(last)).map(Double.init))
      default: (kind, masses) = (.selected, [last, first])
      }
      let total = kind != .selected
      return MassScanLayout(
        kind: kind, massToCharge: masses, byteCount: 4 * (masses.count + (total ? 1 : 0)),
        carriesTotal: total, amperesPerCount: 1e-16, detector: .faradayCup,
        partialPressure: settings["no_factor"] == nil
          ? .torrPerAmpere(1e3 / 0.1033) : .missing(reason: "no factor is stored"),
        totalPressure: settings["no_factor"] == nil
          ? .torrPerAmpere(1e3 / 0.0197) : .missing(reason: "no factor is stored"),
        pointTime: .milliseconds(33))
    },
    decode: { (frame, layout, counts) throws(DriverError) in
      guard frame.count == layout.byteCount else {
        throw .truncated(what: "A scan", got: frame.count, expected: layout.byteCount)
      }
      func word(_ index: Int) -> Double {
        var bits: UInt32 = 0
        for byte in 0..<4 { bits |= UInt32(frame[4 * index + byte]) << UInt32(8 * byte) }
        return Double(Int32(bitPattern: bits))
      }
      for point in counts.indices { counts[point] = word(point) }
      return layout.carriesTotal ? word(counts.count) : nil
    })

  static func settings(
    _ first: Int, _ last: Int, form: Int = 1, more: [String: Double] = [:]
  ) -> Settings {
    Settings(
      ["first": Double(first), "last": Double(last), "form": Double(form)]
        .merging(more) { _, new in new })
  }

  static func frame(_ counts: [Int32]) -> [UInt8] {
    counts.flatMap { count in (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } }
  }

  static func json(_ settings: Settings) -> [UInt8] {
    let pairs = settings.values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    return Array("{\(pairs.joined(separator: ","))}".utf8)
  }

  static func processor(
    _ settings: Settings, every: Int? = nil, kind: RecordKind = .frame
  ) throws(Failure) -> RunProcessor {
    try RunProcessor(
      .mass(interpreter),
      RunProcessor.Recipe(settings: settings, averageEvery: every, kind: kind))
  }

  /// Some records as an acquisition makes them: scans, damaged ones, lost ones, a change.
  static func records(scans: Int) -> [(RecordHeader, [UInt8])] {
    var records: [(RecordHeader, [UInt8])] = [
      (RecordHeader(kind: .settings), json(settings(27, 29)))
    ]
    for scan in 0..<scans {
      let start = 1_000_000 + UInt64(scan) * 120_000_000
      let step = Int32(scan)
      let counts = [step &* 7919, 1_234_567 - step, -step]
      var header = RecordHeader(kind: .frame, requested: start)
      if scan % 17 == 5 {
        header = RecordHeader(kind: .refused, flags: ScanFlags.partial.rawValue, requested: start)
        records.append((header, [1, 2, 3]))
        continue
      }
      if scan % 50 == 20 {
        records.append((RecordHeader(kind: .gap), [3, 0, 0, 0, 0, 0, 0, 0]))
      }
      if scan == scans / 2 {
        records.append((RecordHeader(kind: .settings), json(settings(17, 29, form: 2))))
      }
      records.append((header, frame(scan < scans / 2 ? counts + [4321] : [step, -step])))
    }
    return records
  }
}
