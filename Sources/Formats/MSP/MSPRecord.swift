internal import Laboratory

/// One record of ours.
struct MSPRecord {
  /// What it is of.
  enum Kind: Hashable, CustomStringConvertible {
    /// A scan by its number from 0.
    case scan(Int)
    /// A spectrum by its number from 1.
    case spectrum(Int)

    var description: String {
      switch self {
      case .scan(let number): "scan \(number)"
      case .spectrum(let number): "spectrum \(number)"
      }
    }
  }

  var kind: Kind
  /// The name of a spectrum; read back, the whole name of the record.
  var name = ""
  /// Seconds; of scans alone.
  var time = 0.0
  var masses: [Double]
  var intensities: [Double]
  /// The place among the records, from 0, and their number.
  var place: (index: Int, count: Int) = (0, 0)
  /// The facts of the first record.
  var facts: [FileFact] = []

  init(
    kind: Kind, label: String = "", time: Double = 0, masses: [Double], intensities: [Double]
  ) {
    (self.kind, name, self.time) = (kind, label, time)
    (self.masses, self.intensities) = (masses, intensities)
  }
}

/// What MSP can hold, checked record by record.
struct MSPOrder: Hashable {
  private var scans = MassScanOrder(.msp)
  private var spectra = 0
  var count: Int { scans.count + spectra }

  /// Refuses NaN, falling masses and times, and intensities below zero, which readers refuse.
  mutating func check(_ record: MSPRecord) throws(Failure) {
    do throws(FormatError) {
      switch record.kind {
      case .scan(let number):
        try scans.check(
          MassScan(
            number: number, time: record.time, massToCharge: record.masses,
            intensity: record.intensities))
      case .spectrum(let number):
        var alone = MassScanOrder(.msp)
        try alone.check(
          MassScan(
            number: number, time: 0, massToCharge: record.masses, intensity: record.intensities))
        spectra += 1
      }
      if let point = record.intensities.firstIndex(where: { $0 < 0 }) {
        throw FormatError(.msp, .shape, "intensity \(point) of \(record.kind) is below zero")
      }
    } catch {
      throw error.failure
    }
  }
}

/// What all records of a file say, and their text.
struct MSPHead {
  private let marked: String
  private let instrument: String
  private let comments: String
  private let facts: String
  private let count: Int

  init(_ content: ExportContent, records: Int) {
    let head = content.head
    let marks = head.marks.isEmpty ? "" : head.marks.joined(separator: ", ") + ": "
    let sample = head.sample.isEmpty ? head.source : head.sample
    let readable = EscapedText.readable(sample).prefix(120)
    marked = marks + (readable.isEmpty ? "unknown" : readable)
    let names = [head.maker, head.instrument.isEmpty ? head.model : head.instrument]
    instrument = EscapedText.readable(names.filter { !$0.isEmpty }.joined(separator: " "))
    comments = Self.comment("source", head.provenance)
    facts = MSPFacts.fields(content.exactFacts)
      .map { Self.comment($0.name, $0.value) }.joined(separator: " ")
    count = records
  }

  /// A record as it stands in the file.
  func text(of record: MSPRecord, _ index: Int) -> [UInt8] {
    var lines: [String] = []
    var words = [Self.comment("record", "\(index)"), Self.comment("records", "\(count)")]
    switch record.kind {
    case .scan(let number):
      let time = DecimalText.shortest(record.time)
      lines.append("Name: \(marked), scan \(number), \(time) s")
      lines.append("RetentionTime: \(time)")
      words.append(Self.comment("scan", "\(number)"))
    case .spectrum(let number):
      lines.append("Name: \(marked), \(EscapedText.readable(record.name).prefix(80))")
      words.append(Self.comment("spectrum", "\(number)"))
    }
    if !instrument.isEmpty { lines.append("Instrument: \(instrument.prefix(200))") }
    words.append(comments)
    if index == 0, !facts.isEmpty { words.append(facts) }
    let comment = "Comments: " + words.joined(separator: " ")
    var peaks = "Num Peaks: \(record.masses.count)\n"
    for (mass, intensity) in zip(record.masses, record.intensities) {
      peaks += DecimalText.shortest(mass) + " " + DecimalText.shortest(intensity) + "\n"
    }
    let head = lines.joined(separator: "\n") + "\n" + comment
    var checksum = Checksum()
    checksum.add((head + "\n" + peaks).utf8)
    let field = " " + Self.comment(MSPFacts.checksum, checksum.text)
    return Array((head + field + "\n" + peaks + "\n").utf8)
  }

  private static func comment(_ name: String, _ value: String) -> String {
    "\(MSPFacts.prefix)\(name)=\"\(MSPFacts.escaped(value))\""
  }
}

/// The facts of a content in the comments of MSP: `gauger_sample="S-1"`.
enum MSPFacts {
  static let prefix = "gauger_"
  static let checksum = "crc32"
  /// What tells a record from its neighbours, and is no fact of the content.
  static let own: Set<String> = ["record", "records", "scan", "spectrum", "source", checksum]

  /// Names and values; a name that is not of letters, digits and underscores stands in the value.
  static func fields(_ facts: [FileFact]) -> [(name: String, value: String)] {
    var numbered = 0
    return facts.map { fact in
      if isSpelled(fact.name) { return (fact.name, fact.value) }
      numbered += 1
      return ("fact_\(numbered)", EscapedText.encode(fact.name) { $0 != "=" } + "=" + fact.value)
    }
  }

  /// The facts of a content among the fields of a record.
  static func facts(_ fields: [FileFact], at offset: Int) throws(FormatError) -> [FileFact] {
    var facts: [FileFact] = []
    for field in fields where !own.contains(field.name) {
      guard field.name.hasPrefix("fact_") else {
        facts.append(field)
        continue
      }
      guard let equals = field.value.firstIndex(of: "="),
        let name = EscapedText.decode(field.value[..<equals])
      else { throw FormatError(.msp, .malformed, at: offset, "\(field.name.prefix(40))") }
      facts.append(FileFact(name, String(field.value[field.value.index(after: equals)...])))
    }
    return facts
  }

  static func escaped(_ value: String) -> String {
    EscapedText.encode(value) { $0.isPrintableASCII && $0 != "\"" && $0 != "=" }
  }

  private static func isSpelled(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 80 && !own.contains(name) && !name.hasPrefix("fact_")
      && name.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || (0x30...0x39).contains($0)
          || $0 == 0x5f
      }
  }
}
