internal import Instruments
public import Laboratory

/// Draws spectra as self-contained SVG: a picture to look at, not a record of numbers.
///
/// Coordinates are rounded to a hundredth of a pixel; all points are drawn. Only the fonts of the
/// viewer are used, no script and nothing from elsewhere.
public enum SVGPlot {
  /// A spectrum of 900 by 500 pixels with its axes, its run, and the marks `EMULATED` and
  /// `INCOMPLETE` where they apply.
  ///
  /// Saturated channels are drawn in red at the upper edge and counted. The horizontal axis rises
  /// to the right.
  public static func spectrum(
    _ spectrum: Spectrum, record: RunRecord
  ) throws(FormatError) -> [UInt8] {
    try spectrum.checkWritable(as: .svg)
    for values in [spectrum.axis.values, spectrum.intensity] {
      guard values.allSatisfy({ abs($0) < 1e300 }) else {
        throw FormatError(.svg, .shape, "values of 1e300 and more cannot be drawn")
      }
    }
    var drawing = SVGDrawing(spectrum)
    drawing.title(spectrum, record)
    drawing.marks(RunFacts.marks(record))
    drawing.axes()
    drawing.curve(spectrum)
    drawing.saturated(spectrum)
    return Array(drawing.finished.utf8)
  }
}

private struct SVGDrawing {
  private static let (width, height) = (900.0, 500.0)
  private static let (left, right, top, bottom) = (86.0, 880.0, 74.0, 438.0)

  private let xTicks: Ticks
  private let yTicks: Ticks
  private let (xLow, xHigh): (Double, Double)
  private let (yLow, yHigh): (Double, Double)
  private let (xName, yName): (String, String)
  private var canvas = SVGCanvas()

  init(_ spectrum: Spectrum) {
    let x = spectrum.axis.values
    let y = spectrum.intensity
    (xLow, xHigh) = (x.min() ?? 0, x.max() ?? 1)
    let low = y.min() ?? 0
    let high = y.max() ?? 1
    // Some room above and below; a flat line lies in the middle.
    let room = high > low ? (high - low) * 0.05 : max(abs(high) * 0.05, 1)
    // Zero is shown where the signal comes near it.
    yLow = low >= 0 && low < (high - low) * 0.3 ? -room * 0.4 : low - room
    yHigh = high + room
    xTicks = Ticks(from: xLow, to: xHigh, about: 9)
    yTicks = Ticks(from: yLow, to: yHigh, about: 8)
    xName =
      switch spectrum.axis.kind {
      case .wavenumber: "wavenumber / cm\u{207B}\u{00B9}"
      case .ramanShift: "Raman shift / cm\u{207B}\u{00B9}"
      case .wavelength: "Wavelength / nm"
      case .channel: "Channel (wavelength not known)"
      case .massToCharge: "m/z"
      }
    yName = "Intensity / \(spectrum.unit.symbol)"
  }

  var finished: String { canvas.finished(height: 500) }

  mutating func title(_ spectrum: Spectrum, _ record: RunRecord) {
    let instrument = record.instrument
    // The marks stand at the right of the same line.
    let titleRoom = [60, 48, 38][RunFacts.marks(record).count]
    let scans = "mean of \(spectrum.scans) \(spectrum.scans == 1 ? "scan" : "scans")"
    let exposure = record.settings["integration_us"].map { ", \(Self.duration($0))" }
    let laser = record.settings["laser_nm"].map {
      $0 == 0 ? "" : ", laser \(DecimalText.shortest($0)) nm"
    }
    let device = "\(instrument.maker) \(instrument.name) \(instrument.serialNumber)"
    let detail = "\(device), \(scans)\(exposure ?? "")\(laser ?? "")"
    canvas.text(
      Self.left, 28, SVGCanvas.shortened(record.sample.id, to: titleRoom), size: 18, weight: "bold")
    canvas.text(Self.left, 47, SVGCanvas.shortened(detail, to: 118), size: 12.5, fill: "#444444")
    let day = record.started.iso8601.prefix(19).replacing("T", with: " ")
    let source = "\(record.kind.rawValue), \(day) UTC, run \(record.run.text)"
    // The number of saturated channels stands at the right of this line.
    let room = spectrum.saturated.isEmpty ? 118 : 94
    canvas.text(Self.left, 64, SVGCanvas.shortened(source, to: room), size: 12.5, fill: "#444444")
  }

