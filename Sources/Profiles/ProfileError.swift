public import Laboratory
internal import YAMLText

/// Why a device profile cannot be used, with the place in the file.
public struct ProfileError: Error, Explained, Hashable {
  /// The lasting codes.
  public enum Code: String, Sendable, CaseIterable {
    /// Not YAML, or YAML of a kind that profiles do not use (anchors, several documents).
    case syntax = "profile-syntax"
    /// Larger, deeper or more numerous than a profile may be.
    case tooLarge = "profile-too-large"
    /// A key that must be there is not.
    case missingKey = "profile-missing-key"
    /// A key that means nothing.
    case unknownKey = "profile-unknown-key"
    /// A value that cannot be used.
    case badValue = "profile-bad-value"
    /// A constant without a source, or with one that the `sources` table does not name.
    case noSource = "profile-no-source"
    /// Written for a later version of the schema.
    case unknownSchema = "profile-unknown-schema"
    /// Two files of one folder with the same id.
    case duplicateID = "profile-duplicate-id"
    /// The program has no such driver.
    case unknownDriver = "profile-unknown-driver"
    /// The driver cannot work with the `facts`.
    case unusableFacts = "profile-unusable-facts"
    /// The file or folder cannot be read.
    case unreadable = "profile-unreadable"
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

  /// `file:line:column`, as editors understand it.
  public var place: String { line > 0 ? "\(file):\(line):\(column)" : file }

  /// The error in four parts.
  public var failure: Failure {
    Failure(code.rawValue, exit: .failed, what: "\(place): \(problem)", why: why, next: next)
  }
}

extension ProfileError {
  /// A problem of the text, under the code that profiles have for its kind.
  init(_ problem: YAMLProblem, file: String) {
    let code: Code =
      switch problem.kind {
      case .syntax: .syntax
      case .tooLarge: .tooLarge
      case .missingKey: .missingKey
      case .unknownKey: .unknownKey
      case .unknownSchema: .unknownSchema
      case .badValue, .unknownName, .contradiction: .badValue
      }
    self.init(
      code, file: file, line: problem.place.line, column: problem.place.column,
      problem: problem.problem, why: problem.why, next: problem.next)
  }
}
