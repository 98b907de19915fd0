import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Testing

@testable import Bench

/// A bench in a temporary home whose instruments are emulated in this process.
struct EmulatedBench {
  let bench: Bench
  let device: EmulatedDevice
  let folder: TemporaryFolder

  static let usb2000plus = "ocean-optics/usb2000plus"
  static let ports: [String: (UInt16, UInt16)] = [
    usb2000plus: (0x2457, 0x101E), "ocean-optics/usb4000": (0x2457, 0x1022),
    "ocean-optics/usb2000": (0x2457, 0x1002), "ocean-optics/hr4000": (0x2457, 0x1012),
  ]

  init(
    _ model: String = usb2000plus, scene: Scene = .polystyrene, seed: UInt64 = 7,
    speed: Double = 1e5, folder given: TemporaryFolder? = nil
  ) throws {
    folder = try given ?? TemporaryFolder()
    let made = try EmulatedCatalogue.make(
      EmulatedSetup(model: model, scene: scene, seed: seed, speed: speed))
    device = made
    let (vendor, product) = try #require(Self.ports[model])
    let port = InstrumentPort(
      address: "usb:9-1", node: "/dev/null", vendor: vendor, product: product,
      serialText: made.serialNumber, isEmulated: true, state: .ready)
    bench = try Bench(
      home: Home(explicit: folder.path, environment: [:]),
      profiles: ProfileStore.load(folders: [Self.profiles]),
      reach: Bench.Reach(
        list: { () throws(Failure) in [port] },
        connect: { (_, _) throws(LinkError) in made.inProcessLink() }))
  }

  /// The checkout's own profiles.
  static let profiles = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "DeviceProfiles").path

  /// A request for a few scans of the model.
  func request(scans: Int = 5, kind: RunKind = .sample) -> AcquireRequest {
    AcquireRequest(
      address: "usb:9-1", sample: Sample(id: "S-1"), kind: kind, scans: scans,
      settings: Settings(["integration_us": 10_000, "laser_nm": 785]), person: "tester")
  }

  /// Runs a request to its end; `during` sees every event.
  func run(
    _ request: AcquireRequest, during: ((RunEvent, RunHandle) -> Void)? = nil
  ) async throws -> Ended {
    var ended = Ended()
    let handle = bench.acquire(request)
    for await event in handle.events {
      during?(event, handle)
      switch event {
      case .finished(let record, let status): (ended.record, ended.status) = (record, status)
      case .failed(let failure): ended.failure = failure
      case .spectrum(let spectrum): ended.spectra.append(spectrum)
      case .massSpectrum(let spectrum, let traces):
        ended.massSpectra.append(spectrum)
        ended.traces = traces
      default: break
      }
    }
    return ended
  }

  struct Ended {
    var record: RunRecord?
    var status: Laboratory.ExitStatus?
    var failure: Failure?
    var spectra: [Spectrum] = []
    var massSpectra: [MassSpectrum] = []
    var traces: [Trace] = []
  }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
  let path: String

  private let isOurs: Bool

  /// A folder that somebody else made and removes.
  init(lent path: String) {
    self.path = path
    isOurs = false
  }

  init() throws {
    isOurs = true
    path = FileManager.default.temporaryDirectory.path + "/gauger-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { if isOurs { try? FileManager.default.removeItem(atPath: path) } }
}
