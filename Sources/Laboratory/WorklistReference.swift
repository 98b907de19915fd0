/// The line of a worklist that a run was taken for: goes into `run.json`.
public struct WorklistReference: Sendable, Hashable, Codable {
  /// The number of the worklist in its home, from 1.
  public var list: Int
  /// The number of the entry in it, from 1.
  public var entry: Int
  /// The name of the worklist as it came.
  public var source: String
  /// SHA-256 of the worklist as it came, lower-case hexadecimal.
  public var sha256: String
  /// The cells of columns that mean nothing to Gauger, by their heading, as they came.
  public var columns: [String: String]

  /// Names a line.
  public init(
    list: Int, entry: Int, source: String, sha256: String, columns: [String: String] = [:]
  ) {
    self.list = list
    self.entry = entry
    self.source = source
    self.sha256 = sha256
    self.columns = columns
  }
}

/// What a person said when a sample was measured that had been measured before.
public enum SampleAgain: String, Sendable, Hashable, Codable, CaseIterable {
  /// The same preparation, or another injection of it.
  case replicate
  /// Taken from the goods a second time.
  case secondSampling = "second-sampling"
}

/// Where an imported run was found: a folder that is watched.
public struct WatchedSource: Sendable, Hashable, Codable {
  /// The name of the instrument whose exports lie there.
  public var instrument: String
  /// The name of the file or folder in it.
  public var name: String
  /// The run of an earlier export of this name, with other bytes; none for the first.
  public var supersedes: RunID?
  /// SHA-256 over the names and hashes of all files of a folder; none where the export is a file.
  public var treeSHA256: String?
  /// The files of such a folder, each with its hash; only the one that was read is copied.
  public var files: [RunFile]?

  /// Names an export.
  public init(instrument: String, name: String) {
    self.instrument = instrument
    self.name = name
  }

  private enum CodingKeys: String, CodingKey {
    case instrument, name, supersedes, files
    case treeSHA256 = "tree_sha256"
  }
}
