/// A method's text by its keys in the first column, so that parts are exchanged and comments stay.
struct MethodSections {
  /// The lines of one key: the comments above it, then the key and what is below it.
  struct Section {
    var key: String
    var lines: [String]
  }

  /// Comments above the first key.
  private(set) var head: [String] = []
  private(set) var sections: [Section] = []

  init(_ text: String) {
    var waiting: [String] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines.map({ $0.last == "\r" ? String($0.dropLast()) : String($0) }) {
      if let key = Self.key(of: line, indent: 0) {
        if sections.isEmpty {
          head = waiting
          waiting = []
        }
        sections.append(Section(key: key, lines: waiting + [line]))
        waiting = []
      } else if line.hasPrefix("#") || line.isEmpty || sections.isEmpty {
        // Which key it belongs to shows with the next line.
        waiting.append(line)
      } else {
        sections[sections.count - 1].lines += waiting + [line]
        waiting = []
      }
    }
    while waiting.last == "" { waiting.removeLast() }
    if !sections.isEmpty { sections[sections.count - 1].lines += waiting }
  }

  /// The text.
  var text: String { (head + sections.flatMap(\.lines)).joined(separator: "\n") + "\n" }

  /// The key that a line begins with at an indent, if it does.
  private static func key(of line: String, indent: Int) -> String? {
    let rest = line.dropFirst(indent)
    guard line.prefix(indent).allSatisfy({ $0 == " " }), let first = rest.first, first != " ",
      first != "#", first != "-", let colon = rest.firstIndex(of: ":")
    else { return nil }
    return rest[..<colon].filter { $0 != "\"" }
  }

  /// Puts lines in the place of a key's; the comments above it stay.
  ///
  /// A key that is not there comes behind `signals`.
  mutating func replace(_ key: String, by lines: [String]) {
    if let index = sections.firstIndex(where: { $0.key == key }) {
      let above = sections[index].lines.prefix { $0.hasPrefix("#") || $0.isEmpty }
      sections[index].lines = above + lines
    } else {
      let behind = sections.firstIndex { $0.key == "signals" } ?? sections.count - 1
      sections.insert(Section(key: key, lines: [""] + lines), at: behind + 1)
    }
  }

  /// The lines of one entry of a map of names (`signals`, `analytes`), by its number.
  func entry(_ index: Int, of key: String) -> Entry {
    guard let section = sections.first(where: { $0.key == key }) else { return Entry(lines: []) }
    var entries: [[String]] = []
    for line in section.lines.drop(while: { $0.hasPrefix("#") || $0.isEmpty }).dropFirst() {
      if Self.key(of: line, indent: 2) != nil {
        entries.append([line])
      } else if !entries.isEmpty {
        entries[entries.count - 1].append(line)
      }
    }
    guard entries.indices.contains(index) else { return Entry(lines: []) }
    var lines = entries[index]
    while lines.last == "" { lines.removeLast() }
    return Entry(lines: lines)
  }

  /// The lines of one name.
  struct Entry {
    var lines: [String]

    /// Writes another value for the first of some keys, with where it is from.
    mutating func replaceValue(of keys: [String], by pair: String, origin: String) {
      for index in lines.indices {
        for key in keys {
          guard let range = Self.pair(key, in: lines[index]) else { continue }
          let isFlow = lines[index][range.upperBound...].contains { "},".contains($0) }
          lines[index].replaceSubrange(range, with: pair)
          if isFlow {
            lines.insert("    # \(origin)", at: index)
          } else {
            let end = lines[index].firstRange(of: pair)?.upperBound ?? lines[index].endIndex
            lines[index] = lines[index][..<end] + "  # \(origin)"
          }
          return
        }
      }
    }

    /// Where `key: number` stands in a line, outside of its comment.
    private static func pair(_ key: String, in line: String) -> Range<String.Index>? {
      let code = line.prefix { $0 != "#" }
      guard let found = code.firstRange(of: "\(key): ") else { return nil }
      if found.lowerBound > code.startIndex {
        let before = code[code.index(before: found.lowerBound)]
        guard before == " " || before == "{" || before == "," else { return nil }
      }
      let number = code[found.upperBound...].prefix { !" ,}".contains($0) }
      return number.isEmpty ? nil : found.lowerBound..<number.endIndex
    }

    /// The lines of a key of this entry and what is below it.
    func block(_ key: String) -> [String] {
      guard let start = lines.firstIndex(where: { $0.hasPrefix("    \(key):") }) else { return [] }
      let rest = lines[(start + 1)...].prefix { $0.hasPrefix("     ") || $0.isEmpty }
      var block = [lines[start]] + rest
      while block.last == "" { block.removeLast() }
      return block
    }
  }

  /// The text as a draft under another name, which says where it is from.
  func renamed(
    _ name: String, _ title: String?, _ origins: [String], _ draft: MethodDraft
  ) -> MethodSections {
    var copy = self
    copy.head = ["# \(name): \(origins[0]) \(draft.template.name)\(origins.count > 1 ? "," : ".")"]
    if origins.count > 1 {
      copy.head += [
        "# \(origins[1]).",
        "# Look at each value that says \"learned\" before the method is used; then set `state`.",
      ]
    }
    copy.replace("name", by: ["name: \(name)"])
    copy.replace("version", by: ["version: \"1\""])
    copy.replace("state", by: ["state: draft"])
    if let title { copy.replace("title", by: ["title: \(draft.quoted(title))"]) }
    return copy
  }
}
