import Delivery
import Formats
import Foundation
import Laboratory
import Testing

@testable import Bench

/// Files of other systems become runs, whole or not at all, and never twice by accident.
@Suite(.timeLimit(.minutes(2))) struct ImportTests {
  @Test func aFileBecomesARunWhoseRawRecordIsItsCopy() throws {
    let stand = try ImportBench()
    let path = try stand.put("run 1.jdx", ImportBench.jcamp("24-0117"))
    let before = try FileManager.default.attributesOfItem(atPath: path)
    let record = try stand.imported(path, sample: "S-1")
    #expect(record.sample.id == "S-1" && record.endedBy == .done && record.complete)
    #expect(record.started.iso8601 == "2026-11-20T07:30:00.000000Z")
    #expect(record.counts.scans == 1 && record.files.isEmpty && record.deliveries.isEmpty)
    let source = try #require(record.imported)
    #expect(source.format == "jcamp-dx" && source.file == "run 1.jdx" && source.path == path)
    #expect(source.names == ["24-0117", "run 1"])
    let text = Array(ImportBench.jcamp("24-0117").utf8)
    #expect(source.sha256 == Hash.sha256(of: text) && source.size == text.count)
    #expect(FileManager.default.contents(atPath: try stand.copy(of: record)) == Data(text))
    // The file itself is as it was.
    let after = try FileManager.default.attributesOfItem(atPath: path)
    #expect(after[.modificationDate] as? Date == before[.modificationDate] as? Date)
    #expect(stand.bench.runs.unfinished(thorough: true) == [])
    let measured = try RunContent(bench: stand.bench).measurement(of: record)
    #expect(measured.spectra.first?.values == [1, 2, 4])
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
    #expect(try Verification(bench: stand.bench).process(record.run, into: nil).files.isEmpty)
  }

  @Test func theSameBytesAreOneRunUnlessAskedFor() throws {
    let stand = try ImportBench()
    let first = try stand.put("a.jdx", ImportBench.jcamp("x"))
    let second = try stand.put("b.jdx", ImportBench.jcamp("x"))
    let reports = try stand.run([first, second])
    #expect(reports.map(\.outcome) == [.imported, .known])
    #expect(reports[1].run == reports[0].run)
    #expect(ImportReport.status(reports) == .done)
    #expect(try stand.run([second]).first?.run == reports[0].run)
    #expect(try stand.run([second], again: true).first?.outcome == .imported)
    #expect(stand.bench.runs.list().runs.count == 2)
  }

  @Test func aBadFileIsRefusedByNameAndTheOthersGoOn() throws {
    let stand = try ImportBench()
    _ = try stand.put("1.jdx", ImportBench.jcamp("x"))
    _ = try stand.put("2.jdx", String(ImportBench.jcamp("y").dropLast(8)))
    _ = try stand.put("3.txt", "no format of its own\n")
    _ = try stand.put("4.jdx", ImportBench.jcamp("z"))
    _ = try stand.put(".hidden.jdx", ImportBench.jcamp("h"))
    _ = try stand.put("5.jdx", "")
    let reports = try stand.run([stand.source, "\(stand.source)/none.jdx"])
    #expect(
      reports.map(\.outcome) == [.imported, .refused, .refused, .imported, .refused, .refused])
    #expect(
      reports.compactMap(\.failure?.code) == [
        "jcamp-truncated", "import-format-unknown", "import-file-empty", "import-file-not-found",
      ])
    #expect(reports[1].failure?.what.contains("2.jdx") == true)
    #expect(ImportReport.status(reports) == .damaged)
    #expect(stand.bench.runs.list().runs.count == 2)
    #expect(stand.bench.runs.unfinished(thorough: true) == [])
  }

  @Test func aNameCountsWhereSomebodyVouchesForIt() throws {
    let stand = try ImportBench()
    func sample(_ title: String, pattern: String? = nil) throws -> String? {
      let path = try stand.put("\(title).jdx", ImportBench.jcamp(title))
      return try stand.run([path], pattern: pattern).first?.sample
    }
    #expect(try sample("24-0117") == "unassigned")
    #expect(try sample("24-0118", pattern: "[0-9]{2}-[0-9]{4}") == "24-0118")
    #expect(try sample("24-01189", pattern: "[0-9]{2}-[0-9]{4}") == "unassigned")
    let path = try stand.put("again.jdx", ImportBench.jcamp("24-0118") + "\n")
    #expect(try stand.run([path]).first?.sample == "24-0118")
    #expect { try stand.run([path], pattern: "(") } throws: {
      ($0 as? Failure)?.code == "import-pattern-invalid"
    }
    #expect { try stand.run([path], sample: "unassigned") } throws: {
      ($0 as? Failure)?.code == "import-sample-reserved"
    }
  }

  @Test func anUnassignedRunIsAssignedOnceWithWhoSaidSo() throws {
    let stand = try ImportBench()
    let record = try stand.imported(try stand.put("a.jdx", ImportBench.jcamp("x")))
    #expect(record.isUnassigned)
    let assigning = Assigning(bench: stand.bench)
    let given = try assigning.assign(
      record.run, sample: Sample(id: "S-7", level: 25), kind: .standard, person: "chemist")
    #expect(given.sample.id == "S-7" && given.sample.level == 25 && given.kind == .standard)
    #expect(given.assigned?.person == "chemist" && !given.isUnassigned)
    #expect(try stand.bench.runs.read(record.run) == given)
    #expect(given.imported?.names == ["x", "a"])
    #expect {
      try assigning.assign(record.run, sample: Sample(id: "S-8"), kind: nil, person: "other")
    } throws: { ($0 as? Failure)?.code == "run-sample-known" }
    #expect {
      try assigning.assign(record.run, sample: Sample(id: "unassigned"), kind: nil, person: "o")
    } throws: { ($0 as? Failure)?.code == "run-sample-missing" }
    #expect(stand.bench.runs.unfinished(thorough: true) == [])
  }

  @Test func anAlteredCopyIsFoundAndGivesNoNumbers() throws {
    let stand = try ImportBench()
    let record = try stand.imported(try stand.put("a.jdx", ImportBench.jcamp("x")))
    let copy = try stand.copy(of: record)
    let altered = ImportBench.jcamp("x").replacing("400 1 2 4", with: "400 1 3 4")
    try Data(altered.utf8).write(to: URL(fileURLWithPath: copy))
    let report = Verification(bench: stand.bench).verify(record.run)
    #expect(!report.passed)
    #expect(report.checks.last?.subject == "import-source-altered")
    #expect { try RunContent(bench: stand.bench).measurement(of: record) } throws: {
      ($0 as? Failure)?.code == "import-source-altered"
    }
    try FileManager.default.removeItem(atPath: copy)
    #expect(
      Verification(bench: stand.bench).verify(record.run).checks.last?.subject
        == "import-source-missing")
  }

  @Test func aRecordThatNamesAFileElsewhereIsRefused() throws {
    let stand = try ImportBench()
    var record = try stand.imported(try stand.put("a.jdx", ImportBench.jcamp("x")))
    record.imported?.file = "../run.json"
    #expect { try RunContent(bench: stand.bench).measurement(of: record) } throws: {
      ($0 as? Failure)?.code == "publish-name-unsafe"
    }
  }

  @Test func aTableIsReadAgainAsItWasDeclared() throws {
    let stand = try ImportBench()
    let path = try stand.put("a.csv", "t;a\n0,5;1,25\n1,5;2,5\n")
    let record = try stand.imported(
      path, columns: ["time=1", "unit=min", "value=a", "decimal=comma", "zone=+0100"])
    #expect(record.imported?.declared["decimal"] == "comma")
    let measured = try RunContent(bench: stand.bench).measurement(of: record)
    #expect(measured.traces.first?.times == [30, 90])
    #expect(record.ended?.microseconds == record.started.microseconds + 90_000_000)
    #expect(record.warnings.contains { $0.contains("does not say when it was measured") })
  }

  @Test(arguments: ["a:b?.jdx", "Übung.jdx", "-.jdx", String(repeating: "x", count: 200) + ".jdx"])
  func namesThatAreNotSafeBecomeSafe(name: String) throws {
    let stand = try ImportBench()
    let record = try stand.imported(try stand.put(name, ImportBench.jcamp("x")))
    let file = try #require(record.imported?.file)
    #expect(throws: Never.self) { try SafePath.check(file) }
    #expect(Verification(bench: stand.bench).verify(record.run).passed)
  }
}

