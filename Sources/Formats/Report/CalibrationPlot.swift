internal import Processing

/// Standards and their curve, and below it how far each is from its level when calculated back.
struct CalibrationPlot {
  private var canvas = SVGCanvas()

  /// Draws a curve; `unit` is that of the levels.
  init(_ curve: CalibrationCurve, unit: String) {
    let used = curve.standards.filter { $0.weight != nil }
    let left = curve.standards.filter { $0.weight == nil }
    let levels = curve.standards.map(\.point.level)
    let top = levels.max() ?? 1
    let xRange = 0...max(top * 1.05, 1e-300)
    var upper = SVGPanel(left: 86, right: 880, top: 20, bottom: 270)
    let drawn = (0...200).map { Double($0) / 200 * xRange.upperBound }
    let fitted = drawn.map { curve.response(at: $0) }
    let responses = curve.standards.map(\.point.response)
    let all = fitted + responses + [0]
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let room = max((high - low) * 0.06, 1e-300)
    upper.show(x: xRange, y: (low - room)...(high + room))
    upper.axes("Level / \(unit)", "Response", on: &canvas)
    if let working = curve.working {
      shade(working.lowest, working.highest, upper, 20, 270)
    }
    upper.curve(drawn, fitted, "#0b4f9e", on: &canvas)
    for standard in used { dot(standard, upper, standard.point.response, filled: true) }
    for standard in left { dot(standard, upper, standard.point.response, filled: false) }

    var lower = SVGPanel(left: 86, right: 880, top: 340, bottom: 460)
    let errors = curve.standards.compactMap(\.relativeErrorPercent)
    let limits = curve.standards.compactMap(\.limitPercent)
    let largest = max((errors.map { abs($0) } + limits).max() ?? 1, 1) * 1.15
    lower.show(x: xRange, y: -largest...largest)
    lower.axes("Level / \(unit)", "Back-calculated / %", on: &canvas)
    lower.curve([0, xRange.upperBound], [0, 0], "#222222", on: &canvas)
    for limit in Set(limits).sorted() {
      for sign in [-1.0, 1] {
        lower.curve(
          [0, xRange.upperBound], [sign * limit, sign * limit], "#b26b00", dashes: "5 4",
          on: &canvas)
      }
    }
    for standard in curve.standards {
      guard let error = standard.relativeErrorPercent else { continue }
      dot(standard, lower, error, filled: standard.weight != nil)
    }
  }

  /// The picture.
  var svg: String { canvas.finished(height: 520) }

  private mutating func shade(
    _ low: Double, _ high: Double, _ frame: SVGPanel, _ top: Double, _ bottom: Double
  ) {
    let (x, end) = (frame.horizontal(low), frame.horizontal(high))
    canvas.add(
      "<rect x=\"\(SVGCanvas.number(x))\" y=\"\(SVGCanvas.number(top))\" "
        + "width=\"\(SVGCanvas.number(end - x))\" height=\"\(SVGCanvas.number(bottom - top))\" "
        + "fill=\"#15803d\" fill-opacity=\"0.07\"/>")
  }

  private mutating func dot(
    _ standard: CalculatedStandard, _ frame: SVGPanel, _ y: Double, filled: Bool
  ) {
    let colour = standard.passes == false ? "#b00020" : "#0b4f9e"
    canvas.add(
      "<circle cx=\"\(SVGCanvas.number(frame.horizontal(standard.point.level)))\" "
        + "cy=\"\(SVGCanvas.number(frame.vertical(y)))\" r=\"4\" stroke=\"\(colour)\" "
        + "fill=\"\(filled ? colour : "#ffffff")\"/>")
  }
}
