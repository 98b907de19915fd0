internal import Processing

/// Reads libraries of mass spectra in the text form of NIST, with the spellings of MoNA, matchms and
/// others.
///
/// Records begin at `Name:` or behind an empty line; keys in any order and any capitals; peaks one or
/// several a line, with any of the separators that NIST allows, and remarks in quotes or behind the
/// pair. A record that is damaged is left out by name, the rest goes on.
public enum MSPReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 1 << 30
  /// The most records that are read.
  public static let mostRecords = 2_000_000
  /// The longest line that is read, bytes.
  public static let longestLine = 1 << 20

  /// Reads a file of at most `limit` bytes.
  ///
  /// - Throws: `FormatError` where the file is too large or holds no record at all; what is wrong
  ///   with single records stands in the result.
  public static func read(
    _ bytes: [UInt8], limit: Int = largestFile
  ) throws(FormatError) -> MassLibraryFile {
    guard bytes.count <= limit else {
      throw FormatError(.msp, .tooLarge, "\(bytes.count) bytes, \(limit) are read")
    }
    var file = MassLibraryFile()
    var draft: LibraryDraft?
    var lines = LineReader(bytes)
    // A mark of the encoding may stand before the first record.
    var isFirst = true
    while var line = lines.next() {
      if isFirst, line.bytes.starts(with: [0xef, 0xbb, 0xbf]) { line.bytes.removeFirst(3) }
      isFirst = false
      if line.bytes.isEmpty || line.bytes.first == UInt8(ascii: "#") {
        if line.bytes.isEmpty { end(&draft, in: &file, at: line.offset) }
        continue
      }
      if isName(line.bytes), draft?.expected != nil { end(&draft, in: &file, at: line.offset) }
      guard file.entries.count + file.refusedCount < mostRecords else {
        throw FormatError(.msp, .tooLarge, at: line.offset, "more than \(mostRecords) records")
      }
      var open = draft ?? LibraryDraft(line: line.number, offset: line.offset)
      draft = nil
      take(line, into: &open)
      if !line.isWhole, open.expected != nil {
        open.warnings.append(
          "\(open.record.name): the file's last line has no end, its last number may be cut")
      }
      draft = open
    }
    end(&draft, in: &file, at: bytes.count)
    guard file.entries.count + file.refusedCount > 0 else {
      throw FormatError(.msp, .missing, at: bytes.count, "there is no record")
    }
    if file.entries.isEmpty, let first = file.refused.first { throw first.error }
    return file
  }

  private static func end(
    _ draft: inout LibraryDraft?, in file: inout MassLibraryFile, at offset: Int
  ) {
    if let open = draft.take() { open.end(in: &file, .msp, at: offset) }
  }

  private static func isName(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count >= 5, line[line.startIndex + 4] == UInt8(ascii: ":") else { return false }
    return zip(line, "name".utf8).allSatisfy { $0 | 0x20 == $1 }
  }

  private static func take(_ line: LineReader.Line, into draft: inout LibraryDraft) {
    guard line.bytes.count <= longestLine else {
      return draft.fail(
        FormatError(.msp, .tooLarge, at: line.offset, "line \(line.number) is too long"))
    }
    if let wrong = line.bytes.firstIndex(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) {
      return draft.fail(
        FormatError(.msp, .badByte, at: wrong, "byte \(line.bytes[wrong]) in line \(line.number)"))
    }
    if draft.expected != nil {
      MSPPeaks.take(line, into: &draft)
    } else {
      takeKey(line, into: &draft)
    }
  }

  private static func takeKey(_ line: LineReader.Line, into draft: inout LibraryDraft) {
    guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")) else {
      return draft.fail(
        FormatError(.msp, .malformed, at: line.offset, "line \(line.number) is no key: value"))
    }
    let key = ForeignText.decode(line.bytes[..<colon]).lowercased().filter { !" _-#".contains($0) }
    let raw = ForeignText.decode(line.bytes[(colon + 1)...]).trimmingBlanks()
    guard key == "numpeaks" else {
      return MSPKeys.take(key, EscapedText.decode(raw) ?? raw, into: &draft)
    }
    guard let count = Int(raw), (0...LibraryDraft.mostPeaks).contains(count) else {
      draft.expected = 0
      return draft.fail(
        FormatError(.msp, .badNumber, at: line.offset, "the number of peaks in line \(line.number)")
      )
    }
    draft.expected = count
  }
}