/// Imports that were killed at any step are ended as done, or as cut short.
@Suite(.timeLimit(.minutes(2))) struct ImportRecoveryTests {
  /// A run as it is when the program is killed behind the copy, or before it.
  private func killed(_ stand: ImportBench, hasCopy: Bool) throws -> RunID {
    var record = try stand.imported(try stand.put("a.jdx", ImportBench.jcamp("x")), sample: "S")
    if !hasCopy { try FileManager.default.removeItem(atPath: try stand.copy(of: record)) }
    (record.endedBy, record.complete, record.safe) = (.open, false, .unknown)
    try stand.bench.runs.write(record)
    try Data().write(to: URL(fileURLWithPath: "\(stand.bench.home.locks)/\(record.run).open"))
    return record.run
  }

  @Test func withItsCopyItIsDone() throws {
    let stand = try ImportBench()
    let run = try killed(stand, hasCopy: true)
    let report = try #require(try Recovery(bench: stand.bench).recoverAll().first)
    #expect(report.outcome == .completed && report.failure == nil)
    let record = try stand.bench.runs.read(run)
    #expect(record.endedBy == .done && record.complete && record.counts.durable == 1)
    #expect(Verification(bench: stand.bench).verify(run).passed)
    #expect(stand.bench.runs.unfinished(thorough: true) == [])
    #expect(try Recovery(bench: stand.bench).recover(run).outcome == .whole)
  }

  @Test func withoutItsCopyItIsCutShortAndTheFileCanBeImportedAgain() throws {
    let stand = try ImportBench()
    let run = try killed(stand, hasCopy: false)
    let report = try #require(try Recovery(bench: stand.bench).recoverAll().first)
    #expect(report.outcome == .empty)
    let record = try stand.bench.runs.read(run)
    #expect(record.endedBy == .killed && record.failure?.code == "import-cut-short")
    #expect(stand.bench.runs.unfinished(thorough: true) == [])
    #expect(try stand.run(["\(stand.source)/a.jdx"]).first?.outcome == .imported)
  }

  @Test func anEmptyFolderOfAKilledImportIsRemoved() throws {
    let stand = try ImportBench()
    try stand.bench.home.prepare()
    let run = try #require(RunID("20261120T101500Z-jcamp-dx-abcd"))
    try RunFolder.make(stand.bench.home.folder(of: run))
    try Data().write(to: URL(fileURLWithPath: "\(stand.bench.home.locks)/\(run).open"))
    #expect(try Recovery(bench: stand.bench).recoverAll().first?.outcome == .removed)
  }

  @Test func twoImportsAtOnceDoNotMeet() throws {
    let stand = try ImportBench()
    try stand.bench.home.prepare()
    let disk = Disk()
    let held = try disk.lock("import.lock", in: try disk.open(stand.bench.home.locks))
    let path = try stand.put("a.jdx", ImportBench.jcamp("x"))
    #expect { try stand.run([path]) } throws: { ($0 as? Failure)?.code == "import-busy" }
    withExtendedLifetime(held) {}
  }
}

/// What a run that was measured here gives to methods.
@Suite(.timeLimit(.minutes(2))) struct RunContentTests {
  @Test func anArraySpectrometersRunGivesItsSpectra() async throws {
    let stand = try EmulatedBench()
    let ended = try await stand.run(stand.request(scans: 3))
    let record = try #require(ended.record)
    let measured = try RunContent(bench: stand.bench).measurement(of: record)
    let spectrum = try #require(ended.spectra.first)
    #expect(measured.spectra.map(\.name) == ["sample", "processed"])
    #expect(measured.spectra[0].values == spectrum.raw)
    #expect(measured.spectra[1].values == spectrum.intensity)
    #expect(measured.spectra[0].axis == spectrum.axis)
    #expect(measured.facts["setting_laser_nm"] == "785.0")
  }
}
