public import Instruments
public import Laboratory

/// Collects the currents of selected masses into one trace a mass.
///
/// A point's time is the scan's start and the time of the masses measured before it. Names are
/// `mz28`; a mass that is selected twice has `mz28` and `mz28_2`. Scans of other kinds, and scans
/// that are not believed, have no point.
///
/// Holds 24 bytes a scan of that kind, and 8 a mass of it.
public struct SelectedIonStage: Stage, Sendable {
  private struct Part {
    var layout: MassScanLayout
    var rows: [Row] = []
    var currents: [Double] = []
  }

  private struct Row {
    var nanoseconds: Int64
    var number: Int
    var marks: Trace.Flags
  }

  private var parts: [Part] = []

  /// Makes a stage without points.
  public init() {}

  /// Tells what the scans that follow hold.
  public mutating func begin(_ layout: MassScanLayout) {
    if parts.last?.layout != layout { parts.append(Part(layout: layout)) }
  }

  /// Takes one scan; gives nothing before the end.
  public mutating func step(_ scan: MassScan) -> [Trace] {
    guard let last = parts.indices.last, parts[last].layout.kind == .selected,
      scan.flags.isDisjoint(with: [.partial, .refused, .stale]),
      scan.counts.count == parts[last].layout.massToCharge.count,
      scan.counts.allSatisfy(MassSum.isWhole)
    else { return [] }
    let scale = parts[last].layout.amperesPerCount
    parts[last].rows.append(
      Row(nanoseconds: scan.nanoseconds, number: scan.number, marks: scan.marks))
    for count in scan.counts { parts[last].currents.append(count * scale) }
    return []
  }

  /// Gives the traces that have points, in the order in which their masses were first selected.
  public consuming func finish() -> [Trace] { traces }

  /// The traces as far as they have come.
  public var traces: [Trace] {
    var traces: [Trace] = []
    for part in parts where !part.rows.isEmpty {
      let step = part.layout.pointTime.wholeNanoseconds
      let names = Self.names(of: part.layout.massToCharge)
      for (point, name) in names.enumerated() {
        let index =
          traces.firstIndex { $0.name == name }
          ?? {
            traces.append(Trace(name: name, unit: .ampere))
            return traces.count - 1
          }()
        for (row, scan) in part.rows.enumerated() {
          traces[index].append(
            scan: scan.number,
            time: MassTime.seconds(scan.nanoseconds &+ Int64(point) &* step),
            value: part.currents[row * names.count + point], flags: scan.marks)
        }
      }
    }
    return traces
  }

  /// How many bytes the state takes.
  public var stateByteCount: Int {
    parts.reduce(MemoryLayout<Self>.size) { sum, part in
      sum + MemoryLayout<Part>.stride + part.rows.count * MemoryLayout<Row>.stride
        + part.currents.count * 8
    }
  }

  /// `mz28`, and `mz28_2` for the second of the same mass.
  public static func names(of masses: [Double]) -> [String] {
    var seen: [String: Int] = [:]
    return masses.map { mass in
      let name = "mz" + MassSpectrum.name(of: mass)
      seen[name, default: 0] += 1
      let number = seen[name] ?? 1
      return number == 1 ? name : "\(name)_\(number)"
    }
  }
}
