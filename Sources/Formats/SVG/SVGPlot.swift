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
  private static let font = "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\""

  private let xTicks: Ticks
  private let yTicks: Ticks
  private let (xLow, xHigh): (Double, Double)
  private let (yLow, yHigh): (Double, Double)
  private let (xName, yName): (String, String)
  private var body: [String] = []

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
      case .ramanShift: "Raman shift / cm\u{207B}\u{00B9}"
      case .wavelength: "Wavelength / nm"
      case .channel: "Channel (wavelength not known)"
      case .massToCharge: "m/z"
      }
    yName = "Intensity / \(spectrum.unit.symbol)"
  }

  var finished: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"500\" "
      + "viewBox=\"0 0 900 500\">\n" + "<rect width=\"900\" height=\"500\" fill=\"#ffffff\"/>\n"
      + body.joined(separator: "\n") + "\n</svg>\n"
  }

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
    text(
      Self.left, 28, Self.shortened(record.sample.id, to: titleRoom), size: 18, weight: "bold")
    text(Self.left, 47, Self.shortened(detail, to: 118), size: 12.5, fill: "#444444")
    let day = record.started.iso8601.prefix(19).replacing("T", with: " ")
    let source = "\(record.kind.rawValue), \(day) UTC, run \(record.run.text)"
    // The number of saturated channels stands at the right of this line.
    let room = spectrum.saturated.isEmpty ? 118 : 94
    text(Self.left, 64, Self.shortened(source, to: room), size: 12.5, fill: "#444444")
  }

  mutating func marks(_ marks: [String]) {
    guard !marks.isEmpty else { return }
    let words = marks.joined(separator: " \u{00B7} ")
    text(Self.right, 28, words, size: 18, weight: "bold", fill: "#b00020", anchor: "end")
    // Large and pale behind the curve: a cut-out of the plot still says it.
    let size = marks.count > 1 ? 50.0 : 84.0
    text(
      (Self.left + Self.right) / 2, (Self.top + Self.bottom) / 2 + size / 3, words, size: size,
      weight: "bold", fill: "#b00020", anchor: "middle", opacity: 0.10)
  }

  mutating func axes() {
    for value in xTicks.values {
      let x = horizontal(value)
      line(x, Self.top, x, Self.bottom, stroke: "#e6e6e6")
      line(x, Self.bottom, x, Self.bottom + 5, stroke: "#222222")
      text(x, Self.bottom + 20, xTicks.label(value), size: 13, anchor: "middle")
    }
    for value in yTicks.values {
      let y = vertical(value)
      line(Self.left, y, Self.right, y, stroke: "#e6e6e6")
      line(Self.left - 5, y, Self.left, y, stroke: "#222222")
      text(Self.left - 9, y + 4.5, yTicks.label(value), size: 13, anchor: "end")
    }
    body.append(
      "<rect x=\"\(number(Self.left))\" y=\"\(number(Self.top))\" "
        + "width=\"\(number(Self.right - Self.left))\" "
        + "height=\"\(number(Self.bottom - Self.top))\" fill=\"none\" stroke=\"#222222\"/>")
    text((Self.left + Self.right) / 2, Self.height - 18, xName, size: 15, anchor: "middle")
    let middle = number((Self.top + Self.bottom) / 2)
    body.append(
      "<text x=\"20\" y=\"\(middle)\" \(Self.font) font-size=\"15\" fill=\"#111111\" "
        + "text-anchor=\"middle\" transform=\"rotate(-90 20 \(middle))\">"
        + "\(Self.escaped(yName))</text>")
  }

  mutating func curve(_ spectrum: Spectrum) {
    let points = zip(spectrum.axis.values, spectrum.intensity)
      .map { "\(number(horizontal($0))),\(number(vertical($1)))" }
    body.append(
      "<polyline fill=\"none\" stroke=\"#0b4f9e\" stroke-width=\"1.2\" "
        + "stroke-linejoin=\"round\" points=\"\(points.joined(separator: " "))\"/>")
  }

  mutating func saturated(_ spectrum: Spectrum) {
    guard !spectrum.saturated.isEmpty else { return }
    for channel in spectrum.saturated {
      let x = horizontal(spectrum.axis.values[channel])
      let y = vertical(spectrum.intensity[channel])
      line(x, Self.top, x, Self.top + 10, stroke: "#d00000", width: 1.6)
      body.append(
        "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"2.4\" fill=\"#d00000\"/>")
    }
    let count = spectrum.saturated.count
    text(
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

  private mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1
  ) {
    body.append(
      "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" "
        + "y2=\"\(number(y2))\" stroke=\"\(stroke)\" stroke-width=\"\(number(width))\"/>")
  }

  private mutating func text(
    _ x: Double, _ y: Double, _ text: String, size: Double, weight: String = "normal",
    fill: String = "#111111", anchor: String = "start", opacity: Double = 1
  ) {
    body.append(
      "<text x=\"\(number(x))\" y=\"\(number(y))\" \(Self.font) font-size=\"\(number(size))\" "
        + "font-weight=\"\(weight)\" fill=\"\(fill)\" text-anchor=\"\(anchor)\""
        + (opacity < 1 ? " opacity=\"\(number(opacity))\"" : "")
        + ">\(Self.escaped(text))</text>")
  }

  /// A coordinate, rounded to a hundredth.
  private func number(_ value: Double) -> String {
    DecimalText.shortest((value * 100).rounded() / 100)
  }

  /// Microseconds in the unit that people read them in.
  private static func duration(_ microseconds: Double) -> String {
    if microseconds >= 1e6 { return "\(DecimalText.shortest(microseconds / 1e6)) s" }
    if microseconds >= 1e3 { return "\(DecimalText.shortest(microseconds / 1e3)) ms" }
    return "\(DecimalText.shortest(microseconds)) \u{00B5}s"
  }

  /// The text, cut where it is wider than `count` Latin letters; East Asian ones count as two.
  private static func shortened(_ text: String, to count: Int) -> String {
    var room = count
    for index in text.indices {
      room -= (text[index].unicodeScalars.first?.value ?? 0) >= 0x1100 ? 2 : 1
      if room < 0 { return text[..<index] + "\u{2026}" }
    }
    return text
  }

  /// XML text: markup escaped, and what XML or the direction of writing cannot bear replaced.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
          result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
