internal import Instruments
public import Laboratory
public import Methods

/// One thing that a file says of its run: a name in snake_case, or as a foreign file spelt it, and a
/// value as text.
public struct FileFact: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The value; any text.
  public var value: String

  /// Makes a fact.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a file says beside its numbers, in the terms that formats have fields for.
///
/// `facts` says all of it again, exactly and in a fixed order, for the private fields of each
/// format; a text that nobody knows is empty, a number or moment nil. Nothing of the moment of
/// writing enters: the same run, version and options give the same bytes.
public struct ExportHead: Sendable, Hashable {
  /// The technique, where it is known.
  public var technique: Method.Technique?
  /// The id of the sample, or what the file calls it.
  public var sample = ""
  /// A remark on the sample for people.
  public var remark = ""
  /// What the run is for.
  public var kind: RunKind?
  /// Who measured.
  public var person = ""
  /// The laboratory.
  public var laboratory = ""
  /// When the measurement began.
  public var started: Timestamp?
  /// When it ended.
  public var ended: Timestamp?
  /// The site's time zone by its IANA name.
  public var timeZone = ""
  /// The maker of the instrument.
  public var maker = ""
  /// The name on the box.
  public var instrument = ""
  /// The model, as the profile or the file names it.
  public var model = ""
  /// The serial number.
  public var serialNumber = ""
  /// The firmware version.
  public var firmware = ""
  /// The method that the run was taken by.
  public var method: MethodReference?
  /// The settings in force, with the unit in each name.
  public var settings: [String: Double] = [:]
  /// What was computed, in order.
  public var steps: [ProcessingStep] = []
  /// What a person should know of the run.
  public var warnings: [String] = []
  /// Whether the instrument was one of our emulators.
  public var isEmulated = false
  /// Whether all that was asked for was taken; true where nobody says otherwise.
  public var isComplete = true
  /// The run's id, or the name of the file that was read.
  public var source = ""
  /// What that is: `raw journal` of a run, or the format of a file (`andi-ms`).
  public var sourceKind = ""
  /// SHA-256 of the raw journal or of the file's bytes, lower-case hexadecimal.
  public var sourceSHA256 = ""
  /// Which program and version writes the file.
  public var software = ""
  /// All of it by name, exact.
  public var facts: [FileFact] = []
  /// What else the sample is called.
  public var names: [String] = []

  /// Makes a head of which nothing is known.
  public init() {}

  /// The head of a run, whose raw record has the hash `journalSHA256`.
  ///
  /// - `about` is what is known of the numbers, and `steps` what was computed of them.
  public init(
    _ record: RunRecord, journalSHA256: String, technique: Method.Technique? = nil,
    about: [FileFact] = [], steps: [ProcessingStep] = []
  ) {
    self.technique = technique
    sample = record.sample.id
    names = [sample]
    remark = record.sample.remark ?? ""
    kind = record.kind
    person = record.person
    laboratory = record.laboratory
    (started, ended, timeZone) = (record.started, record.ended, record.timeZone)
    maker = record.instrument.maker
    instrument = record.instrument.name
    model = record.instrument.model
    serialNumber = record.instrument.serialNumber
    firmware = record.instrument.firmware ?? ""
    method = record.method
    settings = record.settings.values
    self.steps = steps
    warnings = record.warnings
    isEmulated = record.emulated
    isComplete = record.complete
    source = record.run.text
    sourceKind = record.imported.map { "file of format \($0.format)" } ?? "raw journal"
    sourceSHA256 = journalSHA256
    software = record.computedBy ?? record.software
    let subject = RunFacts.Subject(about: about.map { ($0.name, $0.value) }, steps: steps)
    facts = RunFacts(subject, record, journalSHA256: journalSHA256).facts
      .map { FileFact($0.name, $0.value) }
  }

  /// The head of a file that was read.
  init(_ read: ReadSource, file: String, sha256: String, software: String) {
    let identity = read.identity
    names = identity.samples
    sample = identity.samples.first ?? ""
    person = identity.person ?? ""
    started = identity.began
    maker = identity.maker ?? ""
    model = identity.model ?? ""
    instrument = model
    serialNumber = identity.serialNumber ?? ""
    isEmulated = identity.emulated
    warnings = read.warnings
    source = file
    sourceKind = read.format.rawValue
    sourceSHA256 = sha256
    self.software = software
    let own = read.measurement.facts
    // A file of ours says what it was, also where it was converted in between.
    technique = own[ContentFacts.techniqueName].flatMap(Method.Technique.init)
    kind = own["kind"].flatMap(RunKind.init)
    laboratory = own["laboratory"] ?? ""
    timeZone = own["time_zone"] ?? ""
    firmware = own["firmware"] ?? ""
    ended = own["ended"].flatMap { Timestamp(iso8601: $0) }
    isComplete = own["complete"] != "no"
    // What tells the numbers of another content would tell those of this one.
    facts = own.filter { !$0.key.hasPrefix(ContentFacts.prefix) }.sorted { $0.key < $1.key }
      .map { FileFact($0.key, $0.value) }
  }

  /// The words that must be seen before anything else: `EMULATED`, `INCOMPLETE`.
  public var marks: [String] {
    (isEmulated ? ["EMULATED"] : []) + (isComplete ? [] : ["INCOMPLETE"])
  }

  /// What a file is called for people: the marks, the sample, and what the run is for.
  public var title: String {
    let prefix = marks.isEmpty ? "" : marks.joined(separator: ", ") + ": "
    let name = sample.isEmpty ? (source.isEmpty ? "unknown" : source) : sample
    return prefix + name + (kind.map { ", \($0.rawValue)" } ?? "")
  }

  /// Where the numbers come from, in one line, with the hash.
  public var provenance: String {
    let what =
      sourceKind == "raw journal" ? "run \(source), raw journal" : "\(source), \(sourceKind)"
    return "\(what) SHA-256 \(sourceSHA256)"
  }
}
