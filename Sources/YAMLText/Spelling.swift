/// Finds the known word that a person most likely meant.
public enum Spelling {
  /// The nearest of `known`, or nil when none is near.
  public static func nearest(to word: String, among known: [String]) -> String? {
    let ranked = known.map { (distance(word, $0), $0) }.min { $0.0 < $1.0 }
    guard let (steps, best) = ranked, steps <= max(2, word.count / 3) else { return nil }
    return best
  }

  /// How many letters must be changed, added or removed (Levenshtein); long words are cut.
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let changed = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }

  /// Whether a text is lower-case ASCII words and numbers joined by single hyphens.
  public static func isKebab(_ text: some StringProtocol) -> Bool {
    isJoined(text, by: UInt8(ascii: "-"))
  }

  /// Whether a text is ASCII words and numbers joined by single underscores (units keep case).
  public static func isSnake(_ text: some StringProtocol) -> Bool {
    isJoined(text, by: UInt8(ascii: "_"), capitals: true)
  }

  private static func isJoined(
    _ text: some StringProtocol, by joint: UInt8, capitals: Bool = false
  ) -> Bool {
    let words = text.utf8.split(separator: joint, omittingEmptySubsequences: false)
    return text.utf8.count <= 60
      && words.allSatisfy { word in
        !word.isEmpty
          && word.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
              || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
              || (capitals && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte))
          }
      }
  }
}
