internal import Laboratory

/// Fills one variable from its first value to its last, through a buffer of bounded size.
struct NetCDFCursor {
  /// The most bytes that wait for the sink.
  static let bufferSize = 1 << 18
  /// The most of a variable that is not large, of which a file may have many.
  static let smallBufferSize = 1 << 16
  private static let large = 1 << 24
  /// The most single numbers that wait for being packed.
  private static let mostPending = 1 << 10

  private let kind: NetCDFFile.Kind
  private let end: Int
  private let bufferSize: Int
  private var place: Int
  private var buffer: [UInt8]
  private var used = 0
  private var pending: [Double] = []
  /// The checksum of all that was handed to the sink.
  private(set) var checksum = CRC32()

  init(_ variable: NetCDFLayout.Variable) {
    kind = variable.kind
    place = variable.begin
    end = variable.begin + variable.size
    bufferSize = variable.size < Self.large ? Self.smallBufferSize : Self.bufferSize
    buffer = [UInt8](repeating: 0, count: min(bufferSize, variable.size))
  }

  /// Adds one number.
  mutating func put(_ number: Double, to sink: any ByteSink) throws(Failure) {
    pending.append(number)
    if pending.count == Self.mostPending { try pack(to: sink) }
  }

  /// Adds numbers, in the type of the variable.
  mutating func put(_ numbers: ArraySlice<Double>, to sink: any ByteSink) throws(Failure) {
    if !pending.isEmpty { try pack(to: sink) }
    try append(numbers, to: sink)
  }

  /// Adds bytes as they are.
  mutating func put(bytes: [UInt8], to sink: any ByteSink) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(try room(for: 1, to: sink))
      buffer.replaceSubrange(used..<used + piece.count, with: piece)
      used += piece.count
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Pads the last value, and hands over what waits; the variable must be full.
  mutating func finish(to sink: any ByteSink) throws(Failure) {
    if !pending.isEmpty { try pack(to: sink) }
    let missing = end - place - used
    guard (0..<4).contains(missing) else { throw wrongCount() }
    try put(bytes: [UInt8](repeating: 0, count: missing), to: sink)
    try flush(to: sink)
  }

  private mutating func pack(to sink: any ByteSink) throws(Failure) {
    // Taken out, so that the array is not copied.
    var numbers: [Double] = []
    swap(&numbers, &pending)
    try append(numbers[...], to: sink)
    numbers.removeAll(keepingCapacity: true)
    swap(&numbers, &pending)
  }

  private mutating func append(
    _ numbers: ArraySlice<Double>, to sink: any ByteSink
  ) throws(Failure) {
    var rest = numbers
    while !rest.isEmpty {
      let piece = rest.prefix(try room(for: kind.size, to: sink))
      switch kind {
      case .double: BigEndian.put(piece, into: &buffer, at: used)
      case .float: BigEndian.putNarrow(piece, into: &buffer, at: used)
      case .int: BigEndian.putInts(piece, into: &buffer, at: used)
      case .short: BigEndian.putShorts(piece, into: &buffer, at: used)
      case .byte, .char: preconditionFailure("characters are put as bytes")
      }
      used += piece.count * kind.size
      rest = rest.dropFirst(piece.count)
    }
  }

  /// How many values fit into the buffer, which is emptied where it is full.
  private mutating func room(for size: Int, to sink: any ByteSink) throws(Failure) -> Int {
    if buffer.count - used < size { try flush(to: sink) }
    let room = min(buffer.count - used, end - place - used) / size
    guard room > 0 else { throw wrongCount() }
    return room
  }

  private mutating func flush(to sink: any ByteSink) throws(Failure) {
    guard used > 0 else { return }
    let isFull = used == buffer.count
    if isFull {
      checksum.add(buffer)
      // Given away and made anew: a sink may keep it, and would make this a copy.
      let full = buffer
      buffer = []
      try sink.write(full, at: place)
      let size = min(bufferSize, end - place - used)
      buffer =
        (sink as? any BufferKeeper)?.spare(size) ?? [UInt8](repeating: 0, count: size)
    } else {
      checksum.add(buffer[..<used])
      try sink.write(Array(buffer[..<used]), at: place)
    }
    place += used
    used = 0
  }

  private func wrongCount() -> Failure {
    FormatError(
      .netcdf, .inconsistent, at: place, "the source gave more or fewer numbers than before"
    ).failure
  }
}

/// A sink that has buffers that are no longer needed.
///
/// Memory that is used again costs nothing; fresh memory costs as much as what is put into it.
protocol BufferKeeper {
  /// A buffer of so many bytes, with anything in it; nil where there is none.
  func spare(_ size: Int) -> [UInt8]?
}
