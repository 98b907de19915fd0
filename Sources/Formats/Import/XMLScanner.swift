/// Reads XML tag by tag, with the byte where each stands; no tree is made.
///
/// Hostile files are bounded: depth, attributes and names; entities are only the five of XML and
/// numbers, and a document type, which could define others, is refused. UTF-8, or what a file
/// declares as ISO 8859-1 or ASCII.
struct XMLScanner {
  /// What comes next.
  enum Event {
    /// A tag begins an element.
    case start(Tag)
    /// A tag ends one; also behind an element that is empty.
    case end(String)
    /// The bytes between tags, entities not looked at; those of blanks alone are left out.
    case text(ArraySlice<UInt8>)
  }

  /// A tag with its attributes, which become texts where they are asked for.
  struct Tag {
    let name: String
    let offset: Int
    fileprivate let bytes: [UInt8]
    fileprivate let attributes: [XMLScanner.Attribute]

    /// The value of an attribute.
    subscript(name: String) -> String? {
      let wanted = name.utf8
      for attribute in attributes
      where attribute.key.count == wanted.count && bytes[attribute.key].elementsEqual(wanted) {
        return attribute.text ?? ForeignText.decode(bytes[attribute.value])
      }
      return nil
    }
  }

  /// Where name and value of an attribute stand, or its value where it is not as it stands there.
  struct Attribute {
    var key: Range<Int>
    var value: Range<Int>
    var text: String?
  }

  /// How deep elements may stand in one another.
  static let deepest = 64
  /// How many attributes a tag may have.
  static let mostAttributes = 64
  /// How many bytes a value may have.
  private static let longestValue = 1 << 20

  private let bytes: [UInt8]
  private let format: FormatError.Format
  private(set) var position = 0
  private var open: [String] = []
  private var closes: String?
  private var hasRoot = false
  private var seen: SeenTags

  init(_ bytes: [UInt8], format: FormatError.Format) throws(FormatError) {
    self.bytes = bytes
    self.format = format
    seen = SeenTags(isUseful: bytes.count > 1 << 16)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    if bytes.starts(with: [0xfe, 0xff]) || bytes.starts(with: [0xff, 0xfe]) {
      throw FormatError(format, .unsupported, at: 0, "UTF-16")
    }
  }

  /// The names of the elements that are open, the innermost last.
  var path: [String] { open }

