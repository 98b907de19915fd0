/// Reads the header of a netCDF classic file, place by place.
struct NetCDFHeader {
  let bytes: [UInt8]
  private var position = 4

  private var fileSize = 0
  private var hasRecords = true

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func read(into file: inout NetCDFFile) throws(FormatError) {
    fileSize = file.size
    guard bytes.starts(with: Array("CDF".utf8)), bytes.count >= 4 else {
      throw FormatError(.netcdf, .malformed, at: 0, "the file does not begin with CDF")
    }
    let version = bytes[3]
    guard version == 1 || version == 2 else {
      throw FormatError(
        .netcdf, .unsupported, at: 3, "kind \(version); classic files of kind 1 and 2 are read")
    }
    let said = try word("the number of records")
    hasRecords = said > 0
    let lengths = try dimensions()
    file.attributes = try attributes()
    let found = try variables(lengths, isWide: version == 2)
    try place(found, lengths, said: said, into: &file)
  }

  /// Computes the size of a record, counts the records, and gives dimensions their lengths.
  private func place(
    _ found: [NetCDFFile.Variable], _ lengths: [NetCDFFile.Dimension], said: UInt32,
    into file: inout NetCDFFile
  ) throws(FormatError) {
    var size = 0
    let records = found.filter(\.isRecord)
    for variable in records {
      let bytes = try product(variable, from: 1)
      let (sum, over) = size.addingReportingOverflow(
        records.count == 1 ? bytes : (bytes + 3) / 4 * 4)
      guard !over else { throw tooLarge(variable) }
      size = sum
    }
    file.recordSize = size
    if said == .max {
      file.wasStreaming = true
      let begin = records.map(\.begin).min() ?? fileSize
      file.records = size > 0 ? max(0, fileSize - begin) / size : 0
    } else {
      guard said <= Int32.max else {
        throw FormatError(.netcdf, .inconsistent, at: 4, "\(said) records")
      }
      file.records = Int(said)
    }
    func filled(_ dimension: NetCDFFile.Dimension) -> NetCDFFile.Dimension {
      var dimension = dimension
      if dimension.isRecord { dimension.length = file.records }
      return dimension
    }
    file.dimensions = lengths.map(filled)
    for var variable in found {
      variable.dimensions = variable.dimensions.map(filled)
      _ = try product(variable, from: 0)
      file.variables.append(variable)
    }
  }

  /// Bytes of the dimensions from one on; refuses more than any file has.
  private func product(
    _ variable: NetCDFFile.Variable, from first: Int
  ) throws(FormatError) -> Int {
    var size = variable.kind.size
    for dimension in variable.dimensions.dropFirst(first) {
      let (next, over) = size.multipliedReportingOverflow(by: dimension.length)
      guard !over, next <= 1 << 48 else { throw tooLarge(variable) }
      size = next
    }
    return size
  }

  private func tooLarge(_ variable: NetCDFFile.Variable) -> FormatError {
    FormatError(.netcdf, .tooLarge, at: variable.offset, "the dimensions of \(variable.name)")
  }

  // MARK: - Lists

  private mutating func dimensions() throws(FormatError) -> [NetCDFFile.Dimension] {
    var found: [NetCDFFile.Dimension] = []
    var names: Set<String> = []
    for _ in 0..<(try count(tag: 10, "dimensions")) {
      let place = position
      let name = try name()
      let length = try size("the length of \(name)")
      guard names.insert(name).inserted else { throw twice(name, place) }
      guard length > 0 || !found.contains(where: \.isRecord) else {
        throw FormatError(.netcdf, .inconsistent, at: place, "two record dimensions")
      }
      found.append(.init(name: name, length: length, isRecord: length == 0))
    }
    return found
  }

  private mutating func attributes() throws(FormatError) -> [NetCDFFile.Attribute] {
    var found: [NetCDFFile.Attribute] = []
    var names: Set<String> = []
    for _ in 0..<(try count(tag: 12, "attributes")) {
      let place = position
      let name = try name()
      let kind = try kind()
      let count = try size("the length of \(name)")
      let (bytes, over) = count.multipliedReportingOverflow(by: kind.size)
      guard !over else { throw end("the values of \(name)") }
      guard names.insert(name).inserted else { throw twice(name, place) }
      found.append(.init(name: name, kind: kind, place: position, count: count))
      try skip(bytes, "the values of \(name)")
    }
    return found
  }

