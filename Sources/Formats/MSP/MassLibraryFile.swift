public import Processing

/// A library as it was read from a file: what is sound, and by name what is not.
public struct MassLibraryFile: Sendable {
  /// A record that was left out.
  public struct Refusal: Sendable, Hashable {
    /// Its name as far as it has one.
    public var name: String
    /// The line of the file where it begins, from 1.
    public var line: Int
    /// Why, with the byte.
    public var error: FormatError
  }

  /// The spectra, in the order of the file.
  public var entries: [MassLibraryEntry] = []
  /// The records that were left out, the first ``mostNotes`` of them.
  public var refused: [Refusal] = []
  /// How many records were left out.
  public var refusedCount = 0
  /// What a person should know of records that were taken, the first ``mostNotes``.
  public var warnings: [String] = []
  /// How many of those there are.
  public var warningCount = 0

  /// Makes an empty library.
  public init() {}

  /// How many refusals and warnings are kept; all are counted.
  public static let mostNotes = 1000

  mutating func refuse(_ name: String, line: Int, _ error: FormatError) {
    refusedCount += 1
    if refused.count < Self.mostNotes {
      refused.append(Refusal(name: ForeignText.plain(name, most: 200), line: line, error: error))
    }
  }

  mutating func warn(_ text: @autoclosure () -> String) {
    warningCount += 1
    if warnings.count < Self.mostNotes { warnings.append(text()) }
  }
}

/// A record as its lines come, whatever the format.
struct LibraryDraft {
  var record = LibraryRecord(name: "")
  var exactMass: Double?
  var precursor: Double?
  var scanRange: ClosedRange<Double>?
  /// The line where it begins, from 1.
  var line: Int
  var offset: Int
  /// The peaks that it announces; none before that line.
  var expected: Int?
  var (masses, intensities): ([Double], [Double]) = ([], [])
  /// The first thing that is wrong with it.
  var error: FormatError?
  var warnings: [String] = []

  init(line: Int, offset: Int) {
    self.line = line
    self.offset = offset
  }

  /// The most peaks of one record.
  static let mostPeaks = 100_000
  /// The most synonyms that are kept.
  static let mostSynonyms = 500

  mutating func fail(_ wrong: FormatError) { error = error ?? wrong }

  mutating func addSynonym(_ text: String) {
    let name = ForeignText.plain(text, most: 500)
    guard !name.isEmpty, name != record.name, record.synonyms.count < Self.mostSynonyms,
      !record.synonyms.contains(name)
    else { return }
    record.synonyms.append(name)
  }

  /// A number with its hyphens restored and its last digit checked; one that is none is left out,
  /// as a wrong number would merge two substances.
  mutating func setCAS(_ text: String) {
    let digits = text.filter { $0.isASCII && $0.isNumber }
    // `0-00-0` and the like stand for none.
    guard digits.contains(where: { $0 != "0" }) else { return }
    guard let number = Self.cas(digits), text.allSatisfy({ $0.isNumber || $0 == "-" || $0 == " " })
    else {
      warnings.append("\(record.name): \(ForeignText.plain(text, most: 40)) is no CAS number")
      return
    }
    record.cas = record.cas ?? number
  }

  static func cas(_ digits: String) -> String? {
    let values = digits.compactMap(\.wholeNumberValue)
    guard (5...10).contains(values.count), let check = values.last else { return nil }
    var sum = 0
    for (place, digit) in values.dropLast().reversed().enumerated() { sum += (place + 1) * digit }
    guard sum % 10 == check else { return nil }
    let text = Array(digits)
    return String(text.dropLast(3)) + "-" + String(text.dropLast().suffix(2)) + "-"
      + String(text.suffix(1))
  }

  mutating func setInChIKey(_ text: String) {
    let key = text.trimmingBlanks().uppercased()
    guard !key.isEmpty, key != "N/A" else { return }
    let parts = key.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [14, 10, 1],
      key.utf8.allSatisfy({ $0 == 0x2d || (0x41...0x5a).contains($0) })
    else {
      warnings.append("\(record.name): \(ForeignText.plain(text, most: 40)) is no InChIKey")
      return
    }
    record.inchiKey = record.inchiKey ?? key
  }

  /// `SemiStdNP=1234/5/10 StdPolar=1600`, or a number alone, whose phase is not known.
  mutating func setRetentionIndices(_ text: String) {
    for word in text.split(whereSeparator: { " ,;\t".contains($0) }).prefix(20) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard let value = parts.last?.split(separator: "/").first.flatMap({ DecimalText.number($0) }),
        value > 0
      else { continue }
      let phase = parts.count == 2 ? ForeignText.plain(String(parts[0]), most: 40) : ""
      if record.retentionIndices[phase] == nil { record.retentionIndices[phase] = value }
    }
  }

  mutating func setNumber(_ place: WritableKeyPath<LibraryDraft, Double?>, _ text: String) {
    if let value = DecimalText.number(text.trimmingBlanks()), value > 0 {
      self[keyPath: place] = self[keyPath: place] ?? value
    }
  }

  /// Puts the record into a library, or says why not.
  consuming func end(in file: inout MassLibraryFile, _ format: FormatError.Format, at end: Int) {
    if record.name.isEmpty {
      fail(FormatError(format, .missing, at: offset, "a record without a name"))
    }
    if let expected {
      if expected != masses.count {
        fail(
          FormatError(
            format, .inconsistent, at: offset, "\(masses.count) peaks, \(expected) were announced"))
      }
    } else {
      fail(FormatError(format, .truncated, at: end, "it ends before its number of peaks"))
    }
    if error == nil, masses.isEmpty {
      fail(FormatError(format, .missing, at: offset, "it has no peak"))
    }
    guard error == nil else { return refuse(in: &file, format) }
    record.molecularWeight = record.molecularWeight ?? exactMass
    let peaks: MassPeakList
    do throws(MassSpectrumError) {
      peaks = try MassPeakList(massToCharge: masses, intensity: intensities)
    } catch {
      fail(FormatError(format, .badNumber, at: offset, error.detail))
      return refuse(in: &file, format)
    }
    guard peaks.base > 0 else {
      fail(FormatError(format, .inconsistent, at: offset, "all its intensities are 0"))
      return refuse(in: &file, format)
    }
    if peaks.count < masses.count {
      warnings.append("\(record.name): a mass stands there twice; the intensities are added")
    }
    for warning in warnings { file.warn(warning) }
    var entry = MassLibraryEntry(record: record, peaks: peaks, scanRange: scanRange)
    entry.precursor = precursor
    file.entries.append(entry)
  }

  private func refuse(in file: inout MassLibraryFile, _ format: FormatError.Format) {
    file.refuse(
      record.name, line: line, error ?? FormatError(format, .malformed, at: offset, "unreadable"))
  }
}
