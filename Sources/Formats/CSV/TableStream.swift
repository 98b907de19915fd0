internal import Laboratory

/// A file that is read piece by piece; what the disk refuses is kept aside.
final class TableInput {
  private let source: any ByteSource
  /// What the disk refused.
  private(set) var failure: Failure?

  init(_ source: any ByteSource) { self.source = source }

  /// How many bytes there are.
  var size: Int { source.size }

  func read(at place: Int, count: Int) throws(FormatError) -> [UInt8] {
    do throws(Failure) { return try source.read(at: place, count: count) } catch {
      failure = error
      throw FormatError(.csv, .truncated, at: place, "the disk gives no more: \(error.what)")
    }
  }
}

/// The rows of a table of ours one by one, with no more in memory than one piece of it.
///
/// As strict as ``CSVReader``; the checksum is verified behind the last row.
struct TableStream {
  /// What is said behind `# gauger: `.
  private(set) var kind = ""
  /// The facts in their order, without kind, dialect and checksum.
  private(set) var facts: [FileFact] = []
  private(set) var columns: [String] = []
  private var hasComma = false
  private var said: (text: String, offset: Int)?
  private var checksum = Checksum()
  private let input: TableInput
  private let isOwn: Bool
  private var buffer: [UInt8] = []
  private var start = 0
  private var filled = 0

  /// The first fact of this name.
  func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }

  /// The longest line, bytes.
  static let longest = 64 << 20
  /// The most facts.
  static let mostFacts = 1_000_000

  /// Reads the head; a checksum must be there where `isOwn`.
  init(_ input: TableInput, isOwn: Bool) throws(FormatError) {
    self.input = input
    self.isOwn = isOwn
    while let (line, offset) = try nextLine() {
      guard line.first == UInt8(ascii: "#") else {
        checksum.add(line)
        checksum.add(CollectionOfOne(0x0a))
        try setColumns(line, offset)
        return
      }
      try addFact(line, offset)
    }
    throw FormatError(.csv, .truncated, at: input.size, "there is no header row")
  }

  /// The next row; nil behind the last, where the checksum is verified.
  mutating func next() throws(FormatError) -> [Double?]? {
    guard let (line, offset) = try nextLine() else {
      if let said, said.text != checksum.text {
        throw FormatError(
          .csv, .checksum, at: said.offset,
          "the file says \(said.text), its bytes give \(checksum.text)")
      }
      return nil
    }
    checksum.add(line)
    checksum.add(CollectionOfOne(0x0a))
    var row: [Double?] = []
    row.reserveCapacity(columns.count)
    let cells = line.last == 0x0d ? line.dropLast() : line
    let separator = UInt8(ascii: hasComma ? ";" : ",")
    var rest = cells
    while row.count < columns.count {
      let end = rest.firstIndex(of: separator)
      row.append(try number(rest[..<(end ?? rest.endIndex)], offset))
      guard let end else {
        guard row.count == columns.count else { break }
        return row
      }
      rest = rest[(end + 1)...]
    }
    throw FormatError(
      .csv, .inconsistent, at: offset, "a row of other than \(columns.count) cells")
  }

  private func number(_ cell: ArraySlice<UInt8>, _ offset: Int) throws(FormatError) -> Double? {
    if cell.isEmpty { return nil }
    var bytes = cell
    if hasComma {
      bytes = ArraySlice(
        cell.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 == UInt8(ascii: ".") ? 0 : $0 })
    }
    guard let value = DecimalBytes.number(bytes) else {
      throw FormatError(
        .csv, .badNumber, at: offset,
        "the cell [\(ForeignText.plain(String(decoding: cell.prefix(40), as: UTF8.self)))]")
    }
    return value
  }

  private mutating func addFact(_ line: ArraySlice<UInt8>, _ offset: Int) throws(FormatError) {
    guard let fact = try? CSVReader.fact(in: CSVReader.text(of: line), at: offset) else {
      throw FormatError(.csv, .malformed, at: offset, "a # line that is not # name: value")
    }
    guard facts.count < Self.mostFacts else {
      throw FormatError(.csv, .tooLarge, at: offset, "more than \(Self.mostFacts) facts")
    }
    if fact.name == CSVDocument.checksumName {
      guard said == nil else { throw FormatError(.csv, .malformed, at: offset, "two checksums") }
      said = (fact.value, offset)
      return
    }
    checksum.add(line)
    checksum.add(CollectionOfOne(0x0a))
    if offset == 0, fact.name == "gauger" {
      kind = fact.value
    } else if fact.name == ContentTableWriter.dialectName, facts.isEmpty,
      fact.value == ContentTableWriter.semicolonComma
    {
      hasComma = true
    } else {
      facts.append(FileFact(fact.name, fact.value))
    }
  }

  private mutating func setColumns(_ line: ArraySlice<UInt8>, _ offset: Int) throws(FormatError) {
    guard said != nil || !isOwn else {
      throw FormatError(.csv, .missing, at: offset, "there is no checksum")
    }
    let text = try CSVReader.text(of: line)
    guard !text.contains("\"") else {
      throw FormatError(.csv, .unsupported, at: offset, "a quoted cell")
    }
    columns = text.split(separator: hasComma ? ";" : ",", omittingEmptySubsequences: false)
      .map(String.init)
    guard columns.count <= CSVReader.mostColumns else {
      throw FormatError(.csv, .tooLarge, at: offset, "\(columns.count) columns")
    }
    guard columns.allSatisfy({ !$0.isEmpty }), Set(columns).count == columns.count else {
      throw FormatError(.csv, .malformed, at: offset, "empty or equal column names")
    }
  }

  /// A line without its line feed, and its first byte in the file.
  private mutating func nextLine() throws(FormatError) -> (ArraySlice<UInt8>, Int)? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0a) {
        defer { start = end + 1 }
        return (buffer[start..<end], filled - buffer.count + start)
      }
      searched = buffer.count
      guard filled < input.size else {
        guard start == buffer.count else {
          throw FormatError(.csv, .truncated, at: input.size, "the last line has no end")
        }
        return nil
      }
      guard buffer.count - start <= Self.longest else {
        throw FormatError(.csv, .tooLarge, at: filled, "a line of more than \(Self.longest) bytes")
      }
      let piece = try input.read(at: filled, count: 1 << 18)
      guard !piece.isEmpty else {
        throw FormatError(.csv, .truncated, at: filled, "the file became shorter")
      }
      buffer.removeSubrange(..<start)
      searched -= start
      start = 0
      buffer += piece
      filled += piece.count
    }
  }
}
