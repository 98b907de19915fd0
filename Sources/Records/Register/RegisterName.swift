internal import Crypto
internal import Foundation

/// Turns names that people and instruments give into names of files that can leave no folder.
public enum RegisterName {
  /// The longest name of an object, in bytes of UTF-8.
  public static let longest = 1024

  /// How an object is named in the register: characters in their composed form, so that one name has
  /// one spelling; nil where it is empty, too long, or has control characters.
  public static func object(_ name: String) -> String? {
    let composed = name.precomposedStringWithCanonicalMapping
    guard !composed.allSatisfy(\.isWhitespace), composed.utf8.count <= longest,
      !composed.unicodeScalars.contains(where: {
        [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      })
    else { return nil }
    return composed
  }

  /// Whether a name is spelt as the register spells it.
  ///
  /// By its bytes: texts that Swift takes for equal may be two names of files.
  public static func isObject(_ name: String) -> Bool {
    object(name).map { $0.utf8.elementsEqual(name.utf8) } ?? false
  }

  /// The folder of an object: the name itself where it is plain, else what of it is, and a hash.
  ///
  /// Plain are at most 60 of `A-Z a-z 0-9 . _ -`, the first a letter or digit, the last no dot. Only
  /// others have a `~`, so that two objects never share a folder.
  public static func folder(of object: String) -> String {
    let bytes = Array(object.utf8)
    let staysAsItIs =
      (1...60).contains(bytes.count) && bytes.allSatisfy(isPlain) && isLetterOrDigit(bytes[0])
      && bytes.last != UInt8(ascii: ".")
    if staysAsItIs { return object }
    var stem = bytes.prefix(40).map { isPlain($0) ? $0 : UInt8(ascii: "-") }
    if let first = stem.first, !isLetterOrDigit(first) { stem[0] = UInt8(ascii: "x") }
    let hash = Hexadecimal.text(Array(SHA256.hash(data: bytes)).prefix(8))
    return String(decoding: stem, as: UTF8.self) + "~" + hash
  }

  /// The file of a version: `000001.json`; more digits where they are needed.
  public static func file(of version: Int) -> String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".json"
  }

  /// The number of the version in a file of this name; nil where it is none.
  public static func version(of file: String) -> Int? {
    guard file.hasSuffix(".json") else { return nil }
    let digits = file.dropLast(5)
    guard let number = Int(digits), number > 0, self.file(of: number) == file else { return nil }
    return number
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
