internal import Foundation

/// Texts of people in files that cannot hold every character.
///
/// `\u{HEX}` stands for one Unicode scalar; a backslash is always written so.
enum EscapedText {
  /// Writes every scalar that `isPlain` refuses as an escape, and blanks at either end or behind
  /// another blank.
  static func encode(_ text: String, isPlain: (Unicode.Scalar) -> Bool) -> String {
    let scalars = Array(text.unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let isLooseBlank =
        scalar == " " && (index == 0 || index == scalars.count - 1 || scalars[index - 1] == " ")
      if scalar == "\\" || !isPlain(scalar) || isLooseBlank {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Undoes `encode`; nil where an escape is broken.
  static func decode(_ text: some StringProtocol) -> String? {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      guard rest.popFirst() == "u", rest.popFirst() == "{",
        let end = rest.firstIndex(of: "}"), rest.distance(from: rest.startIndex, to: end) <= 6,
        let value = UInt32(String(String.UnicodeScalarView(rest[..<end])), radix: 16),
        let decoded = Unicode.Scalar(value)
      else { return nil }
      result.append(decoded)
      rest = rest[rest.index(after: end)...]
    }
    return String(result)
  }

  /// The text in printable ASCII for people: umlauts spelled out, accents dropped, `?` else.
  static func readable(_ text: String) -> String {
    var result = ""
    for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar.isPrintableASCII {
        result.unicodeScalars.append(scalar)
      } else if let spelled = spelled[scalar] {
        result += spelled
      } else if scalar.value < 32 || scalar.properties.isWhitespace {
        result += " "
      } else {
        let parts = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
        let letters = parts.filter(\.isPrintableASCII)
        result += letters.isEmpty ? "?" : String(letters)
      }
    }
    return result.split(separator: " ").joined(separator: " ")
  }

  private static let spelled: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "æ": "ae",
    "Æ": "Ae", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "œ": "oe", "Œ": "Oe", "ł": "l",
    "Ł": "L", "đ": "d", "Đ": "D", "µ": "u", "μ": "u", "°": "deg", "²": "2", "³": "3", "±": "+-",
    "×": "x", "–": "-", "—": "-", "‘": "'", "’": "'", "“": "\"", "”": "\"", "„": "\"",
    "…": "...", "€": "EUR",
  ]
}

extension Unicode.Scalar {
  /// Whether it is one of the characters from blank to tilde.
  var isPrintableASCII: Bool { value >= 32 && value <= 126 }
}
