/// Reads archives of ``ZipLayout`` and of no other form: every byte that is not a file's own has one
/// right value, so that a changed one is found.
///
/// Hostile archives are bounded by their own size: nothing is compressed, no two files share bytes,
/// and no size counts that is not there. Names are given as they stand: whoever makes files of them
/// checks them first. Blocks.
public struct ZipReader {
  /// Something that is not as we write it.
  public struct Fault: Sendable, Hashable {
    /// Where: a file's name, or a part of the archive.
    public var place: String
    /// What, in words.
    public var detail: String

    /// Names a fault.
    public init(place: String, detail: String) { (self.place, self.detail) = (place, detail) }
  }

  /// How many bytes the archive has.
  public let size: Int
  /// Gives bytes from a place on, as many as asked for.
  private let read: (_ place: Int, _ count: Int) throws -> [UInt8]

  /// Names an archive that is read by pieces.
  public init(size: Int, read: @escaping (_ place: Int, _ count: Int) throws -> [UInt8]) {
    self.size = size
    self.read = read
  }

  /// An archive in memory.
  public init(_ bytes: [UInt8]) {
    self.init(size: bytes.count) { place, count in
      guard place >= 0, count >= 0, place <= bytes.count - count else { return [] }
      return Array(bytes[place..<place + count])
    }
  }

  /// The files of the archive, and what of its frame is not as we write it.
  ///
  /// Where the directory at the end cannot be believed, the files are found one behind the other.
  /// No files are given where neither works. Throws what reading throws.
  public func entries() throws -> (entries: [ZipLayout.Entry], faults: [Fault]) {
    var faults: [Fault] = []
    let walked: [ZipLayout.Entry]?
    let listed = try directory()
    if let listed {
      walked = nil
      for entry in listed {
        let wanted = ZipLayout.header(entry)
        let found = try read(entry.offset, wanted.count)
        if let at = Self.difference(wanted, found) {
          faults.append(
            Fault(place: entry.name, detail: "its header differs at byte \(entry.offset + at)"))
        }
      }
    } else {
      walked = try walk()
    }
    guard let entries = listed ?? walked else {
      return (
        [], [Fault(place: "archive", detail: "it is no zip archive as Gauger writes it, or cut")]
      )
    }
    let end = entries.last?.end ?? 0
    let wanted = ZipLayout.tail(entries)
    let found = try read(end, min(size - end, wanted.count))
    if let at = Self.difference(wanted, found) {
      faults.append(
        Fault(place: "directory", detail: "the end of the archive differs at byte \(end + at)"))
    }
    if size > end + wanted.count {
      faults.append(Fault(place: "archive", detail: "bytes stand behind its end"))
    }
    if Set(entries.map(\.name)).count != entries.count {
      faults.append(Fault(place: "directory", detail: "a name stands there twice"))
    }
    return (entries, faults)
  }

  /// Gives the bytes of a file piece by piece, and tells whether they have their checksum.
  public func bytes(
    of entry: ZipLayout.Entry, _ take: (ArraySlice<UInt8>) throws -> Void
  ) throws -> Bool {
    var checksum = ZipChecksum()
    var place = entry.start
    while place < entry.end {
      let piece = try read(place, min(1 << 20, entry.end - place))
      guard !piece.isEmpty else { return false }
      checksum.add(piece[...])
      try take(piece[...])
      place += piece.count
    }
    return checksum.value == entry.crc
  }

  // MARK: - Where files are

