import Delivery
import Foundation
import Instruments
import Laboratory
import ScanRing
import Testing

@testable import Bench

/// The files of mass runs, as a folder or a LIMS gets them.
@Suite struct MassFilesTests {
  private static let journal = String(repeating: "ab", count: 32)

  private static func record(complete: Bool = true) throws -> RunRecord {
    var record = RunRecord(
      run: try #require(RunID("20261120T101500Z-rga-abcd")), kind: .sample,
      sample: Sample(id: "air"), person: "tester",
      instrument: RunInstrument(
        address: "pty:1", model: "test/mass", name: "Mass", maker: "Test", serialNumber: "1",
        firmware: nil, driver: "test-mass"),
      settings: Settings(), scansAsked: 3,
      started: try #require(Timestamp(iso8601: "2026-11-20T10:15:00.000000Z")),
      timeZone: "Etc/UTC", emulated: true, profileSHA256: journal, software: "Gauger 0.1.0")
    record.ended = record.started
    record.endedBy = complete ? .done : .unplug
    record.complete = complete
    record.files = []
    return record
  }

  /// The output of scans of one number each, counted from 1.
  private static func output(
    _ settings: Settings, scans: Int = 3, every: Int? = nil, words: Int
  ) throws -> RunOutput {
    var processor = try MassBench.processor(settings, every: every)
    var output = RunOutput()
    for scan in 0..<scans {
      let counts = (0..<words).map { Int32($0 * 1000 + scan) }
      output += try processor.consume(
        RecordHeader(kind: .frame, requested: 1 + UInt64(scan) * 1_000_000),
        MassBench.frame(counts))
    }
    output += processor.finish()
    return output
  }

  /// Publishes the files as a run does, each read back, and gives the result sheet.
  private static func publish(
    _ output: RunOutput, _ record: RunRecord
  ) throws -> (names: [String], sheet: ResultSheet) {
    let folder = try TemporaryFolder()
    let files = try ResultFiles(record: record, journalSHA256: journal).make(output)
    for file in files { try file.publish(in: folder.path, existing: .refused) }
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/result.json"))
    return (files.map(\.name), try JSONDecoder().decode(ResultSheet.self, from: data))
  }

