/// A map, asked key by key; what nobody asked for is refused by name.
public struct YAMLMap {
  /// One key with its value.
  public struct Entry {
    /// The key.
    public let key: String
    /// Where the key begins.
    public let place: YAMLPlace
    /// Its value.
    public let value: YAMLValue
  }

  /// The value that it is.
  public let owner: YAMLValue
  /// Keys and values in the order of the text.
  public let entries: [Entry]

  /// Makes a map; a room that takes keys out of one makes the rest anew.
  public init(owner: YAMLValue, entries: [Entry]) {
    self.owner = owner
    self.entries = entries
  }

  /// The keys in the order of the text.
  public var keys: [String] { entries.map(\.key) }

  /// The value of a key, if it is there.
  public func value(_ key: String) -> YAMLValue? { entries.first { $0.key == key }?.value }

  /// The value of a key that must be there.
  public func required(_ key: String) throws(YAMLProblem) -> YAMLValue {
    guard let value = value(key) else {
      throw owner.problem(
        .missingKey, owner.path.isEmpty ? "the key '\(key)' is missing" : "lacks the key '\(key)'",
        why: owner.dialect.missingReason,
        next: "Add '\(key)'; the page on the \(owner.dialect.name) schema says what it means.")
    }
    return value
  }

  /// Refuses a key that is not among those known.
  public func refuseUnknown(_ known: [String]) throws(YAMLProblem) {
    for entry in entries where !known.contains(entry.key) {
      let near = Spelling.nearest(to: entry.key, among: known)
      throw YAMLProblem(
        .unknownKey, at: entry.place,
        problem: "\(entry.value.path) is not a key that \(owner.dialect.plural) know",
        why: owner.dialect.unknownReason,
        next: near.map { "Did you mean '\($0)'?" }
          ?? "Known here: \(known.joined(separator: ", ")).")
    }
  }
}