  mutating func marks(_ marks: [String]) {
    guard !marks.isEmpty else { return }
    let words = marks.joined(separator: " \u{00B7} ")
    canvas.text(Self.right, 28, words, size: 18, weight: "bold", fill: "#b00020", anchor: "end")
    // Large and pale behind the curve: a cut-out of the plot still says it.
    let size = marks.count > 1 ? 50.0 : 84.0
    canvas.text(
      (Self.left + Self.right) / 2, (Self.top + Self.bottom) / 2 + size / 3, words, size: size,
      weight: "bold", fill: "#b00020", anchor: "middle", opacity: 0.10)
  }

  mutating func axes() {
    for value in xTicks.values {
      let x = horizontal(value)
      canvas.line(x, Self.top, x, Self.bottom, stroke: "#e6e6e6")
      canvas.line(x, Self.bottom, x, Self.bottom + 5, stroke: "#222222")
      canvas.text(x, Self.bottom + 20, xTicks.label(value), size: 13, anchor: "middle")
    }
    for value in yTicks.values {
      let y = vertical(value)
      canvas.line(Self.left, y, Self.right, y, stroke: "#e6e6e6")
      canvas.line(Self.left - 5, y, Self.left, y, stroke: "#222222")
      canvas.text(Self.left - 9, y + 4.5, yTicks.label(value), size: 13, anchor: "end")
    }
    canvas.add(
      "<rect x=\"\(SVGCanvas.number(Self.left))\" y=\"\(SVGCanvas.number(Self.top))\" "
        + "width=\"\(SVGCanvas.number(Self.right - Self.left))\" "
        + "height=\"\(SVGCanvas.number(Self.bottom - Self.top))\" fill=\"none\" stroke=\"#222222\"/>"
    )
    canvas.text((Self.left + Self.right) / 2, Self.height - 18, xName, size: 15, anchor: "middle")
    let middle = SVGCanvas.number((Self.top + Self.bottom) / 2)
    canvas.add(
      "<text x=\"20\" y=\"\(middle)\" \(SVGCanvas.font) font-size=\"15\" fill=\"#111111\" "
        + "text-anchor=\"middle\" transform=\"rotate(-90 20 \(middle))\">"
        + "\(SVGCanvas.escaped(yName))</text>")
  }

  mutating func curve(_ spectrum: Spectrum) {
    let points = zip(spectrum.axis.values, spectrum.intensity)
      .map { "\(SVGCanvas.number(horizontal($0))),\(SVGCanvas.number(vertical($1)))" }
    canvas.add(
      "<polyline fill=\"none\" stroke=\"#0b4f9e\" stroke-width=\"1.2\" "
        + "stroke-linejoin=\"round\" points=\"\(points.joined(separator: " "))\"/>")
  }

  mutating func saturated(_ spectrum: Spectrum) {
    guard !spectrum.saturated.isEmpty else { return }
    for channel in spectrum.saturated {
      let x = horizontal(spectrum.axis.values[channel])
      let y = vertical(spectrum.intensity[channel])
      canvas.line(x, Self.top, x, Self.top + 10, stroke: "#d00000", width: 1.6)
      canvas.add(
        "<circle cx=\"\(SVGCanvas.number(x))\" cy=\"\(SVGCanvas.number(y))\" r=\"2.4\" fill=\"#d00000\"/>"
      )
    }
    let count = spectrum.saturated.count
    canvas.text(
      Self.right, 64, "\(count) saturated \(count == 1 ? "channel" : "channels")",
      size: 12.5, fill: "#d00000", anchor: "end")
  }

  // MARK: - Pieces

  private func horizontal(_ value: Double) -> Double {
    Self.left + (value - xLow) / (xHigh - xLow) * (Self.right - Self.left)
  }

  private func vertical(_ value: Double) -> Double {
    Self.bottom - (value - yLow) / (yHigh - yLow) * (Self.bottom - Self.top)
  }

  /// Microseconds in the unit that people read them in.
  private static func duration(_ microseconds: Double) -> String {
    if microseconds >= 1e6 { return "\(DecimalText.shortest(microseconds / 1e6)) s" }
    if microseconds >= 1e3 { return "\(DecimalText.shortest(microseconds / 1e3)) ms" }
    return "\(DecimalText.shortest(microseconds)) \u{00B5}s"
  }
}
