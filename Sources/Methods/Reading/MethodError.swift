public import Laboratory
internal import YAMLText

/// Why a method cannot be used, with the place in the file.
public struct MethodError: Error, Explained, Hashable {
  /// The lasting codes.
  public enum Code: String, Sendable, CaseIterable {
    /// Not YAML, or YAML of a kind that methods do not use (anchors, several documents).
    case syntax = "method-syntax"
    /// Larger or deeper than a method may be.
    case tooLarge = "method-too-large"
    /// A key that must be there is not.
    case missingKey = "method-missing-key"
    /// A key that means nothing.
    case unknownKey = "method-unknown-key"
    /// A value that cannot be used.
    case badValue = "method-bad-value"
    /// A signal, an internal standard or a setting that is named and is not there.
    case unknownName = "method-unknown-name"
    /// Two values that exclude each other.
    case contradiction = "method-contradiction"
    /// Written for another version of the schema.
    case unknownSchema = "method-unknown-schema"
    /// Two files of one folder with the same name.
    case duplicateName = "method-duplicate-name"
    /// The file or folder cannot be read.
    case unreadable = "method-unreadable"
    /// No method has the name that was asked for.
    case notFound = "method-not-found"
    /// A method of the name is already there.
    case exists = "method-exists"
    /// The runs show nothing that a method could be learned from.
    case nothingLearned = "method-nothing-learned"
  }

  /// What kind of error it is.
  public var code: Code
  /// The file.
  public var file: String
  /// The line, from 1; 0 where the whole file is meant.
  public var line: Int
  /// The column, from 1; 0 where the whole line or file is meant.
  public var column: Int
  /// What is wrong, without the place.
  public var problem: String
  /// Why that matters.
  public var why: String
  /// What to do next.
  public var next: String

  /// Makes an error at a place of a file.
  public init(
    _ code: Code, file: String, line: Int = 0, column: Int = 0, problem: String, why: String,
    next: String
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem
    self.why = why
    self.next = next
  }

  init(_ problem: YAMLProblem, file: String) {
    let code: Code =
      switch problem.kind {
      case .syntax: .syntax
      case .tooLarge: .tooLarge
      case .missingKey: .missingKey
      case .unknownKey: .unknownKey
      case .badValue: .badValue
      case .unknownName: .unknownName
      case .contradiction: .contradiction
      case .unknownSchema: .unknownSchema
      }
    self.init(
      code, file: file, line: problem.place.line, column: problem.place.column,
      problem: problem.problem, why: problem.why, next: problem.next)
  }

  /// `file:line:column`, as editors understand it.
  public var place: String { line > 0 ? "\(file):\(line):\(column)" : file }

  /// The error in four parts.
  public var failure: Failure {
    let exit: ExitStatus = code == .notFound ? .notFound : .failed
    return Failure(
      code.rawValue, exit: exit, what: file.isEmpty ? problem : "\(place): \(problem)", why: why,
      next: next)
  }
}
