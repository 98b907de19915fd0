import Foundation
import Laboratory
import Records
import Testing

@testable import Bench

/// Runs on a bench with quality rules.
@Suite struct AcquireQualityTests {
  @Test func withoutRulesNothingIsAskedAndNothingSaid() async throws {
    let quality = try QualityBench("off")
    let ended = try await quality.acquire(by: "anybody")
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(ended.status == .done && record.quality == nil && record.warnings == [])
    let file = try String(
      contentsOfFile: quality.bench.home.folder(of: record.run) + "/run.json", encoding: .utf8)
    #expect(!file.contains("quality"))
    #expect(!FileManager.default.fileExists(atPath: quality.folder.path + "/register"))
  }

  @Test func rulesThatWarnLetTheRunBeMadeAndSayWhatTheyWouldHaveRefused() async throws {
    let quality = try QualityBench("warn")
    let ended = try await quality.acquire(by: "anybody")
    let record = try #require(ended.record, "\(String(describing: ended.failure))")
    #expect(ended.status == .done)
    let codes = record.quality?.findings.map(\.failure.code)
    #expect(codes == ["person-unknown", "instrument-not-verified"])
    #expect(record.warnings.filter { $0.hasPrefix("quality: ") }.count == 2)
    let entries = try quality.entries
    #expect(entries.filter { $0.action == "quality-warned" }.count == 1)
    #expect(
      entries.first { $0.action == "run-started" }?.detail["quality"]
        == "warn: person-unknown, instrument-not-verified")
    #expect(try quality.bench.runs.read(record.run).quality == record.quality, "it reads back")
  }

  @Test func rulesThatAreEnforcedRefuseBeforeARunIsThere() async throws {
    let quality = try QualityBench("enforce")
    let ended = try await quality.acquire(by: "anybody")
    #expect(ended.record == nil)
    #expect(ended.failure?.code == "person-unknown" && ended.failure?.exit == .refused)
    #expect(try FileManager.default.contentsOfDirectory(atPath: quality.bench.home.runs) == [])
    let refused = try quality.entries.filter { $0.action == "refused" }
    #expect(refused.map(\.person) == ["anybody"] && refused.first?.object == "sample/S-1")
    #expect(refused.first?.detail["findings"] == "person-unknown, instrument-not-verified")
    #expect(try !quality.entries.contains { $0.action == "run-started" })
  }

  /// The same command a day earlier is allowed.
  @Test func eachThingThatIsNotAsItShallBeIsRefusedByItsName() async throws {
    let quality = try QualityBench("enforce", more: ", checks: {max_age: 36h}")
    try quality.staff()
    let (people, register) = (
      People(bench: quality.bench), InstrumentRegister(bench: quality.bench)
    )
    #expect(try await quality.acquire().failure?.code == "check-expired")
    #expect(try await quality.acquire(kind: .check).status == .done, "a check needs none")
    let good = try await quality.run()
    #expect(good.quality?.policy == "enforce" && good.quality?.findings == [])
    #expect(
      good.quality?.register.map(\.kind) == ["people", "authorisations", "instruments"])

    for (service, code) in [
      (InstrumentState.Service.outOfService, "instrument-out-of-service"),
      (.notVerified, "instrument-not-verified"),
    ] {
      _ = try register.set(service, of: quality.instrument, by: "root", reason: "lamp flickers")
      let failure = try await quality.acquire().failure
      #expect(failure?.code == code && failure?.exit == .refused)
      #expect(failure?.why.contains("lamp flickers") == true)
    }
    _ = try register.set(.restricted, of: quality.instrument, by: "root", reason: "above 400 nm")
    let restricted = try await quality.run()
    #expect(restricted.quality?.findings.map(\.failure.code) == ["instrument-restricted"])
    #expect(restricted.warnings.contains { $0.contains("above 400 nm") })

    var changed = quality.instrument
    changed.firmware = "1.9.9"
    _ = try register.set(.inService, of: changed, by: "root", reason: "verified")
    #expect(try await quality.acquire().failure?.code == "instrument-firmware-changed")
    _ = try register.acknowledge(nil, of: quality.instrument, by: "root", reason: "looked at it")
    #expect(try await quality.acquire().status == .done)

    _ = try Holds(bench: quality.bench).add(
      .instrument, quality.serial, by: "ada", reason: "smoke")
    #expect(try await quality.acquire().failure?.code == "hold-open")
    #expect(
      QualityBench.code {
        _ = try Holds(bench: quality.bench).lift(
          .instrument, quality.serial, by: "ada", reason: "gone")
      } == "person-not-authorised")
    _ = try Holds(bench: quality.bench).lift(
      .instrument, quality.serial, by: "root", reason: "a kettle")

    // The authorisation and the calibration end; a day earlier all is well.
    let today = String(quality.now.iso8601.prefix(10))
    _ = try people.authorise(
      "ada", .acquire, from: "2026-01-01", to: today, by: "root", reason: nil)
    #expect(try await quality.acquire().status == .done)
    quality.pass(days: 1)
    #expect(try await quality.acquire().failure?.code == "authorisation-expired")
    _ = try people.authorise("ada", .acquire, from: "2026-01-01", to: nil, by: "root", reason: nil)
    #expect(try await quality.acquire().status == .done)
    _ = try register.calibrate(
      quality.instrument, "wavelength", values: ["c0": "345.2"], certificate: "PTB 1", done: today,
      due: today, by: "root", reason: nil)
    #expect(try await quality.acquire().failure?.code == "calibration-overdue")
    _ = try register.calibrate(
      quality.instrument, "wavelength", values: ["c0": "345.3"], certificate: "PTB 2", done: nil,
      due: nil, by: "root", reason: nil)
    let last = try await quality.run()
    let calibration = try #require(last.quality?.register.first { $0.kind == "calibrations" })
    #expect(calibration.version == 2)
    let versions = try Register(home: quality.folder.path).versions(
      of: .calibrations, calibration.object)
    #expect(
      versions.map { $0.fields.groups["values"] ?? [:] } == [["c0": "345.2"], ["c0": "345.3"]])

    quality.pass(days: 1)
    #expect(try await quality.acquire().failure?.code == "check-expired")
    let refused = try quality.entries.filter { $0.action == "refused" }
    #expect(
      refused.compactMap { $0.detail["findings"] } == [
        "check-expired", "instrument-out-of-service", "instrument-not-verified",
        "instrument-firmware-changed", "hold-open", "person-not-authorised",
        "authorisation-expired", "calibration-overdue", "check-expired",
      ])
  }

  @Test func aDamagedRegisterIsRefusedByRulesThatAreEnforcedAndSaidByOthers() async throws {
    for policy in ["enforce", "warn"] {
      let quality = try QualityBench(policy)
      try quality.staff()
      let place = Register(home: quality.folder.path).folder(of: .people, "ada")
      try Data("{}".utf8).write(to: URL(fileURLWithPath: place + "/000001.json"))
      let ended = try await quality.acquire()
      if policy == "enforce" {
        #expect(ended.failure?.code == "register-damaged" && ended.failure?.exit == .damaged)
      } else {
        #expect(ended.record?.quality?.findings.map(\.failure.code) == ["register-damaged"])
      }
    }
  }

  @Test(arguments: [
    "quality: yes please", "quality: {policy: perhaps}", "quality: {review: nowhere}",
    "quality: {polcy: warn}", "quality: {checks: 24h}", "quality: {checks: {max_age: 24}}",
    "quality: {checks: {max_age: 0h}}", "quality: {checks: {max_age: 99999d}}",
    "quality: {checks: {age: 24h}}",
    "quality: {review: in-lims}\ndestinations: [{name: l, folder: l, accepts: released}]",
  ]) func aConfigurationThatCannotBeMeantIsRefused(_ text: String) throws {
    let folder = try TemporaryFolder()
    try text.write(toFile: folder.path + "/bench.yaml", atomically: true, encoding: .utf8)
    let home = Home(explicit: folder.path, environment: [:])
    #expect(QualityBench.code { _ = try Configuration.read(home: home) } == "bench-yaml-invalid")
  }

  @Test func everyWordOfTheConfigurationIsRead() throws {
    let folder = try TemporaryFolder()
    let home = Home(explicit: folder.path, environment: [:])
    #expect(try Configuration.read(home: home).quality == .init())
    for (text, seconds) in [("30m", 1800), ("24h", 86_400), ("7d", 604_800)] {
      try "quality: {policy: off, review: in-lims, checks: {max_age: \(text)}}".write(
        toFile: folder.path + "/bench.yaml", atomically: true, encoding: .utf8)
      let quality = try Configuration.read(home: home).quality
      #expect(quality.policy == .off && quality.review == .inLIMS)
      #expect(quality.checkAge == .seconds(seconds))
    }
  }
}