  @Test func aRunOfSticksHasItsFilesAndAnswers() throws {
    let output = try Self.output(MassBench.settings(1, 50), words: 51)
    let (names, sheet) = try Self.publish(output, try Self.record())
    #expect(
      names == [
        "spectrum.jdx", "spectrum.csv", "traces.csv", "partial-pressures.csv", "plot.svg",
        "result.json", "result.csv",
      ])
    let keywords = sheet.results.map(\.keyword)
    #expect(
      keywords == ["spectrum", "total-pressure"]
        + [2, 4, 12, 14, 16, 17, 18, 20, 28, 32, 40, 44].map { "partial-pressure-mz\($0)" })
    let nitrogen = try #require(sheet.results.first { $0.keyword == "partial-pressure-mz28" })
    #expect(nitrogen.unit == .torr)
    #expect(nitrogen.flags == ["nitrogen-equivalent"])
    // The mean of 27000, 27001 and 27002.
    let wanted = 27001e-16 * 1e3 / 0.1033
    #expect(abs((nitrogen.value ?? 0) - wanted) < 1e-12 * wanted)
    #expect(sheet.results[0].text?.hasSuffix(".spectrum.jdx") == true)
    #expect(sheet.files.count == 5)
  }

  @Test func aProfileAnswersOnlyForMassesInRange() throws {
    let output = try Self.output(MassBench.settings(17, 20, form: 0), words: 32)
    let (_, sheet) = try Self.publish(output, try Self.record())
    #expect(
      sheet.results.map(\.keyword) == [
        "spectrum", "total-pressure", "partial-pressure-mz17", "partial-pressure-mz18",
        "partial-pressure-mz20",
      ])
  }

  @Test func selectedMassesAnswerForExactlyThemselves() throws {
    let output = try Self.output(MassBench.settings(19, 31, form: 2), words: 2)
    let (names, sheet) = try Self.publish(output, try Self.record())
    #expect(names.contains("traces.csv"))
    #expect(
      sheet.results.map(\.keyword) == [
        "spectrum", "partial-pressure-mz31", "partial-pressure-mz19",
      ])
  }

  @Test func eachScanByItselfNumbersFilesAndKeywordsAlike() throws {
    let output = try Self.output(MassBench.settings(28, 29), every: 1, words: 3)
    let (names, sheet) = try Self.publish(output, try Self.record())
    #expect(names.filter { $0.hasSuffix(".jdx") }.count == 3)
    #expect(names.first == "spectrum-00001.jdx")
    #expect(
      sheet.results.map(\.keyword) == [
        "spectrum", "spectrum", "spectrum", "total-pressure-00001",
        "partial-pressure-mz28-00001", "total-pressure-00002", "partial-pressure-mz28-00002",
        "total-pressure-00003", "partial-pressure-mz28-00003",
      ])
  }

  @Test func withoutFactorsThereAreCurrentsAndASaidReason() throws {
    let settings = MassBench.settings(1, 50, more: ["no_factor": 1])
    let output = try Self.output(settings, scans: 1, words: 51)
    let (names, sheet) = try Self.publish(output, try Self.record())
    #expect(!names.contains("partial-pressures.csv"))
    #expect(sheet.results.map(\.keyword) == ["spectrum"])
    #expect(sheet.results[0].flags == ["no-partial-pressure"])
    let refused = output.firstSteps?.filter { $0.state == .refused } ?? []
    #expect(refused.map(\.name) == ["partial-pressure", "total-pressure"])
    #expect(refused.allSatisfy { $0.detail == "no factor is stored" })
  }

  @Test func oneScanOfOneMassIsARun() throws {
    let output = try Self.output(MassBench.settings(28, 28), scans: 1, words: 2)
    let (names, sheet) = try Self.publish(output, try Self.record())
    #expect(names.count == 7)
    #expect(
      sheet.results.map(\.keyword) == ["spectrum", "total-pressure", "partial-pressure-mz28"])
  }

  @Test func pressuresBelowZeroAreFlaggedAndKept() throws {
    var processor = try MassBench.processor(MassBench.settings(28, 28))
    _ = try processor.consume(
      RecordHeader(kind: .frame, requested: 1), MassBench.frame([-5, -7]))
    let (_, sheet) = try Self.publish(processor.finish(), try Self.record())
    #expect(sheet.results.dropFirst().allSatisfy { ($0.value ?? 0) < 0 })
    #expect(
      sheet.results.dropFirst().map(\.flags) == [
        ["nitrogen-equivalent", "below-zero"],
        // Of one scan nobody knows the noise.
        ["nitrogen-equivalent", "below-zero", "noise-unknown"],
      ])
  }

  @Test func aPressureThatCouldBeNoiseSaysSo() throws {
    // Each mass deviates by one count; mass 2 has 0, 1 and 2 counts, mass 4 has 2,000 more.
    let output = try Self.output(MassBench.settings(2, 20), words: 20)
    #expect(abs((output.massSpectra[0].pressureNoise ?? 0) - 1e-13 / 0.1033) < 1e-24)
    let (_, sheet) = try Self.publish(output, try Self.record())
    let flagged = sheet.results.filter { $0.flags.contains("near-noise") }
    #expect(flagged.map(\.keyword) == ["partial-pressure-mz2"])
    #expect(sheet.results.allSatisfy { !$0.flags.contains("noise-unknown") })
  }

  @Test func anIncompleteRunIsMarkedInEveryFile() throws {
    let output = try Self.output(MassBench.settings(1, 50), words: 51)
    let files = try ResultFiles(
      record: try Self.record(complete: false), journalSHA256: Self.journal
    ).make(output)
    for file in files {
      let text = String(decoding: file.bytes, as: UTF8.self)
      let mark =
        switch file.name.split(separator: ".").last {
        case "jdx", "svg": "INCOMPLETE"
        case "json": "\"complete\" : false"
        default: file.name == "result.csv" ? ",false,true," : "# complete: no"
        }
      #expect(text.contains(mark), "\(file.name)")
    }
  }

  @Test func theSameOutputGivesTheSameBytes() throws {
    let record = try Self.record()
    let files = try (0..<2).map { _ in
      try ResultFiles(record: record, journalSHA256: Self.journal)
        .make(try Self.output(MassBench.settings(1, 50), words: 51)).map(\.bytes)
    }
    #expect(files[0] == files[1])
  }
}
