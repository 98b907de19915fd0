/// The header of an SPC file in one form, whichever of the three the file has.
///
/// New, `4B` little-endian and `4C` big-endian, 512 bytes:
///
///     f v t e n n n n | first x (8) | last x (8) | subfiles (4) | x y z . | date (4) | ...
///
/// - f: flags. 01 16-bit values, 04 several subfiles, 08 and 10 each with its own z, 20 own labels of
///   axes, 40 each subfile with its own x, 80 x are stored
/// - v: the version; t: the technique; e: the exponent, 80 for 32-bit floats
/// - n: points a subfile; with flag 40 the place of the directory, or 0
/// - x y z: what the axes are
///
/// Old, `4D`, 224 bytes: a 16-bit exponent, points and ends as 32-bit floats, a date by the byte, and
/// always an even x. What is behind is the same: subfiles of a 32-byte head and values.
///
/// Sources: the header SPC.H of Galactic Industries (1986-1997) as published with several readers;
/// the places compared with spectrochempy 1.1.3, hyperSpec and rohanisaac/spc.
struct SPCHeader {
  /// Which of the three forms.
  enum Version: UInt8 {
    case new = 0x4b
    case newBigEndian = 0x4c
    case old = 0x4d
  }

  let version: Version
  let flags: UInt8
  /// What was measured by, 0 to 14; 0 where nobody says.
  var technique = 0
  /// The exponent of integers; nil for 32-bit floats.
  var exponent: Int?
  /// Points a subfile; of files with a directory its place, or 0.
  var points: Int
  var firstX: Double
  var lastX: Double
  /// How many subfiles; nil in the old form, which ends with its last.
  var subfiles: Int?
  /// What x, y and z are.
  var axes: (x: Int, y: Int, z: Int)
  /// The labels of x, y and z; empty where the codes count.
  var labels: [String] = []
  /// How far z of one subfile is from the next; 0 where the first subfile says.
  var zStep = 0.0
  /// How many planes a volume has; 0 for none.
  var planes = 0
  /// Where the log begins; 0 for none.
  var logPlace = 0
  var wall = ForeignMoment.Wall()
  /// What is said in words, by names of ours.
  var facts: [(name: String, value: String)] = []

  var is16Bit: Bool { flags & 0x01 != 0 }
  var isMany: Bool { flags & 0x04 != 0 }
  /// Whether each subfile says its own z.
  var hasOwnZ: Bool { flags & 0x18 != 0 }
  var hasLabels: Bool { flags & 0x20 != 0 }
  var hasOwnX: Bool { flags & 0xc0 == 0xc0 }
  var hasStoredX: Bool { flags & 0x80 != 0 && !hasOwnX }
  /// Where the first subfile begins, or the x of all.
  var size: Int { version == .old ? 224 : 512 }

  /// Reads it; throws where the file is too short or a number none.
  init(_ fields: BinaryFields) throws(FormatError) {
    guard let version = Version(rawValue: try fields.byte(1)) else {
      throw FormatError(.spc, .unsupported, at: 1, "version \(try fields.byte(1))")
    }
    self.version = version
    flags = try fields.byte(0)
    try fields.need(version == .old ? 256 : 512, at: 0, "the header")
    axes = (0, 0, 0)
    if version == .old {
      (points, firstX, lastX) = (0, 0, 0)
      try readOld(fields)
    } else {
      points = try fields.long(4)
      firstX = try fields.double(8, "the first x")
      lastX = try fields.double(16, "the last x")
      try readNew(fields)
    }
    guard !(flags & 0x40 != 0 && flags & 0x80 == 0) else {
      throw FormatError(.spc, .inconsistent, at: 0, "own x of subfiles, and no x are stored")
    }
  }

  private mutating func readNew(_ fields: BinaryFields) throws(FormatError) {
    technique = Int(try fields.byte(2))
    let power = try fields.signedByte(3)
    exponent = power == -128 ? nil : power
    subfiles = try fields.long(24)
    axes = (Int(try fields.byte(28)), Int(try fields.byte(29)), Int(try fields.byte(30)))
    let date = try fields.long(32)
    (wall.minute, wall.hour, wall.day) = (date & 0x3f, date >> 6 & 0x1f, date >> 11 & 0x1f)
    (wall.month, wall.year) = (date >> 16 & 0xf, date >> 20)
    logPlace = try fields.long(248)
    if isMany {
      zStep = try fields.float(312, "the step of z")
      planes = try fields.long(316)
    }
    try take("resolution", fields, 9, at: 36)
    try take("source", fields, 9, at: 45)
    try take("comment", fields, 130, at: 88)
    try take("method_file", fields, 48, at: 264)
    if hasLabels { labels = try labels(fields, at: 218) }
  }

