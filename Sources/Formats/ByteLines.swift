internal import Laboratory

/// Gives the lines of a file one by one and holds no more of it than a piece and one line.
///
/// Lines end with LF, CR or both. What the disk refuses ends the file and stands in `failure`: look
/// there before the lines are believed.
struct ByteLines {
  /// A line without its end.
  struct Line {
    /// Its bytes; index `i` is byte `i + base` of the file.
    var bytes: ArraySlice<UInt8>
    /// What makes places in the file of indices.
    var base: Int
    /// Its number, from 1.
    var number: Int
    /// Whether it is ended by a line end.
    var isWhole: Bool

    /// Its first byte in the file.
    var offset: Int { bytes.startIndex + base }
  }

  /// The longest line that is read, bytes.
  static let longest = 1 << 20

  /// What the disk refused.
  private(set) var failure: Failure?
  private let file: any ByteSource
  private let pieceSize: Int
  private var piece: [UInt8] = []
  /// The place of `piece[0]` in the file.
  private var base = 0
  private var cursor = 0
  private var count = 0
  private var checksum = Checksum()
  /// Up to where bytes are in the checksum.
  private var summed = 0

  init(_ file: any ByteSource, pieceSize: Int = 1 << 18) {
    self.file = file
    self.pieceSize = pieceSize
  }

  /// The next line; nil at the end.
  ///
  /// Throws where it is longer than is read.
  mutating func next(_ format: FormatError.Format) throws(FormatError) -> Line? {
    var end = cursor
    while true {
      while end < piece.count, piece[end] != 0x0a, piece[end] != 0x0d { end += 1 }
      // Behind a CR it must be seen whether an LF follows.
      if end + 1 < piece.count { break }
      guard end - cursor <= Self.longest else { break }
      let before = cursor
      guard refill() else { break }
      end -= before - cursor
    }
    guard cursor < piece.count else { return nil }
    guard end - cursor <= Self.longest else {
      throw FormatError(format, .tooLarge, at: cursor + base, "a line of \(end - cursor) bytes")
    }
    count += 1
    let isWhole = end < piece.count
    let line = Line(bytes: piece[cursor..<end], base: base, number: count, isWhole: isWhole)
    cursor = min(end + 1, piece.count)
    if cursor < piece.count, piece[end] == 0x0d, piece[cursor] == 0x0a { cursor += 1 }
    return line
  }

  /// The CRC-32 of all bytes of the file before a line, which is the last that was given.
  mutating func checksum(before line: Line) -> String {
    checksum.add(piece[summed..<(line.offset - base)])
    summed = line.offset - base
    return checksum.text
  }

  /// Adds a piece behind what is not yet read; false at the end of the file.
  private mutating func refill() -> Bool {
    guard failure == nil else { return false }
    let new: [UInt8]
    do throws(Failure) {
      new = try file.read(at: base + piece.count, count: pieceSize)
    } catch {
      failure = error
      return false
    }
    guard !new.isEmpty else { return false }
    checksum.add(piece[summed..<cursor])
    summed = 0
    base += cursor
    piece = Array(piece[cursor...]) + new
    cursor = 0
    return true
  }
}
