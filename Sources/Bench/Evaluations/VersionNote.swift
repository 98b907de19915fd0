public import Laboratory

/// Who made a version, when and why: beside what was computed, which holds no time of its own.
public struct VersionNote: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// The number of the version, from 1.
  public var version: Int
  /// The number of the version that it takes the place of; none for the first.
  public var supersedes: Int?
  /// Why there is a new one; none for the first.
  public var reason: String?
  /// Who made it.
  public var person: String
  /// When.
  public var made: Timestamp
  /// By which method.
  public var method: MethodReference
  /// The files beside this one.
  public var files: [RunFile]

  /// Makes a note.
  public init(
    version: Int, supersedes: Int?, reason: String?, person: String, made: Timestamp,
    method: MethodReference, files: [RunFile]
  ) {
    self.version = version
    self.supersedes = supersedes
    self.reason = reason
    self.person = person
    self.made = made
    self.method = method
    self.files = files
  }
}
