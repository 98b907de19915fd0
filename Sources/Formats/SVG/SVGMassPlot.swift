internal import Instruments
public import Laboratory

extension SVGPlot {
  /// A mass spectrum with its traces against time below it, 900 by 700 pixels.
  ///
  /// A profile is a curve, single masses are sticks. Below are the selected masses where there are
  /// any, else the total current; of very long traces the highest and lowest values of each pixel.
  public static func mass(
    _ spectrum: MassSpectrum, traces: [Trace], record: RunRecord
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .svg)
    let all = spectrum.massToCharge + spectrum.current + traces.flatMap { $0.values + $0.times }
    guard all.allSatisfy({ abs($0) < 1e300 }) else {
      throw FormatError(.svg, .shape, "values of 1e300 and more cannot be drawn")
    }
    var drawing = MassDrawing()
    drawing.title(spectrum, record)
    drawing.marks(RunFacts.marks(record))
    drawing.spectrum(spectrum)
    drawing.traces(Self.drawn(traces))
    return Array(drawing.finished.utf8)
  }

  /// What is worth a look: the selected masses, else the total, else the sum.
  private static func drawn(_ traces: [Trace]) -> [Trace] {
    let selected = traces.filter { $0.name.hasPrefix("mz") }
    if !selected.isEmpty { return selected }
    let currents = traces.filter { $0.unit == .ampere }
    return Array(currents.prefix(1))
  }
}

private struct MassDrawing {
  private static let colours = [
    "#0b4f9e", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#a16207", "#be123c", "#4d7c0f",
    "#1e293b", "#db2777",
  ]
  private var canvas = SVGCanvas()
  private let upper = SVGPanel(left: 86, right: 880, top: 80, bottom: 400)
  private let lower = SVGPanel(left: 86, right: 880, top: 480, bottom: 640)

  var finished: String { canvas.finished(height: 700) }

  mutating func title(_ spectrum: MassSpectrum, _ record: RunRecord) {
    let instrument = record.instrument
    let scans = "mean of \(spectrum.scans) \(spectrum.scans == 1 ? "scan" : "scans")"
    let device = "\(instrument.maker) \(instrument.name) \(instrument.serialNumber), \(scans)"
    let pressure = spectrum.totalPressure.map {
      ", total pressure \(Float($0)) Torr (nitrogen equivalent)"
    }
    let day = record.started.iso8601.prefix(19).replacing("T", with: " ")
    let source = "\(record.kind.rawValue), \(day) UTC, run \(record.run.text)"
    // The marks stand at the right of the same line.
    let room = [60, 48, 38][RunFacts.marks(record).count]
    canvas.text(
      upper.left, 28, SVGCanvas.shortened(record.sample.id, to: room), size: 18, weight: "bold")
    for (y, line) in [(47.0, device + (pressure ?? "")), (64.0, source)] {
      canvas.text(upper.left, y, SVGCanvas.shortened(line, to: 118), size: 12.5, fill: "#444444")
    }
  }

  mutating func marks(_ marks: [String]) {
    guard !marks.isEmpty else { return }
    let words = marks.joined(separator: " \u{00B7} ")
    canvas.text(upper.right, 28, words, size: 18, weight: "bold", fill: "#b00020", anchor: "end")
    // Large and pale behind the curve: a cut-out of the plot still says it.
    for panel in [upper, lower] {
      canvas.text(
        (panel.left + panel.right) / 2, (panel.top + panel.bottom) / 2 + 16, words, size: 50,
        weight: "bold", fill: "#b00020", anchor: "middle", opacity: 0.10)
    }
  }

  mutating func spectrum(_ spectrum: MassSpectrum) {
    let points = spectrum.byMass
    var frame = upper
    frame.fit(x: points.masses, y: points.currents, margin: spectrum.kind == .profile ? 0 : 0.5)
    frame.axes("m/z", "Ion current / A", on: &canvas)
    if spectrum.kind == .profile, points.masses.count > 1 {
      frame.curve(points.masses, points.currents, Self.colours[0], on: &canvas)
    } else {
      let zero = frame.vertical(0)
      for (mass, current) in zip(points.masses, points.currents) {
        let x = frame.horizontal(mass)
        canvas.line(x, zero, x, frame.vertical(current), stroke: Self.colours[0], width: 2)
      }
    }
  }

  mutating func traces(_ traces: [Trace]) {
    guard !traces.isEmpty else { return }
    var frame = lower
    frame.fit(x: traces.flatMap(\.times), y: traces.flatMap(\.values), margin: 0)
    frame.axes("Time / s", "Current / A", on: &canvas)
    for (index, trace) in traces.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      frame.curve(trace.times, trace.values, colour, on: &canvas)
      let name =
        trace.name.hasPrefix("mz")
        ? "m/z " + trace.name.dropFirst(2) : trace.name.replacing("_", with: " ")
      canvas.text(
        lower.right - 78 * Double(traces.count - 1 - index), lower.top - 8, name, size: 12.5,
        fill: colour, anchor: "end")
    }
  }
}
