import Emulation
import Foundation
import Instruments
import Laboratory
import Links
import Profiles
import Testing

@testable import Bench

/// A bench whose residual gas analyzer is emulated behind a pseudo-terminal.
private struct AnalyzerBench {
  let device: EmulatedDevice
  let front: PtyFront
  let bench: Bench
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    device = try EmulatedCatalogue.make(
      EmulatedSetup(model: "stanford-research/rga200", seed: 3, speed: 1000))
    front = try PtyFront(device: device)
    bench = try Bench(
      home: Home(explicit: folder.path, environment: [:]),
      profiles: ProfileStore.load(folders: [EmulatedBench.profiles]))
  }

  func request(scans: Int, _ settings: [String: Double]) -> AcquireRequest {
    AcquireRequest(
      address: front.address, sample: Sample(id: "residual air"), scans: scans,
      settings: Settings(settings.merging(["noise_floor": 7]) { given, _ in given }),
      person: "tester")
  }

  func run(
    _ request: AcquireRequest, during: ((RunEvent, RunHandle) -> Void)? = nil
  ) async throws -> EmulatedBench.Ended {
    var ended = EmulatedBench.Ended()
    let handle = bench.acquire(request)
    for await event in handle.events {
      during?(event, handle)
      switch event {
      case .finished(let record, let status): (ended.record, ended.status) = (record, status)
      case .failed(let failure): ended.failure = failure
      case .massSpectrum(let spectrum, let traces):
        ended.massSpectra.append(spectrum)
        ended.traces = traces
      default: break
      }
    }
    return ended
  }
}

