internal import ScanRing

/// The ring as `acquire` uses it: records written in place by one thread, copied out by another.
enum RingBench {
  private static let recordSize = 4096
  /// 16 MiB a trial.
  private static let records = 4096
  private static let roundTrips = 5000
  private static let ringSize = 1 << 20

  /// Prints `ring4k` and `ring4k-2` in GB/s and `roundtrip` in nanoseconds.
  static func run(cpus: (Int32, Int32)) {
    let bytes = Double(records * recordSize)
    report("ring4k", oneReader(cpus).map { bytes / Double($0) })
    report("ring4k-2", twoReaders(cpus).map { bytes / Double($0) })
    report("roundtrip", roundTrip(cpus).map { Double($0) / Double(roundTrips) })
  }

  private static func report(_ name: String, _ values: [Double]) {
    let sorted = values.sorted()
    // Trials of two kinds are two placements of the processors, and their median is neither's.
    guard !sorted.isEmpty, sorted[sorted.count * 3 / 4] < 1.5 * sorted[sorted.count / 4] else {
      print("\(name) nan \(sorted.count)")
      return
    }
    print("\(name) \(sorted[sorted.count / 2]) \(sorted.count)")
  }

  /// Copies records out, and stops everything at a wrong one, which must not become a fast one.
  private struct Sink {
    private var target = [UInt8](repeating: 4, count: recordSize)
    private(set) var expected: UInt64 = 0

    /// Takes the next record where there is one.
    mutating func take(_ reader: inout RingReader) {
      _ = reader.next { header, content in
        var room = target.mutableSpan
        copy(content, to: &room)
        guard header.sequence == expected, number(target) == expected else {
          fatalError("record \(expected) is wrong")
        }
        expected += 1
      }
    }
  }

  private static func oneReader(_ cpus: (Int32, Int32)) -> [Int64] {
    let ring = ScanRing(capacity: ringSize, readers: 1)
    let pace = Pace()
    let handoff = Handoff(ring.takeReader(0))
    let thread = WorkerThread(name: "reader") {
      guard var reader = handoff.take() else { return }
      var sink = Sink()
      pace.follow(cpu: cpus.1) {
        let end = sink.expected + UInt64(records)
        while sink.expected < end { sink.take(&reader) }
      }
    }
    defer { thread?.join() }
    return produce(ring, pace, cpu: cpus.0)
  }

  /// Both ends that a run has, the journal's and the core's, by turns on one thread.
  private static func twoReaders(_ cpus: (Int32, Int32)) -> [Int64] {
    let ring = ScanRing(capacity: ringSize, readers: 2)
    let pace = Pace()
    let handoffs = (Handoff(ring.takeReader(0)), Handoff(ring.takeReader(1)))
    let thread = WorkerThread(name: "readers") {
      guard var journal = handoffs.0.take(), var core = handoffs.1.take() else { return }
      var (kept, computed) = (Sink(), Sink())
      pace.follow(cpu: cpus.1) {
        let end = computed.expected + UInt64(records)
        while computed.expected < end || kept.expected < end {
          kept.take(&journal)
          computed.take(&core)
        }
      }
    }
    defer { thread?.join() }
    return produce(ring, pace, cpu: cpus.0)
  }

  private static func produce(_ ring: ScanRing, _ pace: Pace, cpu: Int32) -> [Int64] {
    var producer = ring.takeProducer()
    var source = [UInt8](repeating: 3, count: recordSize)
    var sequence: UInt64 = 0
    return pace.lead(cpu: cpu) {
      for _ in 0..<records {
        stamp(sequence, on: &source)
        while true {
          let outcome = producer.append(capacity: recordSize) { header, slot in
            copy(source.span, to: &slot)
            header.byteCount = UInt32(recordSize)
            return true
          }
          if outcome != .full { break }
        }
        sequence += 1
      }
    }
  }

  /// Eight bytes of content there and the same back.
  private static func roundTrip(_ cpus: (Int32, Int32)) -> [Int64] {
    let there = ScanRing(capacity: ringSize, readers: 1)
    let back = ScanRing(capacity: ringSize, readers: 1)
    let pace = Pace()
    let ends = (Handoff(there.takeReader(0)), Handoff(back.takeProducer()))
    let thread = WorkerThread(name: "echo") {
      guard var reader = ends.0.take(), var producer = ends.1.take() else { return }
      pace.follow(cpu: cpus.1) {
        for _ in 0..<roundTrips {
          let word = receive(&reader)
          send(word, &producer)
        }
      }
    }
    var producer = there.takeProducer()
    var reader = back.takeReader(0)
    let times = pace.lead(cpu: cpus.0) {
      for trip in 0..<UInt64(roundTrips) {
        send(trip, &producer)
        guard receive(&reader) == trip else { fatalError("trip \(trip) came back wrong") }
      }
    }
    thread?.join()
    return times
  }

  private static func send(_ word: UInt64, _ producer: inout RingProducer) {
    while true {
      let outcome = producer.append(capacity: 8) { header, slot in
        stamp(word, on: &slot)
        header.byteCount = 8
        return true
      }
      if outcome != .full { return }
    }
  }

  private static func receive(_ reader: inout RingReader) -> UInt64 {
    var word: UInt64 = 0
    while reader.next({ _, content in word = number(content) }) != .record {}
    return word
  }
}
