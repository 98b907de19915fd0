public import Laboratory

/// A library of spectra that the bench holds: where it came from and what it is.
public struct LibraryNote: Sendable, Hashable, Codable {
  /// What its spectra are.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Mass spectra by electron ionisation.
    case mass
    /// Infrared, Raman or ultraviolet spectra.
    case vibrational
  }

  /// The version of this structure.
  public var schema = 1
  /// Its name, version and the hash of its records.
  public var source: LibrarySource
  /// What its spectra are.
  public var kind: Kind
  /// How many records can be searched.
  public var records: Int
  /// How many records were refused.
  public var refused: Int
  /// The first of the refused ones, with line and reason.
  public var refusals: [String]
  /// Who imported it.
  public var person: String
  /// When.
  public var imported: Timestamp
  /// Its files as they came.
  public var files: [RunFile]

  /// Makes a note.
  public init(
    source: LibrarySource, kind: Kind, records: Int, refused: Int, refusals: [String],
    person: String, imported: Timestamp, files: [RunFile]
  ) {
    self.source = source
    self.kind = kind
    self.records = records
    self.refused = refused
    self.refusals = refusals
    self.person = person
    self.imported = imported
    self.files = files
  }
}
