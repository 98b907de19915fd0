internal import Laboratory
internal import Instruments

/// Reads tables of other programs as a person declared them: traces, spectra, mass scans.
///
/// Decimal marks, separators and units are never guessed but for the separator of the header row.
/// Every cell of a declared column is a finite number or empty; an empty value gives no point.
public enum TableReader {
  /// Reads a file; throws `table-missing` where no column is declared.
  public static func read(
    _ bytes: [UInt8], _ declaration: TableDeclaration
  ) throws(FormatError) -> ReadSource {
    guard let content = declaration.content else {
      throw FormatError(
        .table, .missing,
        "its content is of no format with marks of its own, and no columns are "
          + "declared (--columns time=1 unit=min value=2)")
    }
    let identity = try ownIdentity(bytes)
    let (names, table, columns) = try numbers(bytes, declaration)
    guard !table.rows.isEmpty else {
      throw FormatError(.table, .missing, at: bytes.count, "there is no row of numbers")
    }
    var warnings = [TableLines(bytes).openEnd].compactMap { $0 }
    func name(_ index: Int, _ standard: String) -> String {
      names.isEmpty ? standard : lastingName(names[index]) ?? standard
    }
    var measurement = Measurement()
    for (key, value) in declaration.words { measurement.facts["declared_\(key)"] = value }
    switch content {
    case .traces(_, let factor):
      let times = try rising(table, columns.first, factor, "time", strictly: true)
      for (place, index) in columns.values.enumerated() {
        var trace = Trace(
          name: name(index, place == 0 ? "signal" : "signal_\(place + 1)"),
          unit: Unit(declaration.signalUnit))
        for (row, value) in table.column(index).enumerated() {
          guard let value else { continue }
          trace.append(scan: row, time: times[row], value: value / declaration.divisor, flags: [])
        }
        try keep(trace.values.count, of: table, index, &warnings)
        measurement.traces.append(trace)
      }
    case .spectra(_, let axis, let factor):
      for (place, index) in columns.values.enumerated() {
        measurement.spectra.append(
          try spectrum(
            name(index, place == 0 ? "sample" : "sample_\(place + 1)"), table,
            (columns.first, index), axis, factor, declaration, &warnings))
      }
    case .massScans(_, let factor, _, let kind):
      measurement.massScans = try scans(table, columns, factor, kind, declaration.signalUnit)
    }
    return ReadSource(.table, measurement, identity: identity, warnings: warnings)
  }

  /// What a table of ours says of its run, its checksum checked; nothing of any other.
  ///
  /// A mark that its instrument was emulated must not be lost on the way.
  private static func ownIdentity(_ bytes: [UInt8]) throws(FormatError) -> SourceIdentity {
    var identity = SourceIdentity()
    guard bytes.starts(with: Array("# gauger: ".utf8)) else { return identity }
    var document = try TableStream(TableInput(MemoryFile(bytes)), isOwn: false)
    while try document.next() != nil {}
    identity.emulated = document.fact("emulated") != "no"
    identity.samples = [document.fact("sample")].compactMap { $0 }
    identity.began = document.fact("started").flatMap { Timestamp(iso8601: $0) }
    identity.person = document.fact("operator")
    identity.maker = document.fact("maker")
    identity.model = document.fact("model")
    identity.serialNumber = document.fact("serial_number")
    return identity
  }

  // MARK: - Columns

  private struct Columns {
    var first: Int
    var mass: Int?
    var values: [Int]
    var all: Set<Int> { Set([first] + values + (mass.map { [$0] } ?? [])) }
  }

  /// The names of the header row, if any, and the numbers below.
  private static func numbers(
    _ bytes: [UInt8], _ declaration: TableDeclaration
  ) throws(FormatError) -> ([String], NumberTable, Columns) {
    var lines = TableLines(bytes)
    for _ in 0..<declaration.skip { _ = try lines.next() }
    var (style, names, columns) = (CellStyle?.none, [String](), Columns?.none)
    var table = NumberTable(names: [])
    while let (line, offset) = try lines.next() {
      // Remarks stand before the table in many exports.
      if line.trimmingBlanks().isEmpty || (columns == nil && line.hasPrefix("#")) { continue }
      if columns == nil {
        let found = CellStyle(
          separator: declaration.separator
            ?? CellStyle.separator(in: line, hasDecimalComma: declaration.hasDecimalComma),
          hasDecimalComma: declaration.hasDecimalComma)
        let cells = found.cells(line)
        let own = try choose(declaration, cells, at: offset)
        (style, columns) = (found, own)
        let isHeader = own.all.contains { $0 < cells.count && found.number(cells[$0]) == nil }
        if isHeader {
          names = cells
          table.names = cells
          continue
        }
      }
      guard let style, let columns else { continue }
      try table.add(line, at: offset, number: lines.number, style, columns: columns.all)
    }
    guard let columns else {
      throw FormatError(.table, .missing, at: bytes.count, "there is no row")
    }
    return (names, table, columns)
  }