/// Whole runs of a mass spectrometer, from the line to the answers.
@Suite(.timeLimit(.minutes(5))) struct MassAcquireTests {
  @Test func darksAreRefusedBeforeAnythingIsSent() async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    var kind = stand.request(scans: 1, [:])
    kind.kind = .dark
    var taken = stand.request(scans: 1, [:])
    taken.dark = .take(scans: 2)
    for request in [kind, taken] {
      let failure = try await stand.run(request).failure
      #expect(failure?.code == "dark-not-for-mass")
      #expect(failure?.exit == .usage)
    }
    #expect(stand.device.framesSent == 0)
    #expect(stand.bench.runs.list().runs.isEmpty)
  }

  @Test(arguments: [0.0, 1, 2])
  func everyKindOfScanBecomesFilesAndAnswersThatVerify(kind: Double) async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    let ended = try await stand.run(stand.request(scans: 3, ["scan_kind": kind]))
    #expect(ended.failure == nil)
    #expect(ended.status == .done)
    let record = try #require(ended.record)
    #expect(record.complete && record.emulated && record.safe == .safe)
    #expect(
      record.files.map(\.name) == [
        "run.mzML", "spectrum.jdx", "spectrum.csv", "traces.csv", "partial-pressures.csv",
        "plot.svg", "result.json", "result.csv",
      ])
    let spectrum = try #require(ended.massSpectra.first)
    #expect(spectrum.scans == 3)
    #expect(spectrum.massToCharge.count == [491, 50, 5][Int(kind)])
    // Air: nitrogen more than oxygen, oxygen more than argon; and all of it more than nothing.
    func torr(_ mass: Double) -> Double {
      spectrum.partialPressures.first { $0.mass == mass }?.torr ?? .nan
    }
    #expect(torr(28) > torr(32) && torr(32) > torr(40) && torr(40) > 0)
    #expect((spectrum.totalPressure ?? 0) > torr(28) * 0.3)
    for trace in ended.traces {
      #expect(trace.values.count == 3, "\(trace.name)")
      #expect(zip(trace.times, trace.times.dropFirst()).allSatisfy { $0 < $1 })
    }
    // Every scan is there for methods, and their sum is the trace.
    let measured = try RunContent(bench: stand.bench).measurement(of: record)
    let series = try #require(measured.massScans)
    #expect(series.count == 3 && series.unit == "A")
    #expect(series.massToCharge.count == 3 * spectrum.massToCharge.count)
    #expect(zip(series.massToCharge, series.massToCharge.dropFirst()).filter { $0 > $1 }.count == 2)
    let sums = try #require(measured.traces.first { $0.name == "sum_current" })
    #expect(sums.times == series.times)
    for (scan, sum) in sums.values.enumerated() {
      let own = series.intensity[series.range(of: scan)].reduce(0, +)
      #expect(abs(own - sum) <= 1e-12 * abs(sum))
    }
    let keywords = try stand.bench.runs.results(of: record).map(\.keyword)
    #expect(keywords.contains("total-pressure"))
    #expect(keywords.contains("partial-pressure-mz28"))
    #expect(keywords.count == (kind == 2 ? 7 : 14))
    let report = Verification(bench: stand.bench).verify(record.run)
    #expect(report.passed, "\(report.checks.filter { !$0.passed })")
    #expect(report.checks.contains { $0.subject == "recomputed traces.csv" })
  }

  @Test(arguments: [true, false])
  func anEndBeforeTheEndKeepsAndMarksWhatWasTaken(unplugs: Bool) async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    let request = stand.request(scans: 100_000, ["scan_kind": 1, "last_mass_amu": 4])
    let ended = try await stand.run(request) { event, handle in
      guard case .progress(let progress) = event, progress.counts.scans >= 3 else { return }
      if unplugs { stand.device.unplug() } else { handle.stop() }
    }
    #expect(ended.status == (unplugs ? .gone : .stoppedShort))
    let record = try #require(ended.record)
    #expect(!record.complete && record.safe == (unplugs ? .unknown : .safe))
    let spectrum = try #require(ended.massSpectra.first)
    #expect(UInt64(spectrum.scans) == record.counts.scans && spectrum.scans >= 3)
    #expect(ended.traces.first?.values.count == spectrum.scans)
    let path = ResultFiles.path(
      of: "spectrum.jdx", in: stand.bench.home.folder(of: record.run))
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    #expect(text.hasPrefix("##TITLE= EMULATED, INCOMPLETE: "))
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func groupsOfScansAreSpectraOfTheirOwn() async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    var request = stand.request(scans: 5, ["scan_kind": 1, "first_mass_amu": 27])
    request.averageEvery = 2
    let ended = try await stand.run(request)
    #expect(ended.massSpectra.map(\.scans) == [2, 2, 1])
    #expect(ended.massSpectra.map(\.firstScan) == [0, 2, 4])
    let record = try #require(ended.record)
    #expect(record.files.filter { $0.name.hasSuffix(".jdx") }.count == 3)
    let keywords = try stand.bench.runs.results(of: record).map(\.keyword)
    #expect(keywords.contains("partial-pressure-mz28-00003"))
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func aMissingOrAlteredResultSheetIsSaidByName() async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    let ended = try await stand.run(
      stand.request(scans: 1, ["scan_kind": 1, "first_mass_amu": 28, "last_mass_amu": 28]))
    let record = try #require(ended.record)
    let path = ResultFiles.path(
      of: "result.json", in: stand.bench.home.folder(of: record.run))
    try FileManager.default.removeItem(atPath: path)
    let failure = #expect(throws: Failure.self) { _ = try stand.bench.runs.results(of: record) }
    #expect(failure?.code == "result-sheet-damaged")
    #expect(failure?.exit == .damaged)
  }

  @Test func aLiveViewShowsScansAndTheTotalOverTime() async throws {
    let stand = try AnalyzerBench()
    defer { stand.front.stop() }
    let view = LiveView(
      bench: stand.bench, address: stand.front.address,
      settings: Settings(["scan_kind": 1, "noise_floor": 7]))
    var most = 0
    for try await picture in view.pictures {
      guard case .mass(let spectrum, let traces) = picture else {
        Issue.record("a mass spectrometer shows mass spectra")
        break
      }
      #expect(spectrum.massToCharge.count == 50)
      most = max(most, traces.first?.values.count ?? 0)
      if most >= 3 { view.stop() }
    }
    #expect(most >= 3)
    #expect(stand.bench.runs.list().runs.isEmpty)
  }
}
