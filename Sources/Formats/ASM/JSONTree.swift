/// A JSON text as a tree, in which long arrays of numbers stay where they are in the file.
indirect enum JSONTree {
  /// An object; members in their order.
  case object([(name: String, value: JSONTree)])
  /// An array of anything but numbers alone.
  case array([JSONTree])
  /// An array of numbers and nulls: where it stands, how many there are and how many are null.
  case numbers(Range<Int>, count: Int, nulls: Int)
  /// A text.
  case text(String)
  /// A number: where it stands.
  case number(Range<Int>)
  /// True, false or null.
  case word(String)

  /// The member of this name.
  subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The members; none where it is no object.
  var members: [(name: String, value: JSONTree)] {
    if case .object(let members) = self { members } else { [] }
  }

  /// The elements of an array; an object is one of itself.
  var elements: [JSONTree] {
    switch self {
    case .array(let elements): elements
    case .object: [self]
    default: []
    }
  }

  /// A text, also where it stands as `{"@type": …, "value": …}`.
  var string: String? {
    switch self {
    case .text(let text): text
    case .object: self["value"]?.string
    default: nil
    }
  }
}

/// Reads JSON of strangers: strict (RFC 8259), bounded in depth and members, errors with the byte.
struct JSONParser {
  /// How deep objects and arrays stand in one another.
  static let deepest = 64
  /// How many objects, arrays, texts and single numbers there are.
  static let mostNodes = 2_000_000
  private let bytes: [UInt8]
  private var place: Int
  private var nodes = 0

  /// The tree of a whole text.
  static func read(_ bytes: [UInt8]) throws(FormatError) -> JSONTree {
    var parser = JSONParser(bytes)
    let tree = try parser.value(0)
    parser.skipBlanks()
    guard parser.place == bytes.count else { throw parser.wrong("something stands behind the end") }
    return tree
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  private func wrong(_ detail: String) -> FormatError {
    place >= bytes.count
      ? FormatError(.asm, .truncated, at: bytes.count, "the text ends too early")
      : FormatError(.asm, .malformed, at: place, detail)
  }

  private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipBlanks() {
    while place < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) throws(FormatError) {
    guard next == UInt8(ascii: character) else { throw wrong("\(character) is missing") }
    place += 1
  }

  private mutating func value(_ depth: Int) throws(FormatError) -> JSONTree {
    nodes += 1
    guard depth <= Self.deepest, nodes <= Self.mostNodes else {
      throw FormatError(
        .asm, .tooLarge, at: place, "\(nodes) members, \(depth) levels deep: more than is read")
    }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
    default:
      for word in ["true", "false", "null"] where bytes[place...].begins(with: word) {
        place += word.utf8.count
        return .word(word)
      }
      throw wrong("no value begins so")
    }
  }

  private mutating func object(_ depth: Int) throws(FormatError) -> JSONTree {
    place += 1
    var members: [(name: String, value: JSONTree)] = []
    var names: Set<String> = []
    skipBlanks()
    if next == UInt8(ascii: "}") {
      place += 1
      return .object([])
    }
    while true {
      skipBlanks()
      let start = place
      let name = try text()
      guard names.insert(name).inserted else {
        throw FormatError(
          .asm, .inconsistent, at: start, "two members \(ForeignText.plain(name, most: 60))")
      }
      skipBlanks()
      try take(":")
      members.append((name, try value(depth + 1)))
      skipBlanks()
      if next == UInt8(ascii: ",") {
        place += 1
        continue
      }
      try take("}")
      return .object(members)
    }
  }

  private mutating func array(_ depth: Int) throws(FormatError) -> JSONTree {
    let start = place
    if let numbers = try numbers() { return numbers }
    place = start + 1
    var elements: [JSONTree] = []
    skipBlanks()
    if next == UInt8(ascii: "]") {
      place += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth + 1))
      skipBlanks()
      if next == UInt8(ascii: ",") {
        place += 1
        continue
      }
      try take("]")
      return .array(elements)
    }
  }

  /// An array of numbers and nulls; nil, the place anywhere, where it is of something else.
  private mutating func numbers() throws(FormatError) -> JSONTree? {
    let start = place
    var (count, nulls) = (0, 0)
    place += 1
    while true {
      skipBlanks()
      if next == UInt8(ascii: "-") || (0x30...0x39).contains(next) {
        _ = try number()
      } else if bytes[place...].begins(with: "null") {
        place += 4
        nulls += 1
      } else {
        return nil
      }
      count += 1
      skipBlanks()
      if next == UInt8(ascii: ",") {
        place += 1
        continue
      }
      guard next == UInt8(ascii: "]") else { return nil }
      place += 1
      return .numbers(start..<place, count: count, nulls: nulls)
    }
  }

  private mutating func number() throws(FormatError) -> Range<Int> {
    let start = place
    func digits(_ parser: inout JSONParser) -> Int {
      let first = parser.place
      while (0x30...0x39).contains(parser.next) { parser.place += 1 }
      return parser.place - first
    }
    if next == UInt8(ascii: "-") { place += 1 }
    let leading = next
    let whole = digits(&self)
    guard whole == 1 || (whole > 1 && leading != 0x30) else {
      throw wrong("no number is written so")
    }
    if next == UInt8(ascii: ".") {
      place += 1
      guard digits(&self) > 0 else { throw wrong("no number is written so") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      place += 1
      if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { place += 1 }
      guard digits(&self) > 0 else { throw wrong("no number is written so") }
    }
    return start..<place
  }

  private mutating func text() throws(FormatError) -> String {
    try take("\"")
    var result: [UInt8] = []
    let start = place
    while true {
      let from = place
      while place < bytes.count, bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\""),
        bytes[place] != UInt8(ascii: "\\")
      { place += 1 }
      result += bytes[from..<place]
      guard place < bytes.count else { throw wrong("") }
      guard bytes[place] >= 0x20 else {
        throw FormatError(.asm, .badByte, at: place, "a control character in a text")
      }
      place += 1
      if bytes[place - 1] == UInt8(ascii: "\"") { break }
      result += Array(String(try escape()).utf8)
    }
    guard let text = String(validating: result, as: UTF8.self) else {
      throw FormatError(.asm, .badByte, at: start, "a text that is not UTF-8")
    }
    return text
  }

  private mutating func escape() throws(FormatError) -> Unicode.Scalar {
    let letter = next
    place += 1
    switch letter {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xd800..<0xdc00).contains(code), bytes[place...].begins(with: "\\u") {
        place += 2
        let low = try unit()
        guard (0xdc00..<0xe000).contains(low) else { throw wrong("half a character") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw wrong("half a character") }
      return scalar
    default:
      place -= 1
      throw wrong("an escape that is none")
    }
  }

  private mutating func unit() throws(FormatError) -> UInt32 {
    guard place + 4 <= bytes.count,
      bytes[place..<place + 4].allSatisfy({
        (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
      }), let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw wrong("an escape that is none") }
    place += 4
    return code
  }
}
