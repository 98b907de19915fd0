public import Laboratory

/// What one look at the watched folders found.
public struct WatchReport: Sendable, Hashable, Codable {
  /// One folder.
  public struct Folder: Sendable, Hashable, Codable {
    /// The instrument whose exports lie there.
    public var instrument: String
    /// The folder.
    public var folder: String
    /// Why it was not looked at: `watch-not-mounted` above all.
    public var failure: Failure?
    /// What became of the exports that were finished at this look.
    public var imports: [ImportReport] = []
    /// The names that are not finished yet.
    public var waiting: [String] = []
    /// What could not be read, and why; tried again when it changes.
    public var aside: [Aside] = []
    /// How many older files stay out.
    public var old = 0
    /// What a person should know.
    public var warnings: [String] = []
  }

  /// An export of which nothing could be made.
  public struct Aside: Sendable, Hashable, Codable {
    /// The name in the folder.
    public var name: String
    /// Why.
    public var failure: Failure
  }

  /// The version of this structure.
  public var schema = 1
  /// The folders, in the order of their names.
  public var folders: [Folder] = []

  /// Whether anything was made.
  public var madeRuns: Bool {
    folders.contains { $0.imports.contains { $0.outcome == .imported } }
  }
}
