public import Laboratory

/// How far a segment of the audit chain goes, by its last whole line; nothing is checked.
public struct AuditPlace: Sendable, Hashable {
  /// The place.
  public var head: AuditHead
  /// When its entry was made.
  public var time: Timestamp

  /// Reads the bytes of a segment; nil where no line can be read.
  public init?(segment bytes: [UInt8]) {
    var rest = bytes[...]
    while let end = rest.lastIndex(of: 0x0A) {
      rest = rest[..<end]
      let start = rest.lastIndex(of: 0x0A).map { $0 + 1 } ?? rest.startIndex
      if let line = AuditLine(rest[start...]), let entry = line.content,
        let head = AuditHead(sequence: entry.sequence, hash: Hexadecimal.text(line.hash))
      {
        (self.head, time) = (head, entry.time)
        return
      }
    }
    return nil
  }

  /// The number of the segment in a file of this name; nil where it is none.
  public static func segment(of file: String) -> Int? { AuditEnd.number(of: file) }
}
