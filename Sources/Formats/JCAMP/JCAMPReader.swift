/// Reads JCAMP-DX files of one block: all labelled records, and one table of pairs, XYPOINTS or
/// PEAK TABLE.
///
/// Bounded and strict: bytes outside printable ASCII, a missing `##END=`, counts and first values
/// that contradict the table are refused with the byte where they show. XYDATA, NTUPLES and
/// LINK blocks are refused as unsupported.
public enum JCAMPReader {
  /// The largest file that is read, bytes.
  public static let largestFile = 32 << 20
  /// The longest line that is read, bytes; the standard allows 80.
  public static let longestLine = 64 << 10
  /// The most lines that are read.
  public static let mostLines = 1_000_000

  /// Reads a file.
  public static func read(_ bytes: [UInt8]) throws(FormatError) -> JCAMPDocument {
    guard bytes.count <= largestFile else {
      throw FormatError(.jcamp, .tooLarge, "\(bytes.count) bytes, \(largestFile) are read")
    }
    var parser = JCAMPParser(bytes: bytes)
    return try parser.parse()
  }
}

private struct JCAMPParser {
  let bytes: [UInt8]
  var position = 0
  var document = JCAMPDocument(records: [], x: [], y: [])
  /// Numbers of the open table, and where each began.
  var table: [Double]?
  var tableOffset = 0
  var lineCount = 0
  var checksumAt: Int?

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(FormatError) -> JCAMPDocument {
    while let line = try nextLine() {
      if line.text.hasPrefix("##") {
        if try beginRecord(line.text, at: line.offset) { return try finish() }
      } else if table != nil {
        try readPairs(line.text, at: line.offset)
      } else if document.records.isEmpty {
        guard line.text.trimmingBlanks().isEmpty else {
          throw FormatError(.jcamp, .malformed, at: line.offset, "the first record is not ##TITLE=")
        }
      } else {
        document.records[document.records.count - 1].lines.append(line.text)
      }
    }
    throw FormatError(.jcamp, .truncated, at: bytes.count, "##END= is missing")
  }

  /// The next line without its end and without comment.
  private mutating func nextLine() throws(FormatError) -> (text: String, offset: Int)? {
    guard position < bytes.count else { return nil }
    let start = position
    let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
    position = min(end + 1, bytes.count)
    var slice = bytes[start..<end]
    if slice.last == 0x0d { slice = slice.dropLast() }
    lineCount += 1
    guard slice.count <= JCAMPReader.longestLine, lineCount <= JCAMPReader.mostLines else {
      throw FormatError(
        .jcamp, .tooLarge, at: start, "line \(lineCount) of \(slice.count) bytes")
    }
    if let wrong = slice.firstIndex(where: { ($0 < 32 && $0 != 9) || $0 > 126 }) {
      throw FormatError(
        .jcamp, .badByte, at: wrong, "byte \(bytes[wrong]) is not printable ASCII")
    }
    // A comment runs from `$$` to the line's end.
    for index in slice.indices.dropLast()
    where slice[index] == UInt8(ascii: "$") && slice[index + 1] == UInt8(ascii: "$") {
      slice = slice[..<index]
      break
    }
    return (String(decoding: slice, as: UTF8.self), start)
  }

