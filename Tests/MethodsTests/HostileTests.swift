import Laboratory
import Methods
import Testing

/// Texts that want to harm: they are refused by name and take no time.
@Suite struct HostileTests {
  @Test func deepNestingIsRefused() {
    #expect(refusal(String(repeating: "[", count: 500_000))?.code != nil)
    #expect(refusal(String(repeating: "{a: ", count: 200_000))?.code != nil)
    #expect(refusal(String(repeating: "- ", count: 200_000))?.code != nil)
    let text =
      "schema: 1\ntitle: " + String(repeating: "[", count: 40) + "1"
      + String(repeating: "]", count: 40)
    #expect(refusal(text)?.code == .tooLarge)
  }

  @Test func aHugeTextIsRefused() {
    let error = refusal("title: " + String(repeating: "x", count: MethodReader.largestSize))
    #expect(error?.code == .tooLarge)
  }

  @Test(arguments: [
    "a: &x 1\nb: *x", "a: &x [1]", "- *x", "schema: 1\nschema: 1", "---\na: 1\n---\nb: 2", "",
    "\t", "schema: 1\n name: x", "\"", "a: [1", "{", "%YAML 9.9\n---\na: 1", "\u{0}", "!!binary x",
    "? [a]\n: 1", "\u{FEFF}",
  ])
  func whatIsNoMethodIsRefused(text: String) {
    let error = refusal(text)
    #expect(error != nil)
    #expect(error?.failure.next.isEmpty == false)
  }

  @Test func manyKeysAreRefusedAtTheFirstUnknown() {
    let text = "schema: 1\ntechnique: gc\n" + (0..<20_000).map { "k\($0): 1\n" }.joined()
    #expect(refusal(text)?.code == .unknownKey)
    #expect(refusal(text)?.line == 3)
  }

  @Test func manySignalsAreRefused() {
    let text =
      "schema: 1\ntechnique: gc\nsignals:\n"
      + (0..<5000).map { "  s\($0): { from: trace }\n" }.joined()
    #expect(refusal(text)?.code == .badValue)
  }
}
