import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Records
import Synchronization
import Testing

@testable import Bench

/// A bench with quality rules, one emulated instrument, and a clock that the test sets.
struct QualityBench {
  static let model = "ocean-optics/usb2000plus"
  let bench: Bench
  let folder: TemporaryFolder
  let serial: String
  private let state: State

  /// What may be said from several threads.
  private final class State: Sendable {
    let time = Mutex(Timestamp.now)
    let notices = Mutex<[String]>([])
  }

  init(
    _ policy: String, more: String = "", in given: TemporaryFolder? = nil
  ) throws {
    folder = try given ?? TemporaryFolder()
    try """
    quality: {policy: \(policy)\(more)}
    destinations:
      - {name: outbox, folder: outbox, emulated: accept}
      - {name: lims, folder: lims, mode: no-ack, accepts: \(more.contains("in-lims") ? "processed" : "released"), emulated: accept}
    """.write(toFile: folder.path + "/bench.yaml", atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/lims", withIntermediateDirectories: true)
    let made = try EmulatedCatalogue.make(
      EmulatedSetup(model: Self.model, scene: .polystyrene, seed: 7, speed: 1e5))
    serial = made.serialNumber
    let port = InstrumentPort(
      address: "usb:9-1", node: "/dev/null", vendor: 0x2457, product: 0x101E,
      serialText: made.serialNumber, isEmulated: true, state: .ready)
    let home = Home(explicit: folder.path, environment: [:])
    let state = State()
    self.state = state
    bench = Bench(
      home: home, profiles: ProfileStore.load(folders: [EmulatedBench.profiles]),
      configuration: try Configuration.read(home: home),
      reach: Bench.Reach(
        list: { () throws(Failure) in [port] },
        connect: { (_, _) throws(LinkError) in made.inProcessLink() }),
      clock: { state.time.withLock { $0 } },
      notice: { text in state.notices.withLock { $0.append(text) } })
  }

  /// Moves the clock of the rules.
  func pass(days: Double) {
    state.time.withLock { $0.microseconds += Int64(days * 86_400_000_000) }
  }

  var now: Timestamp { state.time.withLock { $0 } }

  var notices: [String] { state.notices.withLock { $0 } }

  /// People, rights and an instrument, so that a run may be made, reviewed and released.
  func staff() throws {
    let people = People(bench: bench)
    _ = try people.add("root", name: "Root", by: "root", reason: nil)
    _ = try people.authorise(
      "root", .administer, from: "2026-01-01", to: nil, by: "root", reason: nil)
    for (id, name, activity) in [
      ("ada", "Ada L.", Activity.acquire), ("ben", "Ben B.", .review), ("eva", "Eva E.", .release),
    ] {
      _ = try people.add(id, name: name, by: "root", reason: nil)
      _ = try people.authorise(
        id, activity, from: "2026-01-01", to: nil, by: "root", reason: nil)
      _ = try people.makeKey(for: id, file: nil, by: id, reason: nil)
    }
    _ = try InstrumentRegister(bench: bench).set(
      .inService, of: instrument, by: "root", reason: "verified")
  }

  var instrument: InstrumentRegister.Named {
    .init(model: Self.model, serialNumber: serial, firmware: "2.0.5")
  }

  func acquire(
    by person: String = "ada", kind: RunKind = .sample
  ) async throws -> EmulatedBench.Ended {
    var ended = EmulatedBench.Ended()
    let request = AcquireRequest(
      address: "usb:9-1", sample: Sample(id: "S-1"), kind: kind, scans: 1,
      settings: Settings(["integration_us": 10_000, "laser_nm": 785]), person: person)
    for await event in bench.acquire(request).events {
      switch event {
      case .finished(let record, let status): (ended.record, ended.status) = (record, status)
      case .failed(let failure): ended.failure = failure
      default: break
      }
    }
    return ended
  }

  /// A run that may be made.
  func run() async throws -> RunRecord {
    let ended = try await acquire()
    return try #require(ended.record, "\(String(describing: ended.failure))")
  }

  var entries: [AuditEntry] {
    get throws {
      var all: [AuditEntry] = []
      try AuditChain(home: folder.path).entries { entry, _ in all.append(entry) }
      return all
    }
  }

  /// The code of what goes wrong; none where nothing does.
  static func code(_ work: () throws -> Void) -> String {
    do {
      try work()
      return "done"
    } catch let failure as Failure {
      return failure.code
    } catch {
      return "\(error)"
    }
  }
}
