import Instruments
import Laboratory
import Registry
import ScanRing
import Testing

@testable import Acquisition

/// Between the first and the last frame the loop and the driver allocate nothing.
///
/// Looked at from inside: the link under the driver marks the allocator's free lists at one read of
/// a spectrum and looks at them some frames later, on the acquisition thread itself.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(
    if: AllocationCounter.isUsable,
    "not glibc's allocator: that acquisition allocates nothing was NOT checked"))
struct AllocationTests {
  /// What windows of some frames each took, on the session's thread alone.
  final class Windows: @unchecked Sendable {
    // Safe: touched by the acquisition thread until it has ended, then by the test.
    private let counter = AllocationCounter()
    private var frame = 0
    private var isOpen = false
    private(set) var count = 0
    private(set) var taken = UInt64.max
    private(set) var unreliable = UInt64.max
    private var planted: [UInt8] = []
    private let plants: Bool

    init(plants: Bool) { self.plants = plants }

    /// Called at every spectrum that is read.
    func read() {
      frame += 1
      guard frame > 100, count < 20, let counter else { return }
      if plants, isOpen { planted = [UInt8](repeating: 1, count: 100 + 8 * (frame % 50)) }
      guard frame % 60 == 0 else { return }
      if isOpen {
        // What is not taken every time is the runtime's own.
        taken &= counter.end()
        count += 1
        isOpen = false
      } else {
        counter.begin()
        unreliable &= counter.end()
        isOpen = true
        counter.begin()
      }
    }
  }

  /// An instrument of one model that answers at once and allocates nothing itself.
  struct QuickLink: ByteLink, ~Copyable {
    let windows: Windows
    let canceller = LinkCanceller()
    let reachesEmulator = true
    private var said = [UInt8](repeating: 0, count: 2)

    init(_ windows: Windows) { self.windows = windows }

    mutating func prepare(_ legs: [Leg], inFlight: Int) {}
    mutating func write(_ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant)
    {
      said[0] = bytes[0]
      said[1] = bytes.count > 1 ? bytes[1] : 0
    }
    mutating func post(_ leg: Leg) {}
    mutating func read(
      _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
      until deadline: MonotonicInstant
    ) throws(LinkError) -> Int {
      for i in 0..<leg.byteCount { buffer[offset + i] = 0 }
      switch said[0] {
      case 0x05:
        buffer[offset] = 5
        buffer[offset + 1] = said[1]
      case 0x09:
        buffer[offset + leg.byteCount - 1] = 0x69
        windows.read()
      default: break
      }
      return leg.byteCount
    }
    mutating func drain(
      _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
    ) -> Int { 0 }
    mutating func control(
      _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
    ) -> Int { 0 }
    mutating func clearHalt(_ endpoint: UInt8) {}
    mutating func reset() {}
    mutating func close() {}
  }

  private func windows(plants: Bool) async throws -> Windows {
    let windows = Windows(plants: plants)
    let profile = try Stand.profile()
    let entry = Registry.driver(id: profile.driver)
    let session = InstrumentSession(driver: try #require(entry), profile: profile) {
      QuickLink(windows)
    }
    _ = try await session.open()
    let ring = ScanRing(capacity: 4 << 20, readers: 1)
    let source = Handoff(ring.takeReader(0))
    let reader = WorkerThread(name: "test-reader") {
      guard var reader = source.take() else { return }
      while true {
        switch reader.next({ _, _ in }) {
        case .record: continue
        case .empty: reader.wait(atMost: .seconds(1))
        case .finished: return
        }
      }
    }
    let outcome = await session.run(
      AcquisitionPlan(extent: .scans(4000), settings: Stand.settings),
      into: Handoff(ring.takeProducer()))
    #expect(outcome.end == .done && outcome.counts.scans == 4000)
    reader?.join()
    _ = await session.close()
    #expect(windows.count == 20)
    return windows
  }

  /// The counter must see what it is there for, or the next test would prove nothing.
  @Test func anAllocationBetweenTwoFramesIsSeen() async throws {
    let windows = try await windows(plants: true)
    #expect((windows.taken & ~windows.unreliable).nonzeroBitCount >= 10)
  }

  @Test func nothingIsAllocatedBetweenTheFirstAndTheLastFrame() async throws {
    let windows = try await windows(plants: false)
    #expect((~windows.unreliable).nonzeroBitCount >= 56)
    #expect(windows.taken & ~windows.unreliable == 0)
  }
}
