/// Gives the lines of a file one by one, with their numbers and bytes.
struct LineReader {
  /// A line without its end and the blanks at either end of it.
  struct Line {
    /// Its bytes; indices are those of the file.
    var bytes: ArraySlice<UInt8>
    /// Its number from 1.
    var number: Int
    /// Its first byte in the file, from 0.
    var offset: Int
    /// Whether it was ended by a line feed.
    var isWhole: Bool
  }

  private let bytes: [UInt8]
  private var position = 0
  private var count = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the next line begins.
  var offset: Int { position }

  mutating func next() -> Line? {
    guard position < bytes.count else { return nil }
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != 0x0a { end += 1 }
    count += 1
    position = end + 1
    var slice = bytes[start..<end]
    while let last = slice.last, Self.isBlank(last) { slice.removeLast() }
    while let first = slice.first, Self.isBlank(first) { slice.removeFirst() }
    return Line(bytes: slice, number: count, offset: start, isWhole: end < bytes.count)
  }

  /// Blanks, tabs and the carriage returns of other systems.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
}

extension Collection<UInt8> {
  /// Whether it begins with these characters, capitals as they are.
  func begins(with text: String) -> Bool { starts(with: text.utf8) }
}
