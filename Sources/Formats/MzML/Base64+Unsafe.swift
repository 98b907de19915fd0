internal import Glibc

/// Base64 as of RFC 4648, by tables of whole words.
enum Base64Bytes {
  /// The two characters of twelve bits, the first in the lower byte.
  private static let pairs: [UInt16] = {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return (0..<4096).map { UInt16(letters[$0 >> 6]) | UInt16(letters[$0 & 63]) << 8 }
  }()

  /// The six bits of a character; 64 and more where it is none.
  static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, letter) in letters.utf8.enumerated() { table[Int(letter)] = UInt8(value) }
    return table
  }()

  /// Adds the characters of bytes to a text.
  static func append(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let start = text.count
    text.append(contentsOf: repeatElement(0, count: (bytes.count + 2) / 3 * 4))
    // Safe: four characters for each three bytes begun have room behind `start`.
    unsafe text.withUnsafeMutableBytes { target in
      // Safe: the buffer is that of the slice.
      unsafe bytes.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe encode(from, source.count, into: to + start)
      }
    }
  }

  /// Writes the characters of `count` bytes.
  // Safe for callers whose target has room for 4 characters for each 3 bytes begun.
  private static func encode(
    _ source: UnsafeRawPointer, _ count: Int, into target: UnsafeMutableRawPointer
  ) {
    var (read, written) = (0, 0)
    // Safe: the table has 4096 words and lives as long as the process.
    unsafe pairs.withUnsafeBufferPointer { table in
      // Eight bytes are read where six are used.
      while read + 8 <= count {
        // Safe: the line above keeps the word within `count`.
        let word = unsafe source.loadUnaligned(fromByteOffset: read, as: UInt64.self).bigEndian
        // Safe: twelve bits are below 4096.
        let first = unsafe UInt64(table[Int(word >> 52)])
        // Safe: as above.
        let second = unsafe UInt64(table[Int(word >> 40 & 0xfff)])
        // Safe: as above.
        let third = unsafe UInt64(table[Int(word >> 28 & 0xfff)])
        // Safe: as above.
        let fourth = unsafe UInt64(table[Int(word >> 16 & 0xfff)])
        let text = first | second << 16 | third << 32 | fourth << 48
        // Safe: the target has room, as the caller says.
        unsafe target.storeBytes(
          of: text.littleEndian, toByteOffset: written, as: UInt64.self)
        read += 6
        written += 8
      }
      while read < count {
        let rest = min(3, count - read)
        var word = 0
        for index in 0..<3 {
          // Safe: within `count`.
          let byte =
            index < rest ? unsafe source.load(fromByteOffset: read + index, as: UInt8.self) : 0
          word = word << 8 | Int(byte)
        }
        // Safe: twelve bits are below 4096.
        var group = unsafe UInt32(table[word >> 12]) | UInt32(table[word & 0xfff]) << 16
        let padding = UInt32(UInt8(ascii: "="))
        if rest < 3 { group = group & 0x00ff_ffff | padding << 24 }
        if rest < 2 { group = group & 0xff00_ffff | padding << 16 }
        // Safe: the target has room, as the caller says.
        unsafe target.storeBytes(of: group.littleEndian, toByteOffset: written, as: UInt32.self)
        read += rest
        written += 4
      }
    }
  }

  /// What the four characters of a group give of its three bytes, the first in the lowest byte.
  ///
  /// A table of 256 words a place; `wrong` is set where a character is none.
  private static let words: [UInt32] = {
    var words = [UInt32](repeating: wrong, count: 4 * 256)
    for (letter, value) in values.enumerated() where value < 64 {
      for place in 0..<4 {
        let group = UInt32(value) << UInt32(18 - 6 * place)
        words[256 * place + letter] =
          group >> 16 | (group >> 8 & 0xff) << 8 | (group & 0xff) << 16
      }
    }
    return words
  }()

  private static let wrong: UInt32 = 1 << 31

  /// The bytes of characters without blanks; nil where one is none, or their number is wrong.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    guard let count = decode(text, into: &bytes) else { return nil }
    return Array(bytes[..<count])
  }

  /// Puts the bytes of characters without blanks at the start of a buffer, which grows as needed.
  ///
  /// How many they are; nil where a character is none, or their number is wrong.
  static func decode(_ text: ArraySlice<UInt8>, into bytes: inout [UInt8]) -> Int? {
    guard text.count % 4 == 0 else { return nil }
    guard !text.isEmpty else { return 0 }
    var padding = 0
    while padding < 2, text[text.endIndex - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
    let groups = text.count / 4
    // A word is written where a part of it is meant.
    let room = 3 * groups + 8
    if bytes.count < room { bytes = [UInt8](repeating: 0, count: room + room / 4) }
    // Whole groups at once; the last one by itself, which may be padded.
    // Safe: each buffer is that of its array, and the target has room for `groups` of them.
    let bad = unsafe text.withUnsafeBytes { source in
      unsafe bytes.withUnsafeMutableBytes { target in
        unsafe decode(source, groups - 1, into: target)
      }
    }
    let last = text.suffix(4).prefix(4 - padding).map { values[Int($0)] }
    guard bad & wrong == 0, last.allSatisfy({ $0 < 64 }) else { return nil }
    let six = last + [UInt8](repeating: 0, count: padding)
    let end = 3 * (groups - 1)
    bytes[end] = six[0] << 2 | six[1] >> 4
    bytes[end + 1] = six[1] << 4 | six[2] >> 2
    bytes[end + 2] = six[2] << 6 | six[3]
    return end + 3 - padding
  }

  /// Decodes whole groups; the words of all characters together.
  // Safe for callers whose source has `groups` of four bytes, whose target of three and eight more.
  private static func decode(
    _ source: UnsafeRawBufferPointer, _ groups: Int, into target: UnsafeMutableRawBufferPointer
  ) -> UInt32 {
    guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
    var bad: UInt32 = 0
    // Safe: the table has four times 256 words and lives as long as the process; a byte is below 256.
    unsafe words.withUnsafeBufferPointer { table in
      guard let table = table.baseAddress else { return }
      // Safe: as above, for a group's four bytes, the first in the lowest.
      func group(_ text: UInt64) -> UInt32 {
        let first = unsafe table[Int(text & 0xff)] | table[256 + Int(text >> 8 & 0xff)]
        // Safe: as above.
        return unsafe first | table[512 + Int(text >> 16 & 0xff)]
          | table[768 + Int(text >> 24 & 0xff)]
      }
      var done = 0
      while done + 2 <= groups {
        // Safe: two groups are left.
        let text = unsafe UInt64(
          littleEndian: from.loadUnaligned(fromByteOffset: 4 * done, as: UInt64.self))
        let (first, second) = (group(text), group(text >> 32))
        bad |= first | second
        let word = UInt64(first & 0xff_ffff) | UInt64(second) << 24
        // Safe: there is room for a word behind the last group.
        unsafe to.storeBytes(of: word.littleEndian, toByteOffset: 3 * done, as: UInt64.self)
        done += 2
      }
      if done < groups {
        // Safe: one group is left.
        let text = unsafe UInt32(
          littleEndian: from.loadUnaligned(fromByteOffset: 4 * done, as: UInt32.self))
        let word = group(UInt64(text))
        bad |= word
        // Safe: as above.
        unsafe to.storeBytes(of: word.littleEndian, toByteOffset: 3 * done, as: UInt32.self)
      }
    }
    return bad
  }
}

