import Methods
import Testing

@Suite struct MethodTextTests {
  @Test func theTextIsKeptToTheByte() {
    #expect(MethodText(text: "name: x\r\n", file: "x.yaml").text == "name: x\r\n")
  }
}
