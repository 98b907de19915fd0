internal import Laboratory

/// A netCDF file whose values are read piece by piece, so that memory does not grow with it.
struct NetCDFPieces {
  /// The largest header that is read; ours grow with comments and facts alone.
  private static let largestHeader = 1 << 26
  /// How many bytes are asked for at once.
  static let pieceSize = 1 << 16

  let file: NetCDFFile
  let source: any ByteSource

  /// Reads the header.
  init(_ source: any ByteSource) throws(Failure) {
    self.source = source
    var length = min(source.size, Self.pieceSize)
    while true {
      let bytes = try source.read(at: 0, count: length)
      do throws(FormatError) {
        file = try NetCDFFile(bytes, size: source.size)
        return
      } catch {
        // The header may be longer than what was asked for.
        guard error.problem == .truncated, bytes.count == length, length < source.size,
          length < Self.largestHeader
        else { throw error.failure }
        length = min(source.size, length * 4)
      }
    }
  }

  /// Compares the file with the checksum that it names; throws `netcdf-checksum`.
  func checkChecksum() throws(Failure) {
    var checksum = CRC32()
    var place = 0
    let own = try? file.checksum()
    while place < source.size {
      var piece = try source.read(at: place, count: min(1 << 20, source.size - place))
      guard !piece.isEmpty else { break }
      if let own { NetCDFFile.blank(own.place, in: &piece, from: place) }
      checksum.add(piece)
      place += piece.count
    }
    guard let own, own.text == checksum.text, place == source.size else {
      throw FormatError(
        .netcdf, .checksum, at: own?.place,
        "\(checksum.text) and not \(own?.text ?? "as it should say")"
      ).failure
    }
  }

  /// The values of a fixed variable from the first on.
  func stream(_ name: String) throws(Failure) -> NetCDFStream {
    guard let variable = file.variable(name), variable.kind != .char else {
      throw FormatError(.netcdf, .missing, "\(name) is missing").failure
    }
    return NetCDFStream(variable, source)
  }
}

/// The values of a fixed variable, asked for in their order.
struct NetCDFStream {
  let variable: NetCDFFile.Variable
  private let source: any ByteSource
  private var place: Int
  private let end: Int
  private var numbers: [Double] = []
  private var used = 0

  init(_ variable: NetCDFFile.Variable, _ source: any ByteSource) {
    self.variable = variable
    self.source = source
    place = variable.begin
    end = variable.begin + variable.count * variable.kind.size
  }

  /// The next one; throws `netcdf-truncated` where there is none.
  mutating func next() throws(Failure) -> Double {
    if used == numbers.count { try fill() }
    used += 1
    return numbers[used - 1]
  }

  /// The next ones, exactly so many.
  mutating func next(_ count: Int) throws(Failure) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(count)
    while result.count < count {
      if used == numbers.count { try fill() }
      let piece = numbers[used...].prefix(count - result.count)
      result += piece
      used += piece.count
    }
    return result
  }

  /// Whether all of them were given.
  var isAtEnd: Bool { used == numbers.count && place >= end }

  private mutating func fill() throws(Failure) {
    let count = min(NetCDFPieces.pieceSize, end - place)
    let bytes = count > 0 ? try source.read(at: place, count: count) : []
    guard bytes.count == count, count > 0 else {
      throw FormatError(.netcdf, .truncated, at: place, "\(variable.name) ends there").failure
    }
    numbers = BigEndian.numbers(bytes[...], variable.kind)
    used = 0
    place += count
  }
}

extension NetCDFFile {
  /// The checksum that a file of ours names, and where it stands; nil where it names none.
  ///
  /// Throws `netcdf-checksum` where it lost it, or what stands there is none.
  func checksum() throws(FormatError) -> (text: String, place: Int)? {
    guard let attribute = attribute(NetCDFWriter.checksumName) else {
      guard attributes.contains(where: { $0.name.hasPrefix(PrivateFields.prefix) }) else {
        return nil
      }
      throw FormatError(.netcdf, .checksum, "the file is of Gauger and has lost its checksum")
    }
    guard let text = text(attribute), attribute.count == 8 else {
      throw FormatError(.netcdf, .checksum, at: attribute.place, "no CRC-32 stands there")
    }
    return (text, attribute.place)
  }

  /// Compares the whole file with the checksum that it names, if any; throws `netcdf-checksum`.
  func checkChecksum() throws(FormatError) {
    guard let own = try checksum() else { return }
    var checksum = CRC32()
    checksum.add(bytes[..<own.place])
    checksum.add(NetCDFWriter.noChecksum)
    checksum.add(bytes[(own.place + 8)...])
    guard own.text == checksum.text else {
      throw FormatError(
        .netcdf, .checksum, at: own.place, "\(checksum.text) and not \(own.text)")
    }
  }

  /// Puts zeros in place of the checksum, as far as it lies in a piece that begins at `start`.
  static func blank(_ place: Int, in piece: inout [UInt8], from start: Int) {
    for (index, digit) in NetCDFWriter.noChecksum.enumerated()
    where piece.indices.contains(place + index - start) {
      piece[place + index - start] = digit
    }
  }
}