/// Numbers out of the bytes of a file.
enum LittleEndian {
  /// Adds the 64-bit floats at the start of bytes.
  static func append(_ count: Int, of bytes: [UInt8], to numbers: inout [Double]) {
    precondition(8 * count <= bytes.count, "there are as many")
    numbers.reserveCapacity(numbers.count + count)
    // Safe: the buffer is that of the array; each number is read within it, at any address.
    unsafe bytes.withUnsafeBytes { source in
      for index in 0..<count {
        let word = unsafe source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
        numbers.append(Double(bitPattern: UInt64(littleEndian: word)))
      }
    }
  }

  /// Adds the 32-bit floats at the start of bytes.
  static func appendNarrow(_ count: Int, of bytes: [UInt8], to numbers: inout [Double]) {
    precondition(4 * count <= bytes.count, "there are as many")
    let start = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: count))
    // Safe: as above; the target has `count` numbers behind `start`.
    unsafe bytes.withUnsafeBytes { source in
      unsafe numbers.withUnsafeMutableBufferPointer { target in
        for index in 0..<count {
          let word = unsafe source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
          // Safe: as above.
          unsafe target[start + index] = Double(Float(bitPattern: UInt32(littleEndian: word)))
        }
      }
    }
  }
}

/// Looks for single bytes in long texts.
enum ByteSearch {
  /// The first place of a byte from `start` on; the end where there is none.
  static func first(_ byte: UInt8, in bytes: [UInt8], from start: Int) -> Int {
    first(byte, in: bytes, from: start, to: bytes.count)
  }

  /// The first place of a byte from `start` on and before `end`; `end` where there is none.
  static func first(_ byte: UInt8, in bytes: [UInt8], from start: Int, to end: Int) -> Int {
    precondition(end <= bytes.count, "the search ends within the bytes")
    guard start < end else { return end }
    // Safe: the buffer is that of the array, and memchr reads no further than `end`, as said above.
    return unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress,
        let found = unsafe memchr(base + start, Int32(byte), end - start)
      else { return end }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Whether the same bytes stand in two places.
  static func isSame(_ one: Range<Int>, _ other: Range<Int>, in bytes: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    precondition(max(one.upperBound, other.upperBound) <= bytes.count, "both are within the bytes")
    // Safe: both places lie within the array, as said above.
    return unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return true }
      return unsafe memcmp(base + one.lowerBound, base + other.lowerBound, one.count) == 0
    }
  }

  /// A number of the bytes of a place, the same for the same bytes.
  static func hash(_ place: Range<Int>, in bytes: [UInt8]) -> UInt64 {
    precondition(place.upperBound <= bytes.count, "the place is within the bytes")
    var hash = UInt64(place.count)
    // Safe: every word and byte lies within the place.
    unsafe bytes.withUnsafeBytes { source in
      var index = place.lowerBound
      while index + 8 <= place.upperBound {
        let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
        index += 8
      }
      while index < place.upperBound {
        hash = (hash ^ UInt64(unsafe source[index])) &* 0x9e37_79b9_7f4a_7c15
        index += 1
      }
    }
    return hash
  }
}
