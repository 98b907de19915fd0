import Acquisition
import Instruments
import Laboratory
import Registry
import ScanRing
import Testing

extension AllocationTests {
  /// A head of a residual gas analyzer that answers at once and allocates nothing between frames.
  struct QuickLine: ByteLink, ~Copyable {
    let windows: Windows
    let canceller = LinkCanceller()
    let reachesEmulator = true
    /// MI 1, MF 2, SA 10: eleven points and the total, none of them 0.
    private let scan = [UInt8](repeating: 1, count: 48)
    private let status: [UInt8] = [0x30, 0x0A, 0x0D]
    private var other: [UInt8] = []
    private var answer = 0
    private var place = 0
    private var parameters = ["MI": "1", "MF": "2", "SA": "10", "NF": "4", "AP": "11"]

    init(_ windows: Windows) { self.windows = windows }

    mutating func write(_ bytes: Span<UInt8>, to endpoint: UInt8, until deadline: MonotonicInstant)
    {
      place = 0
      switch (bytes[0], bytes.count > 1 ? bytes[1] : 0) {
      case (UInt8(ascii: "S"), UInt8(ascii: "C")):
        answer = 1
        windows.read()
      case (UInt8(ascii: "E"), UInt8(ascii: "R")): answer = 2
      default:
        answer = 0
        say(String(decoding: bytes.indices.dropLast().map { bytes[$0] }, as: UTF8.self))
      }
    }

    private mutating func say(_ command: String) {
      let (name, rest) = (String(command.prefix(2)), String(command.dropFirst(2)))
      switch (name, rest) {
      case ("TP", "?"): other += [1, 0, 0, 0]
      case ("ID", "?"): other += Array("SRSRGA200VER0.24SN12226\n\r".utf8)
      case (_, "?"): other += Array((parameters[name] ?? "0").utf8) + [0x0A, 0x0D]
      case ("IN", _), ("EE", _), ("IE", _), ("VF", _), ("FL", _): other += status
      default: parameters[name] = rest
      }
    }

    mutating func read(
      _ leg: Leg, into buffer: inout MutableSpan<UInt8>, at offset: Int,
      until deadline: MonotonicInstant
    ) throws(LinkError) -> Int {
      let left = (answer == 0 ? other.count : answer == 1 ? scan.count : status.count) - place
      guard left >= leg.byteCount else {
        // Behind a scan nothing comes. A throw would be told to the testing library, which takes
        // memory for its backtrace; outside of tests a typed error takes none.
        if answer == 1 { return 0 }
        throw .timedOut(received: 0)
      }
      for i in 0..<leg.byteCount {
        let at = place + i
        buffer[offset + i] = answer == 0 ? other[at] : answer == 1 ? scan[at] : status[at]
      }
      place += leg.byteCount
      if answer == 0 {
        other.removeFirst(place)
        place = 0
      }
      return leg.byteCount
    }

    mutating func drain(
      _ endpoint: UInt8, quiet: Duration, until deadline: MonotonicInstant
    ) -> Int {
      other = []
      return 0
    }
    mutating func prepare(_ legs: [Leg], inFlight: Int) {}
    mutating func post(_ leg: Leg) {}
    mutating func control(
      _ request: ControlRequest, data: inout MutableSpan<UInt8>, until deadline: MonotonicInstant
    ) -> Int { 0 }
    mutating func clearHalt(_ endpoint: UInt8) {}
    mutating func reset() {}
    mutating func close() {}
  }

  private func massWindows(plants: Bool) async throws -> Windows {
    let windows = Windows(plants: plants)
    let profile = try Stand.profile("stanford-research/rga200")
    let entry = Registry.driver(id: profile.driver)
    let session = InstrumentSession(driver: try #require(entry), profile: profile) {
      QuickLine(windows)
    }
    _ = try await session.open()
    let sent = try await session.apply(
      profile.standardSettings.overlaid(with: Settings(["last_mass_amu": 2])))
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
      AcquisitionPlan(extent: .scans(4000), settings: sent), into: Handoff(ring.takeProducer()))
    #expect(outcome.end == .done && outcome.counts.scans == 4000)
    reader?.join()
    _ = await session.close()
    #expect(windows.count == 20)
    return windows
  }

  @Test func anAllocationBetweenTwoMassScansIsSeen() async throws {
    let windows = try await massWindows(plants: true)
    #expect((windows.taken & ~windows.unreliable).nonzeroBitCount >= 10)
  }

  @Test func nothingIsAllocatedBetweenMassScans() async throws {
    let windows = try await massWindows(plants: false)
    #expect((~windows.unreliable).nonzeroBitCount >= 56)
    #expect(windows.taken & ~windows.unreliable == 0)
  }
}
