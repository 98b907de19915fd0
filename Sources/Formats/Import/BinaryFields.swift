/// Fields of a binary file at fixed places; nothing is believed, everything is bounded.
struct BinaryFields {
  /// All bytes of the file.
  let bytes: [UInt8]
  /// Whether the highest byte of a number comes first.
  var isBigEndian = false
  /// The format, for errors.
  let format: FormatError.Format

  init(_ bytes: [UInt8], _ format: FormatError.Format, isBigEndian: Bool = false) {
    self.bytes = bytes
    self.format = format
    self.isBigEndian = isBigEndian
  }

  /// Refuses a part that does not lie within the file.
  func need(_ count: Int, at place: Int, _ what: String) throws(FormatError) {
    guard place >= 0, count >= 0, place <= bytes.count, count <= bytes.count - place else {
      throw FormatError(
        format, .truncated, at: min(max(place, 0), bytes.count),
        "\(what): \(count) bytes at \(place) of \(bytes.count)")
    }
  }

  /// One byte.
  func byte(_ place: Int) throws(FormatError) -> UInt8 {
    try need(1, at: place, "a byte")
    return bytes[place]
  }

  /// A byte with a sign.
  func signedByte(_ place: Int) throws(FormatError) -> Int {
    Int(Int8(bitPattern: try byte(place)))
  }

  /// 16 bits without a sign.
  func word(_ place: Int) throws(FormatError) -> Int {
    try need(2, at: place, "a number")
    return Int(rawWord(place))
  }

  /// 32 bits without a sign.
  func long(_ place: Int) throws(FormatError) -> Int {
    try need(4, at: place, "a number")
    return Int(rawLong(place))
  }

  /// A 32-bit IEEE number, which must be finite.
  func float(_ place: Int, _ what: String) throws(FormatError) -> Double {
    try need(4, at: place, what)
    return try finite(Double(Float(bitPattern: rawLong(place))), place, what)
  }

  /// A 64-bit IEEE number, which must be finite.
  func double(_ place: Int, _ what: String) throws(FormatError) -> Double {
    try need(8, at: place, what)
    let (first, second) = (UInt64(rawLong(place)), UInt64(rawLong(place + 4)))
    let bits = isBigEndian ? first << 32 | second : second << 32 | first
    return try finite(Double(bitPattern: bits), place, what)
  }

  /// 32-bit IEEE numbers one behind the other, all finite.
  func floats(_ count: Int, at place: Int, _ what: String) throws(FormatError) -> [Double] {
    guard count >= 0, count <= bytes.count / 4 else {
      throw FormatError(format, .truncated, at: place, "\(count) \(what)")
    }
    try need(count * 4, at: place, what)
    var values = [Double](repeating: 0, count: count)
    for index in 0..<count {
      values[index] = Double(Float(bitPattern: rawLong(place + 4 * index)))
      guard values[index].isFinite else {
        throw FormatError(
          format, .badNumber, at: place + 4 * index, "\(what)[\(index)] is \(values[index])")
      }
    }
    return values
  }

  /// The text of a field up to its first zero byte, without control characters and outer blanks.
  func text(_ count: Int, at place: Int, most: Int = 2000) throws(FormatError) -> String {
    try need(count, at: place, "a text")
    let bytes = bytes[place..<place + count].prefix { $0 != 0 }
    return ForeignText.plain(ForeignText.decode(bytes), most: most)
  }

  /// 16 bits of a place that was checked.
  func rawWord(_ place: Int) -> UInt16 {
    let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
    return isBigEndian ? first << 8 | second : second << 8 | first
  }

  /// 32 bits of a place that was checked.
  func rawLong(_ place: Int) -> UInt32 {
    let (first, second) = (UInt32(rawWord(place)), UInt32(rawWord(place + 2)))
    return isBigEndian ? first << 16 | second : second << 16 | first
  }

  private func finite(_ value: Double, _ place: Int, _ what: String) throws(FormatError) -> Double {
    guard value.isFinite else {
      throw FormatError(format, .badNumber, at: place, "\(what) is \(value)")
    }
    return value
  }
}
