/// Texts of other programs, which say nothing of their encoding.
enum ForeignText {
  /// UTF-8 where it is that, else ISO 8859-1, in which every byte is a character.
  static func decode(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The same, quicker for the many short words of ASCII that files are made of.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    var all: UInt8 = 0
    for byte in bytes { all |= byte }
    if all < 128 { return String(decoding: bytes, as: UTF8.self) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The text for a fact or a message: no control characters, at most so many characters.
  static func plain(_ text: String, most: Int = 2000) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
    ).trimmingBlanks().prefix(most).description
  }
}

extension ForeignText {
  /// A unit of another program as a spelling of ours: ASCII without blanks, at most 40 characters.
  static func unit(_ text: String) -> String {
    let spelled = EscapedText.readable(text).map { $0 == " " ? "_" : $0 }
    return spelled.isEmpty ? "1" : String(spelled.prefix(40))
  }
}
