internal import ScanRing

/// The ring as `acquire` uses it: records written in place by one thread, copied out by another.
enum RingBench {
  private static let recordSize = 4096
  /// 16 MiB a trial.
  private static let records = 4096
  private static let roundTrips = 5000
  private static let ringSize = 1 << 20

  /// Prints `ring4k` in GB/s and `roundtrip` in nanoseconds.
  static func run(cpus: (Int32, Int32)) {
    let bulk = transfer(cpus)
    report("ring4k", bulk.map { Double(records * recordSize) / Double($0) })
    report("roundtrip", roundTrip(cpus).map { Double($0) / Double(roundTrips) })
  }

  private static func report(_ name: String, _ values: [Double]) {
    let sorted = values.sorted()
    guard !sorted.isEmpty else {
      print("\(name) nan 0")
      return
    }
    print("\(name) \(sorted[sorted.count / 2]) \(sorted.count)")
  }

  private static func transfer(_ cpus: (Int32, Int32)) -> [Int64] {
    let ring = ScanRing(capacity: ringSize, readers: 1)
    let pace = Pace()
    let handoff = Handoff(ring.takeReader(0))
    let thread = WorkerThread(name: "reader") {
      guard var reader = handoff.take() else { return }
      var target = [UInt8](repeating: 4, count: recordSize)
      var expected: UInt64 = 0
      pace.follow(cpu: cpus.1) {
        var taken = 0
        while taken < records {
          let outcome = reader.next { header, content in
            var room = target.mutableSpan
            copy(content, to: &room)
            // A wrong record must not become a fast one.
            guard header.sequence == expected, number(target) == expected else {
              fatalError("record \(expected) is wrong")
            }
          }
          guard outcome == .record else { continue }
          expected += 1
          taken += 1
        }
      }
    }
    var producer = ring.takeProducer()
    var source = [UInt8](repeating: 3, count: recordSize)
    var sequence: UInt64 = 0
    let times = pace.lead(cpu: cpus.0) {
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
    thread?.join()
    return times
  }

  private static func roundTrip(_ cpus: (Int32, Int32)) -> [Int64] {
    let there = ScanRing(capacity: ringSize, readers: 1)
    let back = ScanRing(capacity: ringSize, readers: 1)
    let pace = Pace()
    let ends = (Handoff(there.takeReader(0)), Handoff(back.takeProducer()))
    let thread = WorkerThread(name: "echo") {
      guard var reader = ends.0.take(), var producer = ends.1.take() else { return }
      let word = [UInt8](repeating: 0, count: 8)
      pace.follow(cpu: cpus.1) {
        for _ in 0..<roundTrips {
          while reader.next({ _, _ in }) != .record {}
          _ = producer.append(RecordHeader(kind: .frame), word.span)
        }
      }
    }
    var producer = there.takeProducer()
    var reader = back.takeReader(0)
    let word = [UInt8](repeating: 0, count: 8)
    let times = pace.lead(cpu: cpus.0) {
      for _ in 0..<roundTrips {
        _ = producer.append(RecordHeader(kind: .frame), word.span)
        while reader.next({ _, _ in }) != .record {}
      }
    }
    thread?.join()
    return times
  }
}
