import Laboratory
import Testing

@testable import Bench

/// What waits of a run's events while nobody takes them.
@Suite struct RunEventTests {
  private func progress(_ scans: UInt64) -> RunEvent {
    var counts = RunCounts()
    counts.scans = scans
    return .progress(RunProgress(counts: counts, wanted: nil, elapsed: .zero, ringFill: 0))
  }

  private func text(_ event: RunEvent) -> String {
    switch event {
    case .progress(let progress): "\(progress.counts.scans)"
    case .warning(let text): text
    default: "another"
    }
  }

  @Test func ofProgressThatNobodyTookOnlyTheNewestIsKept() async {
    let queue = RunEventQueue()
    for scan in 1...10_000 { queue.put(progress(UInt64(scan))) }
    queue.put(.warning("a"))
    queue.put(.warning("b"))
    for scan in 10_001...20_000 { queue.put(progress(UInt64(scan))) }
    queue.end()
    queue.put(.warning("too late"))
    var all: [String] = []
    while let event = await queue.next() { all.append(text(event)) }
    #expect(all == ["10000", "a", "b", "20000"])
  }

  @Test func aListenerWhoWaitsGetsEachEventAndTheEnd() async {
    let queue = RunEventQueue()
    let listener = Task {
      var all: [String] = []
      while let event = await queue.next() { all.append(text(event)) }
      return all
    }
    for number in 0..<100 {
      queue.put(.warning("\(number)"))
      await Task.yield()
    }
    queue.end()
    let all = await listener.value
    #expect(all == (0..<100).map(String.init))
  }

  @Test func aCancelledListenerIsLetGo() async {
    let queue = RunEventQueue()
    let listener = Task { await queue.next() == nil }
    await Task.yield()
    listener.cancel()
    #expect(await listener.value)
    queue.put(.warning("kept"))
    let event = await queue.next()
    #expect(event.map(text) == "kept")
  }
}
