import Emulation
import Formats
import Foundation
import Instruments
import Laboratory
import Testing

@testable import Bench

/// The standard files that runs get by themselves, and what decides which.
@Suite(.timeLimit(.minutes(5))) struct ArchiveTests {
  @Test func playedMassScansAreArchivedToTheBitInTwoFormats() async throws {
    let source = SeriesBench.series(scans: 300)
    let stand = try SeriesBench(playing: try PlayedRun(.init(massScans: source), name: "made up"))
    defer { stand.front.stop() }
    let record = try #require(try await stand.run().record)
    let names = record.files.map(\.name)
    #expect(names.contains("run.mzML") && names.contains("run.cdf"))
    #expect(record.warnings == [])
    for (name, format) in [("run.mzML", SourceFormat.mzML), ("run.cdf", .andiMS)] {
      let read = try MeasurementReader.read(try stand.bytes(of: record, name))
      #expect(read.format == format)
      let scans = try #require(read.measurement.massScans)
      #expect(scans.times == source.times)
      #expect(scans.massToCharge == source.massToCharge && scans.intensity == source.intensity)
      #expect(scans.kind == source.kind && scans.unit == source.unit)
      // What the file says of the run, word by word.
      let facts = read.measurement.facts
      #expect(facts["run"] == record.run.text && facts["sample"] == "S-1")
      #expect(facts["journal_sha256"] == record.journalSHA256 && facts["emulated"] == "yes")
      #expect(facts["operator"] == "tester" && facts["complete"] == "yes")
      #expect(read.identity.emulated && read.identity.samples == ["S-1"])
      #expect(read.identity.began == record.started)
      #expect(read.identity.serialNumber == record.instrument.serialNumber)
    }
    // Made again from the journal they are the same to the last byte.
    let report = Verification(bench: stand.bench).verify(record.run)
    #expect(report.passed, "\(report.checks.filter { !$0.passed })")
    #expect(report.checks.contains { $0.subject == "recomputed run.mzML" && $0.passed })
    // And the result sheet names them with their hashes.
    let sheet = try JSONDecoder().decode(
      ResultSheet.self, from: Data(try stand.bytes(of: record, "result.json")))
    let archived = try #require(record.files.first { $0.name == "run.cdf" })
    #expect(sheet.files.contains { $0.name.hasSuffix(".run.cdf") && $0.sha256 == archived.sha256 })
  }

  @Test func signalsAreArchivedOneAFileAndReadBackToTheBit() async throws {
    let source = SeriesBench.traces(points: 400)
    let stand = try SeriesBench(playing: try PlayedRun(.init(traces: source), name: "made up"))
    defer { stand.front.stop() }
    let record = try #require(try await stand.run().record)
    let archives = record.files.map(\.name).filter { $0.hasSuffix(".cdf") }
    #expect(archives == ["run-uv_254.cdf", "run-ri.cdf"])
    for (name, trace) in zip(archives, source) {
      let read = try MeasurementReader.read(try stand.bytes(of: record, name))
      #expect(read.measurement.traces == [trace])
    }
  }

  @Test func aMethodOrADestinationChoosesTheFormats() async throws {
    let stand = try SeriesBench(
      playing: try PlayedRun(.init(massScans: SeriesBench.series(scans: 20)), name: "made up"),
      site: """
        destinations:
          - {name: all, folder: outbox, emulated: accept}
          - {name: lims, folder: lims, emulated: accept, formats: [andi-ms, csv]}
        """)
    defer { stand.front.stop() }
    _ = try Deliveries(bench: stand.bench).prepareForTest("lims", in: stand)
    let record = try #require(try await stand.run().record)
    let names = Set(record.files.map(\.name))
    // The table's own two, and what the destination asks for besides.
    #expect(names.isSuperset(of: ["run.mzML", "run.cdf"]))
    let everything = try stand.delivered(to: "outbox", record)
    #expect(everything.contains("run.mzML") && everything.contains("run.cdf"))
    let lims = try stand.delivered(to: "lims", record)
    #expect(!lims.contains("run.mzML") && lims.contains("run.cdf"))
    #expect(lims.contains("result.json") && lims.contains("plot.svg"))
  }

  @Test func aKilledRunGetsItsArchiveFromTheJournalMarkedIncomplete() async throws {
    let source = SeriesBench.series(scans: 40)
    let stand = try SeriesBench(playing: try PlayedRun(.init(massScans: source), name: "made up"))
    defer { stand.front.stop() }
    let whole = try #require(try await stand.run().record)
    let killed = Killed(bench: stand.bench, run: whole.run)
    try killed.makeOpen()
    // Into the last scan: 39 are left.
    try killed.cutJournal(byBytes: 4)
    try killed.put("half of it", "files/.run.mzML-1a.part")
    #expect(try killed.recovery.recover(killed.run).outcome == .recovered)
    let record = try killed.record()
    #expect(!record.complete && record.files.map(\.name).contains("run.mzML"))
    for name in ["run.mzML", "run.cdf"] {
      let bytes = try stand.bytes(of: record, name)
      let read = try MeasurementReader.read(bytes)
      let scans = try #require(read.measurement.massScans)
      #expect(scans.times == Array(source.times.prefix(39)))
      #expect(scans.massToCharge == Array(source.massToCharge.prefix(source.starts[39])))
      #expect(read.measurement.facts["complete"] == "no")
      #expect(bytes.contains(Array("INCOMPLETE".utf8)) && bytes.contains(Array("EMULATED".utf8)))
    }
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
    #expect(try !killed.names("files").contains { $0.hasPrefix(".") })
  }

  @Test func anArchiveThatCannotBeWrittenIsSaidAndTheRunKeepsItsOtherFiles() async throws {
    // Without a technique nobody knows which schema of ASM would hold the scans.
    let stand = try SeriesBench(
      playing: try PlayedRun(.init(massScans: SeriesBench.series(scans: 5)), name: "made up"),
      site: """
        destinations:
          - {name: all, folder: outbox, emulated: accept, formats: [asm-json]}
        """)
    defer { stand.front.stop() }
    let ended = try await stand.run()
    let record = try #require(ended.record)
    #expect(ended.status == .done && record.files.map(\.name).contains("run.mzML"))
    #expect(!record.files.map(\.name).contains { $0.hasSuffix(".asm.json") })
    #expect(record.warnings.contains { $0.hasPrefix("asm-json was not written") })
  }

  private struct Killed: RunOnDisk {
    let bench: Bench
    let run: RunID
  }

  @Test func anArrayRunHasItsArchiveAlready() async throws {
    let stand = try EmulatedBench()
    let record = try #require(try await stand.run(stand.request(scans: 3)).record)
    #expect(!record.files.map(\.name).contains { $0.hasPrefix("run") })
    #expect(record.files.map(\.name).contains("spectrum.jdx"))
  }
}

extension SeriesBench {
  /// A file of a run.
  func bytes(of record: RunRecord, _ name: String) throws -> [UInt8] {
    let path = ResultFiles.path(of: name, in: bench.home.folder(of: record.run))
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The names of a run's files where a destination has them, without the delivery's own part.
  func delivered(to folder: String, _ record: RunRecord) throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: "\(self.folder.path)/\(folder)/out")
    let prefix = "\(record.run)-1."
    return Set(names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
  }
}

extension Deliveries {
  /// Makes the root of a destination and its folders.
  func prepareForTest(_ name: String, in stand: SeriesBench) throws -> String {
    try FileManager.default.createDirectory(
      atPath: "\(stand.folder.path)/\(name)", withIntermediateDirectories: true)
    return try prepare(name)
  }
}
