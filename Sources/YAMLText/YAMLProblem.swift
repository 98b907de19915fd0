/// A place in a text, from 1; 0 where the whole text or line is meant.
public struct YAMLPlace: Sendable, Hashable {
  /// The line.
  public var line: Int
  /// The column.
  public var column: Int

  /// Names a place; the whole text where nothing is given.
  public init(line: Int = 0, column: Int = 0) {
    self.line = line
    self.column = column
  }
}

/// What is wrong with a text and where; the room that reads gives it its lasting code.
public struct YAMLProblem: Error, Sendable, Hashable {
  /// The kinds of problems.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Not YAML, or YAML of a kind that is not used here (anchors, several documents).
    case syntax
    /// Larger or deeper than such a text may be.
    case tooLarge
    /// A key that must be there is not.
    case missingKey
    /// A key that means nothing.
    case unknownKey
    /// A value that cannot be used.
    case badValue
    /// Written for another version of the schema.
    case unknownSchema
    /// A value names something that is not there.
    case unknownName
    /// A value that another one excludes.
    case contradiction
  }

  /// What kind it is.
  public var kind: Kind
  /// Where.
  public var place: YAMLPlace
  /// What is wrong, without the place.
  public var problem: String
  /// Why that matters.
  public var why: String
  /// What to do next.
  public var next: String

  /// Makes a problem.
  public init(_ kind: Kind, at place: YAMLPlace, problem: String, why: String, next: String) {
    self.kind = kind
    self.place = place
    self.problem = problem
    self.why = why
    self.next = next
  }
}
