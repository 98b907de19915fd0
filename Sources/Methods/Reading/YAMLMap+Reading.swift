internal import YAMLText

/// Which numbers a key of a method may have.
enum NumberRule {
  case any
  case above(Double)
  case atLeast(Double)
  case within(ClosedRange<Double>)
  /// Above the first and at most the second.
  case aboveTo(Double, Double)

  func allows(_ number: Double) -> Bool {
    guard number.isFinite else { return false }
    return switch self {
    case .any: true
    case .above(let limit): number > limit
    case .atLeast(let limit): number >= limit
    case .within(let range): range.contains(number)
    case .aboveTo(let low, let high): number > low && number <= high
    }
  }

  var words: String {
    switch self {
    case .any: "must be a number"
    case .above(let limit): "must be a number above \(limit.short)"
    case .atLeast(let limit): "must be a number of at least \(limit.short)"
    case .within(let range):
      "must be a number from \(range.lowerBound.short) to \(range.upperBound.short)"
    case .aboveTo(let low, let high):
      "must be a number above \(low.short) and at most \(high.short)"
    }
  }
}

extension Double {
  /// The shortest text that reads back as this number, whole numbers without a point.
  var short: String {
    self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)"
  }
}

extension YAMLValue {
  /// A number that a rule allows.
  func number(_ rule: NumberRule) throws(YAMLProblem) -> Double {
    let number = try number()
    guard rule.allows(number) else { throw badValue("is \(number.short); it \(rule.words)") }
    return number
  }

  /// A word of a closed list.
  func choice<T: RawRepresentable & CaseIterable>() throws(YAMLProblem) -> T
  where T.RawValue == String { try choice(among: Array(T.allCases)) }

  /// One of the words of some choices.
  func choice<T: RawRepresentable>(among choices: [T]) throws(YAMLProblem) -> T
  where T.RawValue == String {
    let all = choices.map(\.rawValue)
    let word = try word()
    guard let choice = choices.first(where: { $0.rawValue == word }) else {
      let near = Spelling.nearest(to: word, among: all)
      throw problem(
        .badValue, "is '\(word)'; it must be one of \(all.joined(separator: ", "))",
        why: "The schema of methods allows nothing else here.",
        next: near.map { "Did you mean '\($0)'?" } ?? "Write one of these words.")
    }
    return choice
  }

  /// Two numbers that rise: where something begins and ends.
  func range(_ rule: NumberRule = .any) throws(YAMLProblem) -> ClosedRange<Double> {
    let items = try list()
    guard items.count == 2 else { throw badValue("must be a list of two numbers, [from, to]") }
    let (low, high) = (try items[0].number(rule), try items[1].number(rule))
    guard low < high else {
      throw badValue("is empty: \(low.short) is not below \(high.short)")
    }
    return low...high
  }

  /// Numbers that a rule allows, at least one.
  func numbers(_ rule: NumberRule, atLeast least: Int = 1) throws(YAMLProblem) -> [Double] {
    let items = try list()
    guard items.count >= least else { throw badValue("must have at least \(least) numbers") }
    guard items.count <= 10_000 else { throw badValue("has more than 10000 numbers") }
    var numbers: [Double] = []
    for item in items { numbers.append(try item.number(rule)) }
    return numbers
  }

  /// The problem of a name that is not among those known.
  func unknownName(_ word: String, _ what: String, among known: [String]) -> YAMLProblem {
    let near = Spelling.nearest(to: word, among: known)
    let all = known.isEmpty ? "none" : known.joined(separator: ", ")
    return problem(
      .unknownName, "names \(what) '\(word)', which is not there",
      why: "What is not there cannot be measured or compared with.",
      next: near.map { "Did you mean '\($0)'?" } ?? "There are: \(all).")
  }

  /// The problem of a value that another one excludes.
  func contradiction(_ words: String, why: String, next: String) -> YAMLProblem {
    problem(.contradiction, words, why: why, next: next)
  }
}

extension YAMLMap {
  /// The number of a key, or the default where the key is not there.
  func number(
    _ key: String, _ rule: NumberRule, or standard: Double
  ) throws(YAMLProblem) -> Double { try value(key)?.number(rule) ?? standard }

  /// The number of a key, where it is there.
  func number(_ key: String, _ rule: NumberRule) throws(YAMLProblem) -> Double? {
    try value(key)?.number(rule)
  }

  /// The whole number of a key, or the default.
  func whole(
    _ key: String, _ range: ClosedRange<Int>, or standard: Int
  ) throws(YAMLProblem) -> Int { try value(key)?.whole(in: range) ?? standard }

  /// The truth of a key, or the default.
  func truth(_ key: String, or standard: Bool) throws(YAMLProblem) -> Bool {
    try value(key)?.truth() ?? standard
  }

  /// The text of a key, where it is there.
  func word(_ key: String) throws(YAMLProblem) -> String? { try value(key)?.word() }

  /// The choice of a key, or the default.
  func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, or standard: T
  ) throws(YAMLProblem) -> T where T.RawValue == String { try value(key)?.choice() ?? standard }

  /// The keys that a time may have: in seconds and in minutes.
  static func time(_ stem: String) -> [String] { ["\(stem)_s", "\(stem)_min"] }

  /// The value of a time and how many seconds its unit has, where the time is there.
  private func time(_ stem: String) throws(YAMLProblem) -> (value: YAMLValue, unit: Double)? {
    let (seconds, minutes) = (value("\(stem)_s"), value("\(stem)_min"))
    if let seconds, minutes == nil { return (seconds, 1) }
    if let minutes, seconds == nil { return (minutes, 60) }
    guard let second = minutes else { return nil }
    throw second.contradiction(
      "stands beside \(stem)_s", why: "A time must be said once, in one unit.",
      next: "Keep \(stem)_s or \(stem)_min and remove the other.")
  }

  /// Times of a run, in either unit: a day before the injection to a year behind it.
  static let times = NumberRule.within(-86_400...31_536_000)

  /// A time in seconds from `stem_s` or `stem_min`, where it is there; the rule is for its number.
  func seconds(_ stem: String, _ rule: NumberRule = times) throws(YAMLProblem) -> Double? {
    guard let (value, unit) = try time(stem) else { return nil }
    return try value.number(rule) * unit
  }

  /// A stretch of time in seconds from `stem_s` or `stem_min`, where it is there.
  func window(_ stem: String) throws(YAMLProblem) -> ClosedRange<Double>? {
    guard let (value, unit) = try time(stem) else { return nil }
    let range = try value.range(Self.times)
    return range.lowerBound * unit...range.upperBound * unit
  }

  /// A stretch of time that must be there.
  func requiredWindow(_ stem: String) throws(YAMLProblem) -> ClosedRange<Double> {
    guard let window = try window(stem) else { throw lacks("\(stem)_s", "\(stem)_min") }
    return window
  }

  /// A time that must be there.
  func requiredSeconds(_ stem: String, _ rule: NumberRule = times) throws(YAMLProblem) -> Double {
    guard let time = try seconds(stem, rule) else { throw lacks("\(stem)_s", "\(stem)_min") }
    return time
  }

  private func lacks(_ first: String, _ second: String) -> YAMLProblem {
    owner.problem(
      .missingKey, "lacks the key '\(first)' (or '\(second)')", why: owner.dialect.missingReason,
      next: "Add one of them; the page on the \(owner.dialect.name) schema says what it means.")
  }
}