  private mutating func readOld(_ fields: BinaryFields) throws(FormatError) {
    let power = Int(Int16(bitPattern: fields.rawWord(2)))
    guard (-127...127).contains(power) else {
      throw FormatError(.spc, .unsupported, at: 2, "an exponent of \(power) in the old form")
    }
    exponent = power
    let count = try fields.float(4, "the number of points")
    guard count >= 1, count <= 16_777_216, count == count.rounded() else {
      throw FormatError(.spc, .badNumber, at: 4, "\(count) points")
    }
    points = Int(count)
    firstX = try fields.float(8, "the first x")
    lastX = try fields.float(12, "the last x")
    let year = try fields.word(18)
    axes = (Int(try fields.byte(16)), Int(try fields.byte(17)), year >> 12)
    (wall.year, wall.month, wall.day) = (
      year & 0xfff, Int(try fields.byte(20)), Int(try fields.byte(21))
    )
    (wall.hour, wall.minute) = (Int(try fields.byte(22)), Int(try fields.byte(23)))
    guard flags & 0xc0 == 0 else {
      throw FormatError(.spc, .inconsistent, at: 0, "stored x in the old form, which has none")
    }
    try take("resolution", fields, 8, at: 24)
    let scans = try fields.word(34)
    if scans > 0 { facts.append(("scans", "\(scans)")) }
    try take("comment", fields, 130, at: 64)
    // Labels count where z is 15 in the old form.
    if hasLabels || axes.z == 15 { labels = try labels(fields, at: 194) }
  }

  private mutating func take(
    _ name: String, _ fields: BinaryFields, _ count: Int, at place: Int
  ) throws(FormatError) {
    let text = try fields.text(count, at: place)
    if !text.isEmpty { facts.append((name, text)) }
  }

  private func labels(_ fields: BinaryFields, at place: Int) throws(FormatError) -> [String] {
    var labels: [String] = []
    var from = place
    for _ in 0..<3 {
      let rest = fields.bytes[from..<place + 30]
      labels.append(try fields.text(rest.count, at: from, most: 30))
      from = (rest.firstIndex(of: 0) ?? place + 29) + 1
    }
    return labels
  }
}

extension SPCHeader {
  /// Whether a file begins as these do.
  ///
  /// The format has no mark but one byte, so every field with few meanings must have one of them.
  static func recognises(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 32, let version = Version(rawValue: bytes[1]),
      !bytes.starts(with: [0x50, 0x4b, 3, 4])
    else { return false }
    let fields = BinaryFields(bytes, .spc, isBigEndian: version == .newBigEndian)
    func isAxis(_ place: Int) -> Bool { bytes[place] <= 30 || bytes[place] == 255 }
    func isOrdinate(_ place: Int) -> Bool { bytes[place] <= 26 || (128...131) ~= bytes[place] }
    if version == .old {
      let count = Float(bitPattern: fields.rawLong(4))
      let (first, last) = (
        Float(bitPattern: fields.rawLong(8)), Float(bitPattern: fields.rawLong(12))
      )
      let power = Int(Int16(bitPattern: fields.rawWord(2)))
      return bytes[0] & 0xc0 == 0 && (-128...127) ~= power && isAxis(16) && isOrdinate(17)
        && count >= 1 && count <= 16_777_216 && count == count.rounded() && first.isFinite
        && last.isFinite && bytes[20] <= 12 && bytes[21] <= 31 && bytes[22] <= 24
        && bytes[23] <= 60
    }
    // Text has no zero bytes; a number of subfiles this large would not fit in a file.
    guard fields.rawLong(24) < 1 << 24, fields.rawLong(4) < 1 << 30, bytes[2] <= 14,
      isAxis(28), isOrdinate(29), isAxis(30)
    else { return false }
    guard let first = try? fields.double(8, ""), let last = try? fields.double(16, "") else {
      return false
    }
    // Random bits are most often beyond all that is measured.
    return [first, last].allSatisfy { $0 == 0 || (1e-30...1e30) ~= abs($0) }
  }
}
