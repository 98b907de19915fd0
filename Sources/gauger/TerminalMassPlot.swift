internal import Foundation
internal import Instruments
internal import Laboratory

/// Draws a mass spectrum with characters, and what went over time below it.
struct TerminalMassPlot {
  var columns: Int
  var rows: Int
  /// Eighth blocks where the terminal can show them, else plain ASCII.
  var blocks: Bool

  /// The lines of the picture: sticks or a profile, then the total current over time.
  func draw(_ spectrum: MassSpectrum, _ traces: [Trace]) -> [String] {
    let trace = Self.shown(traces)
    let upper = trace == nil ? rows : max(7, rows - rows / 3)
    var lines = ["ion current / A" + Self.totals(spectrum)]
    lines += sticks(spectrum, rows: upper - 1)
    if let trace { lines += over(trace, rows: max(7, rows / 3)) }
    return lines
  }

  private func sticks(_ spectrum: MassSpectrum, rows: Int) -> [String] {
    let plot = TerminalPlot(columns: columns, rows: rows, blocks: blocks)
    let isProfile = spectrum.kind == .profile
    // A stick needs room on either side.
    let margin = isProfile && spectrum.massToCharge.count > 1 ? 0 : 0.5
    let low = (spectrum.massToCharge.min() ?? 0) - margin
    let high = (spectrum.massToCharge.max() ?? 1) + margin
    let peaks = plot.columnPeaks(
      spectrum.massToCharge, spectrum.current, low: low, high: high, fillsGaps: isProfile)
    let frame = frame(peaks, "\(Self.short(low))", "\(Self.short(high))", "m/z")
    return plot.lines(peaks, frame)
  }

  private func over(_ trace: Trace, rows: Int) -> [String] {
    let plot = TerminalPlot(columns: columns, rows: rows, blocks: blocks)
    let low = trace.times.first ?? 0
    let high = max(trace.times.last ?? low, low + 1e-3)
    let peaks = plot.columnPeaks(
      trace.times, trace.values, low: low, high: high, fillsGaps: true)
    let name =
      trace.name.hasPrefix("mz")
      ? "m/z " + trace.name.dropFirst(2) : trace.name.replacing("_", with: " ")
    return plot.lines(
      peaks, frame(peaks, "\(Self.short(low)) s", "\(Self.short(high)) s", "\(name) / A"))
  }

  /// From zero, or from below it, to the highest column.
  private func frame(
    _ peaks: [Double?], _ left: String, _ right: String, _ title: String
  ) -> TerminalPlot.Frame {
    let values = peaks.compactMap { $0 }
    let floor = min(0, values.min() ?? 0)
    let top = max(values.max() ?? 1, 0)
    return TerminalPlot.Frame(
      floor: floor, top: top > floor ? top : floor + 1, left: left, right: right, title: title)
  }

  /// The total where there is one, else the sum, else the first of the selected masses.
  private static func shown(_ traces: [Trace]) -> Trace? {
    let currents = traces.filter { $0.unit == .ampere && $0.values.count > 1 }
    return currents.first
  }

  private static func totals(_ spectrum: MassSpectrum) -> String {
    var text = ""
    if let pressure = spectrum.totalPressure {
      text += ", total pressure \(precise(pressure)) Torr (nitrogen equivalent)"
    }
    let highest = spectrum.partialPressures.max { $0.torr < $1.torr }
    if let highest {
      text +=
        ", highest at m/z \(MassSpectrum.name(of: highest.mass)): \(precise(highest.torr)) Torr"
    }
    return text
  }

  private static func precise(_ value: Double) -> String { String(format: "%.3e", value) }

  private static func short(_ value: Double) -> String { String(format: "%.5g", value) }
}
