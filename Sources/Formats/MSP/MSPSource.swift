internal import Instruments
internal import Laboratory

/// Reads runs that Gauger wrote as MSP, and nothing else that is spelt so: what others write in this
/// form is a library, and no measurement.
///
/// Strict: every record has its place, its checksum and what it is of in its comments.
public enum MSPSource {
  /// Reads a file.
  public static func read(_ bytes: [UInt8]) throws(FormatError) -> ReadSource {
    guard bytes.count <= MeasurementReader.largestFile else {
      throw FormatError(
        .msp, .tooLarge, "\(bytes.count) bytes, \(MeasurementReader.largestFile) are read")
    }
    guard recognisesOurs(bytes[...]) else {
      throw FormatError(.msp, .unsupported, at: 0, "a library of mass spectra and no run of ours")
    }
    var reader = MSPRecords(MemoryFile(bytes))
    var order = MSPOrder()
    var source = ReadSource(.msp, Measurement())
    var facts: [FileFact] = []
    var (expected, gaps) = (0, 0)
    while let record = try reader.next() {
      do throws(Failure) { try order.check(record) } catch {
        throw FormatError(.msp, .inconsistent, at: reader.offset, error.what)
      }
      if record.place.index == 0 { facts = record.facts }
      switch record.kind {
      case .scan(let number):
        var series = source.measurement.massScans ?? MassScanSeries()
        source.measurement.massScans = nil
        series.append(
          time: record.time, massToCharge: record.masses, intensity: record.intensities)
        source.measurement.massScans = series
        gaps += number == expected ? 0 : 1
        expected = number + 1
      case .spectrum(let number):
        guard number == source.measurement.spectra.count + 1 else {
          throw FormatError(.msp, .inconsistent, at: reader.offset, "spectrum \(number)")
        }
        source.measurement.spectra.append(record.spectrum)
      }
    }
    if gaps > 0 {
      source.warnings.append("scans of the run are missing at \(gaps) places of the series")
    }
    try ContentFacts.restore(facts, into: &source, .msp)
    return source
  }

  /// Whether the head of a file is in the form of MSP, ours or not.
  static func recognises(_ head: ArraySlice<UInt8>, _ line: String) -> Bool {
    guard line.prefix(5).lowercased() == "name:" else { return false }
    return recognisesOurs(head) || ForeignText.decode(head).lowercased().contains("num peaks")
  }

  private static func recognisesOurs(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.prefix(4096).contains(Array("Comments: \(MSPFacts.prefix)record=".utf8))
  }
}

extension MSPRecord {
  /// The spectrum that it is, its name and ordinate not yet known.
  var spectrum: MeasuredSpectrum {
    MeasuredSpectrum(
      name: name, axis: Axis(kind: .massToCharge, values: masses), ordinate: .intensity,
      values: intensities)
  }

  /// What the facts of the first record make of the numbers of a content.
  func source(of content: ExportContent) throws(FormatError) -> ReadSource {
    var source = ReadSource(.msp, Measurement())
    if content.massScans != nil { source.measurement.massScans = MassScanSeries() }
    source.measurement.spectra = content.spectra.map {
      MeasuredSpectrum(
        name: "", axis: Axis(kind: .massToCharge, values: $0.axis.values), ordinate: .intensity,
        values: $0.values)
    }
    try ContentFacts.restore(facts, into: &source, .msp)
    return source
  }
}

/// Gives the records of a file of ours one by one, and holds no more than one.
struct MSPRecords {
  private var lines: ByteLines
  private var index = 0
  private var count: Int?
  /// Where the record at hand begins.
  private(set) var offset = 0

  init(_ file: any ByteSource) { lines = ByteLines(file) }

  /// What the disk refused; to be asked before the records are believed.
  var failure: Failure? { lines.failure }

  /// The next record; nil behind the last.
  ///
  /// Throws where one is damaged, or the last is missing.
  mutating func next() throws(FormatError) -> MSPRecord? {
    var draft = Draft()
    var line = try lines.next(.msp)
    while let empty = line, empty.bytes.isEmpty { line = try lines.next(.msp) }
    guard let start = line else {
      guard let count, index == count else {
        throw FormatError(.msp, .truncated, "it ends behind record \(index)")
      }
      return nil
    }
    offset = start.offset
    while let key = line {
      guard !key.bytes.isEmpty else { break }
      if try draft.take(key) { break }
      line = try lines.next(.msp)
    }
    guard let expected = draft.expected else {
      throw FormatError(.msp, .truncated, at: offset, "record \(index) ends before its peaks")
    }
    for _ in 0..<expected {
      guard let pair = try lines.next(.msp), !pair.bytes.isEmpty else {
        throw FormatError(.msp, .truncated, at: offset, "record \(index) ends within its peaks")
      }
      try draft.takePair(pair)
    }
    if let behind = try lines.next(.msp), !behind.bytes.isEmpty {
      throw FormatError(.msp, .inconsistent, at: behind.offset, "more peaks than announced")
    }
    let record = try draft.record(at: offset)
    guard record.place.index == index, count == nil || count == record.place.count,
      record.place.index < record.place.count
    else {
      throw FormatError(
        .msp, .inconsistent, at: offset,
        "record \(record.place.index) of \(record.place.count) where \(index) must be")
    }
    count = record.place.count
    index += 1
    return record
  }

