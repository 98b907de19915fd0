internal import Instruments
internal import YAMLText

/// What all values of one profile share: the file, and the keys of its `sources` table.
struct ProfileText {
  static let dialect = YAMLDialect(
    name: "profile",
    sizeReason: "A profile states the facts of one model and has some thousand bytes.",
    missingReason: "Without it the model cannot be recognised or driven.",
    unknownReason: "A misspelt key would leave a fact out without a word.")

  let file: String
  /// The keys of the `sources` table.
  var sources: Set<String> = []

  /// Does something with a text's value, and gives its problem the code of a profile's.
  func reading<T>(
    _ read: () throws(YAMLProblem) -> T
  ) throws(ProfileError) -> T {
    do { return try read() } catch { throw ProfileError(error, file: file) }
  }
}

/// One value of a profile with its place, and whether a source covers it.
struct ProfileValue {
  /// How a value stands to the rule that every constant has a source.
  enum Covering { case notNeeded, missing, given }

  let text: ProfileText
  let yaml: YAMLValue
  let covering: Covering

  func error(
    _ code: ProfileError.Code, _ problem: String, why: String, next: String
  ) -> ProfileError {
    ProfileError(
      code, file: text.file, line: yaml.place.line, column: yaml.place.column,
      problem: "\(yaml.path) \(problem)", why: why, next: next)
  }

  func badValue(_ problem: String) -> ProfileError {
    ProfileError(yaml.badValue(problem), file: text.file)
  }

  /// The map, without its `source` key, which covers everything below it.
  func map() throws(ProfileError) -> ProfileMap {
    let whole = try text.reading { () throws(YAMLProblem) in try yaml.map() }
    guard covering != .notNeeded, let source = whole.value("source") else {
      return ProfileMap(owner: self, yaml: whole, covering: covering)
    }
    try check(source: source)
    let rest = YAMLMap(owner: yaml, entries: whole.entries.filter { $0.key != "source" })
    return ProfileMap(owner: self, yaml: rest, covering: .given)
  }

  func list() throws(ProfileError) -> [ProfileValue] {
    try text.reading { () throws(YAMLProblem) in try yaml.list() }.map {
      ProfileValue(text: text, yaml: $0, covering: covering)
    }
  }

  /// The plain value: `{ value: X, source: S }` is X.
  func scalar() throws(ProfileError) -> FactTree {
    guard yaml.kind == .map else {
      let fact = try text.reading { () throws(YAMLProblem) in try yaml.scalar() }
      if covering == .missing && fact != .null { throw noSource() }
      return fact
    }
    let map = try map()
    guard map.keys.count == 1, let inner = map.value("value") else {
      throw badValue("must be a plain value, or a map of `value` and `source`")
    }
    return try inner.scalar()
  }

  func word() throws(ProfileError) -> String {
    let fact = try scalar()
    return try text.reading { () throws(YAMLProblem) in try yaml.word(fact) }
  }

  func whole(in range: ClosedRange<Int>) throws(ProfileError) -> Int {
    let fact = try scalar()
    return try text.reading { () throws(YAMLProblem) in try yaml.whole(fact, in: range) }
  }

  func number() throws(ProfileError) -> Double {
    let fact = try scalar()
    return try text.reading { () throws(YAMLProblem) in try yaml.number(fact) }
  }

  func truth() throws(ProfileError) -> Bool {
    let fact = try scalar()
    return try text.reading { () throws(YAMLProblem) in try yaml.truth(fact) }
  }

  /// Everything below as facts, sources taken out; `marks` gets the place of each path.
  func tree(_ marks: inout [String: YAMLPlace]) throws(ProfileError) -> FactTree {
    marks[yaml.path] = yaml.place
    switch yaml.kind {
    case .scalar: return try scalar()
    case .list:
      var items: [FactTree] = []
      for item in try list() { items.append(try item.tree(&marks)) }
      return .list(items)
    case .map:
      let map = try map()
      if map.keys.count == 1, let inner = map.value("value") { return try inner.tree(&marks) }
      var facts: [String: FactTree] = [:]
      for key in map.keys {
        guard Spelling.isSnake(key), let value = map.value(key) else {
          throw badValue("has the key '\(key)'; keys are snake_case")
        }
        facts[key] = try value.tree(&marks)
      }
      return .map(facts)
    }
  }

  private func check(source value: YAMLValue) throws(ProfileError) {
    let named = ProfileValue(text: text, yaml: value, covering: .notNeeded)
    for value in value.kind == .list ? try named.list() : [named] {
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
}

/// A map of a profile, asked key by key; what nobody asked for is refused by name.
struct ProfileMap {
  let owner: ProfileValue
  let yaml: YAMLMap
  let covering: ProfileValue.Covering

  var keys: [String] { yaml.keys }

  func value(_ key: String, _ covering: ProfileValue.Covering? = nil) -> ProfileValue? {
    yaml.value(key).map {
      ProfileValue(text: owner.text, yaml: $0, covering: covering ?? self.covering)
    }
  }

  func required(
    _ key: String, _ covering: ProfileValue.Covering? = nil
  ) throws(ProfileError) -> ProfileValue {
    let value = try owner.text.reading { () throws(YAMLProblem) in try yaml.required(key) }
    return ProfileValue(text: owner.text, yaml: value, covering: covering ?? self.covering)
  }

  func refuseUnknown(_ known: [String]) throws(ProfileError) {
    try owner.text.reading { () throws(YAMLProblem) in try yaml.refuseUnknown(known) }
  }
}
