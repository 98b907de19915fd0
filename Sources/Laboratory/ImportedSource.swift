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

  /// Makes a source.
  public init(file: String, format: String, sha256: String, declared: [String: String] = [:]) {
    self.file = file
    self.format = format
    self.sha256 = sha256
    self.declared = declared
  }
}