  /// Takes a `##LABEL= value` line; returns whether it was `##END=`.
  private mutating func beginRecord(_ line: String, at offset: Int) throws(FormatError) -> Bool {
    guard let equals = line.firstIndex(of: "=") else {
      throw FormatError(.jcamp, .malformed, at: offset, "a record without =")
    }
    let label = line[line.index(line.startIndex, offsetBy: 2)..<equals].trimmingBlanks()
    let value = line[line.index(after: equals)...].trimmingBlanks()
    let name = JCAMPDocument.normalized(label)
    if document.records.isEmpty, name != "TITLE" {
      throw FormatError(.jcamp, .malformed, at: offset, "the first record is not ##TITLE=")
    }
    if let checksumAt, name != "END" {
      throw FormatError(
        .jcamp, .checksum, at: checksumAt, "records stand behind the checksum, at \(offset)")
    }
    try closeTable()
    switch name {
    case "END":
      return true
    case "TITLE" where !document.records.isEmpty:
      throw FormatError(.jcamp, .unsupported, at: offset, "more than one block")
    case "XYDATA", "PEAKASSIGNMENTS", "DATATABLE", "NTUPLES", "RADATA":
      throw FormatError(.jcamp, .unsupported, at: offset, "##\(label)=")
    case "XYPOINTS", "PEAKTABLE":
      guard document.record("XYPOINTS") == nil, document.record("PEAK TABLE") == nil else {
        throw FormatError(.jcamp, .unsupported, at: offset, "more than one table")
      }
      guard value.filter({ $0 != " " }).uppercased() == "(XY..XY)" else {
        throw FormatError(.jcamp, .unsupported, at: offset, "the form of ##\(label)=")
      }
      table = []
      tableOffset = offset
    case JCAMPDocument.normalized("$" + JCAMPDocument.checksumLabel):
      checksumAt = offset
      var checksum = Checksum()
      checksum.add(bytes[..<offset])
      guard value == checksum.text else {
        throw FormatError(
          .jcamp, .checksum, at: offset, "the file says \(value), its bytes give \(checksum.text)")
      }
    default: break
    }
    document.records.append(.init(label: label, lines: [value], offset: offset))
    return false
  }

  private mutating func readPairs(_ line: String, at offset: Int) throws(FormatError) {
    let before = table?.count ?? 0
    for word in line.split(whereSeparator: { " ,;\t".contains($0) }) {
      guard let number = DecimalText.number(word) else {
        throw FormatError(.jcamp, .badNumber, at: offset, "\(word.prefix(40)) in the table")
      }
      table?.append(number)
    }
    guard ((table?.count ?? 0) - before).isMultiple(of: 2) else {
      throw FormatError(.jcamp, .malformed, at: offset, "a line of the table without whole pairs")
    }
  }

  private mutating func closeTable() throws(FormatError) {
    guard let numbers = table else { return }
    table = nil
    let (xFactor, yFactor) = (try number("XFACTOR") ?? 1, try number("YFACTOR") ?? 1)
    document.x = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] * xFactor }
    document.y = stride(from: 1, to: numbers.count, by: 2).map { numbers[$0] * yFactor }
    if let count = try number("NPOINTS"), count != Double(document.x.count) {
      throw FormatError(
        .jcamp, .inconsistent, at: tableOffset,
        "NPOINTS is \(count), the table holds \(document.x.count) points")
    }
    for (label, value) in [
      ("FIRSTX", document.x.first), ("LASTX", document.x.last), ("FIRSTY", document.y.first),
    ] {
      guard let said = try number(label), let value else { continue }
      // Other writers round these records; six digits must agree.
      guard abs(said - value) <= 1e-6 * max(abs(said), abs(value)) else {
        throw FormatError(
          .jcamp, .inconsistent, at: tableOffset, "\(label) is \(said), the table says \(value)")
      }
    }
  }

  private func number(_ label: String) throws(FormatError) -> Double? {
    guard let record = document.record(label) else { return nil }
    guard let number = DecimalText.number(record.text ?? "") else {
      throw FormatError(.jcamp, .badNumber, at: record.offset, "##\(label)=")
    }
    return number
  }

  private mutating func finish() throws(FormatError) -> JCAMPDocument {
    if let extra = bytes[position...].firstIndex(where: { ![9, 10, 13, 32].contains($0) }) {
      throw FormatError(.jcamp, .unsupported, at: extra, "something behind ##END=")
    }
    let form = JCAMPDocument.normalized(document.text("DATA CLASS") ?? "")
    if form == "XYPOINTS" || form == "PEAKTABLE", document.record(form) == nil {
      throw FormatError(.jcamp, .missing, at: position, "##\(form)= is missing")
    }
    return document
  }
}