  private mutating func variables(
    _ dimensions: [NetCDFFile.Dimension], isWide: Bool
  ) throws(FormatError) -> [NetCDFFile.Variable] {
    var found: [NetCDFFile.Variable] = []
    var names: Set<String> = []
    for _ in 0..<(try count(tag: 11, "variables")) {
      let place = position
      let name = try name()
      guard names.insert(name).inserted else { throw twice(name, place) }
      var own: [NetCDFFile.Dimension] = []
      let rank = try size("the rank of \(name)")
      guard rank <= 32 else {
        throw FormatError(.netcdf, .tooLarge, at: place, "\(name) has \(rank) dimensions")
      }
      for index in 0..<rank {
        let id = try size("a dimension of \(name)")
        guard id < dimensions.count, index == 0 || !dimensions[id].isRecord else {
          throw FormatError(.netcdf, .inconsistent, at: position - 4, "dimension \(id) of \(name)")
        }
        own.append(dimensions[id])
      }
      let attributes = try attributes()
      let kind = try kind()
      // Not believed: files above the limit of four bytes hold nonsense here.
      _ = try word("the size of \(name)")
      var begin = UInt64(try word("the place of \(name)"))
      if isWide { begin = begin << 32 | UInt64(try word("the place of \(name)")) }
      // Without records those of the record dimension may begin behind the end, side by side.
      let isEmpty = !hasRecords && own.first?.isRecord == true
      guard begin <= UInt64(fileSize) || (isEmpty && begin < 1 << 62) else {
        throw FormatError(
          .netcdf, .truncated, at: fileSize, "\(name) begins at \(begin)")
      }
      found.append(
        .init(
          name: name, kind: kind, dimensions: own, attributes: attributes, begin: Int(begin),
          offset: place))
    }
    return found
  }

  // MARK: - Parts

  /// How many entries a list has.
  private mutating func count(tag: UInt32, _ what: String) throws(FormatError) -> Int {
    let place = position
    let (found, count) = (try word("the list of \(what)"), try size("the list of \(what)"))
    guard found == tag || (found == 0 && count == 0) else {
      throw FormatError(.netcdf, .malformed, at: place, "\(found) where the list of \(what) begins")
    }
    guard count <= NetCDFFile.mostEntries else {
      throw FormatError(.netcdf, .tooLarge, at: place, "\(count) \(what)")
    }
    return count
  }

  private mutating func name() throws(FormatError) -> String {
    let place = position
    let count = try size("a name")
    guard (1...1024).contains(count) else {
      throw FormatError(.netcdf, .malformed, at: place, "a name of \(count) bytes")
    }
    let start = position
    try skip(count, "a name")
    return ForeignText.decode(bytes[start..<start + count])
  }

  private mutating func kind() throws(FormatError) -> NetCDFFile.Kind {
    let place = position
    let number = try word("a type")
    guard let kind = NetCDFFile.Kind(rawValue: Int(number)) else {
      throw FormatError(.netcdf, .malformed, at: place, "the type \(number)")
    }
    return kind
  }

  private mutating func size(_ what: String) throws(FormatError) -> Int {
    let number = try word(what)
    guard number <= Int32.max else {
      throw FormatError(.netcdf, .malformed, at: position - 4, "\(number) as \(what)")
    }
    return Int(number)
  }

  private mutating func word(_ what: String) throws(FormatError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw end(what) }
    defer { position += 4 }
    return bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Goes over bytes and the padding behind them.
  private mutating func skip(_ count: Int, _ what: String) throws(FormatError) {
    guard count <= bytes.count - position else { throw end(what) }
    // The padding of the last attribute of a file without data may be missing.
    position = min(bytes.count, position + (count + 3) / 4 * 4)
  }

  private func end(_ what: String) -> FormatError {
    FormatError(.netcdf, .truncated, at: bytes.count, "the file ends within \(what)")
  }

  private func twice(_ name: String, _ place: Int) -> FormatError {
    FormatError(.netcdf, .inconsistent, at: place, "\(name.prefix(80)) stands there twice")
  }
}
