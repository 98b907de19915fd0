import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Registry
import ScanRing
import Synchronization
import Testing

@testable import Acquisition

extension Tag {
  /// Takes more than about five seconds.
  @Tag static var slow: Self
}

/// A session with an emulated USB2000+ whose wire is watched.
struct Stand {
  let device: EmulatedDevice
  let wire = Wire()
  let session: InstrumentSession
  let profile: DeviceProfile

  init(speed: Double = 1e5, staleFrames: Bool = true) throws {
    device = try EmulatedCatalogue.make(
      EmulatedSetup(
        model: "ocean-optics/usb2000plus", seed: 5, speed: speed, sendsStaleFrames: staleFrames))
    profile = try Self.profile()
    let (device, wire) = (device, wire)
    let entry = Registry.driver(id: profile.driver)
    session = InstrumentSession(
      driver: try #require(entry), profile: profile
    ) { () throws(LinkError) in WatchedLink(device.inProcessLink(), wire) }
  }

  static func profile(
    _ id: String = "ocean-optics/usb2000plus"
  ) throws -> DeviceProfile {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "DeviceProfiles")
    let store = ProfileStore.load(folders: [folder.path])
    return try #require(store.profiles.first { $0.id == id })
  }

  static let settings = Settings(["integration_us": 10_000, "lamp": 1])

  func plan(
    _ extent: AcquisitionPlan.Extent, darks: Int = 0, settings: Settings = Stand.settings
  ) -> AcquisitionPlan {
    AcquisitionPlan(
      extent: extent, settings: settings, darkScans: darks, darkSettings: Settings(["lamp": 0]))
  }

  /// Opens, applies, runs and closes; what the ring carried is in `taken`.
  func whole(_ plan: AcquisitionPlan) async throws -> Ended {
    do {
      _ = try await session.open()
      _ = try await session.apply(plan.settings)
    } catch {
      let safe = await session.close()
      wire.forget()
      return Ended(failure: error, safe: safe)
    }
    let taken = Taken()
    let ring = ScanRing(capacity: 1 << 20, readers: 1)
    taken.start(ring)
    let outcome = await session.run(plan, into: Handoff(ring.takeProducer()))
    let safe = await session.close()
    wire.forget()
    return Ended(
      outcome: outcome, failure: outcome.failure, safe: safe, records: taken.wait())
  }

  struct Ended {
    var outcome: InstrumentSession.Outcome?
    var failure: Failure?
    var safe: SafeState
    var records: [Taken.Record] = []

    func count(_ kind: RecordKind) -> Int { records.filter { $0.header.kind == kind }.count }
    var kinds: [RecordKind] { records.map(\.header.kind) }
  }
}

/// Empties a ring on a thread of its own, from when it is started.
final class Taken: Sendable {
  struct Record {
    var header: RecordHeader
    var content: [UInt8]
  }

  private let records = Guarded<[Record]>([])
  private let thread = Mutex<WorkerThread?>(nil)

  func start(_ ring: ScanRing) {
    let source = Handoff(ring.takeReader(0))
    thread.withLock {
      $0 = WorkerThread(name: "test-reader") { [self] in
        guard var reader = source.take() else { return }
        while true {
          let outcome = reader.next { header, content in
            let record = Record(header: header, content: content.indices.map { content[$0] })
            records.withLock { $0.append(record) }
          }
          switch outcome {
          case .record: continue
          case .empty: reader.wait(atMost: .seconds(1))
          case .finished: return
          }
        }
      }
    }
  }

  /// Everything, once the ring has ended.
  func wait() -> [Record] {
    thread.withLock { $0 }?.join()
    return records.withLock { $0 }
  }
}

/// Counts from 1, from any thread.
final class Count: Sendable {
  private let count = Guarded(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

/// Lets other threads go on until something holds; the test's time limit ends it when it never does.
func until(_ holds: () -> Bool) async throws {
  while !holds() { try await Task.sleep(for: .milliseconds(1)) }
}
