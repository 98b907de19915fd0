import Emulation
import Foundation
import Instruments
import Laboratory
import Profiles
import ScanRing

@testable import Bench

/// A bench whose instrument plays a recorded run by the open stream protocol, behind a pty.
struct SeriesBench {
  let device: EmulatedDevice
  let front: PtyFront
  let bench: Bench
  let folder: TemporaryFolder

  init(
    playing run: PlayedRun? = nil, speed: Double = 1000, faults: String? = nil,
    site more: String = ""
  ) throws {
    folder = try TemporaryFolder()
    var setup = EmulatedSetup(model: "open-stream/player", speed: speed)
    setup.run = run
    if let faults { setup.faults = try FaultPlan(faults) }
    device = try EmulatedCatalogue.make(setup)
    front = try PtyFront(device: device)
    let site =
      "instruments:\n  stream: {address: \"\(front.address)\", "
      + "model: open-stream/instrument}\n" + more + "\n"
    try site.write(toFile: folder.path + "/bench.yaml", atomically: false, encoding: .utf8)
    bench = try Bench(
      home: Home(explicit: folder.path, environment: [:]),
      profiles: ProfileStore.load(folders: [EmulatedBench.profiles]))
  }

  struct Ended {
    var record: RunRecord?
    var status: Laboratory.ExitStatus?
    var failure: Failure?
    var traces: [Trace] = []
    var spectra: [Spectrum] = []
  }

  /// A run until the instrument ends it, or of so many scans.
  func run(
    scans: Int? = nil, average: Int? = nil, kind: RunKind = .sample,
    during: ((RunEvent, RunHandle) -> Void)? = nil
  ) async throws -> Ended {
    var request = AcquireRequest(
      address: "stream", sample: Sample(id: "S-1"), kind: kind, scans: scans,
      settings: Settings(), person: "tester")
    request.averageEvery = average
    var ended = Ended()
    let handle = bench.acquire(request)
    for await event in handle.events {
      during?(event, handle)
      switch event {
      case .finished(let record, let status): (ended.record, ended.status) = (record, status)
      case .failed(let failure): ended.failure = failure
      case .traces(let traces): ended.traces = traces
      case .spectrum(let spectrum): ended.spectra.append(spectrum)
      default: break
      }
    }
    return ended
  }

  /// What a run measured, read from its journal.
  func measurement(of record: RunRecord?) throws -> Laboratory.Measurement {
    guard let record, let found = try SeriesReading(bench: bench).measurement(of: record) else {
      throw Missing()
    }
    return found
  }

  struct Missing: Error {}

  /// Two signals whose numbers are hard to say in decimals.
  static func traces(points: Int) -> [Trace] {
    var traces = [Trace(name: "uv_254", unit: Unit("mAU")), Trace(name: "ri", unit: Unit("nRIU"))]
    for point in 0..<points {
      for signal in 0..<2 {
        traces[signal].append(
          scan: point, time: Double(point) / 7,
          value: sin(Double(point) / (11 + Double(signal))) * 1e3 / 3, flags: [])
      }
    }
    return traces
  }

  static func series(scans: Int) -> MassScanSeries {
    var series = MassScanSeries(kind: .centroid, unit: "counts")
    for scan in 0..<scans {
      let masses = (0..<scan % 9).map { 44.1 + Double($0) * 12.3 }
      series.append(
        time: 3.0917 * 60 + Double(scan) * 0.2857, massToCharge: masses,
        intensity: masses.enumerated().map { Double((scan * 37 + $0.offset * 11) % 1000) / 3 })
    }
    return series
  }
}

/// An instrument that says what it measures, made up: its frames are made by a test.
enum SeriesFrames {
  static let layout = SeriesLayout(
    kind: .traces, channels: [.init(name: "a", unit: Unit("mV")), .init(name: "b", unit: .one)],
    largestCount: 64)
  static let masses = SeriesLayout(
    kind: .massCentroids, channels: [.init(name: "intensity", unit: .counts)], largestCount: 64)

  /// Frames of 64-bit words: number, how many times, times, how many masses, masses, values.
  static func interpreter(_ layout: SeriesLayout) -> SeriesInterpreter {
    SeriesInterpreter(layout: layout) { (frame, scan) throws(DriverError) in
      func word(_ index: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(frame[8 * index + $1]) << (8 * UInt64($1)) }
      }
      guard frame.count >= 24, frame.count % 8 == 0 else {
        throw .truncated(what: "A scan", got: frame.count, expected: 24)
      }
      scan.number = word(0)
      let (times, masses) = (Int(word(1)), Int(word(2)))
      let numbers = (3..<frame.count / 8).map { Double(bitPattern: word($0)) }
      scan.times = Array(numbers.prefix(times))
      scan.massToCharge = Array(numbers.dropFirst(times).prefix(masses))
      scan.values = Array(numbers.dropFirst(times + masses))
    }
  }

  static func frame(
    _ number: UInt64, times: [Double], masses: [Double] = [], values: [Double]
  ) -> (RecordHeader, [UInt8]) {
    let words =
      [number, UInt64(times.count), UInt64(masses.count)]
      + (times + masses + values).map(\.bitPattern)
    return (
      RecordHeader(kind: .frame),
      words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
    )
  }
}
