public import Formats
public import Laboratory

/// What a person asks of the import of finished runs.
public struct ImportRequest: Sendable {
  /// Files, and folders whose files are meant; in the order of import.
  public var paths: [String]
  /// What is known of the sample of all files; its id is empty where the files' names decide.
  public var sample: Sample
  /// A regular expression: what a file calls its sample and fits it wholly is a sample's id.
  public var pattern: String?
  /// What the runs are for.
  public var kind: RunKind
  /// The columns of tables; its zone counts for moments without one.
  public var declaration: TableDeclaration
  /// Whether a file that a run holds already makes another run.
  public var again: Bool
  /// Who imports.
  public var person: String
  /// What is known of files that were found in a watched folder, by path.
  var watched: [String: WatchedFile] = [:]

  /// Makes a request.
  public init(
    paths: [String], sample: Sample = Sample(id: ""), pattern: String? = nil,
    kind: RunKind = .sample, declaration: TableDeclaration = .init(), again: Bool = false,
    person: String
  ) {
    self.paths = paths
    self.sample = sample
    self.pattern = pattern
    self.kind = kind
    self.declaration = declaration
    self.again = again
    self.person = person
  }
}

/// A file that was found in a watched folder.
struct WatchedFile: Sendable {
  var source: WatchedSource
  /// The hash that it had at every look.
  var sha256: String
  /// The only format that is taken.
  var format: SourceFormat?
}

/// What became of one file.
public struct ImportReport: Sendable, Hashable, Codable {
  /// How it went.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// A run was made of it.
    case imported
    /// A run holds the same bytes already; nothing was made.
    case known
    /// It could not be imported; nothing was made.
    case refused
  }

  /// The version of this structure.
  public var schema = 1
  /// The file as it was named.
  public var file: String
  /// How it went.
  public var outcome: Outcome
  /// The run that holds it; none where it was refused.
  public var run: RunID?
  /// The id of the sample, `unassigned` where nobody knows it.
  public var sample: String?
  /// The format as it was read.
  public var format: String?
  /// What a person should know of it.
  public var warnings: [String]
  /// Why it was refused.
  public var failure: Failure?

  init(_ file: String, _ outcome: Outcome, record: RunRecord? = nil, failure: Failure? = nil) {
    self.file = file
    self.outcome = outcome
    self.failure = failure
    run = record?.run
    sample = record?.sample.id
    format = record?.imported?.format
    warnings = record?.warnings ?? []
  }

  /// The exit code for what became of several files: the gravest cause wins.
  public static func status(_ reports: [ImportReport]) -> ExitStatus {
    let found = Set(reports.compactMap(\.failure?.exit))
    let gravest: [ExitStatus] = [.noSpace, .damaged, .denied, .busy, .failed, .notFound, .usage]
    return gravest.first(where: found.contains) ?? found.first ?? .done
  }
}