/// What the keys of a record mean.
enum MSPKeys {
  /// Takes a value by its key: lower case, without blanks, dashes, underscores and number signs.
  static func take(_ key: String, _ value: String, into draft: inout LibraryDraft) {
    guard !value.isEmpty else { return }
    switch key {
    case "name", "compoundname":
      if draft.record.name.isEmpty { draft.record.name = ForeignText.plain(value, most: 500) }
    case "synon", "synonym", "synonyms":
      takeSynonym(value, into: &draft)
    case "inchikey": draft.setInChIKey(value)
    case "cas", "casno", "casnumber", "casrn": takeCAS(value, into: &draft)
    case "formula", "molecularformula":
      draft.record.formula = draft.record.formula ?? ForeignText.plain(value, most: 200)
    case "mw", "molecularweight": draft.setNumber(\.record.molecularWeight, value)
    case "exactmass", "monoisotopicmass": draft.setNumber(\.exactMass, value)
    case "precursormz", "pepmass": draft.setNumber(\.precursor, value)
    case "id", "db", "nist", "nistno", "spectrumid", "accession", "dbno":
      draft.record.id = draft.record.id ?? ForeignText.plain(value, most: 100)
    case "retentionindex", "ri", "retentionindices": draft.setRetentionIndices(value)
    case "comment", "comments":
      draft.record.comment = draft.record.comment ?? ForeignText.plain(value)
      takeComments(value, into: &draft)
    default: break
    }
  }

  /// `50-36-2; NIST#: 1234`: more keys may stand behind the number.
  private static func takeCAS(_ value: String, into draft: inout LibraryDraft) {
    let parts = value.split(separator: ";")
    if let number = parts.first { draft.setCAS(number.trimmingBlanks()) }
    for part in parts.dropFirst().prefix(10) {
      guard let colon = part.firstIndex(of: ":") else { continue }
      let key = part[..<colon].lowercased().filter { !" _-#".contains($0) }
      take(key, part[part.index(after: colon)...].trimmingBlanks(), into: &draft)
    }
  }

  /// NIST and MoNA write other facts as synonyms with a number: `$:28` is the InChIKey.
  private static func takeSynonym(_ value: String, into draft: inout LibraryDraft) {
    guard value.hasPrefix("$:") else { return draft.addSynonym(value) }
    if value.hasPrefix("$:28") { draft.setInChIKey(String(value.dropFirst(4))) }
  }

  /// `"cas=50-36-2" "InChIKey=..."`, as MoNA writes comments.
  private static func takeComments(_ value: String, into draft: inout LibraryDraft) {
    for part in value.split(separator: "\"").prefix(200) {
      guard let equals = part.firstIndex(of: "=") else { continue }
      let content = String(part[part.index(after: equals)...])
      switch part[..<equals].lowercased() {
      case "cas", "cas number": draft.setCAS(content)
      case "inchikey": draft.setInChIKey(content)
      case "kovats retention index", "retention index": draft.setRetentionIndices(content)
      default: break
      }
    }
  }
}

/// Peaks in a line of a record.
enum MSPPeaks {
  static func take(_ line: LineReader.Line, into draft: inout LibraryDraft) {
    guard draft.error == nil else { return }
    for part in segments(line.bytes) {
      let words = part.split(whereSeparator: isSeparator)
      guard !words.isEmpty else { continue }
      let numbers = words.map(DecimalBytes.number)
      let isAllNumbers = numbers.allSatisfy { $0 != nil }
      if isAllNumbers, numbers.count.isMultiple(of: 2) {
        for pair in stride(from: 0, to: numbers.count, by: 2) {
          add(numbers[pair], numbers[pair + 1], line, &draft)
        }
      } else if numbers.count > 2, !isAllNumbers, numbers[0] != nil, numbers[1] != nil {
        // A remark without quotes behind the pair.
        add(numbers[0], numbers[1], line, &draft)
      } else {
        return draft.fail(
          FormatError(
            .msp, .badNumber, at: line.offset, "line \(line.number) holds no whole pairs"))
      }
    }
  }

  private static func add(
    _ mass: Double?, _ intensity: Double?, _ line: LineReader.Line, _ draft: inout LibraryDraft
  ) {
    guard let mass, let intensity, mass > 0, intensity >= 0 else {
      return draft.fail(
        FormatError(.msp, .badNumber, at: line.offset, "a pair in line \(line.number)"))
    }
    // What is too many shows in the count.
    guard draft.masses.count <= draft.expected ?? 0 else { return }
    draft.masses.append(mass)
    draft.intensities.append(intensity)
  }

  /// The line without what stands in quotes, divided at semicolons.
  private static func segments(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard bytes.contains(UInt8(ascii: "\"")) else {
      return bytes.split(separator: UInt8(ascii: ";"))
    }
    var isQuoted = false
    var plain: [UInt8] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
        plain.append(0x20)
      } else if !isQuoted {
        plain.append(byte)
      }
    }
    return plain[...].split(separator: UInt8(ascii: ";"))
  }

  /// Blanks, commas, colons and brackets, as NIST allows them.
  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }
}
