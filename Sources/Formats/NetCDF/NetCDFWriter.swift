internal import Laboratory

/// Writes a netCDF classic file whose variables are filled side by side, each from its first value
/// to its last, and whose header comes last.
///
/// Memory is one buffer a variable, whatever the file holds. The attribute ``checksumName`` gets the
/// CRC-32 of all bytes of the file, its own eight digits counted as `00000000`.
struct NetCDFWriter {
  /// The attribute of the file that holds its checksum.
  static let checksumName = "gauger_crc32"
  /// What stands in its place while it is computed.
  static let noChecksum = [UInt8](repeating: 48, count: 8)

  private(set) var layout: NetCDFLayout
  private var cursors: [NetCDFCursor]
  private let sink: any ByteSink

  /// Arranges a file; throws `netcdf-shape` where the format cannot be so large.
  init(_ layout: NetCDFLayout, to sink: any ByteSink) throws(FormatError) {
    var layout = layout
    layout.attributes.append(.init(name: Self.checksumName, value: .text(Self.noChecksum)))
    _ = try layout.arrange()
    self.layout = layout
    self.sink = sink
    cursors = layout.variables.map(NetCDFCursor.init)
  }

  /// Adds one number to a variable.
  mutating func put(_ number: Double, to variable: Int) throws(Failure) {
    try cursors[variable].put(number, to: sink)
  }

  /// Adds numbers to a variable, in its type.
  mutating func put(_ numbers: ArraySlice<Double>, to variable: Int) throws(Failure) {
    try cursors[variable].put(numbers, to: sink)
  }

  /// Adds numbers to a variable, in its type.
  mutating func put(_ numbers: [Double], to variable: Int) throws(Failure) {
    try put(numbers[...], to: variable)
  }

  /// Adds the same number so many times.
  mutating func fill(_ number: Double, count: Int, _ variable: Int) throws(Failure) {
    let piece = [Double](repeating: number, count: min(count, 4096))
    var left = count
    while left > 0 {
      try cursors[variable].put(piece.prefix(left), to: sink)
      left -= min(left, piece.count)
    }
  }

  /// Adds a row of characters, padded with NUL to the width of the variable.
  mutating func put(text: [UInt8], to variable: Int) throws(Failure) {
    let width = layout.variables[variable].dimensions.last.map { layout.dimensions[$0].length } ?? 1
    let row = text.prefix(width) + [UInt8](repeating: 0, count: max(0, width - text.count))
    try cursors[variable].put(bytes: Array(row), to: sink)
  }

  /// Takes over the attributes of a file arranged in the same way, which differ in numbers alone.
  mutating func takeAttributes(of other: NetCDFLayout) {
    let size = layout.header().count
    layout.attributes = other.attributes + layout.attributes.suffix(1)
    precondition(layout.header().count == size, "the header would move the values")
  }

  /// Hands over what waits, then the header with its checksum; every variable must be full.
  mutating func finish() throws(Failure) {
    var checksum = CRC32()
    checksum.add(layout.header())
    for index in cursors.indices {
      try cursors[index].finish(to: sink)
      checksum.append(cursors[index].checksum)
    }
    layout.set(Self.checksumName, .text(Array(checksum.text.utf8)))
    try sink.write(layout.header(), at: 0)
  }
}
