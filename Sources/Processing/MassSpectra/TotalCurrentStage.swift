public import Instruments
public import Laboratory

/// Collects the total current of each scan into traces against time.
///
/// Gives, in this order and each where it has a point: `total_current` (A), what the instrument
/// measured as a whole; `total_pressure` (Torr, nitrogen equivalent), that current as a pressure;
/// `sum_current` (A), the sum over the points of the scan. Times are those of the scans' starts.
/// Scans that are not believed have no point.
///
/// Holds 24 bytes a scan, and a few more at each gap or change of settings.
public struct TotalCurrentStage: Stage, Sendable {
  /// A layout, from the point with this index on.
  private struct Part {
    var start: Int
    var layout: MassScanLayout
  }

  /// A point that is marked or whose number does not follow the one before.
  private struct Mark {
    var point: Int
    var number: Int
    var flags: Trace.Flags
  }

  private var parts: [Part] = []
  private var marks: [Mark] = []
  private var times: [Int64] = []
  private var totals: [Double] = []
  private var sums: [Double] = []
  private var expected = 0

  /// Makes a stage without points.
  public init() {}

  /// Tells what the scans that follow hold.
  public mutating func begin(_ layout: MassScanLayout) {
    if parts.last?.start == times.count { parts.removeLast() }
    if parts.last?.layout != layout { parts.append(Part(start: times.count, layout: layout)) }
  }

  /// Takes one scan; gives nothing before the end.
  public mutating func step(_ scan: MassScan) -> [Trace] {
    guard scan.flags.isDisjoint(with: [.partial, .refused, .stale]), let part = parts.last,
      scan.counts.count == part.layout.massToCharge.count,
      scan.counts.allSatisfy(MassSum.isWhole)
    else { return [] }
    if scan.number != expected || !scan.marks.isEmpty {
      marks.append(Mark(point: times.count, number: scan.number, flags: scan.marks))
    }
    expected = scan.number &+ 1
    times.append(scan.nanoseconds)
    totals.append(scan.total.flatMap { MassSum.isWhole($0) ? $0 : nil } ?? .nan)
    // Whole numbers of at most 2^32 add up exactly in 64 bits for two thousand million points.
    let sum = scan.counts.reduce(Int64(0)) { $0 + Int64($1) }
    sums.append(Double(sum) * part.layout.amperesPerCount)
    return []
  }

  /// Gives the traces that have points.
  public consuming func finish() -> [Trace] { traces }

  /// The traces as far as they have come.
  public var traces: [Trace] {
    var current = Trace(name: Self.totalCurrent, unit: .ampere)
    var pressure = Trace(name: Self.totalPressure, unit: .torr)
    var sum = Trace(name: Self.sumCurrent, unit: .ampere)
    var mark = 0
    var offset = 0
    for (index, part) in parts.enumerated() {
      let pressures = MassPressures(layout: part.layout)
      let end = index + 1 < parts.count ? parts[index + 1].start : times.count
      for point in part.start..<end {
        var flags: Trace.Flags = []
        if mark < marks.count, marks[mark].point == point {
          flags = marks[mark].flags
          offset = marks[mark].number &- point
          mark += 1
        }
        let (number, time) = (point &+ offset, MassTime.seconds(times[point]))
        sum.append(scan: number, time: time, value: sums[point], flags: flags)
        guard !totals[point].isNaN else { continue }
        let amperes = totals[point] * part.layout.amperesPerCount
        current.append(scan: number, time: time, value: amperes, flags: flags)
        guard let torr = pressures.total(amperes) else { continue }
        pressure.append(scan: number, time: time, value: torr, flags: flags)
      }
    }
    return [current, pressure, sum].filter { !$0.values.isEmpty }
  }

  /// How many bytes the state takes: 24 a scan, and a fixed number at each gap or change.
  public var stateByteCount: Int {
    times.count * 8 + totals.count * 8 + sums.count * 8
      + marks.count * MemoryLayout<Mark>.stride + parts.count * MemoryLayout<Part>.stride
      + MemoryLayout<Self>.size
  }

  /// The name of the trace of what the instrument measured as a whole.
  public static let totalCurrent = "total_current"
  /// The name of the trace of the total pressure.
  public static let totalPressure = "total_pressure"
  /// The name of the trace of the sums over the points of a scan.
  public static let sumCurrent = "sum_current"
}

/// Whole nanoseconds as seconds, rounded once.
enum MassTime {
  static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
