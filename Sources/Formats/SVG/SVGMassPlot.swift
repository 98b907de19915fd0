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

/// One frame with axes among others of a picture.
struct SVGPanel {
  let (left, right, top, bottom): (Double, Double, Double, Double)
  private var (xLow, xHigh, yLow, yHigh) = (0.0, 1.0, 0.0, 1.0)

  init(left: Double, right: Double, top: Double, bottom: Double) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  /// Makes room for all points, and for zero; a single place lies in the middle.
  mutating func fit(x: [Double], y: [Double], margin: Double) {
    (xLow, xHigh) = ((x.min() ?? 0) - margin, (x.max() ?? 1) + margin)
    if xLow == xHigh { (xLow, xHigh) = (xLow - 0.5, xHigh + 0.5) }
    let (low, high) = (min(0, y.min() ?? 0), max(0, y.max() ?? 1))
    let room = high > low ? (high - low) * 0.05 : 1
    (yLow, yHigh) = (low < 0 ? low - room : 0, high + room)
  }

  func horizontal(_ value: Double) -> Double {
    left + (value - xLow) / (xHigh - xLow) * (right - left)
  }

  func vertical(_ value: Double) -> Double {
    bottom - (value - yLow) / (yHigh - yLow) * (bottom - top)
  }

  func axes(_ xName: String, _ yName: String, on canvas: inout SVGCanvas) {
    let (xTicks, yTicks) = (
      Ticks(from: xLow, to: xHigh, about: 10), Ticks(from: yLow, to: yHigh, about: 5)
    )
    for value in xTicks.values {
      let x = horizontal(value)
      canvas.line(x, top, x, bottom, stroke: "#e6e6e6")
      canvas.line(x, bottom, x, bottom + 5, stroke: "#222222")
      canvas.text(x, bottom + 20, xTicks.label(value), size: 13, anchor: "middle")
    }
    for value in yTicks.values {
      let y = vertical(value)
      canvas.line(left, y, right, y, stroke: "#e6e6e6")
      canvas.line(left - 5, y, left, y, stroke: "#222222")
      canvas.text(left - 9, y + 4.5, yTicks.label(value), size: 12, anchor: "end")
    }
    canvas.add(
      "<rect x=\"\(SVGCanvas.number(left))\" y=\"\(SVGCanvas.number(top))\" "
        + "width=\"\(SVGCanvas.number(right - left))\" "
        + "height=\"\(SVGCanvas.number(bottom - top))\" fill=\"none\" stroke=\"#222222\"/>")
    canvas.text((left + right) / 2, bottom + 42, xName, size: 15, anchor: "middle")
    let middle = SVGCanvas.number((top + bottom) / 2)
    canvas.add(
      "<text x=\"20\" y=\"\(middle)\" \(SVGCanvas.font) font-size=\"15\" fill=\"#111111\" "
        + "text-anchor=\"middle\" transform=\"rotate(-90 20 \(middle))\">"
        + "\(SVGCanvas.escaped(yName))</text>")
  }

  func curve(_ x: [Double], _ y: [Double], _ colour: String, on canvas: inout SVGCanvas) {
    let points = thinned(x, y)
    if points.count == 1, let point = points.first {
      canvas.add(
        "<circle cx=\"\(SVGCanvas.number(point.x))\" cy=\"\(SVGCanvas.number(point.y))\" "
          + "r=\"3\" fill=\"\(colour)\"/>")
      return
    }
    let text = points.map { "\(SVGCanvas.number($0.x)),\(SVGCanvas.number($0.y))" }
    canvas.add(
      "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.2\" "
        + "stroke-linejoin=\"round\" points=\"\(text.joined(separator: " "))\"/>")
  }

  /// All points, or of very many the lowest and the highest of each pixel, in their order.
  private func thinned(_ x: [Double], _ y: [Double]) -> [(x: Double, y: Double)] {
    let all = zip(x, y).map { (x: horizontal($0), y: vertical($1)) }
    guard all.count > 10_000 else { return all }
    var kept: [(x: Double, y: Double)] = []
    var start = 0
    while start < all.count {
      let pixel = all[start].x.rounded(.down)
      var (low, high, end) = (start, start, start)
      while end < all.count, all[end].x.rounded(.down) == pixel {
        if all[end].y < all[low].y { low = end }
        if all[end].y > all[high].y { high = end }
        end += 1
      }
      for index in Set([start, min(low, high), max(low, high), end - 1]).sorted() {
        kept.append(all[index])
      }
      start = end
    }
    return kept
  }
}
