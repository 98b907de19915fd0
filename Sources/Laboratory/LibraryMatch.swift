/// Which library was searched: goes into every result that it led to.
public struct LibrarySource: Sendable, Hashable, Codable {
  /// Its name.
  public var name: String
  /// Its version, as its owner says; empty where there is none.
  public var version: String
  /// SHA-256 of its records in their order, lower-case hexadecimal.
  public var sha256: String

  /// Names a library.
  public init(name: String, version: String, sha256: String) {
    self.name = name
    self.version = version
    self.sha256 = sha256
  }
}

/// One substance that a spectrum was found to be like.
public struct LibraryMatch: Sendable, Hashable, Codable {
  /// The name in the library.
  public var name: String
  /// Its other names in the library, merged because they are the same substance.
  public var synonyms: [String]
  /// The InChIKey, where the library has it.
  public var inchiKey: String?
  /// The CAS registry number, where the library has it.
  public var cas: String?
  /// The score that ranks: 0 to 100 for vibrational spectra (HQI), 0 to 999 for mass spectra.
  public var score: Double
  /// Other scores by name (`reverse`, `first-derivative`).
  public var otherScores: [String: Double]
  /// What else must be known (`no-retention-index`).
  public var flags: [String]

  /// Makes a match.
  public init(
    name: String, synonyms: [String] = [], inchiKey: String? = nil, cas: String? = nil,
    score: Double, otherScores: [String: Double] = [:], flags: [String] = []
  ) {
    self.name = name
    self.synonyms = synonyms
    self.inchiKey = inchiKey
    self.cas = cas
    self.score = score
    self.otherScores = otherScores
    self.flags = flags
  }

  private enum CodingKeys: String, CodingKey {
    case name, synonyms, cas, score, flags
    case inchiKey = "inchikey"
    case otherScores = "other_scores"
  }
}

/// What a search came to.
public enum SearchVerdict: String, Sendable, Hashable, Codable {
  /// One substance fits, and the next different one is clearly worse.
  case match
  /// More than one fits as well: the answer is "one of".
  case undecided
  /// Nothing in the library is like it.
  case noMatch = "no_match"
  /// It cannot be compared: too little overlap, no axis in the library's unit, a constant.
  case notComparable = "not_comparable"
}

/// The answer of a library search: never "identified", always "like this, by that library".
public struct SearchAnswer: Sendable, Hashable, Codable {
  /// What it came to.
  public var verdict: SearchVerdict
  /// The best matches, best first; empty where nothing could be compared.
  public var matches: [LibraryMatch]
  /// The score's distance from the best match to the next different substance; none without one.
  public var margin: Double?
  /// Why, in one sentence.
  public var reason: String
  /// The library.
  public var library: LibrarySource

  /// Makes an answer.
  public init(
    verdict: SearchVerdict, matches: [LibraryMatch], margin: Double?, reason: String,
    library: LibrarySource
  ) {
    self.verdict = verdict
    self.matches = matches
    self.margin = margin
    self.reason = reason
    self.library = library
  }
}
