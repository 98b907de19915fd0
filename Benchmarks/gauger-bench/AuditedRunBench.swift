internal import Bench
internal import CBench
internal import Emulation
internal import Foundation
internal import Instruments
internal import Laboratory
internal import Links
internal import Profiles

/// What the audit chain costs a run: whole runs on an emulated instrument in this process, from the
/// first command to the delivery, with the chain and without it by turns.
enum AuditedRunBench {
  /// Prints `run_audited` and `run_bare`, milliseconds a run, medians.
  static func run(folder: String, profiles: String, runs: Int) async throws {
    let audited = try bench(folder + "/home-audited", profiles, audit: nil)
    let bare = try bench(folder + "/home-bare", profiles, audit: BenchAudit.none)
    // The first run makes folders and keys.
    _ = try await once(audited)
    _ = try await once(bare)
    var (with, without): ([Double], [Double]) = ([], [])
    for _ in 0..<runs {
      with.append(try await once(audited))
      without.append(try await once(bare))
    }
    print("run_audited \(median(with)) \(runs)")
    print("run_bare \(median(without)) \(runs)")
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private static func bench(
    _ home: String, _ profiles: String, audit: BenchAudit?
  ) throws -> Bench {
    let device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "ocean-optics/usb4000", seed: 7, speed: 1e6))
    let port = InstrumentPort(
      address: "usb:9-1", node: "/dev/null", vendor: 0x2457, product: 0x1022,
      serialText: device.serialNumber, isEmulated: true, state: .ready)
    return try Bench(
      home: Home(explicit: home, environment: [:]),
      profiles: ProfileStore.load(folders: [profiles]),
      reach: Bench.Reach(
        list: { () throws(Failure) in [port] },
        connect: { (_, _) throws(LinkError) in device.inProcessLink() }), audit: audit)
  }

  /// How long one run takes, in milliseconds.
  private static func once(_ bench: Bench) async throws -> Double {
    let request = AcquireRequest(
      address: "usb:9-1", sample: Sample(id: "bench"), scans: 10,
      settings: Settings(["integration_us": 10_000]), person: "bench")
    let began = bench_now()
    var failure: Failure?
    for await event in bench.acquire(request).events {
      if case .failed(let found) = event { failure = found }
    }
    if let failure { throw failure }
    return Double(bench_now() - began) / 1e6
  }
}
