internal import Instruments
internal import Yams

/// The text of one profile, parsed but not yet understood; makes errors that name the place.
struct ProfileText {
  /// The largest file that is read, in bytes.
  static let largestSize = 1 << 20
  /// The deepest nesting of maps and lists.
  static let greatestDepth = 12

  let file: String
  /// The keys of the `sources` table.
  var sources: Set<String> = []

  /// Parses the text into nodes with marks.
  ///
  /// Anchors and aliases are refused before parsing, so that a small file cannot grow.
  func compose(_ text: String) throws(ProfileError) -> Node {
    guard text.utf8.count <= Self.largestSize else {
      throw ProfileError(
        .tooLarge, file: file, problem: "the file is larger than \(Self.largestSize) bytes",
        why: "A profile states the facts of one model and has some thousand bytes.",
        next: "Check that this file is a profile.")
    }
    try refuseAnchors(text)
    do {
      guard let root = try Yams.compose(yaml: text) else {
        throw syntax("the file is empty", 1, 1)
      }
      try refuseDepth(root, 0)
      return root
    } catch let error as ProfileError {
      throw error
    } catch let error as YamlError {
      throw say(error)
    } catch {
      throw syntax("\(error)", 0, 0)
    }
  }

  private func refuseAnchors(_ text: String) throws(ProfileError) {
    var (line, column) = (1, 0)
    var before = UInt8(ascii: "\n")
    var candidate = false
    for byte in text.utf8 {
      let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
      if candidate && !isSpace {
        throw syntax(
          "'&' and '*' at the beginning of a word mean anchors, which profiles do not use",
          line, column)
      }
      column += 1
      candidate =
        (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"))
        && " \t\r\n[]{},:-?\"'".utf8.contains(before)
      if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 0) }
      before = byte
    }
  }

  private func refuseDepth(_ node: Node, _ depth: Int) throws(ProfileError) {
    guard depth <= Self.greatestDepth else {
      throw ProfileError(
        .tooLarge, file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0,
        problem: "more than \(Self.greatestDepth) levels of maps and lists",
        why: "No profile needs so many; a file that nests deeper is not one.",
        next: "Check that this file is a profile.")
    }
    switch node {
    case .scalar: break
    case .sequence(let list): for item in list { try refuseDepth(item, depth + 1) }
    case .mapping(let map):
      for (key, value) in map {
        try refuseDepth(key, depth + 1)
        try refuseDepth(value, depth + 1)
      }
    case .alias:
      throw syntax("profiles do not use aliases", node.mark?.line ?? 0, node.mark?.column ?? 0)
    }
  }

  private func say(_ error: YamlError) -> ProfileError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      syntax(problem, mark.line, mark.column)
    case .duplicatedKeysInMapping(let duplicates, let context):
      syntax(
        "the key \(duplicates.sorted().joined(separator: ", ")) stands twice in one map",
        context.mark.line, context.mark.column)
    case .reader(let problem, let offset, _, _):
      syntax("\(problem) at byte \(offset ?? 0)", 0, 0)
    default: syntax("\(error)", 0, 0)
    }
  }

  private func syntax(_ problem: String, _ line: Int, _ column: Int) -> ProfileError {
    ProfileError(
      .syntax, file: file, line: line, column: column, problem: problem,
      why: "The file cannot be read as YAML of the kind that profiles use.",
      next: "Mend the file at this place; the page on the profile schema has an example.")
  }
}

/// One value of a profile with its place, and whether a source covers it.
struct ProfileValue {
  /// How a value stands to the rule that every constant has a source.
  enum Covering { case notNeeded, missing, given }

  let text: ProfileText
  let node: Node
  let path: String
  let covering: Covering

  func error(
    _ code: ProfileError.Code, _ problem: String, why: String, next: String
  ) -> ProfileError {
    ProfileError(
      code, file: text.file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0,
      problem: "\(path) \(problem)", why: why, next: next)
  }

  func badValue(_ problem: String) -> ProfileError {
    error(
      .badValue, problem, why: "The schema of profiles allows nothing else here.",
      next: "Write a value of that kind; the page on the profile schema lists them.")
  }

