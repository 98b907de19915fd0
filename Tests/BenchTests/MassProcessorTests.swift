import Foundation
import Instruments
import Journal
import Laboratory
import ScanRing
import Testing

@testable import Bench

/// From the records of a mass run to its results, live and from the journal.
@Suite struct MassProcessorTests {
  // MARK: - What cannot be used

  @Test func darksAreRefusedByName() throws {
    let failure = #expect(throws: Failure.self) {
      _ = try MassBench.processor(MassBench.settings(1, 2), kind: .dark)
    }
    #expect(failure?.code == "dark-not-for-mass")
    #expect(failure?.exit == .usage)
    let interpreter = FrameInterpreter.mass(MassBench.interpreter)
    #expect(throws: Failure.self) { _ = try interpreter.array() }
  }

  @Test func damagedSettingsAndFramesOfAnotherLengthEndTheCalculationByName() throws {
    var processor = try MassBench.processor(MassBench.settings(27, 29))
    let settings = #expect(throws: Failure.self) {
      _ = try processor.consume(RecordHeader(kind: .settings), Array("{\"first\":".utf8))
    }
    #expect(settings?.code == "settings-not-decodable")
    let short = #expect(throws: Failure.self) {
      _ = try processor.consume(RecordHeader(kind: .frame), [1, 2, 3])
    }
    #expect(short?.code == "frame-not-decodable")
    #expect(short?.exit == .damaged)
    // And it still works for what can be read.
    _ = try processor.consume(
      RecordHeader(kind: .frame, requested: 5), MassBench.frame([1, 2, 3, 4]))
    #expect(processor.finish().massSpectra.map(\.raw) == [[1, 2, 3]])
  }

  @Test func settingsThatSayNoMassesAreRefusedByName() throws {
    var processor = try MassBench.processor(Settings())
    let failure = #expect(throws: Failure.self) {
      _ = try processor.consume(RecordHeader(kind: .frame), MassBench.frame([1]))
    }
    #expect(failure?.code == "answer-unexpected")
  }

  @Test func aRunWithoutAScanGivesNothing() throws {
    var processor = try MassBench.processor(MassBench.settings(1, 2))
    _ = try processor.consume(
      RecordHeader(kind: .refused, flags: ScanFlags.refused.rawValue), [0])
    #expect(processor.finish().isEmpty)
  }

  // MARK: - Results

  @Test func damagedAndLostScansAreCountedAndMarked() throws {
    var processor = try MassBench.processor(MassBench.settings(28, 28))
    func put(_ kind: RecordKind, _ flags: ScanFlags, at second: UInt64, _ content: [UInt8]) throws {
      _ = try processor.consume(
        RecordHeader(
          kind: kind, flags: flags.rawValue, requested: 1 + second * 1_000_000_000), content)
    }
    let good = MassBench.frame([28000, 4321])
    try put(.refused, .stale, at: 0, good)
    try put(.frame, [], at: 1, good)
    try put(.refused, .refused, at: 2, good)
    try put(.refused, [], at: 2, good)
    try put(.refused, .partial, at: 3, [9])
    try put(.gap, [], at: 3, [4, 0, 0, 0, 0, 0, 0, 0])
    try put(.frame, [], at: 5, good)
    let output = processor.finish()
    let spectrum = try #require(output.massSpectra.first)
    let numbers = try #require(spectrum.steps.first?.numbers)
    #expect(numbers["scans"] == 2)
    #expect(numbers["left_out_stale"] == 1)
    #expect(numbers["left_out_refused"] == 2)
    #expect(numbers["left_out_partial"] == 1)
    let total = try #require(output.traces.first { $0.name == "total_current" })
    #expect(total.scans == [1, 9])
    #expect(total.times == [1, 5])
    #expect(total.flags == [.afterGap, .afterGap])
  }

  @Test func aChangeOfSettingsEndsTheSpectrumAndItsAxis() throws {
    var processor = try MassBench.processor(MassBench.settings(17, 18))
    var spectra: [MassSpectrum] = []
    func put(_ kind: RecordKind, _ content: [UInt8]) throws {
      spectra += try processor.consume(RecordHeader(kind: kind, requested: 1), content).massSpectra
    }
    try put(.settings, MassBench.json(MassBench.settings(17, 18)))
    try put(.frame, MassBench.frame([1, 2, 3]))
    try put(.frame, MassBench.frame([3, 4, 5]))
    try put(.settings, MassBench.json(Settings(["first": 28, "last": 28])))
    try put(.frame, MassBench.frame([100, 7]))
    let output = processor.finish()
    spectra += output.massSpectra
    #expect(spectra.map(\.massToCharge) == [[17, 18], [28]])
    #expect(spectra.map(\.raw) == [[2, 3], [100]])
    #expect(spectra.map(\.scans) == [2, 1])
    let sum = try #require(output.traces.first { $0.name == "sum_current" })
    #expect(sum.flags == [[], [], .afterChange])
  }

  // MARK: - The same, whatever the way

  @Test(arguments: [nil, 1, 7])
  func ringSlowCoreAndJournalGiveTheSameBits(every: Int?) throws {
    let records = MassBench.records(scans: 400)
    var direct = try MassBench.processor(MassBench.settings(27, 29), every: every)
    var wanted = RunOutput()
    for (header, content) in records { wanted += try direct.consume(header, content) }
    wanted += direct.finish()
    #expect(wanted.traces.map(\.name).contains("mz17"))
    #expect(wanted.massSpectra.count == (every == nil ? 2 : wanted.massSpectra.count))
    for limit in [0, 300, 5000, 1 << 26] {
      let live = try Self.live(records, every: every, backlogLimit: limit)
      #expect(live.output.massSpectra == wanted.massSpectra)
      #expect(live.output.traces == wanted.traces)
      #expect(live.journal.massSpectra == wanted.massSpectra)
      #expect(live.journal.traces == wanted.traces)
    }
  }

  /// Through ring, journal and core; and read again from the journal.
  private static func live(
    _ records: [(RecordHeader, [UInt8])], every: Int?, backlogLimit: Int
  ) throws -> (output: RunOutput, journal: RunOutput) {
    let folder = try TemporaryFolder()
    let path = folder.path + "/raw.journal"
    let ring = ScanRing(capacity: 1 << 20, readers: 2)
    let recorder = try JournalRecorder.start(
      path: path, header: try CoreTests.header(), reader: ring.takeReader(0))
    let core = Core(journal: path, recorder: recorder, backlogLimit: backlogLimit)
    try core.start(
      reader: Handoff(ring.takeReader(1)),
      processor: try MassBench.processor(MassBench.settings(27, 29), every: every))
    var producer = ring.takeProducer()
    for (header, content) in records {
      while case .full = producer.append(header, content.span) { usleep(100) }
    }
    producer.finish()
    _ = recorder.waitUntilFinished()
    let result = core.wait()
    if let failure = result.failure { throw failure }
    var reader = try JournalReader(path: path)
    var again = try MassBench.processor(MassBench.settings(27, 29), every: every)
    var journal = RunOutput()
    while let record = try reader.next() {
      journal += try again.consume(record.header, record.content)
    }
    journal += again.finish()
    return (result.output, journal)
  }

  // MARK: - Looking without recording

  @Test func aLiveViewShowsTheNewestScanAndForgetsOldTraces() throws {
    var eye = LiveEye(
      interpreter: .mass(MassBench.interpreter), settings: MassBench.settings(27, 28))
    #expect(eye.picture() == nil)
    for scan in 0..<3000 {
      eye.see(
        RecordHeader(kind: .frame, requested: 1 + UInt64(scan) * 100_000_000),
        MassBench.frame([1, Int32(scan), 9]))
      // What cannot be decoded is passed over.
      eye.see(RecordHeader(kind: .frame, requested: 2), [1])
    }
    guard case .mass(let spectrum, let traces) = eye.picture() else {
      Issue.record("no picture")
      return
    }
    #expect(spectrum.raw == [1, 2999])
    #expect(spectrum.scans == 1)
    #expect(traces.map(\.name) == ["total_current"])
    #expect(traces[0].times.last == 299.9)
    #expect(traces[0].times.count <= 2 * LiveEye.traceScans)
    #expect(eye.picture() == nil)
  }
}
