internal import Laboratory

/// Writes contents as tables: signals of one time axis side by side, one spectrum a table, all mass
/// scans one under the other, peaks and pressures of their own.
enum ContentTableWriter: ContentWriter {
  static let dialectName = "dialect"
  static let semicolonComma = "semicolon-comma"

  static func plan(
    _ content: ExportContent, _ options: ExportOptions
  ) throws(Failure) -> ExportPlan {
    var parts: [FilePart] = []
    func add(_ name: String, _ fill: (inout ExportContent) -> Void) {
      var part = ExportContent(head: content.head)
      part.head.technique = content.technique
      fill(&part)
      parts.append(FilePart(.csv, name: name, content: part))
    }
    var groups: [[Trace]] = []
    for trace in content.traces {
      let same = groups.firstIndex {
        $0[0].times == trace.times && $0[0].scans == trace.scans && $0[0].flags == trace.flags
      }
      if let same { groups[same].append(trace) } else { groups.append([trace]) }
    }
    for group in groups {
      add(name("traces", group[0].name, groups.count)) { $0.traces = group }
    }
    for spectrum in content.spectra {
      add(name("spectrum", spectrum.name, content.spectra.count)) { $0.spectra = [spectrum] }
    }
    if let scans = content.massScans { add("scans") { $0.massScans = scans } }
    if !content.peaks.isEmpty { add("peaks") { $0.peaks = content.peaks } }
    if !content.pressures.isEmpty { add("pressures") { $0.pressures = content.pressures } }
    if parts.count == 1 { parts[0].name = "" }
    number(&parts)
    return ExportPlan(
      parts: parts, losses: parts.isEmpty ? ["everything: there are no numbers in it"] : [])
  }

  static func write(
    _ part: FilePart, _ options: ExportOptions, to sink: any ByteSink
  ) throws(Failure) {
    let table: ContentTable
    do throws(FormatError) { table = try ContentTable(part.content) } catch { throw error.failure }
    let hasComma = options.decimalComma
    var head = "# gauger: content-\(table.kind.rawValue) 1\n"
    if hasComma { head += "# \(dialectName): \(semicolonComma)\n" }
    for fact in facts(part.content, table) {
      head += "# \(EscapedText.encode(fact.name, isPlain: CSVWriter.isPlain)): "
      head += "\(EscapedText.encode(fact.value, isPlain: CSVWriter.isPlain))\n"
    }
    let title = table.columns.joined(separator: hasComma ? ";" : ",") + "\n"
    let mark = "# \(CSVDocument.checksumName): "
    var (checksum, buffer) = (Checksum(), Array((head + mark + "00000000\n" + title).utf8))
    checksum.add(head.utf8)
    checksum.add(title.utf8)
    var (place, counted) = (0, buffer.count)
    func flush() throws(Failure) {
      checksum.add(buffer[counted...])
      try sink.write(buffer, at: place)
      place += buffer.count
      buffer.removeAll(keepingCapacity: true)
      counted = 0
    }
    let separator = UInt8(ascii: hasComma ? ";" : ",")
    try table.forEachRow { row throws(Failure) in
      for (index, cell) in row.enumerated() {
        if index > 0 { buffer.append(separator) }
        guard let cell else { continue }
        for byte in DecimalText.shortest(cell).utf8 {
          buffer.append(hasComma && byte == UInt8(ascii: ".") ? UInt8(ascii: ",") : byte)
        }
      }
      buffer.append(0x0a)
      if buffer.count > 1 << 16 { try flush() }
    }
    try flush()
    // The sum is known at the end, and stands where people read it first.
    try sink.write(Array(checksum.text.utf8), at: head.utf8.count + mark.utf8.count)
  }

  /// All lines before the table; marks and source in words, where no fact says them already.
  private static func facts(_ content: ExportContent, _ table: ContentTable) -> [FileFact] {
    let (head, facts) = (content.head, content.exactFacts)
    let isSaid =
      head.facts.contains { $0.name == "emulated" }
      && facts.contains { $0.value == head.sourceSHA256 }
    let words = [
      FileFact(ContentFacts.prefix + "title", head.title),
      FileFact(ContentFacts.prefix + "provenance", head.provenance),
    ]
    return (isSaid ? [] : words) + facts + table.facts
  }

  static func check(
    _ file: any ByteSource, holds part: FilePart, _ options: ExportOptions
  ) throws(Failure) {
    let input = TableInput(file)
    do throws(FormatError) {
      let table = try ContentTable(part.content)
      var stream = try TableStream(input, isOwn: true)
      guard stream.columns == table.columns, stream.kind == "content-\(table.kind.rawValue) 1"
      else {
        throw FormatError(.csv, .mismatch, "the columns are \(stream.columns)")
      }
      let wanted = facts(part.content, table)
      guard stream.facts.count == wanted.count else {
        throw FormatError(.csv, .mismatch, "\(stream.facts.count) facts, not \(wanted.count)")
      }
      for (found, fact) in zip(stream.facts, wanted) {
        try FormatCheck.same(.csv, "the name of a fact", found.name, fact.name)
        try FormatCheck.same(.csv, fact.name, found.value, fact.value)
      }
      try compareRows(&stream, table)
      if table.kind != .massScans {
        let found = try ContentTableReader.read(input)
        try ReadBack(.csv).compare(found, with: part.content)
        guard found.measurement.reportedPeaks == part.content.peaks else {
          throw FormatError(.csv, .mismatch, "the peaks")
        }
      }
    } catch {
      throw input.failure ?? error.failure
    }
  }

  private static func compareRows(
    _ stream: inout TableStream, _ table: ContentTable
  ) throws(FormatError) {
    var number = 0
    var problem: FormatError?
    do throws(Failure) {
      try table.forEachRow { row throws(Failure) in
        do throws(FormatError) {
          number += 1
          guard let found = try stream.next() else {
            throw FormatError(.csv, .mismatch, "row \(number) is missing")
          }
          for (index, cell) in row.enumerated() where found[index]?.bitPattern != cell?.bitPattern {
            throw FormatError(
              .csv, .mismatch, "\(table.columns[index]) of row \(number) is another number")
          }
        } catch {
          problem = error
          throw error.failure
        }
      }
    } catch {
      throw problem ?? FormatError(.csv, .mismatch, "the source of the scans: \(error.what)")
    }
    guard try stream.next() == nil else {
      throw FormatError(.csv, .mismatch, "there are more rows than \(number)")
    }
  }

  private static func name(_ standard: String, _ own: String, _ count: Int) -> String {
    count == 1 ? standard : TableReader.lastingName(own) ?? standard
  }

  /// Two files never get one name.
  private static func number(_ parts: inout [FilePart]) {
    var used: Set<String> = []
    for index in parts.indices {
      let name = parts[index].name
      var (found, number) = (name, 2)
      while !used.insert(found).inserted {
        found = "\(name)-\(number)"
        number += 1
      }
      parts[index].name = found
    }
  }
}
