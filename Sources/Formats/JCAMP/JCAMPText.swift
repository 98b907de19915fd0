internal import Laboratory

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

  /// Gives what was written so far, and goes on empty.
  mutating func take() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: true)
    return taken
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
    let bytes = Array(text.utf8)
    var (start, width) = (0, firstWidth)
    while bytes.count - start > width {
      var end = start + width
      if let mark = bytes[start..<end].lastIndex(of: UInt8(ascii: "\\")),
        !bytes[mark..<end].contains(UInt8(ascii: "}"))
      {
        end = mark
      }
      if bytes[end - 1] == 0x20 { end -= 1 }
      lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
      (start, width) = (end, Self.width)
    }
    lines.append(String(decoding: bytes[start...], as: UTF8.self))
  }
}

/// A JCAMP-DX file that goes to its place piece by piece, with the checksum of its bytes.
struct JCAMPOutput {
  var text = JCAMPText()
  private let sink: any ByteSink
  private var place = 0
  private var checksum = Checksum()

  init(to sink: any ByteSink) { self.sink = sink }

  /// Sends what is there, where it is enough.
  mutating func pass() throws(Failure) {
    if text.bytes.count >= 1 << 16 { try flush() }
  }

  /// Writes the checksum and the last record.
  mutating func end() throws(Failure) {
    try flush()
    // One reader takes every word behind a blank up to ##END= for an ordinate.
    text.line("##$\(JCAMPDocument.checksumLabel)=\(checksum.text)")
    text.line("##END=")
    try flush()
  }

  private mutating func flush() throws(Failure) {
    let bytes = text.take()
    checksum.add(bytes)
    try sink.write(bytes, at: place)
    place += bytes.count
  }
}
