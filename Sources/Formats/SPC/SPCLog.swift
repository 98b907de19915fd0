/// The log of an SPC file: a 64-byte head, what programs keep there in binary, and text.
///
///     size (4) | memory (4) | place of the text (4) | binary (4) | disk (4) | 44 zeros
///
/// The text is lines, many of them `name=value`, and ends with a zero byte. It is not needed for the
/// numbers, so a damaged one is said and not refused.
struct SPCLog {
  /// Lines `name=value`, the first of each name.
  private(set) var pairs: [(name: String, value: String)] = []
  /// The other lines, joined.
  private(set) var text = ""
  /// Where it ends.
  private(set) var end: Int

  /// Reads it; nil where its places do not lie in the file behind `dataEnd`.
  init?(_ fields: BinaryFields, at place: Int, behind dataEnd: Int) {
    let count = fields.bytes.count
    guard place >= dataEnd, place <= count - 64, let size = try? fields.long(place),
      let textPlace = try? fields.long(place + 8), size >= 64, size <= count - place,
      textPlace >= 64, textPlace <= size
    else { return nil }
    end = place + size
    let bytes = fields.bytes[place + textPlace..<end].prefix { $0 != 0 }
    var (names, others) = (Set<String>(), [String]())
    for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      let words = ForeignText.plain(ForeignText.decode(line))
      let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String((parts.first ?? "").prefix(100)).trimmingBlanks()
      if parts.count == 2, !name.isEmpty, names.insert(name).inserted {
        pairs.append((name, String(parts[1]).trimmingBlanks()))
      } else if !words.isEmpty {
        others.append(words)
      }
    }
    text = others.joined(separator: "; ")
  }
}
