/// The name of one run, unique for ever and safe in a file name anywhere:
/// `20261120T101500Z-<instrument>-<4 base32>`.
public struct RunID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The name.
  public let text: String

  /// The name.
  public var description: String { text }

  /// Makes the id of a run that starts now on an instrument.
  ///
  /// Characters outside `a-z 0-9 . _` in `instrument` become `-`; at most 40 are kept.
  public init(
    startedAt time: Timestamp, instrument: String, random: inout some RandomNumberGenerator
  ) {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
    let tail = String((0..<4).map { _ in alphabet[Int.random(in: 0..<32, using: &random)] })
    text = "\(time.basic)-\(Self.safe(instrument))-\(tail)"
  }

  /// Reads an id; nil when the text cannot be one.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, let stamp = parts.first, let tail = parts.last,
      stamp.count == 16, stamp.last == "Z", tail.count == 4, text.count <= 80,
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
    else { return nil }
    self.text = text
  }

  /// Reads the name as a plain string and refuses what cannot be one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = RunID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a run id")
    }
    self = id
  }

  /// Writes the name as a plain string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  private static func safe(_ name: String) -> String {
    let mapped = name.lowercased().map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber || "._".contains(character))
        ? character : "-"
    }
    let trimmed = String(mapped.prefix(40)).trimming("-.")
    return trimmed.isEmpty ? "instrument" : trimmed
  }
}

extension String {
  fileprivate func trimming(_ characters: String) -> String {
    var slice = self[...]
    while let first = slice.first, characters.contains(first) { slice.removeFirst() }
    while let last = slice.last, characters.contains(last) { slice.removeLast() }
    return String(slice)
  }
}
