public import Laboratory

/// What one look for worklists found.
public struct WorklistReport: Sendable, Hashable, Codable {
  /// One worklist that was finished.
  public struct Received: Sendable, Hashable, Codable {
    /// Its name as it came.
    public var source: String
    /// Its number; none where nothing was kept of it.
    public var list: Int?
    /// Whether it was kept before, to the byte.
    public var isKnown = false
    /// How many entries were taken in.
    public var entries = 0
    /// The lines that were refused.
    public var refused: [RefusedLine] = []
    /// The list that it takes the place of; none for the first of its name.
    public var supersedes: Int?
    /// How it was read, and what a person should know.
    public var notes: [String] = []
    /// Why nothing was kept of it.
    public var failure: Failure?

    init(source: String) { self.source = source }
  }

  /// A line of which nothing was taken.
  public struct RefusedLine: Sendable, Hashable, Codable {
    /// The line in the file, or the element of a JSON list, from 1.
    public var line: Int
    /// Why.
    public var reason: String
    /// The line as it came, shortened.
    public var text: String
  }

  /// The version of this structure.
  public var schema = 1
  /// The worklists, in the order of their coming.
  public var received: [Received] = []
  /// Files that are not finished yet.
  public var waiting: [String] = []
  /// Why a place was not looked at.
  public var failures: [Failure] = []
  /// What a person should know.
  public var notes: [String] = []
}
