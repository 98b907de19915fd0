import Testing

@testable import Journal

@Suite struct CRC32CTests {
  /// RFC 3720, section B.4 (the RFC prints the bytes as sent, lowest first).
  @Test func knownAnswersComeOut() {
    let zeros = [UInt8](repeating: 0, count: 32)
    let ones = [UInt8](repeating: 0xFF, count: 32)
    let rising = Array<UInt8>(0..<32)
    let falling = Array(rising.reversed())
    let command: [UInt8] = [
      0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
      0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00,
    ]
    #expect(CRC32C.of(zeros.span) == 0x8A91_36AA)
    #expect(CRC32C.of(ones.span) == 0x62A8_AB43)
    #expect(CRC32C.of(rising.span) == 0x46DD_794E)
    #expect(CRC32C.of(falling.span) == 0x113F_DB5C)
    #expect(CRC32C.of(command.span) == 0xD996_3A56)
    #expect(CRC32C.of(Array("123456789".utf8).span) == 0xE306_9283)
    #expect(CRC32C().value == 0)
  }

  @Test func theSumDoesNotDependOnThePieces() {
    let bytes = (0..<67).map { UInt8($0 * 37 % 256) }
    for first in 0...67 {
      for second in first...67 {
        var sum = CRC32C()
        sum.update(bytes.span.extracting(0..<first))
        sum.update(bytes.span.extracting(first..<second))
        sum.update(bytes.span.extracting(second..<67))
        #expect(sum.value == CRC32C.of(bytes.span))
      }
    }
  }
}
