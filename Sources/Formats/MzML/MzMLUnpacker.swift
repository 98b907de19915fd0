/// Unpacks the arrays of an mzML file: base64, zlib, numbers.
///
/// One decompressor and one set of buffers for a whole file; one thread.
final class MzMLUnpacker {
  /// What stands in a text, at the start of the buffer; and the buffer of what it inflates to.
  private var (encoded, plain) = ([UInt8](), [UInt8]())
  private let inflater = Inflater()
  /// The most bytes of a buffer that is kept for the next array.
  private static let largest = 1 << 24

  /// Adds the values of an array; exactly as many as stated, all finite.
  ///
  /// What was added counts nothing where it throws.
  func append(
    _ array: MzMLArray, _ standard: Int, to numbers: inout [Double]
  ) throws(FormatError) {
    defer { giveBack() }
    let (count, start) = (array.length ?? standard, numbers.count)
    guard let kind = array.kind, let isCompressed = array.isCompressed else {
      throw FormatError(
        .mzml, .missing, at: array.offset, "the type or compression of an array is not said")
    }
    guard count >= 0, count <= MzMLArray.most else {
      throw FormatError(.mzml, .tooLarge, at: array.offset, "an array of \(count) values")
    }
    let size = try decode(array)
    if let numpress = array.numpress {
      numbers += try unpress(array, size, count, numpress, isCompressed)
    } else if isCompressed, size > 0 {
      try inflate(array, size, count, kind, to: &numbers)
    } else {
      guard size == count * kind.size else {
        throw FormatError(
          .mzml, .inconsistent, at: array.offset,
          "\(size) bytes where \(count * kind.size) are said")
      }
      try Self.append(encoded, count, array, kind, to: &numbers)
    }
    guard numbers.count - start == count else {
      throw FormatError(
        .mzml, .inconsistent, at: array.offset,
        "\(numbers.count - start) values where \(count) are said")
    }
    if let factor = array.factor {
      for index in start..<numbers.count { numbers[index] *= factor }
    }
    guard MzMLNumbers.areFinite(numbers[start...]) else {
      let place = numbers[start...].firstIndex { !$0.isFinite } ?? start
      throw FormatError(
        .mzml, .badNumber, at: array.offset,
        "value \(place - start) of an array is \(numbers[place])")
    }
  }

  /// Fills `encoded` with the bytes of the text; how many they are.
  private func decode(_ array: MzMLArray) throws(FormatError) -> Int {
    var (size, characters) = (0, array.text.count)
    if let quick = Base64Bytes.decode(array.text, into: &encoded) {
      size = quick
    } else {
      let found = try Base64.decode(array.text, at: array.offset)
      (encoded, size, characters) = (found.bytes, found.bytes.count, found.characters)
    }
    if let said = array.encodedLength, said != array.text.count, said != characters {
      throw FormatError(
        .mzml, .inconsistent, at: array.offset,
        "encodedLength is \(said), there are \(characters) characters")
    }
    return size
  }

  private func inflate(
    _ array: MzMLArray, _ size: Int, _ count: Int, _ kind: MzMLArray.Kind,
    to numbers: inout [Double]
  ) throws(FormatError) {
    let wanted = count * kind.size
    // Deflate gives at most 1032 bytes for one.
    var isDone = wanted <= size * 1040 + 64
    if isDone, kind == .float64, count > 0 {
      isDone = inflater.inflate(encoded[..<size], doubles: count, to: &numbers)
    } else if isDone {
      isDone = inflater.inflate(encoded[..<size], most: wanted, into: &plain) == wanted
      if isDone { try Self.append(plain, count, array, kind, to: &numbers) }
    }
    guard isDone else {
      throw FormatError(
        .mzml, .inconsistent, at: array.offset,
        "the zlib stream is damaged, or does not give \(wanted) bytes")
    }
  }

  private func unpress(
    _ array: MzMLArray, _ size: Int, _ count: Int, _ numpress: Numpress, _ isCompressed: Bool
  ) throws(FormatError) -> [Double] {
    var pressed = Array(encoded[..<size])
    if isCompressed, size > 0 {
      // How much it gives is said nowhere: never more than the worst case of the numbers.
      let most = min(numpress.mostBytes(count), size * 1040 + 64)
      guard let given = inflater.inflate(encoded[..<size], most: most, into: &plain) else {
        throw FormatError(.mzml, .inconsistent, at: array.offset, "the zlib stream is damaged")
      }
      pressed = Array(plain[..<given])
    }
    guard let numbers = numpress.decode(pressed, count: count) else {
      throw FormatError(
        .mzml, .inconsistent, at: array.offset, "numpress data that do not give \(count) values")
    }
    return numbers
  }

  /// Adds so many numbers, which stand at the start of bytes.
  private static func append(
    _ bytes: [UInt8], _ count: Int, _ array: MzMLArray, _ kind: MzMLArray.Kind,
    to numbers: inout [Double]
  ) throws(FormatError) {
    switch kind {
    case .float64: LittleEndian.append(count, of: bytes, to: &numbers)
    case .float32: LittleEndian.appendNarrow(count, of: bytes, to: &numbers)
    case .int32, .int64:
      for place in stride(from: 0, to: count * kind.size, by: kind.size) {
        var word: UInt64 = 0
        for index in 0..<kind.size { word |= UInt64(bytes[place + index]) << (8 * UInt64(index)) }
        let whole =
          kind == .int32 ? Int64(Int32(truncatingIfNeeded: word)) : Int64(bitPattern: word)
        guard let number = Double(exactly: whole) else {
          throw FormatError(
            .mzml, .unsupported, at: array.offset,
            "the whole number \(whole), which a Double rounds")
        }
        numbers.append(number)
      }
    }
  }

  private func giveBack() {
    if encoded.count > Self.largest { encoded = [] }
    if plain.count > Self.largest { plain = [] }
  }
}