  /// The next event; nil behind the root's end.
  mutating func next() throws(FormatError) -> Event? {
    if let name = closes {
      closes = nil
      open.removeLast()
      return .end(name)
    }
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        let start = position
        position = ByteSearch.first(UInt8(ascii: "<"), in: bytes, from: position)
        let text = bytes[start..<position]
        if let first = text.firstIndex(where: { ![9, 10, 13, 32].contains($0) }) {
          guard !open.isEmpty else { throw refuse(.malformed, first, "text outside the root") }
          return .text(text)
        }
        continue
      }
      if let event = try markup() { return event }
    }
    guard open.isEmpty, hasRoot else {
      throw refuse(
        .truncated, bytes.count, open.last.map { "the file ends within <\($0)>" } ?? "no element")
    }
    return nil
  }

  // MARK: - Markup

  private mutating func markup() throws(FormatError) -> Event? {
    let start = position
    guard start + 1 < bytes.count else { throw refuse(.truncated, start, "the file ends in a tag") }
    switch bytes[start + 1] {
    case UInt8(ascii: "?"):
      try skip(past: "?>", from: start, "a processing instruction")
      return nil
    case UInt8(ascii: "!"):
      if bytes[start...].starts(with: Array("<!--".utf8)) {
        try skip(past: "-->", from: start, "a comment")
        return nil
      }
      if bytes[start...].starts(with: Array("<![CDATA[".utf8)), !open.isEmpty {
        try skip(past: "]]>", from: start, "a CDATA section")
        return .text(bytes[start + 9..<position - 3])
      }
      throw refuse(.unsupported, start, "a document type")
    case UInt8(ascii: "/"):
      position += 2
      let name = ForeignText.decode(bytes[try self.name()])
      skipBlanks()
      try expect(">")
      guard open.last == name else {
        throw refuse(
          .malformed, start, "</\(name)> where \(open.last.map { "</\($0)>" } ?? "nothing") is open"
        )
      }
      open.removeLast()
      return .end(name)
    default: return try tag(start)
    }
  }

  private mutating func tag(_ start: Int) throws(FormatError) -> Event {
    let end = ByteSearch.first(UInt8(ascii: ">"), in: bytes, from: start)
    if let tag = seen.find(start..<end, in: bytes) {
      try enter(tag.name, start)
      position = end + 1
      if tag.isEmpty { closes = tag.name }
      return .start(Tag(name: tag.name, offset: start, bytes: bytes, attributes: tag.attributes))
    }
    position += 1
    let name = ForeignText.decode(bytes[try self.name()])
    try enter(name, start)
    let attributes = try self.attributes(name)
    // Only a tag that ends with the first such mark is known by it.
    if position == end + 1 {
      seen.keep(
        SeenTag(
          place: start..<end, name: name, isEmpty: closes != nil, attributes: attributes), bytes)
    }
    return .start(Tag(name: name, offset: start, bytes: bytes, attributes: attributes))
  }

  /// Opens an element where one may stand.
  private mutating func enter(_ name: String, _ start: Int) throws(FormatError) {
    guard !open.isEmpty || !hasRoot else { throw refuse(.malformed, start, "a second root") }
    guard open.count < Self.deepest else { throw refuse(.tooLarge, start, "elements too deep") }
    hasRoot = true
    open.append(name)
  }

  private mutating func attributes(_ name: String) throws(FormatError) -> [Attribute] {
    var attributes: [Attribute] = []
    attributes.reserveCapacity(8)
    while true {
      skipBlanks()
      guard position < bytes.count else {
        throw refuse(.truncated, bytes.count, "the file ends in <\(name)>")
      }
      if bytes[position] == UInt8(ascii: ">") {
        position += 1
        break
      }
      if bytes[position] == UInt8(ascii: "/") {
        position += 1
        try expect(">")
        closes = name
        break
      }
      let place = position
      let key = try self.name()
      skipBlanks()
      try expect("=")
      skipBlanks()
      let (value, text) = try self.value()
      guard attributes.count < Self.mostAttributes,
        !attributes.contains(where: { isSame($0.key, key) })
      else {
        throw refuse(.malformed, place, "the attribute \(ForeignText.decode(bytes[key]))")
      }
      attributes.append(Attribute(key: key, value: value, text: text))
    }
    return attributes
  }

  private func isSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
    one.count == other.count && bytes[one].elementsEqual(bytes[other])
  }

  /// Where a name without its namespace stands.
  private mutating func name() throws(FormatError) -> Range<Int> {
    let start = position
    var (begin, end) = (start, start)
    while end < bytes.count, Self.isName(bytes[end]) {
      if bytes[end] == UInt8(ascii: ":") { begin = end + 1 }
      end += 1
    }
    position = end
    guard end > start, end - start <= 256 else {
      throw refuse(.malformed, start, "a name of \(end - start) bytes")
    }
    return begin..<end
  }

  private static func isName(_ byte: UInt8) -> Bool {
    (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90)
      || (byte >= 45 && byte <= 58
        && byte != 47)
      || byte == 95 || byte >= 128
  }

  /// Where a value stands, and what it says where entities are in it.
  private mutating func value() throws(FormatError) -> (place: Range<Int>, text: String?) {
    guard position < bytes.count, bytes[position] == 34 || bytes[position] == 39 else {
      throw refuse(.malformed, position, "a value without quotes")
    }
    let start = position + 1
    let end = ByteSearch.first(bytes[position], in: bytes, from: start)
    let most = min(end, start + Self.longestValue)
    let tag = ByteSearch.first(UInt8(ascii: "<"), in: bytes, from: start, to: most)
    guard tag == most, end - start <= Self.longestValue else {
      throw refuse(.malformed, tag, "a value that does not end")
    }
    guard end < bytes.count else {
      throw refuse(.truncated, bytes.count, "the file ends in a value")
    }
    position = end + 1
    let ampersand = ByteSearch.first(UInt8(ascii: "&"), in: bytes, from: start, to: end)
    return (start..<end, ampersand < end ? try entities(bytes[start..<end]) : nil)
  }

  private func entities(_ slice: ArraySlice<UInt8>) throws(FormatError) -> String {
    var (result, rest) = ("", slice)
    while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
      result += ForeignText.decode(rest[..<ampersand])
      guard let end = rest[ampersand...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let text = Self.entity(ForeignText.decode(rest[(ampersand + 1)..<end]))
      else { throw refuse(.malformed, ampersand, "an entity that is not known") }
      result += text
      rest = rest[(end + 1)...]
    }
    return result + ForeignText.decode(rest)
  }

  private static func entity(_ name: String) -> String? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let number =
        digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
    }
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 32 || byte == 10 || byte == 13 || byte == 9 else { return }
      position += 1
    }
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws(FormatError) {
    guard position < bytes.count else {
      throw refuse(.truncated, bytes.count, "the file ends in a tag")
    }
    guard bytes[position] == UInt8(ascii: mark) else {
      throw refuse(.malformed, position, "byte \(bytes[position]) where \(mark) must be")
    }
    position += 1
  }

  private mutating func skip(
    past mark: String, from start: Int, _ what: String
  ) throws(FormatError) {
    let wanted = Array(mark.utf8)
    var place = start + 2
    while place + wanted.count <= bytes.count {
      if bytes[place] == wanted[0], bytes[place..<place + wanted.count].elementsEqual(wanted) {
        position = place + wanted.count
        return
      }
      place += 1
    }
    throw refuse(.truncated, bytes.count, "the file ends within \(what)")
  }

  private func refuse(
    _ problem: FormatError.Problem, _ place: Int, _ detail: String
  ) -> FormatError {
    FormatError(format, problem, at: place, ForeignText.plain(detail, most: 200))
  }
}

