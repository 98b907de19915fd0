import Testing

@testable import ScanRing

/// A record's content that tells where it came from: every byte follows from seed and place.
func pattern(_ seed: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: seed &* 31 &+ UInt64($0)) }
}

/// A record as a test keeps it.
struct Kept: Equatable {
  var header: RecordHeader
  var content: [UInt8]
}

func takeOne(_ reader: inout RingReader) -> (ReadOutcome, Kept?) {
  var kept: Kept?
  let outcome = reader.next { header, content in
    kept = Kept(header: header, content: content.indices.map { content[$0] })
  }
  return (outcome, kept)
}

func drain(_ reader: inout RingReader) -> [Kept] {
  var all: [Kept] = []
  while case (.record, let kept?) = takeOne(&reader) { all.append(kept) }
  return all
}

func put(
  _ producer: inout RingProducer, _ content: [UInt8], kind: RecordKind = .frame
) -> AppendOutcome {
  producer.append(RecordHeader(kind: kind), content.span)
}

func count(inGap kept: Kept) -> UInt64 {
  kept.content.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

@Suite struct RingTests {
  @Test func recordsComeBackWithHeaderAndContent() {
    let ring = ScanRing(capacity: 1, readers: 1)
    #expect(ring.capacity == 65536)
    var producer = ring.takeProducer()
    var reader = ring.takeReader(0)
    let got1 = takeOne(&reader).0
    #expect(got1 == .empty)
    let content = pattern(7, 100)
    let sent = RecordHeader(
      kind: .settings, flags: 0xBEEF, requested: 1, firstByte: 2, lastByte: 3, detail: .max,
      byteCount: 5, sequence: 99)
    #expect(producer.append(sent, content.span) == .appended(sequence: 0))
    var expected = sent
    (expected.byteCount, expected.sequence) = (100, 0)
    let got2 = takeOne(&reader).1
    #expect(got2 == Kept(header: expected, content: content))
    let got3 = takeOne(&reader).0
    #expect(got3 == .empty)
  }

  @Test func aRecordIsFilledInPlaceAndMayEndShort() {
    let ring = ScanRing(exactCapacity: 2048, readers: 1)
    var producer = ring.takeProducer()
    var reader = ring.takeReader(0)
    let outcome = producer.append(capacity: 300) { header, content in
      #expect(content.count == 300)
      for place in 0..<10 { content[place] = UInt8(place) }
      header.kind = .refused
      header.byteCount = 10
      header.detail = 3
      return true
    }
    #expect(outcome == .appended(sequence: 0))
    let backlog = reader.backlog
    #expect(backlog == 128)
    let (_, kept) = takeOne(&reader)
    #expect(kept?.header.kind == .refused)
    #expect(kept?.header.detail == 3)
    #expect(kept?.content == Array(0..<10))
  }

  @Test func nothingToKeepLeavesNoTrace() {
    struct Unplugged: Error {}
    let ring = ScanRing(exactCapacity: 1024, readers: 1)
    var producer = ring.takeProducer()
    var reader = ring.takeReader(0)
    producer.lose(2)
    let got4 = producer.append(capacity: 8) { _, _ in false }
    #expect(got4 == .nothing)
    do throws(Unplugged) {
      _ = try producer.append(capacity: 8) { (_, _) throws(Unplugged) in throw Unplugged() }
      Issue.record("the error was swallowed")
    } catch {}
    let got5 = takeOne(&reader).0
    #expect(got5 == .empty)
    let next = producer.nextSequence
    #expect(next == 0)
    _ = put(&producer, [1])
    let all = drain(&reader)
    #expect(all.map(\.header.kind) == [.gap, .frame])
    #expect(all.first.map(count(inGap:)) == 2)
  }

  @Test func aRecordStaysWhenItsReaderThrows() {
    struct DiskFull: Error {}
    let ring = ScanRing(exactCapacity: 1024, readers: 1)
    var producer = ring.takeProducer()
    var reader = ring.takeReader(0)
    _ = put(&producer, [1, 2, 3])
    do throws(DiskFull) {
      _ = try reader.next { (_, _) throws(DiskFull) in throw DiskFull() }
      Issue.record("the error was swallowed")
    } catch {}
    let got6 = takeOne(&reader).1
    #expect(got6?.content == [1, 2, 3])
  }

  /// Every size at every place, so that every way of meeting the end of the ring occurs.
  @Test func recordsStayWholeWhereverTheRingWraps() {
    for size in 0...200 {
      for start in stride(from: UInt64(0), to: 1024, by: 64) {
        // Both index and sequence cross the border of 64 bits on the way.
        let ring = ScanRing(
          exactCapacity: 1024, readers: 1, firstIndex: (0 &- 2048) &+ start,
          firstSequence: .max - 3)
        var producer = ring.takeProducer()
        var reader = ring.takeReader(0)
        for round in 0..<24 {
          let sequence = (UInt64.max - 3) &+ UInt64(round)
          let content = pattern(UInt64(round), size)
          guard
            put(&producer, content)
              == .appended(sequence: sequence)
          else {
            Issue.record("not appended: size \(size) start \(start) round \(round)")
            return
          }
          let (_, kept) = takeOne(&reader)
          guard kept?.content == content, kept?.header.sequence == sequence else {
            Issue.record("not the same: size \(size) start \(start) round \(round)")
            return
          }
        }
      }
    }
  }

  @Test func theLongestContentFitsAtAnyPlaceOfAnEmptyRing() {
    for start in stride(from: UInt64(0), to: 2048, by: 64) {
      let ring = ScanRing(exactCapacity: 2048, readers: 1, firstIndex: start)
      var producer = ring.takeProducer()
      var reader = ring.takeReader(0)
      producer.lose(1)
      let content = pattern(start, ring.largestContent)
      let got7 = put(&producer, content)
      #expect(got7 == .appended(sequence: 1))
      let got8 = drain(&reader)
      #expect(got8.last?.content == content)
    }
  }

  @Test func aFullRingRefusesAndCountsWhatIsLostExactly() {
    for start in stride(from: UInt64(0), to: 1024, by: 64) {
      let ring = ScanRing(exactCapacity: 1024, readers: 1, firstIndex: start)
      var producer = ring.takeProducer()
      var reader = ring.takeReader(0)
      var (asked, lost) = (UInt64(0), UInt64(0))
      var all: [Kept] = []
      for round in 0..<400 {
        asked += 1
        if put(&producer, pattern(asked, round % 90)) == .full {
          let got9 = producer.hasRoom(for: round % 90)
          #expect(!got9)
          producer.lose(1)
          lost += 1
        }
        if round % 7 == 6 { all += drain(&reader) }
      }
      producer.finish()
      all += drain(&reader)
      let frames = all.filter { $0.header.kind == .frame }.count
      let gaps = all.filter { $0.header.kind == .gap }.map(count(inGap:)).reduce(0, +)
      let counted = producer.lost
      #expect(lost > 0 && counted == lost && gaps == lost)
      #expect(UInt64(frames) + gaps == asked)
      #expect(all.map(\.header.sequence) == (0..<UInt64(all.count)).map { $0 })
    }
  }

  @Test func aLossAtTheVeryEndIsRecordedInAFullRing() {
    for start in stride(from: UInt64(0), to: 1024, by: 64) {
      let ring = ScanRing(exactCapacity: 1024, readers: 1, firstIndex: start)
      var producer = ring.takeProducer()
      var reader = ring.takeReader(0)
      var sent: UInt64 = 0
      while put(&producer, [], kind: .event) != .full { sent += 1 }
      producer.lose(41)
      producer.lose(1)
      producer.finish()
      producer.finish()
      let all = drain(&reader)
      #expect(all.map(\.header.sequence) == Array(0...sent))
      let last = all.last
      #expect(last?.header.kind == .gap)
      #expect(last.map(count(inGap:)) == 42)
      let got10 = takeOne(&reader).0
      #expect(got10 == .finished)
    }
  }

  @Test func theSlowestReaderHoldsTheProducerBack() {
    let ring = ScanRing(exactCapacity: 1024, readers: 2)
    var producer = ring.takeProducer()
    var prompt = ring.takeReader(0)
    var slow = ring.takeReader(1)
    var sent: UInt64 = 0
    while case .appended = put(&producer, pattern(sent, 64)) {
      sent += 1
      _ = takeOne(&prompt)
    }
    // 1024 bytes less the reserve of 192, in slots of 128.
    #expect(sent == 6)
    #expect(ring.backlog(ofReader: 0) == 0)
    #expect(ring.backlog(ofReader: 1) == 768)
    let levels = [slow.fillLevel, producer.fillLevel]
    #expect(levels == [0.75, 0.75])
    let got11 = takeOne(&slow).1
    #expect(got11?.content == pattern(0, 64))
    let got12 = put(&producer, pattern(6, 64))
    #expect(got12 == .appended(sequence: 6))
    let got13 = put(&producer, pattern(7, 64))
    #expect(got13 == .full)
    let got14 = drain(&slow)
    #expect(got14.map(\.header.sequence) == [1, 2, 3, 4, 5, 6])
  }

  @Test func aReaderThatLeavesHoldsNobodyBack() {
    let ring = ScanRing(exactCapacity: 1024, readers: 2)
    var producer = ring.takeProducer()
    var stays = ring.takeReader(0)
    do { _ = ring.takeReader(1) }
    for sent in 0..<100 {
      let got15 = put(&producer, [])
      #expect(got15 == .appended(sequence: UInt64(sent)))
      let got16 = takeOne(&stays).0
      #expect(got16 == .record)
    }
  }

  @Test func readersSeeTheEndAfterTheLastRecord() {
    let ring = ScanRing(exactCapacity: 1024, readers: 1)
    var reader = ring.takeReader(0)
    do {
      var producer = ring.takeProducer()
      _ = put(&producer, [], kind: .end)
      // The producer is dropped here without `finish`.
    }
    reader.wait(atMost: .seconds(100))
    let got17 = takeOne(&reader).0
    #expect(got17 == .record)
    reader.wait(atMost: .seconds(100))
    let got18 = takeOne(&reader).0
    #expect(got18 == .finished)
    let got19 = takeOne(&reader).0
    #expect(got19 == .finished)
  }

  @Test func aWaitWithoutNewsEndsByTime() {
    let ring = ScanRing(exactCapacity: 1024, readers: 1)
    var reader = ring.takeReader(0)
    reader.wait(atMost: .milliseconds(2))
    reader.wait(atMost: .zero)
    reader.wait(atMost: .seconds(-1))
    let got20 = takeOne(&reader).0
    #expect(got20 == .empty)
  }

  @Test func aHandoffGivesItsValueOnce() {
    let ring = ScanRing(exactCapacity: 1024, readers: 1)
    let handoff = Handoff(ring.takeReader(0))
    let first = handoff.take()
    let second = handoff.take()
    let (isThere, isGone) = (first != nil, second == nil)
    #expect(isThere && isGone)
  }
}