  /// The map, without its `source` key, which covers everything below it.
  func map() throws(ProfileError) -> ProfileMap {
    guard case .mapping(let mapping) = node else { throw badValue("must be a map") }
    var entries: [(String, Node)] = []
    var covering = covering
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw badValue("has a key that is not a plain word")
      }
      if scalar.string == "source" && covering != .notNeeded {
        try check(source: value)
        covering = .given
      } else {
        entries.append((scalar.string, value))
      }
    }
    return ProfileMap(owner: self, entries: entries, covering: covering)
  }

  func list() throws(ProfileError) -> [ProfileValue] {
    guard case .sequence(let sequence) = node else { throw badValue("must be a list") }
    return sequence.enumerated().map { index, item in
      ProfileValue(text: text, node: item, path: "\(path)[\(index)]", covering: covering)
    }
  }

  /// The plain value: `{ value: X, source: S }` is X.
  func scalar() throws(ProfileError) -> FactTree {
    switch node {
    case .scalar(let scalar):
      let fact = Self.fact(scalar)
      if covering == .missing && fact != .null { throw noSource() }
      return fact
    case .mapping:
      let map = try map()
      guard map.entries.count == 1, let inner = map.value("value") else {
        throw badValue("must be a plain value, or a map of `value` and `source`")
      }
      return try inner.scalar()
    default: throw badValue("must be a plain value")
    }
  }

  func word() throws(ProfileError) -> String {
    guard case .text(let word) = try scalar(), !word.isEmpty else {
      throw badValue("must be a text")
    }
    return word
  }

  func whole(in range: ClosedRange<Int>) throws(ProfileError) -> Int {
    guard case .integer(let number) = try scalar(), range.contains(number) else {
      throw badValue("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number() throws(ProfileError) -> Double {
    switch try scalar() {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw badValue("must be a number")
    }
  }

  func truth() throws(ProfileError) -> Bool {
    guard case .bool(let truth) = try scalar() else { throw badValue("must be true or false") }
    return truth
  }

  /// Everything below as facts, sources taken out; `marks` gets the place of each path.
  func tree(_ marks: inout [String: Mark]) throws(ProfileError) -> FactTree {
    if let mark = node.mark { marks[path] = mark }
    switch node {
    case .scalar: return try scalar()
    case .sequence:
      var items: [FactTree] = []
      for item in try list() { items.append(try item.tree(&marks)) }
      return .list(items)
    case .mapping:
      let map = try map()
      if map.entries.count == 1, let inner = map.value("value") { return try inner.tree(&marks) }
      var facts: [String: FactTree] = [:]
      for (key, _) in map.entries {
        guard Spelling.isSnake(key), let value = map.value(key) else {
          throw badValue("has the key '\(key)'; keys are snake_case")
        }
        facts[key] = try value.tree(&marks)
      }
      return .map(facts)
    case .alias: throw badValue("must not be an alias")
    }
  }

  private func check(source node: Node) throws(ProfileError) {
    let named = ProfileValue(
      text: text, node: node, path: "\(path).source", covering: .notNeeded)
    var words: [ProfileValue] = [named]
    if case .sequence = node { words = try named.list() }
    for value in words {
      let word = try value.word()
      guard text.sources.contains(word) else {
        let near = Spelling.nearest(to: word, among: text.sources.sorted())
        throw value.error(
          .noSource, "names '\(word)', which the table `sources` does not have",
          why: "Every constant must be traceable to a document.",
          next: near.map { "Did you mean '\($0)'?" } ?? "Add it to the table `sources`.")
      }
    }
  }

  private func noSource() -> ProfileError {
    error(
      .noSource, "has no source", why: "Every constant must be traceable to a document.",
      next: "Write `source: KEY` into its map or one around it, KEY from the table `sources`.")
  }

  /// Plain words as they are written: no `yes`, no octal, no sexagesimal numbers.
  static func fact(_ scalar: Node.Scalar) -> FactTree {
    let word = scalar.string
    guard scalar.style == .plain || scalar.style == .any else { return .text(word) }
    switch word {
    case "", "~", "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    let digits = word.hasPrefix("-") || word.hasPrefix("+") ? word.dropFirst() : word[...]
    guard let first = digits.utf8.first, first >= 0x30, first <= 0x39 else { return .text(word) }
    if digits.hasPrefix("0x") {
      guard digits.startIndex == word.startIndex, let value = Int(digits.dropFirst(2), radix: 16)
      else { return .text(word) }
      return .integer(value)
    }
    if let value = Int(word) { return .integer(value) }
    if digits.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(word),
      value.isFinite
    {
      return .number(value)
    }
    return .text(word)
  }
}

/// A map of a profile, asked key by key; what nobody asked for is refused by name.
struct ProfileMap {
  let owner: ProfileValue
  let entries: [(String, Node)]
  let covering: ProfileValue.Covering

  var keys: [String] { entries.map(\.0) }

  func value(_ key: String, _ covering: ProfileValue.Covering? = nil) -> ProfileValue? {
    guard let (_, node) = entries.first(where: { $0.0 == key }) else { return nil }
    return ProfileValue(
      text: owner.text, node: node, path: owner.path.isEmpty ? key : "\(owner.path).\(key)",
      covering: covering ?? self.covering)
  }

  func required(
    _ key: String, _ covering: ProfileValue.Covering? = nil
  ) throws(ProfileError) -> ProfileValue {
    guard let value = value(key, covering) else {
      throw owner.error(
        .missingKey, owner.path.isEmpty ? "the key '\(key)' is missing" : "lacks the key '\(key)'",
        why: "Without it the model cannot be recognised or driven.",
        next: "Add '\(key)'; the page on the profile schema says what it means.")
    }
    return value
  }

  func refuseUnknown(_ known: [String]) throws(ProfileError) {
    for (key, _) in entries where !known.contains(key) {
      let near = Spelling.nearest(to: key, among: known)
      let all = known.joined(separator: ", ")
      let place = value(key) ?? owner
      throw place.error(
        .unknownKey, "is not a key that profiles know",
        why: "A misspelt key would leave a fact out without a word.",
        next: near.map { "Did you mean '\($0)'?" } ?? "Known here: \(all).")
    }
  }
}
