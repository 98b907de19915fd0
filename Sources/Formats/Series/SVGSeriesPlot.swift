internal import Instruments
public import Laboratory

extension SVGPlot {
  /// Up to four signals against time, each in its own frame, 900 by 700 pixels.
  ///
  /// Of very long ones the highest and lowest values of each pixel. Signals beyond the fourth stand
  /// in the table alone, and the picture says so.
  public static func series(_ traces: [Trace], record: RunRecord) throws(FormatError) -> [UInt8] {
    guard traces.contains(where: { !$0.values.isEmpty }) else {
      throw FormatError(.svg, .shape, "no trace with a point")
    }
    let all = traces.flatMap { $0.values + $0.times }
    guard all.allSatisfy({ abs($0) < 1e300 }) else {
      throw FormatError(.svg, .shape, "values of 1e300 and more cannot be drawn")
    }
    var canvas = SVGCanvas()
    let shown = Array(traces.prefix(4))
    let marks = RunFacts.marks(record)
    head(shown, of: traces.count, record, marks, on: &canvas)
    let height = 560.0 / Double(shown.count)
    for (index, trace) in shown.enumerated() {
      let top = 84 + Double(index) * height
      var frame = SVGPanel(left: 96, right: 880, top: top, bottom: top + height - 56)
      frame.fit(x: trace.times, y: trace.values, margin: 0)
      frame.axes("Time / s", "\(trace.name) / \(trace.unit.symbol)", on: &canvas)
      frame.curve(trace.times, trace.values, "#0b4f9e", on: &canvas)
      if !marks.isEmpty {
        canvas.text(
          488, top + height / 2 - 12, marks.joined(separator: " \u{00B7} "), size: 50,
          weight: "bold", fill: "#b00020", anchor: "middle", opacity: 0.10)
      }
    }
    return Array(canvas.finished(height: 700).utf8)
  }

  private static func head(
    _ shown: [Trace], of count: Int, _ record: RunRecord, _ marks: [String],
    on canvas: inout SVGCanvas
  ) {
    let instrument = record.instrument
    let left = count - shown.count
    let rest = left > 0 ? ", \(left) more signals in the table" : ""
    let day = record.started.iso8601.prefix(19).replacing("T", with: " ")
    let room = [60, 48, 38][marks.count]
    canvas.text(
      86, 28, SVGCanvas.shortened(record.sample.id, to: room), size: 18, weight: "bold")
    for (y, line) in [
      (47.0, "\(instrument.maker) \(instrument.name) \(instrument.serialNumber)\(rest)"),
      (64.0, "\(record.kind.rawValue), \(day) UTC, run \(record.run.text)"),
    ] {
      canvas.text(86, y, SVGCanvas.shortened(line, to: 118), size: 12.5, fill: "#444444")
    }
    guard !marks.isEmpty else { return }
    canvas.text(
      880, 28, marks.joined(separator: " \u{00B7} "), size: 18, weight: "bold", fill: "#b00020",
      anchor: "end")
  }
}
