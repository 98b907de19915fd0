/// One array of numbers of an mzML file, as its terms say it is stored.
struct MzMLArray {
  /// How one value is stored.
  enum Kind {
    case float32
    case float64
    case int32
    case int64

    var size: Int { self == .float32 || self == .int32 ? 4 : 8 }
  }

  /// The terms of the vocabulary that say what the array is; none where unknown.
  var kind: Kind?
  var isCompressed: Bool?
  /// How the numbers were made fewer bytes before; nil where they were not.
  var numpress: Numpress?
  /// What one of the file's unit is in `factorUnit`; from a field of our own.
  var factor: Double?
  var factorUnit = ""
  /// `MS:1000514` m/z, `MS:1000515` intensity, `MS:1000595` time, `MS:1000617` wavelength.
  var meaning = ""
  var unit: String?
  var unitName: String?
  var encodedLength: Int?
  var length: Int?
  var offset: Int
  var text: ArraySlice<UInt8> = []

  /// The most values of one array.
  static let most = 1 << 26

  /// Takes what a term says; refuses compressions that are not read.
  mutating func take(_ term: MzMLTerm) throws(FormatError) {
    switch term.accession {
    case "MS:1000521": kind = .float32
    case "MS:1000523": kind = .float64
    case "MS:1000519": kind = .int32
    case "MS:1000522": kind = .int64
    case "MS:1000576": isCompressed = false
    case "MS:1000574": isCompressed = true
    case "MS:1002312": (isCompressed, numpress) = (false, .linear)
    case "MS:1002313": (isCompressed, numpress) = (false, .positiveInteger)
    case "MS:1002314": (isCompressed, numpress) = (false, .shortLogged)
    case "MS:1002746": (isCompressed, numpress) = (true, .linear)
    case "MS:1002747": (isCompressed, numpress) = (true, .positiveInteger)
    case "MS:1002748": (isCompressed, numpress) = (true, .shortLogged)
    case "MS:1003088", "MS:1003089", "MS:1003090", "MS:1003780", "MS:1003781", "MS:1003782":
      throw FormatError(.mzml, .unsupported, at: term.offset, "the compression \(term.name)")
    case "MS:1000514", "MS:1000515", "MS:1000595", "MS:1000617", "MS:1000820", "MS:1000821",
      "MS:1000822":
      (meaning, unit, unitName) = (term.accession, term.unit, term.unitName)
    default: break
    }
  }

  /// The values; exactly as many as stated, all finite.
  func values(_ standard: Int) throws(FormatError) -> [Double] {
    let count = length ?? standard
    guard let kind, let isCompressed else {
      throw FormatError(
        .mzml, .missing, at: offset, "the type or compression of an array is not said")
    }
    guard count >= 0, count <= Self.most else {
      throw FormatError(.mzml, .tooLarge, at: offset, "an array of \(count) values")
    }
    let encoded = try Base64.decode(text, at: offset)
    if let said = encodedLength, said != text.count, said != encoded.characters {
      throw FormatError(
        .mzml, .inconsistent, at: offset,
        "encodedLength is \(said), there are \(encoded.characters) characters")
    }
    let numbers =
      if let numpress {
        try unpress(encoded.bytes, count, numpress, isCompressed)
      } else {
        try self.numbers(try plain(encoded.bytes, count * kind.size, isCompressed), kind)
      }
    guard numbers.count == count else {
      throw FormatError(
        .mzml, .inconsistent, at: offset, "\(numbers.count) values where \(count) are said")
    }
    let scaled = factor.map { factor in numbers.map { $0 * factor } } ?? numbers
    guard MzMLNumbers.areFinite(scaled) else {
      let place = scaled.firstIndex { !$0.isFinite } ?? 0
      throw FormatError(
        .mzml, .badNumber, at: offset, "value \(place) of an array is \(scaled[place])")
    }
    return scaled
  }