  private static func choose(
    _ declaration: TableDeclaration, _ cells: [String], at offset: Int
  ) throws(FormatError) -> Columns {
    func place(_ column: TableDeclaration.Column) throws(FormatError) -> Int {
      switch column {
      case .number(let number):
        guard number <= cells.count else {
          throw FormatError(
            .table, .missing, at: offset, "column \(number) of a row of \(cells.count) cells")
        }
        return number - 1
      case .name(let name):
        let exact = cells.indices.filter { cells[$0] == name }
        let found =
          exact.isEmpty
          ? cells.indices.filter { cells[$0].lowercased() == name.lowercased() } : exact
        guard found.count == 1 else {
          let known = cells.prefix(20).map { ForeignText.plain($0, most: 40) }
          throw FormatError(
            .table, .missing, at: offset,
            "\(found.count) columns are called \(ForeignText.plain(name, most: 40)); there are "
              + known.joined(separator: ", "))
        }
        return found[0]
      }
    }
    let first: Int
    var mass: Int?
    switch declaration.content {
    case .traces(let time, _)?: first = try place(time)
    case .spectra(let x, _, _)?: first = try place(x)
    case .massScans(let time, _, let mz, _)?: (first, mass) = (try place(time), try place(mz))
    case nil: throw FormatError(.table, .missing, "no columns are declared")
    }
    var values: [Int] = []
    for column in declaration.values { values.append(try place(column)) }
    if values.isEmpty {
      guard cells.count == 2 else {
        throw FormatError(
          .table, .missing, at: offset, "which of \(cells.count) columns holds the values")
      }
      values = [1 - first]
    }
    guard Set(values).count == values.count, !values.contains(first),
      mass.map({ $0 != first && !values.contains($0) }) ?? true
    else { throw FormatError(.table, .inconsistent, at: offset, "one column for two things") }
    return Columns(first: first, mass: mass, values: values)
  }

  // MARK: - Content

  private static func rising(
    _ table: NumberTable, _ column: Int, _ factor: Double, _ what: String, strictly: Bool
  ) throws(FormatError) -> [Double] {
    var times: [Double] = []
    times.reserveCapacity(table.rows.count)
    for (row, cells) in table.rows.enumerated() {
      guard let value = cells[column] else {
        throw FormatError(.table, .missing, at: table.offsets[row], "row \(row + 1) has no \(what)")
      }
      let time = factor == 1 ? value : value * factor
      if let last = times.last, strictly ? time <= last : time < last {
        throw FormatError(
          .table, .inconsistent, at: table.offsets[row],
          "the \(what) of row \(row + 1) is \(value), not behind the one before")
      }
      times.append(time)
    }
    return times
  }

  private static func spectrum(
    _ name: String, _ table: NumberTable, _ columns: (x: Int, y: Int), _ axis: Axis.Kind,
    _ factor: Double, _ declaration: TableDeclaration, _ warnings: inout [String]
  ) throws(FormatError) -> MeasuredSpectrum {
    var (x, y) = ([Double](), [Double]())
    for (row, cells) in table.rows.enumerated() {
      guard let value = cells[columns.y] else { continue }
      guard let place = cells[columns.x] else {
        throw FormatError(
          .table, .missing, at: table.offsets[row], "row \(row + 1) has no abscissa")
      }
      x.append(factor == 1 ? place : place * factor)
      y.append(declaration.divisor == 1 ? value : value / declaration.divisor)
    }
    try keep(x.count, of: table, columns.y, &warnings)
    for index in x.indices.dropFirst() {
      let falls = x[1] < x[0]
      guard falls ? x[index] < x[index - 1] : x[index] > x[index - 1] else {
        throw FormatError(
          .table, .inconsistent, at: table.offsets[0],
          "the abscissa \(x[index]) stands behind \(x[index - 1]): it neither rises nor falls")
      }
    }
    return MeasuredSpectrum(
      name: name, axis: Axis(kind: axis, values: x), ordinate: declaration.ordinate, values: y)
  }

  private static func scans(
    _ table: NumberTable, _ columns: Columns, _ factor: Double, _ kind: MassScanSeries.Kind,
    _ unit: String
  ) throws(FormatError) -> MassScanSeries {
    let times = try rising(table, columns.first, factor, "time", strictly: false)
    var series = MassScanSeries(kind: kind, unit: unit)
    var (mz, values, open) = ([Double](), [Double](), times.first ?? 0)
    for (row, cells) in table.rows.enumerated() {
      if times[row] != open {
        series.append(time: open, massToCharge: mz, intensity: values)
        (mz, values, open) = ([], [], times[row])
      }
      guard let mass = columns.mass.flatMap({ cells[$0] }), let value = cells[columns.values[0]]
      else {
        throw FormatError(.table, .missing, at: table.offsets[row], "row \(row + 1) is no pair")
      }
      guard mass >= mz.last ?? 0 else {
        throw FormatError(
          .table, .inconsistent, at: table.offsets[row], "the mass \(mass) does not rise")
      }
      mz.append(mass)
      values.append(value)
    }
    series.append(time: open, massToCharge: mz, intensity: values)
    return series
  }

  private static func keep(
    _ kept: Int, of table: NumberTable, _ column: Int, _ warnings: inout [String]
  ) throws(FormatError) {
    guard kept > 0 else {
      throw FormatError(.table, .missing, at: table.offsets[0], "column \(column + 1) is empty")
    }
    if kept < table.rows.count {
      warnings.append(
        "\(table.rows.count - kept) of \(table.rows.count) rows have no value in column "
          + "\(column + 1)")
    }
  }

  /// A header as a name of ours: lower case, digits and underscores; nil where nothing is left.
  static func lastingName(_ header: String) -> String? {
    let spelled = EscapedText.readable(header).lowercased().map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
    let words = String(spelled).split(separator: "_").joined(separator: "_")
    return words.isEmpty ? nil : String(words.prefix(60))
  }
}
