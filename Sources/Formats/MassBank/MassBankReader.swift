internal import Processing

/// Reads MassBank records, one or many in a file, each ended by `//`.
///
/// Source: MassBank record format 2.6.0. What a library needs is taken; a record that is damaged is
/// left out by name, the rest goes on.
public enum MassBankReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 1 << 30
  /// The longest line that is read, bytes.
  public static let longestLine = 1 << 20

  /// Reads a file of at most `limit` bytes.
  ///
  /// - Throws: `FormatError` where the file is too large or holds no sound record.
  public static func read(
    _ bytes: [UInt8], limit: Int = largestFile
  ) throws(FormatError) -> MassLibraryFile {
    guard bytes.count <= limit else {
      throw FormatError(.massbank, .tooLarge, "\(bytes.count) bytes, \(limit) are read")
    }
    var file = MassLibraryFile()
    var draft: LibraryDraft?
    var isInPeaks = false
    var lines = LineReader(bytes)
    while let line = lines.next() {
      guard !line.bytes.isEmpty else { continue }
      guard file.entries.count + file.refusedCount < MSPReader.mostRecords else {
        throw FormatError(
          .massbank, .tooLarge, at: line.offset, "more than \(MSPReader.mostRecords) records")
      }
      if line.bytes.elementsEqual("//".utf8) {
        if let open = draft.take() { open.end(in: &file, .massbank, at: line.offset) }
        isInPeaks = false
        continue
      }
      var open = draft ?? LibraryDraft(line: line.number, offset: line.offset)
      draft = nil
      take(line, isInPeaks: &isInPeaks, into: &open)
      draft = open
    }
    if var open = draft {
      open.fail(
        FormatError(.massbank, .truncated, at: bytes.count, "the record has no // at its end"))
      open.end(in: &file, .massbank, at: bytes.count)
    }
    guard file.entries.count + file.refusedCount > 0 else {
      throw FormatError(.massbank, .missing, at: bytes.count, "there is no record")
    }
    if file.entries.isEmpty, let first = file.refused.first { throw first.error }
    return file
  }

  private static func take(
    _ line: LineReader.Line, isInPeaks: inout Bool, into draft: inout LibraryDraft
  ) {
    guard line.bytes.count <= longestLine else {
      return draft.fail(
        FormatError(.massbank, .tooLarge, at: line.offset, "line \(line.number) is too long"))
    }
    if let wrong = line.bytes.firstIndex(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) {
      return draft.fail(
        FormatError(
          .massbank, .badByte, at: wrong, "byte \(line.bytes[wrong]) in line \(line.number)"))
    }
    // A row of peaks begins with a digit, every key with a letter.
    if isInPeaks, let first = line.bytes.first, (0x30...0x39).contains(first) {
      return takePeak(line, into: &draft)
    }
    isInPeaks = false
    guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")) else {
      // Rows of annotations and such, which no library needs.
      return
    }
    let key = ForeignText.decode(line.bytes[..<colon]).trimmingBlanks()
    let value = ForeignText.decode(line.bytes[(colon + 1)...]).trimmingBlanks()
    switch key {
    case "PK$PEAK": isInPeaks = true
    case "PK$NUM_PEAK":
      guard let count = Int(value), (0...LibraryDraft.mostPeaks).contains(count) else {
        return draft.fail(
          FormatError(.massbank, .badNumber, at: line.offset, "PK$NUM_PEAK in line \(line.number)"))
      }
      draft.expected = count
    default: takeFact(key, value, into: &draft)
    }
  }

  private static func takePeak(_ line: LineReader.Line, into draft: inout LibraryDraft) {
    let words = line.bytes.split(whereSeparator: LineReader.isBlank)
    guard (2...3).contains(words.count), let mass = DecimalBytes.number(words[0]),
      let intensity = DecimalBytes.number(words[1]), mass > 0, intensity >= 0
    else {
      return draft.fail(
        FormatError(.massbank, .badNumber, at: line.offset, "the peak in line \(line.number)"))
    }
    guard draft.masses.count <= draft.expected ?? LibraryDraft.mostPeaks else { return }
    draft.masses.append(mass)
    draft.intensities.append(intensity)
  }

  private static func takeFact(_ key: String, _ value: String, into draft: inout LibraryDraft) {
    let (first, rest) = firstWord(value)
    switch (key, first) {
    case ("ACCESSION", _): draft.record.id = ForeignText.plain(value, most: 100)
    case ("CH$NAME", _):
      if draft.record.name.isEmpty {
        draft.record.name = ForeignText.plain(value, most: 500)
      } else {
        draft.addSynonym(value)
      }
    case ("CH$FORMULA", _): draft.record.formula = ForeignText.plain(value, most: 200)
    case ("CH$EXACT_MASS", _): draft.setNumber(\.exactMass, value)
    case ("CH$LINK", "CAS"): draft.setCAS(rest)
    case ("CH$LINK", "INCHIKEY"): draft.setInChIKey(rest)
    case ("COMMENT", _): draft.record.comment = draft.record.comment ?? ForeignText.plain(value)
    case ("AC$CHROMATOGRAPHY", "RETENTION_INDEX"), ("AC$CHROMATOGRAPHY", "KOVATS_RTI"):
      draft.setRetentionIndices(rest)
    case ("MS$FOCUSED_ION", "PRECURSOR_M/Z"): draft.setNumber(\.precursor, rest)
    case ("AC$MASS_SPECTROMETRY", _) where first.hasSuffix("RANGE_M/Z"): takeRange(rest, &draft)
    default: break
    }
  }

  /// `40-600`.
  private static func takeRange(_ text: String, _ draft: inout LibraryDraft) {
    let limits = text.split(whereSeparator: { "- ".contains($0) }).compactMap {
      DecimalText.number($0)
    }
    guard limits.count == 2, limits[0] > 0, limits[0] <= limits[1] else { return }
    draft.scanRange = limits[0]...limits[1]
  }

  private static func firstWord(_ text: String) -> (String, String) {
    guard let blank = text.firstIndex(of: " ") else { return (text, "") }
    return (String(text[..<blank]), text[blank...].trimmingBlanks())
  }
}
