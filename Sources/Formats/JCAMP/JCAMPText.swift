/// The text of a JCAMP-DX file in the making: records of at most 80 ASCII characters a line, CR LF.
struct JCAMPText {
  private(set) var bytes: [UInt8] = []
  private static let width = 80

  /// Adds a record for people: readable ASCII, wrapped at blanks.
  mutating func record(_ label: String, _ value: String) {
    lines(label, [value])
  }

  /// Adds a record of several lines for people, each wrapped at blanks.
  mutating func lines(_ label: String, _ values: [String]) {
    let head = "##\(label)= "
    var lines: [String] = []
    for value in values {
      let safe = Self.unambiguous(EscapedText.readable(value))
      Self.wrap(safe, into: &lines, firstWidth: lines.isEmpty ? Self.width - head.count : nil)
    }
    emit(head, lines)
  }

  /// Adds a private record that reads back exactly: the text itself where it is plain, else in
  /// double quotes with escapes, broken anywhere.
  mutating func exact(_ label: String, _ value: String) {
    let head = "##$\(label)= "
    var lines: [String] = []
    if Self.isPlain(value) {
      Self.wrap(value, into: &lines, firstWidth: Self.width - head.count)
    } else {
      let escaped = EscapedText.encode(value) {
        $0.isPrintableASCII && $0 != "#" && $0 != "$" && $0 != "\""
      }
      Self.slice("\"\(escaped)\"", into: &lines, firstWidth: Self.width - head.count)
    }
    emit(head, lines)
  }

  /// Adds a line as it is.
  mutating func line(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: [0x0d, 0x0a])
  }

  private mutating func emit(_ head: String, _ lines: [String]) {
    // Some readers take a first line that looks like a number for a number and then fail on the
    // second: such a text begins on the second line.
    let first = lines.first ?? ""
    let isRisky =
      lines.count > 1 && Double(first.replacing(",", with: ".", maxReplacements: 1)) != nil
    line(first.isEmpty || isRisky ? String(head.dropLast()) : head + first)
    for text in lines.dropFirst(isRisky ? 0 : 1) { line(text) }
  }

  /// Whether a text may stand as it is and survive wrapping at blanks.
  static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(\.isPrintableASCII) && !text.hasPrefix("\"")
      && text == unambiguous(text) && !text.hasPrefix(" ") && !text.hasSuffix(" ")
      && !text.contains("  ") && text.split(separator: " ").allSatisfy { $0.count <= 78 }
  }

  /// The text without `##` and `$$`, which mean a record and a comment.
  private static func unambiguous(_ text: String) -> String {
    var result = ""
    var last: Character = " "
    for character in text {
      if character == last, character == "#" || character == "$" { result.append(" ") }
      result.append(character)
      last = character
    }
    return result
  }

  private static func wrap(_ text: String, into lines: inout [String], firstWidth: Int?) {
    var line = ""
    var width = firstWidth ?? Self.width
    for word in text.split(separator: " ") {
      var word = word[...]
      if !line.isEmpty, line.count + 1 + word.count <= width {
        line += " " + word
        continue
      }
      if !line.isEmpty || word.count > width {
        lines.append(line)
        width = Self.width
      }
      while word.count > width {
        lines.append(String(word.prefix(width)))
        word = word.dropFirst(width)
      }
      line = String(word)
    }
    lines.append(line)
  }

  /// Cuts into lines, never inside an escape, and never so that a line ends with a blank, which
  /// editors take off.
  ///
  /// Blanks stand alone here.
  private static func slice(_ text: String, into lines: inout [String], firstWidth: Int) {
    var rest = text[...]
    var width = firstWidth
    while rest.count > width {
      var end = rest.index(rest.startIndex, offsetBy: width)
      if let start = rest[..<end].lastIndex(of: "\\"), !rest[start..<end].contains("}") {
        end = start
      }
      let before = rest.index(before: end)
      if rest[before] == " " { end = before }
      lines.append(String(rest[..<end]))
      rest = rest[end...]
      width = Self.width
    }
    lines.append(String(rest))
  }
}
