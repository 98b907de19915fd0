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
  func values(
    _ standard: Int, by unpacker: MzMLUnpacker = MzMLUnpacker()
  ) throws(FormatError) -> [Double] {
    var numbers: [Double] = []
    try unpacker.append(self, standard, to: &numbers)
    return numbers
  }
}

/// A term of the vocabulary, as a `cvParam` says it.
struct MzMLTerm {
  let accession: String
  private let tag: XMLScanner.Tag

  var value: String { tag["value"] ?? "" }

  /// The name for messages.
  var name: String { ForeignText.plain(tag["name"] ?? "", most: 100) }
  var unit: String? { tag["unitAccession"] }
  var unitName: String? { tag["unitName"] }
  var offset: Int { tag.offset }

  init(_ tag: XMLScanner.Tag) {
    self.tag = tag
    accession = tag["accession"] ?? ""
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