  /// A record as its lines come.
  private struct Draft {
    var name: String?
    var time: Double?
    var fields: [FileFact] = []
    var expected: Int?
    var masses: [Double] = []
    var intensities: [Double] = []
    var checksum = Checksum()

    /// Takes a line before the peaks; true behind the last of them.
    mutating func take(_ line: ByteLines.Line) throws(FormatError) -> Bool {
      if let wrong = line.bytes.firstIndex(where: { $0 < 32 || $0 > 126 }) {
        throw FormatError(
          .msp, .badByte, at: wrong + line.base, "byte \(line.bytes[wrong]) in line \(line.number)")
      }
      let text = String(decoding: line.bytes, as: UTF8.self)
      guard let colon = text.firstIndex(of: ":") else {
        throw FormatError(.msp, .malformed, at: line.offset, "line \(line.number) is no key: value")
      }
      let value = text[text.index(after: colon)...].dropFirst()
      var summed = text
      switch text[..<colon] {
      case "Name": name = String(value)
      case "RetentionTime":
        guard let number = DecimalText.number(value) else {
          throw FormatError(.msp, .badNumber, at: line.offset, "the time in line \(line.number)")
        }
        time = number
      case "Comments":
        try takeComments(value, at: line.offset)
        // The checksum is of all but itself.
        if let field = text.firstRange(of: " \(MSPFacts.prefix)\(MSPFacts.checksum)=") {
          summed = String(text[..<field.lowerBound])
        }
      case "Num Peaks":
        guard let number = Int(value), (0...(1 << 30)).contains(number) else {
          throw FormatError(.msp, .badNumber, at: line.offset, "the peaks in line \(line.number)")
        }
        expected = number
      default: break
      }
      checksum.add(summed.utf8)
      checksum.add([10])
      return expected != nil
    }

    /// Takes the comments: `gauger_NAME="VALUE"`, a blank between them.
    private mutating func takeComments(_ text: Substring, at offset: Int) throws(FormatError) {
      guard fields.isEmpty else {
        throw FormatError(.msp, .malformed, at: offset, "comments twice in a record")
      }
      let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
      guard parts.count % 2 == 1, parts.last?.isEmpty ?? false else {
        throw FormatError(.msp, .malformed, at: offset, "comments that are not ours")
      }
      for place in stride(from: 0, to: parts.count - 1, by: 2) {
        let key = parts[place].drop { $0 == " " }
        guard key.hasPrefix(MSPFacts.prefix), key.hasSuffix("="),
          let value = EscapedText.decode(parts[place + 1])
        else { throw FormatError(.msp, .malformed, at: offset, "comments that are not ours") }
        fields.append(
          FileFact(String(key.dropFirst(MSPFacts.prefix.count).dropLast()), value))
      }
    }

    /// Takes a line of a mass and an intensity.
    mutating func takePair(_ line: ByteLines.Line) throws(FormatError) {
      let words = line.bytes.split(separator: 0x20, omittingEmptySubsequences: false)
      guard words.count == 2, let mass = DecimalBytes.number(words[0]),
        let intensity = DecimalBytes.number(words[1])
      else {
        throw FormatError(.msp, .badNumber, at: line.offset, "line \(line.number) is no pair")
      }
      masses.append(mass)
      intensities.append(intensity)
      checksum.add(line.bytes)
      checksum.add([10])
    }

    func record(at offset: Int) throws(FormatError) -> MSPRecord {
      func field(_ name: String) -> String? { fields.last { $0.name == name }?.value }
      guard fields.last?.name == MSPFacts.checksum, field(MSPFacts.checksum) == checksum.text else {
        throw FormatError(
          .msp, .checksum, at: offset,
          "the record says \(field(MSPFacts.checksum)?.prefix(20) ?? "nothing"), its bytes give "
            + checksum.text)
      }
      func number(_ name: String) -> Int? { field(name).flatMap { Int($0) } }
      guard let name, let index = number("record"), let count = number("records") else {
        throw FormatError(.msp, .missing, at: offset, "the place of a record")
      }
      let kind: MSPRecord.Kind
      if let number = number("scan"), number >= 0, number < 1 << 53, time != nil {
        kind = .scan(number)
      } else if let number = number("spectrum") {
        kind = .spectrum(number)
      } else {
        throw FormatError(.msp, .missing, at: offset, "what a record is of")
      }
      var record = MSPRecord(
        kind: kind, label: name, time: time ?? 0, masses: masses, intensities: intensities)
      record.place = (index, count)
      record.facts = try MSPFacts.facts(fields, at: offset)
      return record
    }
  }
}
