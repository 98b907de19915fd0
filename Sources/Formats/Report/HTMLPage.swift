/// One HTML file that needs nothing beside it: no script, no font and no picture from elsewhere.
struct HTMLPage {
  private var body: [String] = []
  private let title: String
  private let marks: [String]

  /// Begins a page; marks as `EMULATED` stand at its top and across every printed sheet.
  init(title: String, marks: [String]) {
    self.title = title
    self.marks = marks
  }

  /// Adds an element as it is.
  mutating func add(_ element: String) { body.append(element) }

  /// Adds a headline; `level` 1 to 3.
  mutating func headline(_ text: String, level: Int, id: String? = nil) {
    let anchor = id.map { " id=\"\(Self.escaped($0))\"" } ?? ""
    add("<h\(level)\(anchor)>\(Self.escaped(text))</h\(level)>")
  }

  /// Adds a paragraph.
  mutating func paragraph(_ text: String, style: String? = nil) {
    add("<p\(style.map { " class=\"\($0)\"" } ?? "")>\(Self.escaped(text))</p>")
  }

  /// Adds a table; a cell that is a number, with or without a unit, is set to the right.
  mutating func table(_ head: [String], _ rows: [[String]], classes: [String?] = []) {
    guard !rows.isEmpty else { return }
    var text = "<table>\n<thead><tr>"
    text += head.map { "<th scope=\"col\">\(Self.escaped($0))</th>" }.joined()
    text += "</tr></thead>\n<tbody>\n"
    for (index, row) in rows.enumerated() {
      let style = index < classes.count ? classes[index].map { " class=\"\($0)\"" } ?? "" : ""
      text += "<tr\(style)>"
      for cell in row {
        text += "<td\(Self.isNumber(cell) ? " class=\"n\"" : "")>\(Self.escaped(cell))</td>"
      }
      text += "</tr>\n"
    }
    add(text + "</tbody></table>")
  }

  /// Whether a cell begins with a whole number word: `12.5`, `35 ug/mL`, but not `25ug/mL sample`.
  private static func isNumber(_ cell: String) -> Bool {
    let signs = "+-\u{2212}\u{00B1} "
    let word = cell.drop { signs.contains($0) }.prefix { $0 != " " }
    return word.first?.isNumber == true && word.allSatisfy { $0.isNumber || ".eE+-".contains($0) }
  }

  /// Adds a picture with a line of text below it.
  mutating func figure(_ svg: String, caption: String) {
    add("<figure>\n\(svg)<figcaption>\(Self.escaped(caption))</figcaption></figure>")
  }

  /// The whole page.
  var finished: String {
    let banner = marks.map { "<div class=\"mark\">\(Self.escaped($0))</div>\n" }.joined()
    let across = marks.isEmpty ? "" : marks.joined(separator: " \u{00B7} ")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(banner)\(across.isEmpty ? "" : "<div class=\"across\" aria-hidden=\"true\">\(Self.escaped(across))</div>\n")\(body.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  static func escaped(_ text: String) -> String { SVGCanvas.escaped(text) }

  private static let style = """
    body { font: 15px/1.45 Helvetica, Arial, "DejaVu Sans", sans-serif; color: #111; margin: 2em auto; max-width: 960px; padding: 0 1em; }
    h1 { font-size: 1.6em; margin-bottom: 0.2em; } h2 { font-size: 1.25em; margin-top: 2em; border-bottom: 1px solid #999; } h3 { font-size: 1.05em; margin-top: 1.6em; }
    table { border-collapse: collapse; margin: 0.8em 0; font-size: 0.92em; } th, td { border: 1px solid #bbb; padding: 0.25em 0.6em; text-align: left; vertical-align: top; }
    th { background: #f0f0f0; } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    tr.bad td { background: #fdecea; } tr.quiet td { color: #666; }
    .mark { background: #b00020; color: #fff; font-weight: bold; padding: 0.4em 1em; margin-bottom: 0.4em; }
    .across { position: fixed; top: 42%; left: 0; right: 0; text-align: center; font-size: 64px; font-weight: bold; color: #b00020; opacity: 0.08; transform: rotate(-24deg); pointer-events: none; }
    .warning { border-left: 4px solid #b26b00; padding-left: 0.8em; } .bad { border-left: 4px solid #b00020; padding-left: 0.8em; }
    code, .hash { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.85em; overflow-wrap: anywhere; }
    figure { margin: 1em 0; } figure svg { width: 100%; height: auto; } figcaption { color: #444; font-size: 0.9em; }
    @media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
    """
}
