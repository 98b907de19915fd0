/// The file of another system that a run was imported from; a copy of it is the run's raw record.
public struct ImportedSource: Sendable, Hashable, Codable {
  /// The name of the copy within the run's folder `source/`.
  public var file: String
  /// The format as it was read (`andi-ms`, `mzml`, `ms1`, `jcamp-dx`, `csv`).
  public var format: String
  /// SHA-256 of its bytes, lower-case hexadecimal.
  public var sha256: String
  /// How a table was declared (`time=1 unit=s decimal=comma`), by key; empty where it needs none.
  public var declared: [String: String]
  /// The size in bytes; none where an older version did not keep it.
  public var size: Int?
  /// The path that it was read from; only for people, it may be gone.
  public var path: String?
  /// When it was imported.
  public var imported: Timestamp?
  /// What the file calls the sample, the likeliest first; by its words alone a sample is not known.
  public var names: [String]?
  /// The watched folder that it was found in; none where a person named the file.
  public var watched: WatchedSource?

  /// Makes a source.
  public init(file: String, format: String, sha256: String, declared: [String: String] = [:]) {
    self.file = file
    self.format = format
    self.sha256 = sha256
    self.declared = declared
  }

  private enum CodingKeys: String, CodingKey {
    case file, format, sha256, declared, size, path, watched
    case imported = "imported_at"
    case names = "sample_names"
  }
}

/// Who said later which sample an imported run is of.
public struct SampleAssignment: Sendable, Hashable, Codable {
  /// Who said it.
  public var person: String
  /// When.
  public var time: Timestamp

  /// Makes an assignment.
  public init(person: String, time: Timestamp) {
    self.person = person
    self.time = time
  }

  private enum CodingKeys: String, CodingKey {
    case time
    case person = "operator"
  }
}

extension RunRecord {
  /// The id of the sample of an imported run that nobody has assigned yet.
  public static let unassigned = "unassigned"

  /// Whether nobody knows yet which sample the run is of.
  public var isUnassigned: Bool { imported != nil && sample.id == Self.unassigned }
}
