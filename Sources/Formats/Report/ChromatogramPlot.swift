internal import Laboratory

/// A signal against time with its peaks, their baselines and their names.
struct ChromatogramPlot {
  /// A peak as it is drawn.
  struct Marked {
    var peak: ChromatographicPeak
    /// The name of the analyte; empty for a peak that is none.
    var name: String
  }

  private var canvas = SVGCanvas()

  /// Draws the part of a trace between two times in s; all of it where none are given.
  init(_ trace: Trace, peaks: [Marked], window: ClosedRange<Double>?, unit: String) {
    let shown = Self.cut(trace, window)
    var frame = SVGPanel(left: 86, right: 880, top: 24, bottom: 260)
    let (low, high) = (shown.values.min() ?? 0, shown.values.max() ?? 1)
    let room = max((high - low) * 0.08, abs(high) * 1e-6, 1e-300)
    let minutes = (shown.times.last ?? 0) - (shown.times.first ?? 0) > 300
    let scale = minutes ? 60.0 : 1.0
    let times = shown.times.map { $0 / scale }
    frame.show(
      x: (times.first ?? 0)...(max(times.last ?? 1, times.first ?? 0)),
      y: (low - room * 0.5)...(high + room * 1.6))
    frame.axes(minutes ? "Time / min" : "Time / s", unit, on: &canvas)
    for marked in peaks where Self.overlaps(marked.peak, shown.times) {
      fill(marked.peak, shown, scale, frame)
    }
    frame.curve(times, shown.values, "#0b4f9e", on: &canvas)
    for marked in peaks where Self.overlaps(marked.peak, shown.times) {
      frame.curve(
        marked.peak.baseline.map { $0.time / scale }, marked.peak.baseline.map(\.level), "#b00020",
        width: 1.4, on: &canvas)
      label(marked, scale, frame)
    }
  }

  /// The picture.
  var svg: String { canvas.finished(height: 320) }

  private static func cut(
    _ trace: Trace, _ window: ClosedRange<Double>?
  ) -> (times: [Double], values: [Double]) {
    guard let window else { return (trace.times, trace.values) }
    let kept = trace.times.indices.filter { window.contains(trace.times[$0]) }
    return (kept.map { trace.times[$0] }, kept.map { trace.values[$0] })
  }

  private static func overlaps(_ peak: ChromatographicPeak, _ times: [Double]) -> Bool {
    guard let first = times.first, let last = times.last else { return false }
    return peak.end >= first && peak.start <= last
  }

  private mutating func fill(
    _ peak: ChromatographicPeak, _ shown: (times: [Double], values: [Double]), _ scale: Double,
    _ frame: SVGPanel
  ) {
    let inside = shown.times.indices.filter {
      shown.times[$0] >= peak.start && shown.times[$0] <= peak.end
    }
    guard inside.count > 1, peak.baseline.count > 1 else { return }
    // A filled peak needs no more points than the picture has pixels.
    let step = max(1, inside.count / 400)
    var points = stride(from: 0, to: inside.count, by: step).map { index in
      (shown.times[inside[index]], shown.values[inside[index]])
    }
    if let last = inside.last { points.append((shown.times[last], shown.values[last])) }
    points += peak.baseline.reversed().map { ($0.time, $0.level) }
    let text = points.map {
      "\(SVGCanvas.number(frame.horizontal($0.0 / scale))),\(SVGCanvas.number(frame.vertical($0.1)))"
    }
    canvas.add(
      "<polygon fill=\"#0b4f9e\" fill-opacity=\"0.15\" points=\"\(text.joined(separator: " "))\"/>")
  }

  private mutating func label(_ marked: Marked, _ scale: Double, _ frame: SVGPanel) {
    let peak = marked.peak
    let foot = peak.baseline.first?.level ?? 0
    let x = frame.horizontal(peak.retentionTime / scale)
    let y = frame.vertical(foot + peak.height)
    if !marked.name.isEmpty {
      canvas.text(x, y - 6, marked.name, size: 12, weight: "bold", anchor: "middle")
    }
  }
}
