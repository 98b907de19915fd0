public import Instruments
internal import Yams

/// One value of a text with its path and its place.
public struct YAMLValue {
  /// The kinds of values.
  public enum Kind: Sendable, Hashable {
    /// A plain value.
    case scalar
    /// A list.
    case list
    /// A map.
    case map
  }

  let node: Node
  /// The way to it (`signals.fid.detection`, `recognition[0].usb`); empty for the whole text.
  public let path: String
  /// How messages speak.
  public let dialect: YAMLDialect

  init(node: Node, path: String, dialect: YAMLDialect) {
    self.node = node
    self.path = path
    self.dialect = dialect
  }

  /// Where it begins.
  public var place: YAMLPlace { YAMLPlace(node.mark) }

  /// What kind of value it is.
  public var kind: Kind {
    switch node {
    case .scalar, .alias: .scalar
    case .sequence: .list
    case .mapping: .map
    }
  }

  /// Makes a problem at this place; the path goes before its words.
  public func problem(
    _ kind: YAMLProblem.Kind, _ problem: String, why: String, next: String
  ) -> YAMLProblem {
    YAMLProblem(
      kind, at: place, problem: path.isEmpty ? problem : "\(path) \(problem)", why: why, next: next)
  }

  /// Makes the problem of a value that is not of the kind the schema wants.
  public func badValue(_ problem: String) -> YAMLProblem {
    self.problem(
      .badValue, problem, why: "The schema of \(dialect.plural) allows nothing else here.",
      next: "Write a value of that kind; the page on the \(dialect.name) schema lists them.")
  }

  /// The map; refused where a key is not a plain word.
  public func map() throws(YAMLProblem) -> YAMLMap {
    guard case .mapping(let mapping) = node else { throw badValue("must be a map") }
    var entries: [YAMLMap.Entry] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw badValue("has a key that is not a plain word")
      }
      let word = scalar.string
      entries.append(
        YAMLMap.Entry(
          key: word, place: YAMLPlace(key.mark),
          value: YAMLValue(node: value, path: below(word), dialect: dialect)))
    }
    return YAMLMap(owner: self, entries: entries)
  }

  /// The list.
  public func list() throws(YAMLProblem) -> [YAMLValue] {
    guard case .sequence(let sequence) = node else { throw badValue("must be a list") }
    return sequence.enumerated().map { index, item in
      YAMLValue(node: item, path: "\(path)[\(index)]", dialect: dialect)
    }
  }

  /// The plain value.
  public func scalar() throws(YAMLProblem) -> FactTree {
    guard case .scalar(let scalar) = node else { throw badValue("must be a plain value") }
    return Self.fact(scalar)
  }

  /// A text that is not empty.
  public func word() throws(YAMLProblem) -> String { try word(scalar()) }

  /// The plain value as it is written, whatever it looks like; not empty.
  public func written() throws(YAMLProblem) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty, Self.fact(scalar) != .null else {
      throw badValue("must be a plain value")
    }
    return scalar.string
  }

  /// A whole number of a range.
  public func whole(in range: ClosedRange<Int>) throws(YAMLProblem) -> Int {
    try whole(scalar(), in: range)
  }

  /// A number, finite.
  public func number() throws(YAMLProblem) -> Double { try number(scalar()) }

  /// True or false, and no other word for them.
  public func truth() throws(YAMLProblem) -> Bool { try truth(scalar()) }

  /// A fact that was found here, as a text that is not empty.
  public func word(_ fact: FactTree) throws(YAMLProblem) -> String {
    guard case .text(let word) = fact, !word.isEmpty else { throw badValue("must be a text") }
    return word
  }

  /// A fact that was found here, as a whole number of a range.
  public func whole(_ fact: FactTree, in range: ClosedRange<Int>) throws(YAMLProblem) -> Int {
    guard case .integer(let number) = fact, range.contains(number) else {
      throw badValue("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A fact that was found here, as a number.
  public func number(_ fact: FactTree) throws(YAMLProblem) -> Double {
    switch fact {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw badValue("must be a number")
    }
  }

  /// A fact that was found here, as true or false.
  public func truth(_ fact: FactTree) throws(YAMLProblem) -> Bool {
    guard case .bool(let truth) = fact else { throw badValue("must be true or false") }
    return truth
  }

  /// The path of a key below this value.
  public func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

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
