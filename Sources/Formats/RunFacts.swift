internal import Instruments
internal import Laboratory

/// What a file says of its run beside the numbers: names in snake_case and values as text, in a
/// fixed order, from which every text format makes its head.
///
/// A fact that nobody knows is left out. Names are published: add, never rename.
struct RunFacts {
  var facts: [(name: String, value: String)] = []

  /// What the numbers of one file are, put among the facts of its run.
  struct Subject {
    /// How many scans were averaged; none where the file is not about one mean.
    var scansAveraged: Int?
    /// What is to be known of the numbers, in order.
    var about: [(name: String, value: String)]
    /// What was computed.
    var steps: [ProcessingStep]
  }

  init(_ spectrum: Spectrum, _ record: RunRecord, journalSHA256: String) {
    let saturated = spectrum.saturated.map(String.init).joined(separator: " ")
    let subject = Subject(
      scansAveraged: spectrum.scans,
      about: [
        ("axis", spectrum.axis.kind.rawValue), ("axis_unit", spectrum.axis.unit.symbol),
        ("unit", spectrum.unit.symbol), ("points", String(spectrum.intensity.count)),
        ("saturated_channels", saturated.isEmpty ? "none" : saturated),
      ], steps: spectrum.steps)
    self.init(subject, record, journalSHA256: journalSHA256)
  }

  init(_ subject: Subject, _ record: RunRecord, journalSHA256: String) {
    add("emulated", record.emulated ? "yes" : "no")
    add("complete", record.complete ? "yes" : "no")
    add("run", record.run.text)
    add("kind", record.kind.rawValue)
    add("sample", record.sample.id)
    add("position", record.sample.position)
    add("remark", record.sample.remark)
    add("level", record.sample.level.map(DecimalText.shortest))
    add("dilution", record.sample.dilution.map(DecimalText.shortest))
    add("mass_mg", record.sample.massMilligrams.map(DecimalText.shortest))
    add("replicate", record.sample.replicate.map(String.init))
    add("method", record.method?.name)
    add("method_version", record.method?.version)
    add("method_sha256", record.method?.sha256)
    add("operator", record.person)
    if !record.laboratory.isEmpty { add("laboratory", record.laboratory) }
    add("started", record.started.iso8601)
    add("ended", record.ended?.iso8601)
    add("time_zone", record.timeZone)
    add("ended_by", record.endedBy.rawValue)
    add("safe", record.safe.rawValue)
    add("maker", record.instrument.maker)
    add("instrument", record.instrument.name)
    add("model", record.instrument.model)
    add("serial_number", record.instrument.serialNumber)
    add("firmware", record.instrument.firmware)
    add("address", record.instrument.address)
    add("driver", record.instrument.driver)
    for (name, value) in record.settings.values.sorted(by: { $0.key < $1.key }) {
      add("setting_\(name)", DecimalText.shortest(value))
    }
    add("scans_asked", record.scansAsked.map(String.init))
    add("scans_averaged", subject.scansAveraged.map(String.init))
    add("scans_kept", String(record.counts.scans))
    add("frames_dark", String(record.counts.dark))
    add("frames_refused", String(record.counts.refused))
    add("frames_partial", String(record.counts.partial))
    add("frames_stale", String(record.counts.stale))
    add("frames_lost", String(record.counts.lost))
    add("records_durable", String(record.counts.durable))
    for (name, value) in subject.about { add(name, value) }
    add("dark_source", record.darkSource)
    for (index, step) in subject.steps.enumerated() {
      add("step_\(index + 1)", Self.line(step))
    }
    for (index, warning) in record.warnings.enumerated() {
      add("warning_\(index + 1)", warning)
    }
    if let failure = record.failure { add("failure", "\(failure.code): \(failure.what)") }
    add("imported_file", record.imported?.file)
    add("imported_format", record.imported?.format)
    add("imported_sha256", record.imported?.sha256)
    add("journal_sha256", journalSHA256)
    add("profile_sha256", record.profileSHA256)
    add("software", record.software)
    add("computed_by", record.computedBy)
  }

  /// The value of a fact.
  subscript(name: String) -> String? { facts.first { $0.name == name }?.value }

  /// A step in one line: `dark-frame: done: the mean dark ... [dark_scans=10]`.
  static func line(_ step: ProcessingStep) -> String {
    let numbers = step.numbers.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(DecimalText.shortest($0.value))" }.joined(separator: " ")
    return "\(step.name): \(step.state.rawValue): \(step.detail)"
      + (numbers.isEmpty ? "" : " [\(numbers)]")
  }

  /// The words that must be seen before anything else: `EMULATED`, `INCOMPLETE`.
  static func marks(_ record: RunRecord) -> [String] {
    (record.emulated ? ["EMULATED"] : []) + (record.complete ? [] : ["INCOMPLETE"])
  }

  private mutating func add(_ name: String, _ value: String?) {
    if let value { facts.append((name, value)) }
  }
}

extension Spectrum {
  /// Refuses what no text format of ours can hold: missing, uneven or non-finite values.
  func checkWritable(as format: FormatError.Format) throws(FormatError) {
    let count = intensity.count
    guard count >= 2, axis.values.count == count, raw.count == count,
      wavelengths.map({ $0.count == count }) ?? true, dark.map({ $0.count == count }) ?? true,
      saturated.allSatisfy({ (0..<count).contains($0) })
    else {
      throw FormatError(
        format, .shape,
        "\(count) intensities, \(axis.values.count) axis values, \(raw.count) raw counts")
    }
    for (name, values) in [
      ("axis", axis.values), ("intensity", intensity), ("raw", raw), ("wavelength", wavelengths),
      ("dark", dark),
    ] as [(String, [Double]?)] {
      if let channel = values?.firstIndex(where: { !$0.isFinite }) {
        throw FormatError(format, .notFinite, "the \(name) value of channel \(channel)")
      }
    }
    let x = axis.values
    let rises = x[1] > x[0]
    if let channel = (1..<count).first(where: { rises ? x[$0] <= x[$0 - 1] : x[$0] >= x[$0 - 1] }) {
      throw FormatError(
        format, .axis, "the axis neither rises nor falls strictly at channel \(channel)")
    }
  }
}
