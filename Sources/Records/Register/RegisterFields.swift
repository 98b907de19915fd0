public import Laboratory

/// What a file of the register says of its object: texts by name, and groups of texts by name.
///
/// A number, a time or a truth is a text too, so that it has one spelling for ever.
public struct RegisterFields: Sendable, Hashable {
  /// The texts.
  public var texts: [String: String]
  /// The groups.
  public var groups: [String: [String: String]]

  /// Makes fields.
  public init(_ texts: [String: String] = [:], groups: [String: [String: String]] = [:]) {
    self.texts = texts
    self.groups = groups
  }

  /// A text; setting nil takes it away.
  public subscript(name: String) -> String? {
    get { texts[name] }
    set { texts[name] = newValue }
  }

  /// A time, as UTC; nil where there is none or it is not one.
  public func time(_ name: String) -> Timestamp? { texts[name].flatMap { Timestamp(iso8601: $0) } }

  /// The text, or `register-damaged` where it is missing.
  func demand(_ name: String) throws(RegisterError) -> String {
    guard let text = texts[name] else { throw .fieldMissing(name) }
    return text
  }

  /// The word of a fixed list, or `register-damaged`.
  func demand<Word: RawRepresentable>(
    _ name: String, as type: Word.Type
  ) throws(RegisterError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try demand(name)) else { throw .fieldMissing(name) }
    return word
  }

  /// The time, or `register-damaged`.
  func demandTime(_ name: String) throws(RegisterError) -> Timestamp {
    guard let time = Timestamp(iso8601: try demand(name)) else { throw .fieldMissing(name) }
    return time
  }

  /// A time that may be missing, but if it is there is one.
  func optionalTime(_ name: String) throws(RegisterError) -> Timestamp? {
    texts[name] == nil ? nil : try demandTime(name)
  }

  var json: CanonicalJSON {
    .object(
      texts.mapValues { .text($0) }.merging(
        groups.mapValues { .object($0.mapValues { .text($0) }) }, uniquingKeysWith: { a, _ in a }))
  }

  init?(_ json: CanonicalJSON) {
    guard let members = json.members else { return nil }
    self.init()
    for (name, value) in members {
      switch value {
      case .text(let text): texts[name] = text
      case .object(let group):
        let inner = group.compactMapValues(\.text)
        guard inner.count == group.count else { return nil }
        groups[name] = inner
      case .number: return nil
      }
    }
  }
}
