import Testing

@testable import ScanRing

@Suite(
  .serialized,
  .enabled(
    if: AllocationCounter.isUsable,
    "not glibc's allocator: that the ring allocates nothing was NOT checked"))
struct AllocationTests {
  final class Planted {
    var number = 1
  }

  /// The counter must see what it is there for, or the next test would prove nothing.
  @Test func theCounterSeesBlocksReturnedAndKept() {
    let reliable = ~AllocationCounter.sizesTaken {}
    #expect(reliable.nonzeroBitCount >= 56)
    var sum = 0
    // Objects of many sizes, so that one unreliable size cannot hide them.
    let returned = AllocationCounter.sizesTaken {
      for count in 0..<50 { sum += [UInt8](repeating: 1, count: 100 + 16 * count).count }
    }
    #expect((returned & reliable).nonzeroBitCount >= 40)
    var kept: [Planted] = []
    let keeping = AllocationCounter.sizesTaken { kept.append(Planted()) }
    #expect(keeping & reliable != 0 && kept.count == 10)
  }

  /// Proven by the marks in glibc's free lists, see ``AllocationCounter``; contents stay below 1032
  /// bytes, so that a hidden copy of one would be seen as well.
  @Test func neitherAppendNorNextAllocates() {
    let ring = ScanRing(capacity: 1 << 16, readers: 2)
    var producer = ring.takeProducer()
    var first = ring.takeReader(0)
    var second = ring.takeReader(1)
    let content = [UInt8](repeating: 7, count: 500)
    var (sum, full) = (0, 0)
    func round(_ number: Int, _ producer: inout RingProducer) {
      let outcome = producer.append(capacity: 900) { header, bytes in
        bytes[0] = 1
        header.byteCount = UInt32(number % 900 + 1)
        return true
      }
      if outcome == .full {
        producer.lose(1)
        full += 1
      }
      if producer.hasRoom(for: content.count) {
        _ = producer.append(RecordHeader(kind: .event), content.span)
      }
    }
    func drain(_ reader: inout RingReader) {
      while true {
        let outcome = reader.next { header, bytes in sum += Int(header.sequence & 1) + bytes.count }
        guard outcome == .record else { return }
      }
    }
    for number in 0..<100 {
      round(number, &producer)
      drain(&first)
      drain(&second)
    }
    full = 0
    let reliable = ~AllocationCounter.sizesTaken {}
    let taken = AllocationCounter.sizesTaken {
      for number in 0..<5000 {
        round(number, &producer)
        if number % 100 == 0 {
          drain(&first)
          drain(&second)
        }
      }
    }
    #expect(full > 0 && sum > 0)
    #expect(taken & reliable == 0)
    #expect(reliable.nonzeroBitCount >= 56)
  }
}
