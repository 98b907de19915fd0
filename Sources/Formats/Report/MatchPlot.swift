internal import Instruments
internal import Laboratory
internal import Methods
internal import Processing

/// A spectrum against that of the library: head to tail for mass spectra, one over the other else.
struct MatchPlot {
  private var canvas = SVGCanvas()

  /// Draws a mass spectrum upwards and the library's downwards, both to a base peak of 100.
  init(_ pair: RunEvidence.MassPair, name: String, match: String) {
    var frame = SVGPanel(left: 86, right: 880, top: 24, bottom: 300)
    let masses = pair.query.massToCharge + (pair.match?.massToCharge ?? [])
    let (low, high) = (masses.min() ?? 0, masses.max() ?? 1)
    frame.show(x: (low - 5)...(high + 5), y: -112...112)
    frame.axes("m/z", "Intensity / % of base peak", on: &canvas)
    sticks(pair.query, up: true, "#0b4f9e", frame)
    if let match = pair.match { sticks(match, up: false, "#c2410c", frame) }
    frame.curve([low - 5, high + 5], [0, 0], "#222222", on: &canvas)
    canvas.text(874, 40, name, size: 13, fill: "#0b4f9e", anchor: "end")
    canvas.text(874, 292, match, size: 13, fill: "#c2410c", anchor: "end")
  }

  /// Draws a spectrum over that of the library, both to a largest value of 1.
  init(_ pair: RunEvidence.SpectrumPair, name: String, match: String) {
    var frame = SVGPanel(left: 86, right: 880, top: 40, bottom: 300)
    let query = Self.scaled(pair.query)
    let other = pair.match.map(Self.scaled)
    let all = query + (other ?? [])
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let (first, last) = (pair.axis.min() ?? 0, pair.axis.max() ?? 1)
    frame.show(x: first...last, y: (min(low, 0) - 0.05)...(high + 0.08))
    frame.axes(pair.axisName, "Relative", on: &canvas)
    if let other { frame.curve(pair.axis, other, "#c2410c", on: &canvas) }
    frame.curve(pair.axis, query, "#0b4f9e", on: &canvas)
    canvas.text(86, 28, name, size: 13, fill: "#0b4f9e")
    canvas.text(880, 28, match, size: 13, fill: "#c2410c", anchor: "end")
  }

  /// Draws a spectrum alone, in its own units; values that are none leave a hole.
  init(_ spectrum: MeasuredSpectrum) {
    var frame = SVGPanel(left: 86, right: 880, top: 24, bottom: 300)
    let known = spectrum.values.indices.filter { abs(spectrum.values[$0]) < 1e300 }
    let values = known.map { spectrum.values[$0] }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let room = max((high - low) * 0.06, 1e-12)
    let (first, last) = (spectrum.axis.values.min() ?? 0, spectrum.axis.values.max() ?? 1)
    frame.show(x: first...last, y: (low - room)...(high + room))
    frame.axes(
      "\(spectrum.axis.kind.rawValue.replacing("_", with: " ")) / \(spectrum.axis.unit.symbol)",
      spectrum.ordinate.rawValue, on: &canvas)
    var from = known.startIndex
    while from < known.endIndex {
      var to = from
      while to + 1 < known.endIndex, known[to + 1] == known[to] + 1 { to += 1 }
      frame.curve(
        known[from...to].map { spectrum.axis.values[$0] },
        known[from...to].map { spectrum.values[$0] }, "#0b4f9e", on: &canvas)
      from = to + 1
    }
  }

  /// The picture.
  var svg: String { canvas.finished(height: 350) }

  private static func scaled(_ values: [Double]) -> [Double] {
    let largest = values.map { abs($0) }.max() ?? 0
    return largest > 0 ? values.map { $0 / largest } : values
  }

  private mutating func sticks(
    _ peaks: MassPeakList, up: Bool, _ colour: String, _ frame: SVGPanel
  ) {
    let base = peaks.intensity.max() ?? 0
    guard base > 0 else { return }
    let order = peaks.intensity.indices.sorted { peaks.intensity[$0] > peaks.intensity[$1] }
    let named = Set(order.prefix(8))
    for index in peaks.intensity.indices {
      let height = 100 * peaks.intensity[index] / base
      let x = frame.horizontal(peaks.massToCharge[index])
      let y = frame.vertical(up ? height : -height)
      canvas.line(x, frame.vertical(0), x, y, stroke: colour, width: 1.4)
      guard named.contains(index) else { continue }
      let mass = SVGCanvas.number(peaks.massToCharge[index])
      canvas.text(x, up ? y - 3 : y + 11, mass, size: 10, anchor: "middle")
    }
  }
}