  private func plain(
    _ bytes: [UInt8], _ size: Int, _ isCompressed: Bool
  ) throws(FormatError) -> [UInt8] {
    guard isCompressed, !bytes.isEmpty else {
      guard bytes.count == size else {
        throw FormatError(
          .mzml, .inconsistent, at: offset, "\(bytes.count) bytes where \(size) are said")
      }
      return bytes
    }
    // Deflate gives at most 1032 bytes for one.
    guard size <= bytes.count * 1040 + 64, let inflated = Zlib.inflate(bytes, count: size) else {
      throw FormatError(
        .mzml, .inconsistent, at: offset,
        "the zlib stream is damaged, or does not give \(size) bytes")
    }
    return inflated
  }

  private func unpress(
    _ bytes: [UInt8], _ count: Int, _ numpress: Numpress, _ isCompressed: Bool
  ) throws(FormatError) -> [Double] {
    var pressed = bytes
    if isCompressed, !bytes.isEmpty {
      // How much it gives is said nowhere: never more than the worst case of the numbers.
      let most = min(numpress.mostBytes(count), bytes.count * 1040 + 64)
      guard let inflated = Zlib.inflate(bytes, most: most) else {
        throw FormatError(.mzml, .inconsistent, at: offset, "the zlib stream is damaged")
      }
      pressed = inflated
    }
    guard let numbers = numpress.decode(pressed, count: count) else {
      throw FormatError(
        .mzml, .inconsistent, at: offset, "numpress data that do not give \(count) values")
    }
    return numbers
  }

  private func numbers(_ bytes: [UInt8], _ kind: Kind) throws(FormatError) -> [Double] {
    switch kind {
    case .float64: return LittleEndian.doubles(bytes)
    case .float32: return LittleEndian.floats(bytes)
    case .int32, .int64:
      return stride(from: 0, to: bytes.count - kind.size + 1, by: kind.size).map { place in
        var word: UInt64 = 0
        for index in 0..<kind.size { word |= UInt64(bytes[place + index]) << (8 * UInt64(index)) }
        return kind == .int32
          ? Double(Int32(truncatingIfNeeded: word)) : Double(Int64(bitPattern: word))
      }
    }
  }
}

/// A term of the vocabulary, as a `cvParam` says it.
struct MzMLTerm {
  var accession: String
  private var spelled: String
  var value: String
  var unit: String?
  var unitName: String?
  var offset: Int

  /// The name for messages.
  var name: String { ForeignText.plain(spelled, most: 100) }

  init(_ tag: XMLScanner.Tag) {
    accession = tag["accession"] ?? ""
    spelled = tag["name"] ?? ""
    value = tag["value"] ?? ""
    unit = tag["unitAccession"]
    unitName = tag["unitName"]
    offset = tag.offset
  }
}

/// Base64 as of RFC 4648, blanks and line ends between its characters left out.
enum Base64 {
  /// The bytes, and how many characters gave them.
  static func decode(
    _ text: ArraySlice<UInt8>, at offset: Int
  ) throws(FormatError) -> (bytes: [UInt8], characters: Int) {
    if let bytes = Base64Bytes.decode(text) { return (bytes, text.count) }
    // Blanks between, or something wrong: character by character.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3 + 3)
    var (word, count, characters, padding) = (UInt32(0), 0, 0, 0)
    for (index, character) in zip(text.indices, text) {
      let six = table[Int(character)]
      if six == blank { continue }
      characters += 1
      if character == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard six < 64, padding == 0 else {
        throw FormatError(.mzml, .badByte, at: index, "byte \(character) in base64")
      }
      word = word << 6 | UInt32(six)
      count += 1
      if count == 4 {
        bytes.append(UInt8(truncatingIfNeeded: word >> 16))
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word))
        (word, count) = (0, 0)
      }
    }
    guard characters % 4 == 0, padding <= 2, padding == 0 || count == 4 - padding, count != 1 else {
      throw FormatError(.mzml, .truncated, at: offset, "\(characters) characters of base64")
    }
    if count == 2 { bytes.append(UInt8(truncatingIfNeeded: word >> 4)) }
    if count == 3 {
      bytes.append(UInt8(truncatingIfNeeded: word >> 10))
      bytes.append(UInt8(truncatingIfNeeded: word >> 2))
    }
    return (bytes, characters)
  }

  private static let blank: UInt8 = 254

  private static let table: [UInt8] = {
    var table = Base64Bytes.values
    for space in [9, 10, 13, 32] { table[space] = blank }
    return table
  }()
}
