/// The bytes of a zip archive as we write it, and the only ones we read: nothing compressed, files
/// one behind the other from the first byte on, no times, no comments, plain ASCII names.
///
/// - Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
/// - Size and place of a file take their 64-bit form where 32 bits do not hold them.
public enum ZipLayout {
  /// One file of an archive.
  public struct Entry: Sendable, Hashable {
    /// Its name with the folders on the way, divided by strokes.
    public var name: String
    /// Its size in bytes.
    public var size: Int
    /// CRC-32 of its bytes.
    public var crc: UInt32
    /// Where its local header begins.
    public var offset: Int

    /// Makes an entry.
    public init(name: String, size: Int, crc: UInt32, offset: Int) {
      (self.name, self.size, self.crc, self.offset) = (name, size, crc, offset)
    }

    /// Where its bytes begin.
    public var start: Int { offset + ZipLayout.headerSize(name: name, size: size) }
    /// The byte behind its last one.
    public var end: Int { start + size }
  }

  /// The longest name that is read, in bytes.
  public static let longestName = 1024
  /// The most files that are read.
  public static let mostFiles = 100_002
  static let limit = 0xFFFF_FFFF
  static let localMark: UInt32 = 0x0403_4B50
  static let entryMark: UInt32 = 0x0201_4B50
  static let endMark: UInt32 = 0x0605_4B50
  static let end64Mark: UInt32 = 0x0606_4B50
  static let locatorMark: UInt32 = 0x0706_4B50
  /// 1 January 1980, the first day that the form knows.
  private static let noDate: UInt16 = 0x0021

  /// How long the local header of a file is.
  public static func headerSize(name: String, size: Int) -> Int {
    30 + name.utf8.count + (size >= limit ? 20 : 0)
  }

  /// The local header of a file.
  public static func header(_ entry: Entry) -> [UInt8] {
    let isLarge = entry.size >= limit
    var bytes = little(localMark)
    bytes += little(UInt16(isLarge ? 45 : 20)) + [0, 0, 0, 0, 0, 0] + little(noDate)
    bytes += little(entry.crc)
    let size = little(UInt32(isLarge ? limit : entry.size))
    bytes += size + size + little(UInt16(entry.name.utf8.count))
    bytes += little(UInt16(isLarge ? 20 : 0)) + Array(entry.name.utf8)
    if isLarge {
      bytes += little(UInt16(1)) + little(UInt16(16))
      bytes += little(UInt64(entry.size)) + little(UInt64(entry.size))
    }
    return bytes
  }

  /// The entry of a file in the directory at the end.
  static func record(_ entry: Entry) -> [UInt8] {
    let (isLarge, isFar) = (entry.size >= limit, entry.offset >= limit)
    var extra: [UInt8] = []
    if isLarge { extra += little(UInt64(entry.size)) + little(UInt64(entry.size)) }
    if isFar { extra += little(UInt64(entry.offset)) }
    if !extra.isEmpty { extra = little(UInt16(1)) + little(UInt16(extra.count)) + extra }
    let version = little(UInt16(extra.isEmpty ? 20 : 45))
    var bytes = little(entryMark)
    // Made on Unix, a plain file that its owner may change and others may read.
    bytes += [version[0], 3] + version + [0, 0, 0, 0, 0, 0] + little(noDate) + little(entry.crc)
    let size = little(UInt32(isLarge ? limit : entry.size))
    bytes += size + size + little(UInt16(entry.name.utf8.count)) + little(UInt16(extra.count))
    bytes += [0, 0, 0, 0, 0, 0] + little(UInt32(0o100644) << 16)
    bytes += little(UInt32(isFar ? limit : entry.offset))
    return bytes + Array(entry.name.utf8) + extra
  }

  /// All that stands behind the last file.
  public static func tail(_ entries: [Entry]) -> [UInt8] {
    let start = entries.last?.end ?? 0
    var bytes: [UInt8] = []
    for entry in entries { bytes += record(entry) }
    let (size, count) = (bytes.count, entries.count)
    if start >= limit || size >= limit || count >= 0xFFFF {
      bytes += little(end64Mark) + little(UInt64(44)) + [45, 3, 45, 0]
      bytes += [UInt8](repeating: 0, count: 8)
      bytes += little(UInt64(count)) + little(UInt64(count)) + little(UInt64(size))
      bytes += little(UInt64(start))
      bytes += little(locatorMark) + little(UInt32(0)) + little(UInt64(start + size))
      bytes += little(UInt32(1))
    }
    bytes += little(endMark) + [0, 0, 0, 0]
    let number = little(UInt16(min(count, 0xFFFF)))
    bytes += number + number + little(UInt32(min(size, limit)))
    return bytes + little(UInt32(min(start, limit))) + [0, 0]
  }

  static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}

/// The checksum of a file in a zip archive, taken piece by piece.
public struct ZipChecksum: Sendable, Hashable {
  private var crc = CRC32()

  /// The checksum of nothing.
  public init() {}

  /// Takes more bytes.
  public mutating func add(_ bytes: ArraySlice<UInt8>) { crc.add(bytes) }

  /// The checksum of all bytes taken so far.
  public var value: UInt32 { crc.value }
}
