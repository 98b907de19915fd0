/// JSON that has one spelling for each value, so that its bytes can be hashed and compared.
///
/// Texts, whole numbers and objects, nothing else. Keys are sorted by their UTF-8 bytes, there is no
/// space, and only what must be is escaped; the page `AuditFormat` says it byte for byte.
enum CanonicalJSON: Sendable, Hashable {
  case text(String)
  case number(Int)
  case object([String: CanonicalJSON])

  /// The value's only spelling.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .text(let text): Self.write(text, to: &bytes)
    case .number(let number): bytes += String(number).utf8
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    let plain = text.utf8
    if plain.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      bytes += plain
    } else {
      for byte in plain { escape(byte, to: &bytes) }
    }
    bytes.append(0x22)
  }

  private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case 0x22, 0x5C: bytes += [0x5C, byte]
    case 0x08: bytes += [0x5C, UInt8(ascii: "b")]
    case 0x09: bytes += [0x5C, UInt8(ascii: "t")]
    case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
    case 0x0C: bytes += [0x5C, UInt8(ascii: "f")]
    case 0x0D: bytes += [0x5C, UInt8(ascii: "r")]
    case 0..<0x20: bytes += Array("\\u00".utf8) + Hexadecimal.digits([byte])
    default: bytes.append(byte)
    }
  }

  /// Reads bytes that are exactly one value in its only spelling; nil for everything else.
  init?(_ bytes: ArraySlice<UInt8>) {
    var reader = Reader(rest: bytes)
    guard let value = reader.value(depth: 0), reader.rest.isEmpty,
      value.bytes.elementsEqual(bytes)
    else { return nil }
    self = value
  }

  /// The members, where it is an object.
  var members: [String: CanonicalJSON]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The text, where it is one.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The number, where it is one.
  var number: Int? { if case .number(let number) = self { number } else { nil } }
}

/// Takes one value off the front; what it lets pass beyond the one spelling is found by comparing.
private struct Reader {
  var rest: ArraySlice<UInt8>
  private static let deepest = 4

  init(rest: ArraySlice<UInt8>) { self.rest = rest }

  mutating func value(depth: Int) -> CanonicalJSON? {
    guard depth < Self.deepest, let first = rest.first else { return nil }
    switch first {
    case 0x22: return text().map { .text($0) }
    case UInt8(ascii: "{"): return object(depth: depth)
    default: return number().map { .number($0) }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func object(depth: Int) -> CanonicalJSON? {
    var members: [String: CanonicalJSON] = [:]
    guard take(UInt8(ascii: "{")) else { return nil }
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      guard let key = text(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1),
        members.updateValue(value, forKey: key) == nil
      else { return nil }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}")) ? .object(members) : nil
  }

  private mutating func number() -> Int? {
    let digits = rest.prefix { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    rest = rest.dropFirst(digits.count)
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private mutating func text() -> String? {
    guard take(0x22) else { return nil }
    let plain = rest.prefix { $0 != 0x22 && $0 != 0x5C }
    rest = rest.dropFirst(plain.count)
    if rest.first == 0x22 {
      rest = rest.dropFirst()
      return String(validating: plain, as: UTF8.self)
    }
    var bytes = Array(plain)
    while let byte = rest.first, byte != 0x22 {
      rest = rest.dropFirst()
      guard byte == 0x5C else {
        bytes.append(byte)
        continue
      }
      guard let escaped = escaped() else { return nil }
      bytes.append(escaped)
    }
    guard take(0x22) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private mutating func escaped() -> UInt8? {
    guard let letter = rest.first else { return nil }
    rest = rest.dropFirst()
    switch letter {
    case 0x22, 0x5C: return letter
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "u"):
      let digits = rest.prefix(4)
      rest = rest.dropFirst(4)
      return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    default: return nil
    }
  }
}
