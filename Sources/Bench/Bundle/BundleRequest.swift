public import Laboratory

/// What is asked for when a run is to be packed.
public struct BundleRequest: Sendable, Hashable {
  /// The run.
  public var run: RunID
  /// The folder or archive to make; it must not exist yet.
  public var path: String
  /// Whether one archive is made and not a folder.
  public var isZip: Bool
  /// Whether the raw data of the other runs of its sequences are left out.
  public var isLean: Bool
  /// Whether the libraries that were searched are packed, and not their hashes alone.
  public var includesLibraries: Bool
  /// Who asks.
  public var person: String

  /// Asks for a bundle.
  public init(
    run: RunID, path: String, isZip: Bool, isLean: Bool = false, includesLibraries: Bool = false,
    person: String
  ) {
    self.run = run
    self.path = path
    self.isZip = isZip
    self.isLean = isLean
    self.includesLibraries = includesLibraries
    self.person = person
  }
}

/// A bundle that was made.
public struct MadeBundle: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// The run.
  public var run: RunID
  /// Where it is.
  public var path: String
  /// How many files it holds, manifest and seal not counted.
  public var files: Int
  /// Their size in bytes.
  public var size: Int
  /// SHA-256 of its manifest, which stands for all of it.
  public var manifestSHA256: String
  /// The public key that it is sealed by.
  public var key: String
  /// What was left out, and why, by name.
  public var leftOut: [String: String]

  private enum CodingKeys: String, CodingKey {
    case schema, run, path, files, size, key
    case manifestSHA256 = "manifest_sha256"
    case leftOut = "left_out"
  }
}
