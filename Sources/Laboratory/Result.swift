public import Instruments

/// One answer for the LIMS: a number with its unit, or a text; never both bent into one.
public struct AnalyteResult: Sendable, Hashable, Codable {
  /// The LIMS keyword of what was determined.
  public var keyword: String
  /// The number, if it is one.
  public var value: Double?
  /// The text, if it is one (an identity is a result).
  public var text: String?
  /// The unit of the number.
  public var unit: Unit?
  /// The expanded uncertainty, in the same unit.
  public var uncertainty: Double?
  /// What else must be known (`saturated`, `no-dark`).
  public var flags: [String]

  /// Makes an answer.
  public init(
    keyword: String, value: Double? = nil, text: String? = nil, unit: Unit? = nil,
    uncertainty: Double? = nil, flags: [String] = []
  ) {
    self.keyword = keyword
    self.value = value
    self.text = text
    self.unit = unit
    self.uncertainty = uncertainty
    self.flags = flags
  }
}

/// The version of a sequence that answers are from.
public struct SequenceReference: Sendable, Hashable, Codable {
  /// The sequence's name.
  public var name: String
  /// Its version, from 1.
  public var version: Int
  /// SHA-256 of its `sequence.json`.
  public var sha256: String

  /// Names a version of a sequence.
  public init(name: String, version: Int, sha256: String) {
    self.name = name
    self.version = version
    self.sha256 = sha256
  }
}

/// What is handed to a LIMS beside the standard files: one JSON object, or one CSV row an analyte.
public struct ResultSheet: Sendable, Hashable, Codable {
  /// The version of this structure.
  public var schema = 1
  /// The run.
  public var run: RunID
  /// What was measured.
  public var sample: Sample
  /// What the run is for.
  public var kind: RunKind
  /// The method's name and hash; none where the run had none.
  public var method: String?
  /// SHA-256 of the method's text.
  public var methodSHA256: String?
  /// The instrument.
  public var instrument: RunInstrument
  /// Who asked for the run.
  public var person: String
  /// When it was measured, UTC.
  public var measured: Timestamp
  /// The site's time zone, by its IANA name.
  public var timeZone: String
  /// Whether the run took all it was asked for and lost nothing.
  public var complete: Bool
  /// Whether the instrument was one of our emulators.
  public var emulated: Bool
  /// The answers.
  public var results: [AnalyteResult]
  /// The standard files that go with it.
  public var files: [RunFile]
  /// SHA-256 of the raw journal.
  public var journalSHA256: String
  /// What computed it.
  public var software: String
  /// The sequence that the answers are from; none where they are from the run alone.
  public var sequence: SequenceReference?
  /// The libraries that its method asked, so that a wrong one can be recalled; none where it asked none.
  public var libraries: [LibrarySource]?

  /// Makes a sheet from a run and its answers.
  public init(
    _ record: RunRecord, journalSHA256: String, results: [AnalyteResult], files: [RunFile]
  ) {
    run = record.run
    sample = record.sample
    kind = record.kind
    method = record.method.map { "\($0.name) \($0.version)" }
    methodSHA256 = record.method?.sha256
    instrument = record.instrument
    person = record.person
    measured = record.started
    timeZone = record.timeZone
    complete = record.complete
    emulated = record.emulated
    self.results = results
    self.files = files
    self.journalSHA256 = journalSHA256
    software = record.computedBy ?? record.software
  }

  private enum CodingKeys: String, CodingKey {
    case schema, run, sample, kind, method, instrument, measured, complete, emulated, results
    case files, software, sequence, libraries
    case methodSHA256 = "method_sha256"
    case person = "operator"
    case timeZone = "time_zone"
    case journalSHA256 = "journal_sha256"
  }
}
