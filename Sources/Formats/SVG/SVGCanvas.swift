/// The pieces that plots are drawn of, as lines of SVG.
///
/// Only the fonts of the viewer are used, no script and nothing from elsewhere.
struct SVGCanvas {
  static let font = "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\""
  private var body: [String] = []

  /// The whole picture, 900 pixels wide.
  func finished(height: Int) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"\(height)\" "
      + "viewBox=\"0 0 900 \(height)\">\n"
      + "<rect width=\"900\" height=\"\(height)\" fill=\"#ffffff\"/>\n"
      + body.joined(separator: "\n") + "\n</svg>\n"
  }

  /// Adds an element as it is.
  mutating func add(_ element: String) { body.append(element) }

  /// Adds a straight line.
  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1
  ) {
    add(
      "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
        + "y2=\"\(Self.number(y2))\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"/>")
  }

  /// Adds a text whose baseline begins, lies in the middle or ends there.
  mutating func text(
    _ x: Double, _ y: Double, _ text: String, size: Double, weight: String = "normal",
    fill: String = "#111111", anchor: String = "start", opacity: Double = 1
  ) {
    add(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" \(Self.font) font-size=\"\(Self.number(size))\" "
        + "font-weight=\"\(weight)\" fill=\"\(fill)\" text-anchor=\"\(anchor)\""
        + (opacity < 1 ? " opacity=\"\(Self.number(opacity))\"" : "")
        + ">\(Self.escaped(text))</text>")
  }

  /// A coordinate, rounded to a hundredth.
  static func number(_ value: Double) -> String {
    DecimalText.shortest((value * 100).rounded() / 100)
  }

  /// The text, cut where it is wider than `count` Latin letters; East Asian ones count as two.
  static func shortened(_ text: String, to count: Int) -> String {
    var room = count
    for index in text.indices {
      room -= (text[index].unicodeScalars.first?.value ?? 0) >= 0x1100 ? 2 : 1
      if room < 0 { return text[..<index] + "\u{2026}" }
    }
    return text
  }

  /// XML text: markup escaped, and what XML or the direction of writing cannot bear replaced.
  static func escaped(_ text: String) -> String {
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
