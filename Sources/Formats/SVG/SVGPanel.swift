/// One frame with axes among others of a picture.
struct SVGPanel {
  let (left, right, top, bottom): (Double, Double, Double, Double)
  private var (xLow, xHigh, yLow, yHigh) = (0.0, 1.0, 0.0, 1.0)

  init(left: Double, right: Double, top: Double, bottom: Double) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  /// Shows exactly this part; an empty range gets some width.
  mutating func show(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    (xLow, xHigh) = (x.lowerBound, x.upperBound)
    if xLow == xHigh { (xLow, xHigh) = (xLow - 0.5, xHigh + 0.5) }
    (yLow, yHigh) = (y.lowerBound, y.upperBound)
    if yLow == yHigh { (yLow, yHigh) = (yLow - 1, yHigh + 1) }
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

  func curve(
    _ x: [Double], _ y: [Double], _ colour: String, width: Double = 1.2, dashes: String? = nil,
    on canvas: inout SVGCanvas
  ) {
    let points = thinned(x, y)
    if points.count == 1, let point = points.first {
      canvas.add(
        "<circle cx=\"\(SVGCanvas.number(point.x))\" cy=\"\(SVGCanvas.number(point.y))\" "
          + "r=\"3\" fill=\"\(colour)\"/>")
      return
    }
    let text = points.map { "\(SVGCanvas.number($0.x)),\(SVGCanvas.number($0.y))" }
    canvas.add(
      "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(SVGCanvas.number(width))\" "
        + (dashes.map { "stroke-dasharray=\"\($0)\" " } ?? "")
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
