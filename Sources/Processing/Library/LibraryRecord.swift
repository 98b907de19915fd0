/// What a library says of one of its spectra: the substance, and where the record stands.
///
/// The same for vibrational and mass spectra; the spectrum stands beside it.
public struct LibraryRecord: Sendable, Hashable, Codable {
  /// The name of the substance.
  public var name: String
  /// Its other names, in the order of the library.
  public var synonyms: [String]
  /// The InChIKey (27 characters), upper case.
  public var inchiKey: String?
  /// The CAS registry number with its hyphens (`50-36-2`).
  public var cas: String?
  /// The sum formula.
  public var formula: String?
  /// The molecular weight as the library states it, most often nominal, in dalton.
  public var molecularWeight: Double?
  /// Retention indices by the name of the phase (`SemiStdNP`); `""` where the library names none.
  public var retentionIndices: [String: Double]
  /// The library's own number or accession of the record.
  public var id: String?
  /// What the library says besides.
  public var comment: String?

  /// Makes a record; what is not given is not known.
  public init(
    name: String, synonyms: [String] = [], inchiKey: String? = nil, cas: String? = nil,
    formula: String? = nil, molecularWeight: Double? = nil,
    retentionIndices: [String: Double] = [:], id: String? = nil, comment: String? = nil
  ) {
    self.name = name
    self.synonyms = synonyms
    self.inchiKey = inchiKey
    self.cas = cas
    self.formula = formula
    self.molecularWeight = molecularWeight
    self.retentionIndices = retentionIndices
    self.id = id
    self.comment = comment
  }

  private enum CodingKeys: String, CodingKey {
    case name, synonyms, cas, formula, id, comment
    case inchiKey = "inchikey"
    case molecularWeight = "molecular_weight"
    case retentionIndices = "retention_indices"
  }
}
