internal import Foundation
internal import Instruments
internal import Laboratory

/// Draws signals against time with characters, at most two, one above the other.
struct TerminalTracePlot {
  var columns: Int
  var rows: Int
  /// Eighth blocks where the terminal can show them, else plain ASCII.
  var blocks: Bool

  /// The lines of the picture.
  func draw(_ traces: [Trace]) -> [String] {
    let shown = traces.filter { !$0.values.isEmpty }.prefix(2)
    return shown.flatMap { draw($0, rows: max(7, rows / shown.count)) }
  }

  private func draw(_ trace: Trace, rows: Int) -> [String] {
    let plot = TerminalPlot(columns: columns, rows: rows, blocks: blocks)
    let low = trace.times.first ?? 0
    let high = max(trace.times.last ?? low, low + 1e-3)
    let peaks = plot.columnPeaks(trace.times, trace.values, low: low, high: high, fillsGaps: true)
    let values = peaks.compactMap { $0 }
    let floor = min(0, values.min() ?? 0)
    let top = max(values.max() ?? 1, 0)
    return plot.lines(
      peaks,
      TerminalPlot.Frame(
        floor: floor, top: top > floor ? top : floor + 1, left: Self.seconds(low),
        right: Self.seconds(high), title: "\(trace.name) / \(trace.unit.symbol)"))
  }

  private static func seconds(_ time: Double) -> String { String(format: "%.5g s", time) }
}