  /// The files by the directory at the end; nil where they do not fill the archive up to it.
  private func directory() throws -> [ZipLayout.Entry]? {
    guard size >= 22 else { return nil }
    let end = Words(try read(size - 22, 22))
    guard end.number(0, 4) == Int(ZipLayout.endMark), end.number(20, 2) == 0 else { return nil }
    var (count, length, start) = (end.number(8, 2), end.number(12, 4), end.number(16, 4))
    var behind = size - 22
    if count == 0xFFFF || length == ZipLayout.limit || start == ZipLayout.limit {
      guard size >= 98 else { return nil }
      let end64 = Words(try read(size - 98, 56))
      guard end64.number(0, 4) == Int(ZipLayout.end64Mark) else { return nil }
      (count, length, start) = (end64.number(32, 8), end64.number(40, 8), end64.number(48, 8))
      behind = size - 98
    }
    guard count >= 0, count <= ZipLayout.mostFiles, start >= 0, length >= 0,
      length <= behind, start == behind - length, length >= 46 * count,
      length <= count * (46 + ZipLayout.longestName + 28)
    else { return nil }
    let words = Words(try read(start, length))
    var entries: [ZipLayout.Entry] = []
    var (place, next) = (0, 0)
    for _ in 0..<count {
      guard let (entry, used) = words.entry(place), entry.offset == next,
        entry.size >= 0, entry.size <= start, entry.end <= start
      else { return nil }
      entries.append(entry)
      (place, next) = (place + used, entry.end)
    }
    return place == length && next == start ? entries : nil
  }

  /// The files by their own headers, one behind the other; nil where that leads nowhere.
  private func walk() throws -> [ZipLayout.Entry]? {
    var entries: [ZipLayout.Entry] = []
    var place = 0
    while entries.count <= ZipLayout.mostFiles, place <= size - 30 {
      let head = Words(try read(place, min(size - place, 30 + ZipLayout.longestName + 20)))
      guard head.number(0, 4) == Int(ZipLayout.localMark), let entry = head.local(at: place),
        entry.size <= size, entry.end <= size
      else { break }
      entries.append(entry)
      place = entry.end
    }
    return entries.isEmpty || entries.count > ZipLayout.mostFiles ? nil : entries
  }

  /// The first place where two runs of bytes differ.
  private static func difference(_ wanted: [UInt8], _ found: [UInt8]) -> Int? {
    if wanted == found { return nil }
    return zip(wanted, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(wanted.count, found.count)
  }
}

/// Little-endian numbers out of bytes; what is not there is -1.
private struct Words {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func number(_ place: Int, _ width: Int) -> Int {
    guard place >= 0, place <= bytes.count - width else { return -1 }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    // Beyond what fits nothing can be: it fails every comparison with a size.
    return Int(exactly: value) ?? .max / 4
  }

  /// A name of plain characters; nil for anything else.
  private func name(_ place: Int, _ length: Int) -> String? {
    guard length > 0, length <= ZipLayout.longestName, place <= bytes.count - length else {
      return nil
    }
    let letters = bytes[place..<place + length]
    guard letters.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
    return String(decoding: letters, as: UTF8.self)
  }

  /// An entry of the directory and its length.
  func entry(_ place: Int) -> (ZipLayout.Entry, Int)? {
    guard number(place, 4) == Int(ZipLayout.entryMark) else { return nil }
    let (length, extra) = (number(place + 28, 2), number(place + 30, 2))
    guard let name = name(place + 46, length), extra >= 0, extra <= 28 else { return nil }
    var (size, offset) = (number(place + 24, 4), number(place + 42, 4))
    var more = place + 46 + length + 4
    if size == ZipLayout.limit {
      size = number(more, 8)
      more += 16
    }
    if offset == ZipLayout.limit { offset = number(more, 8) }
    guard size >= 0, size < 1 << 56, offset >= 0, offset < 1 << 56 else { return nil }
    let crc = UInt32(clamping: number(place + 16, 4))
    return (
      ZipLayout.Entry(name: name, size: size, crc: crc, offset: offset), 46 + length + extra
    )
  }

  /// A file by its own header, which stands at the beginning here.
  func local(at offset: Int) -> ZipLayout.Entry? {
    guard let name = name(30, number(26, 2)) else { return nil }
    var size = number(22, 4)
    if size == ZipLayout.limit { size = number(30 + name.utf8.count + 4, 8) }
    guard size >= 0, size < 1 << 56 else { return nil }
    return ZipLayout.Entry(
      name: name, size: size, crc: UInt32(clamping: number(14, 4)), offset: offset)
  }
}
