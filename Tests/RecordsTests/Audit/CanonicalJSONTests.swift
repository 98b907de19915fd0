import Testing

@testable import Records

@Suite struct CanonicalJSONTests {
  @Test(arguments: [
    "", " {}", "{} ", "{ }", "[]", "true", "null", "1.0", "1e3", "-0", "01", "+1", "1 ",
    "99999999999999999999", "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"a\" :1}", "{\"a\": 1}",
    "{\"a\":1,}", "{a:1}", "\"\\u0041\"", "\"\\/\"", "\"\\u000a\"", "\"\\u001F\"", "\"\u{1}\"",
    "\"a", "a\"", "\"\\x\"", "\"\\", "\"\\u12", "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}", "{\"a\":1}}",
  ])
  func anotherSpellingIsRefused(_ text: String) {
    #expect(CanonicalJSON(Array(text.utf8)[...]) == nil)
  }

  @Test func bytesThatAreNoTextAreRefused() {
    for byte in [0x80, 0xC0, 0xFE, 0xFF] as [UInt8] {
      #expect(CanonicalJSON([0x22, byte, 0x22]) == nil)
    }
  }

  @Test func everyValueHasOneSpellingAndComesBack() {
    let hostile = "=1+1\n\"\\\t\r\u{8}\u{C}\u{0}\u{1F}\u{7F}/ä\u{2028}\u{202E}🧪../"
    let value = CanonicalJSON.object([
      "z": .number(-12), "a": .text(hostile), "ä": .number(.max), "": .object([:]),
    ])
    let spelt =
      "{\"\":{},\"a\":\"=1+1\\n\\\"\\\\\\t\\r\\b\\f\\u0000\\u001f\u{7F}/ä\u{2028}\u{202E}🧪../\","
      + "\"z\":-12,\"ä\":9223372036854775807}"
    #expect(String(decoding: value.bytes, as: UTF8.self) == spelt)
    #expect(CanonicalJSON(value.bytes[...]) == value)
  }
}
