import Laboratory
import Testing

@testable import Formats

@Suite struct MemoryFileTests {
  @Test func placesMayBeWrittenInAnyOrder() throws {
    let file = MemoryFile()
    try file.write([1, 2], at: 0)
    try file.write([9], at: 5)
    #expect(file.bytes == [1, 2, 0, 0, 0, 9] && file.size == 6)
    try file.write([7, 8], at: 1)
    #expect(file.bytes == [1, 7, 8, 0, 0, 9])
    try file.write([4, 5, 6], at: 5)
    #expect(file.bytes == [1, 7, 8, 0, 0, 4, 5, 6])
    try file.write([], at: 8)
    try file.write([], at: 3)
    #expect(file.size == 8)
  }

  @Test func readingEndsWithTheFile() throws {
    let file = MemoryFile([1, 2, 3])
    #expect(try file.read(at: 1, count: 9) == [2, 3] && file.read(at: 3, count: 1) == [])
    #expect(try file.read(at: 99, count: 1) == [] && file.read(at: 0, count: 0) == [])
    #expect(try file.read(at: 1, count: .max) == [2, 3])
    #expect(try file.whole() == [1, 2, 3] && file.whole(limit: 3) == [1, 2, 3])
    #expect(throws: Failure.self) { try file.whole(limit: 2) }
  }
}
