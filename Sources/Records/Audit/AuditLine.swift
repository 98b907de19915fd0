internal import Crypto

/// The bytes of one line of the chain: `{"entry":E,"hash":"H"}`, or with `,"signature":"S"` behind H.
///
/// H is SHA-256 of the 32 bytes of the hash before it and of E. It says nothing of whether it is right.
struct AuditLine: Sendable, Hashable {
  /// The bytes of E.
  var entry: ArraySlice<UInt8>
  /// The 32 bytes of H.
  var hash: [UInt8]
  /// The 64 bytes of S, in the last line of a segment.
  var signature: [UInt8]?

  /// What stands before the first entry of a chain.
  static let origin = [UInt8](repeating: 0, count: 32)

  private static let head = Array("{\"entry\":".utf8)
  private static let middle = Array(",\"hash\":\"".utf8)
  private static let signed = Array("\",\"signature\":\"".utf8)
  private static let tail = Array("\"}".utf8)

  init(entry: [UInt8], after previous: [UInt8]) {
    self.entry = entry[...]
    hash = Self.hash(of: entry[...], after: previous)
  }

  static func hash(of entry: ArraySlice<UInt8>, after previous: [UInt8]) -> [UInt8] {
    var state = SHA256()
    state.update(data: previous)
    state.update(data: entry)
    return Array(state.finalize())
  }

  /// Reads a line without its end; nil where it has another form.
  init?(_ line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.head), line.suffix(2).elementsEqual(Self.tail) else { return nil }
    var rest = line.dropFirst(Self.head.count).dropLast(Self.tail.count)
    // From the end, where everything has its fixed length.
    if rest.count > 128 + Self.signed.count,
      rest.dropLast(128).suffix(Self.signed.count).elementsEqual(Self.signed)
    {
      guard let bytes = Hexadecimal.bytes(rest.suffix(128)) else { return nil }
      signature = bytes
      rest = rest.dropLast(128 + Self.signed.count)
    }
    guard rest.count > 64 + Self.middle.count, let bytes = Hexadecimal.bytes(rest.suffix(64)),
      rest.dropLast(64).suffix(Self.middle.count).elementsEqual(Self.middle)
    else { return nil }
    hash = bytes
    entry = rest.dropLast(64 + Self.middle.count)
  }

  /// What of a damaged line may still be the hash that the next one builds on.
  static func hashAtEnd(of line: ArraySlice<UInt8>) -> [UInt8]? {
    Hexadecimal.bytes(line.dropLast(tail.count).suffix(64))
  }

  /// The line with its end.
  var bytes: [UInt8] {
    var bytes = Self.head + entry + Self.middle + Hexadecimal.digits(hash)
    if let signature { bytes += Self.signed + Hexadecimal.digits(signature) }
    return bytes + Self.tail + [0x0A]
  }

  /// The entry, where its bytes are one in the only spelling.
  var content: AuditEntry? { CanonicalJSON(entry).flatMap { AuditEntry($0) } }

  /// What the signature of a segment's last line is made over.
  var signedBytes: [UInt8] { Array("gauger-audit-segment:".utf8) + Hexadecimal.digits(hash) }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
  private static let letters = Array("0123456789abcdef".utf8)

  static func digits(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.flatMap { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] }
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: digits(bytes), as: UTF8.self)
  }

  /// The bytes of an even number of digits; nil for anything else.
  static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      let value: UInt8
      switch digit {
      case 48...57: value = digit - 48
      case 97...102: value = digit - 87
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// The bytes of a text of digits.
  static func bytes(_ text: String) -> [UInt8]? { bytes(Array(text.utf8)) }
}
