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

  /// Writes the characters of `count` bytes; returns how many.
  // Safe for callers whose source has 8 bytes more than `count` to be read, and whose target has room
  // for 4 characters for each 3 bytes begun, and 8 more.
  static func encode(
    _ source: UnsafeRawPointer, _ count: Int, into target: UnsafeMutableRawPointer
  ) -> Int {
    var (read, written) = (0, 0)
    // Safe: the table has 4096 words and lives as long as the process.
    unsafe pairs.withUnsafeBufferPointer { table in
      while read + 6 <= count {
        // Safe: eight bytes from here may be read, as the caller says.
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
        let (high, low) = unsafe (table[word >> 12], table[word & 0xfff])
        var characters = [UInt8(high & 255), UInt8(high >> 8), UInt8(low & 255), UInt8(low >> 8)]
        if rest < 3 { characters[3] = UInt8(ascii: "=") }
        if rest < 2 { characters[2] = UInt8(ascii: "=") }
        for (index, character) in characters.enumerated() {
          // Safe: the target has room, as the caller says.
          unsafe target.storeBytes(of: character, toByteOffset: written + index, as: UInt8.self)
        }
        read += rest
        written += 4
      }
    }
    return written
  }

  /// The bytes of characters without blanks; nil where one is none, or their number is wrong.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    guard !text.isEmpty else { return [] }
    var padding = 0
    while padding < 2, text[text.endIndex - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
    let groups = text.count / 4
    // Whole groups at once; the last one by itself, which may be padded.
    var bytes = [UInt8](repeating: 0, count: groups * 3)
    var bad: UInt8 = 0
    // Safe: each buffer is that of its array; group g reads 4g..<4g+4 and writes 3g..<3g+3.
    unsafe text.withUnsafeBufferPointer { source in
      unsafe bytes.withUnsafeMutableBufferPointer { target in
        unsafe values.withUnsafeBufferPointer { table in
          for group in 0..<groups - 1 {
            let place = 4 * group
            // Safe: a byte is below 256, the table's count.
            let (a, b) = unsafe (table[Int(source[place])], table[Int(source[place + 1])])
            // Safe: as above.
            let (c, d) = unsafe (table[Int(source[place + 2])], table[Int(source[place + 3])])
            bad |= a | b | c | d
            // Safe: within the target, as said above.
            unsafe target[3 * group] = a << 2 | b >> 4
            // Safe: as above.
            unsafe target[3 * group + 1] = b << 4 | c >> 2
            // Safe: as above.
            unsafe target[3 * group + 2] = c << 6 | d
          }
        }
      }
    }
    let last = text.suffix(4).prefix(4 - padding).map { values[Int($0)] }
    guard bad < 64, last.allSatisfy({ $0 < 64 }) else { return nil }
    let six = last + [UInt8](repeating: 0, count: padding)
    let end = 3 * (groups - 1)
    bytes[end] = six[0] << 2 | six[1] >> 4
    bytes[end + 1] = six[1] << 4 | six[2] >> 2
    bytes[end + 2] = six[2] << 6 | six[3]
    bytes.removeLast(padding)
    return bytes
  }
}

/// Numbers out of the bytes of a file.
enum LittleEndian {
  /// All 64-bit floats of bytes.
  static func doubles(_ bytes: [UInt8]) -> [Double] {
    // Safe: the buffer is that of the array; each number is read within it, at any address.
    unsafe bytes.withUnsafeBytes { source in
      (0..<source.count / 8).map {
        unsafe Double(
          bitPattern: UInt64(
            littleEndian: source.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
      }
    }
  }

  /// All 32-bit floats of bytes.
  static func floats(_ bytes: [UInt8]) -> [Double] {
    // Safe: as above.
    unsafe bytes.withUnsafeBytes { source in
      (0..<source.count / 4).map {
        unsafe Double(
          Float(
            bitPattern: UInt32(
              littleEndian: source.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))))
      }
    }
  }
}

/// Looks for single bytes in long texts.
enum ByteSearch {
  /// The first place of a byte from `start` on; the end where there is none.
  static func first(_ byte: UInt8, in bytes: [UInt8], from start: Int) -> Int {
    guard start < bytes.count else { return bytes.count }
    // Safe: the buffer is that of the array, and memchr reads no further than its count.
    return unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress,
        let found = unsafe memchr(base + start, Int32(byte), source.count - start)
      else { return bytes.count }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
