import Foundation
import Testing

@testable import Formats

/// Archives with one right value for each byte.
@Suite struct ZipTests {
  private func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
    var (bytes, entries): ([UInt8], [ZipLayout.Entry]) = ([], [])
    for (name, content) in files {
      var checksum = ZipChecksum()
      checksum.add(content[...])
      let entry = ZipLayout.Entry(
        name: name, size: content.count, crc: checksum.value, offset: bytes.count)
      entries.append(entry)
      bytes += ZipLayout.header(entry) + content
    }
    return bytes + ZipLayout.tail(entries)
  }

  private func places(_ bytes: [UInt8]) throws -> [String] {
    let reader = ZipReader(bytes)
    let (entries, faults) = try reader.entries()
    var places = faults.map(\.place)
    for entry in entries where try !reader.bytes(of: entry, { _ in }) { places.append(entry.name) }
    return places
  }

  @Test func whatIsNoArchiveIsSaid() throws {
    for bytes in [[], [0x50], [UInt8](repeating: 0, count: 22), Array("PK".utf8)] {
      #expect(try places(bytes) == ["archive"])
    }
  }

  @Test func filesThatShareBytesAreNotBelieved() throws {
    // The directory says twice the bytes of one file, as a bomb does.
    let content = [UInt8](repeating: 7, count: 1000)
    var checksum = ZipChecksum()
    checksum.add(content[...])
    let one = ZipLayout.Entry(name: "a", size: 1000, crc: checksum.value, offset: 0)
    let two = ZipLayout.Entry(name: "b", size: 1000, crc: checksum.value, offset: 0)
    let bytes = ZipLayout.header(one) + content + ZipLayout.tail([one, two])
    let (entries, faults) = try ZipReader(bytes).entries()
    #expect(entries.map(\.name) == ["a"] && !faults.isEmpty)
  }

  @Test func sizesBeyondTheArchiveAreNotBelieved() throws {
    for size in [101, 1 << 31, 1 << 40, 1 << 55] {
      let entry = ZipLayout.Entry(name: "a", size: size, crc: 0, offset: 0)
      let bytes =
        ZipLayout.header(entry) + [UInt8](repeating: 0, count: 100) + ZipLayout.tail([entry])
      let (entries, faults) = try ZipReader(bytes).entries()
      #expect(!faults.isEmpty && entries.allSatisfy { $0.end <= bytes.count })
      if size > 200 { #expect(entries.isEmpty && faults.map(\.place) == ["archive"]) }
    }
  }

  @Test func everyFlippedByteIsFound() throws {
    var bytes = archive([("a.txt", Array("hello".utf8)), ("b/c.bin", []), ("d", [0, 1, 2, 3])])
    #expect(try places(bytes) == [])
    for place in bytes.indices {
      for bit in 0..<8 {
        bytes[place] ^= 1 << UInt8(bit)
        #expect(try !places(bytes).isEmpty, "byte \(place), bit \(bit)")
        bytes[place] ^= 1 << UInt8(bit)
      }
    }
    for cut in 0..<bytes.count { #expect(try !places(Array(bytes.prefix(cut))).isEmpty) }
    #expect(try places(bytes + [0]) != [])
    #expect(try places(archive([("a", [1]), ("a", [2])])) == ["directory"])
  }

  @Test func whatIsPutInComesOut() throws {
    let files = (0..<300).map { ("f\($0)/x", [UInt8](repeating: UInt8($0 % 251), count: $0 * 7)) }
    let bytes = archive(files)
    let reader = ZipReader(bytes)
    let (entries, faults) = try reader.entries()
    #expect(faults.isEmpty && entries.map(\.name) == files.map(\.0))
    for (entry, file) in zip(entries, files) {
      var found: [UInt8] = []
      #expect(try reader.bytes(of: entry) { found += $0 })
      #expect(found == file.1)
    }
  }

  /// Places and sizes beyond 32 bits, of an archive that is only thought.
  @Test func largeFilesTakeTheirLongForm() throws {
    let large = ZipLayout.Entry(name: "large", size: 5 << 30, crc: 7, offset: 0)
    let behind = ZipLayout.Entry(name: "z", size: 3, crc: 9, offset: large.end)
    let (head, tail) = (ZipLayout.header(large), ZipLayout.tail([large, behind]))
    let next = ZipLayout.header(behind)
    #expect(head.count == 55 && next.count == 31)
    let reader = ZipReader(size: behind.end + tail.count) { place, count in
      (place..<place + count).map { at in
        switch at {
        case 0..<head.count: head[at]
        case behind.offset..<behind.start: next[at - behind.offset]
        case behind.end...: tail[at - behind.end]
        default: 0
        }
      }
    }
    let (entries, faults) = try reader.entries()
    #expect(entries == [large, behind] && faults.isEmpty)
  }
}
