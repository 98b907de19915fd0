import Emulation
import Formats
import Foundation
import Instruments
import Laboratory
import Testing

@testable import Bench

/// Whole runs of instruments that say what they measure, from the line to the files.
@Suite(.timeLimit(.minutes(5))) struct SeriesAcquireTests {
  @Test(arguments: [200.0, 1000, 20_000])
  func aPlayedChromatogramArrivesToTheLastBitAtAnySpeed(speed: Double) async throws {
    let source = SeriesBench.traces(points: 900)
    let stand = try SeriesBench(
      playing: try PlayedRun(.init(traces: source), name: "made up"), speed: speed)
    defer { stand.front.stop() }
    let ended = try await stand.run()
    #expect(ended.failure == nil && ended.status == .done)
    let record = try #require(ended.record)
    #expect(record.complete && record.emulated && record.safe == .safe && record.counts.lost == 0)
    #expect(ended.traces == source)
    #expect(try stand.measurement(of: record) == Laboratory.Measurement(traces: source))
    #expect(
      record.files.map(\.name) == [
        "run-uv_254.cdf", "run-ri.cdf", "traces.csv", "plot.svg", "result.json", "result.csv",
      ])
    #expect(try stand.bench.runs.results(of: record).map(\.keyword) == ["traces"])
    let report = Verification(bench: stand.bench).verify(record.run)
    #expect(report.passed, "\(report.checks.filter { !$0.passed })")
  }

  @Test func playedMassScansArriveToTheLastBitAndGiveTheirTotals() async throws {
    let source = SeriesBench.series(scans: 500)
    let stand = try SeriesBench(
      playing: try PlayedRun(.init(massScans: source), name: "made up"))
    defer { stand.front.stop() }
    let ended = try await stand.run()
    let record = try #require(ended.record)
    #expect(ended.status == .done && record.counts.scans == 500)
    #expect(try stand.measurement(of: record) == Laboratory.Measurement(massScans: source))
    #expect(ended.traces.map(\.name) == ["tic", "base_peak", "base_peak_mz"])
    #expect(ended.traces[0].values.count == 500)
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func playedSpectraBecomeSpectraWithTheirAxis() async throws {
    let axis = Axis(kind: .ramanShift, values: (0..<300).map { 200 + Double($0) * 1.7 })
    let spectra = (0..<4).map { number in
      MeasuredSpectrum(
        name: "sample", axis: axis, ordinate: .counts,
        values: axis.values.map { ($0 * Double(number + 1)).truncatingRemainder(dividingBy: 97) })
    }
    let stand = try SeriesBench(playing: try PlayedRun(.init(spectra: spectra), name: "made up"))
    defer { stand.front.stop() }
    let ended = try await stand.run(average: 1)
    let record = try #require(ended.record)
    #expect(ended.status == .done && ended.spectra.map(\.intensity) == spectra.map(\.values))
    #expect(try stand.measurement(of: record).spectra == spectra)
    #expect(record.files.map(\.name).contains("spectrum-00004.jdx"))
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func damageOnTheLineIsAGapThatIsCountedAndMarked() async throws {
    let source = SeriesBench.series(scans: 60)
    let stand = try SeriesBench(
      playing: try PlayedRun(.init(massScans: source), name: "made up"),
      faults: "bit-rot@11,silent@21,seed=5")
    defer { stand.front.stop() }
    let ended = try await stand.run()
    let record = try #require(ended.record)
    #expect(ended.status == .done && !record.complete)
    #expect(record.counts.scans == 58 && record.counts.lost == 2)
    #expect(record.warnings.contains { $0.hasPrefix("2 frames were lost") })
    #expect(ended.traces[0].scans == Array(0..<60).filter { $0 != 10 && $0 != 20 })
    let marked = zip(ended.traces[0].scans, ended.traces[0].flags).filter { $0.1 == .afterGap }
    #expect(marked.map(\.0) == [11, 21])
    let found = try #require(try stand.measurement(of: record).massScans)
    #expect(found.count == 58)
    #expect(try stand.bench.runs.results(of: record)[0].flags == ["has-gaps"])
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func anUnplugKeepsWhatCame() async throws {
    let stand = try SeriesBench(speed: 2, faults: "unplug@9")
    defer { stand.front.stop() }
    let ended = try await stand.run()
    let record = try #require(ended.record)
    // What the system had not handed over yet goes with the plug.
    #expect(ended.status == .gone && (1...8).contains(record.counts.scans))
    #expect(record.safe == .unknown && ended.traces[0].values.count == 2 * Int(record.counts.scans))
    #expect(!record.complete && !ended.traces.isEmpty)
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }

  @Test func aPersonsStopAndFewerScansThanAskedForAreIncomplete() async throws {
    let stand = try SeriesBench(speed: 2)
    defer { stand.front.stop() }
    let stopped = try await stand.run { event, handle in
      if case .progress(let progress) = event, progress.counts.scans >= 3 { handle.stop() }
    }
    #expect(stopped.status == .stoppedShort && stopped.record?.safe == .safe)
    let quick = try SeriesBench(speed: 1000)
    defer { quick.front.stop() }
    let short = try await quick.run(scans: 1000)
    #expect(short.status == .done && short.record?.complete == false)
    #expect(short.record?.warnings.contains { $0.contains("of 1000 scans") } == true)
    let exact = try await quick.run(scans: 5)
    #expect(exact.record?.counts.scans == 5 && exact.record?.complete == true)
    #expect(quick.device.leftOn == [])
  }

  @Test func darksAreRefusedByName() async throws {
    let stand = try SeriesBench()
    defer { stand.front.stop() }
    let ended = try await stand.run(scans: 1, kind: .dark)
    #expect(ended.failure?.code == "dark-not-for-stream" && ended.failure?.exit == .usage)
  }

  @Test func theLiveViewShowsSignals() async throws {
    let stand = try SeriesBench(speed: 2)
    defer { stand.front.stop() }
    let view = LiveView(bench: stand.bench, address: "stream", settings: Settings())
    for try await picture in view.pictures {
      guard case .traces(let traces) = picture else {
        Issue.record("an instrument of signals shows signals")
        break
      }
      #expect(traces.map(\.name) == ["detector_1", "detector_2"])
      view.stop()
    }
  }

  // MARK: - A real recording

  private static let data: URL? = {
    let environment = ProcessInfo.processInfo.environment["GAUGER_SHARED"]
    let folder =
      environment.map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
    let data = folder.appending(path: "data/gcms-etizolam-sequence").standardizedFileURL
    return FileManager.default.fileExists(atPath: data.path) ? data : nil
  }()

  /// Run 005 of the sequence: what its `expected.csv` says of it, and the file itself.
  @Test(.enabled(if: data != nil, "SKIPPED: the measured material is not there"))
  func aRecordedSequenceRunIsPlayedAThousandTimesFasterAndEveryPairArrives() async throws {
    let data = try #require(Self.data)
    let table = try String(contentsOf: data.appending(path: "expected.csv"), encoding: .utf8)
    let rows = table.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let row = try #require(rows.first { $0[0] == "220223005" })
    let stand = try SeriesBench(
      playing: try PlayedRun(file: data.appending(path: "220223005.ms1").path))
    defer { stand.front.stop() }
    let ended = try await stand.run()
    let record = try #require(ended.record)
    #expect(ended.status == .done && record.complete && record.counts.lost == 0)
    let found = try #require(try stand.measurement(of: record).massScans)
    #expect(found.count == Int(row[4]))
    #expect(found.massToCharge.count == Int(row[5]))
    #expect(found.intensity.reduce(0, +) == Double(row[8]))
    #expect(found.times.first == Double(row[6]))
    #expect(abs((found.times.last ?? 0) - (Double(row[7]) ?? 0)) < 1e-9)
    #expect(ended.traces[0].values.reduce(0, +) == Double(row[8]))
    // What a method gets is what it gets of the imported file, to the last bit.
    let file = [UInt8](try Data(contentsOf: data.appending(path: "220223005.ms1")))
    let imported = try MeasurementReader.read(file).measurement
    let played = try RunContent(bench: stand.bench).measurement(of: record)
    #expect(imported.massScans == played.massScans)
  }
}