/// A tag that stood in a file before.
private struct SeenTag {
  /// From its first byte to before its last.
  var place: Range<Int>
  var name: String
  var isEmpty: Bool
  var attributes: [XMLScanner.Attribute]
}

/// Tags that stood in a file before: most of a long file are some dozen, again and again.
///
/// A tag of the same bytes is the same tag, so that it is not taken to pieces again. Bounded.
private struct SeenTags {
  private static let count = 256
  private static let longest = 512
  private var tags: [SeenTag?]

  /// Makes a table that keeps nothing where that is of no use.
  init(isUseful: Bool) { tags = isUseful ? Array(repeating: nil, count: Self.count) : [] }

  /// The tag whose bytes are those of a place.
  func find(_ place: Range<Int>, in bytes: [UInt8]) -> SeenTag? {
    guard !tags.isEmpty, place.count <= Self.longest, let tag = tags[slot(place, bytes)],
      ByteSearch.isSame(tag.place, place, in: bytes)
    else { return nil }
    return tag
  }

  /// Keeps a tag, in place of another one perhaps.
  mutating func keep(_ tag: SeenTag, _ bytes: [UInt8]) {
    guard !tags.isEmpty, tag.place.count <= Self.longest else { return }
    tags[slot(tag.place, bytes)] = tag
  }

  private func slot(_ place: Range<Int>, _ bytes: [UInt8]) -> Int {
    Int(truncatingIfNeeded: ByteSearch.hash(place, in: bytes) >> 32) & (Self.count - 1)
  }
}
