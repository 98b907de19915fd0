internal import GRDB

/// A value in a row of the catalogue.
public enum CatalogueValue: Sendable, Hashable {
  /// Nothing was said.
  case none
  /// A text.
  case text(String)
  /// A whole number; truth is 1 or 0.
  case integer(Int64)
  /// A number, as it stands in the file.
  case real(Double)

  /// A text, or none.
  public init(_ text: String?) { self = text.map { .text($0) } ?? .none }
  /// A whole number, or none.
  public init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .none }
  /// A count.
  public init(_ number: UInt64) { self = .integer(Int64(clamping: number)) }
  /// A number, or none.
  public init(_ number: Double?) { self = number.map { .real($0) } ?? .none }
  /// A truth.
  public init(_ truth: Bool) { self = .integer(truth ? 1 : 0) }

  var stored: DatabaseValue {
    switch self {
    case .none: .null
    case .text(let text): text.databaseValue
    case .integer(let number): number.databaseValue
    case .real(let number): number.databaseValue
    }
  }
}

/// The tables that files fill.
public enum CatalogueTable: String, Sendable, Hashable, CaseIterable {
  /// One row a run: the content of its `run.json`.
  case runs
  /// The answers of runs, as their result sheets and sequences have them.
  case results
  /// Versions of evaluations of runs and of sequences.
  case evaluations
  /// Which libraries were searched for an evaluation.
  case librariesUsed = "libraries_used"
  /// The runs of a version of a sequence.
  case sequenceRuns = "sequence_runs"
  /// What was computed of a run, with the numbers used.
  case steps
  /// Where deliveries stand.
  case deliveries
  /// What people decided, every version.
  case register
  /// Which versions of the register stood behind a run: its calibrations, its instrument's state.
  case registerUsed = "register_used"
  /// Versions of libraries.
  case libraryVersions = "library_versions"
  /// The methods of the site.
  case methodFiles = "method_files"
  /// Worklists that came in.
  case worklists
  /// What they ask for.
  case worklistEntries = "worklist_entries"
  /// What became of that, every change.
  case worklistChanges = "worklist_changes"
  /// How far each segment of the audit chain goes.
  case auditSegments = "audit_segments"
  /// Places of the audit chain that went out with deliveries.
  case auditHeadsSent = "audit_heads_sent"
}

/// One row that a file gives.
public struct CatalogueRow: Sendable, Hashable {
  /// The table.
  public var table: CatalogueTable
  /// The values by the names of their columns; `source` is added.
  public var values: [String: CatalogueValue]

  /// Makes a row.
  public init(_ table: CatalogueTable, _ values: [String: CatalogueValue]) {
    (self.table, self.values) = (table, values)
  }
}

/// What a file looked like when it was read.
public struct CatalogueStamp: Sendable, Hashable {
  /// SHA-256 of its bytes.
  public var sha256: String
  /// Its size in bytes.
  public var size: Int
  /// Inode and times; empty where it had changed too shortly before to be told apart by them.
  public var stamp: String

  /// Makes a stamp.
  public init(sha256: String, size: Int, stamp: String) {
    (self.sha256, self.size, self.stamp) = (sha256, size, stamp)
  }
}

/// A file of the home with all that the catalogue holds of it.
public struct CatalogueEntry: Sendable, Hashable {
  /// Its path from the home.
  public var path: String
  /// What it looked like.
  public var stamp: CatalogueStamp
  /// What it gives; nothing where it cannot be read.
  public var rows: [CatalogueRow]
  /// Why it cannot be read; none where it can.
  public var problem: String?

  /// Makes an entry.
  public init(path: String, stamp: CatalogueStamp, rows: [CatalogueRow], problem: String? = nil) {
    (self.path, self.stamp, self.rows, self.problem) = (path, stamp, rows, problem)
  }
}
