import Foundation
import Testing

/// What a technician types and what a script relies on: texts in four parts, exit codes, files.
@Suite(.serialized, .enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct CommandLineTests {
  @Test func withoutAnInstrumentAcquireSaysWhatToDoAndExits3() throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb4000"], ["acquire", "usb2000plus", "--sample", "s", "--home", home.path])
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("code: instrument-not-found"))
    #expect(outcome.errors.contains("usb:9-1"), "it names what is plugged in")
  }

  @Test(arguments: [
    ("integration_us=5", "setting-out-of-range"), ("colour=5", "setting-unknown"),
  ])
  func settingsThatAreNotAllowedEndBeforeARunBegins(_ setting: String, _ code: String) throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb2000plus"],
      ["acquire", "usb2000plus", "--sample", "s", "--set", setting, "--home", home.path])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("code: \(code)"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/runs").isEmpty)
  }

  @Test func twoOfAModelAreAmbiguousAndASerialNumberDecides() throws {
    let home = try TemporaryFolder()
    let both = ["usb2000plus,usb2000plus", "--speed", "100"]
    let acquire = ["--sample", "s", "--scans", "1", "--home", home.path]
    let unclear = try Program.emulating(both, ["acquire", "usb2000plus"] + acquire)
    #expect(unclear.status == 13)
    #expect(unclear.errors.contains("usb:9-1 (EMU00042), usb:9-2 (EMU00043)"))
    let clear = try Program.emulating(both, ["acquire", "usb2000plus:EMU00043"] + acquire)
    #expect(clear.status == 0, "\(clear.errors)")
    let instrument = try RunFolder(only: home.path).record["instrument"] as? [String: Any]
    #expect(instrument?["serial_number"] as? String == "EMU00043")
  }

  @Test func wordsThatMakeNoSenseExit2WithACode() throws {
    for arguments in [
      ["acquire"], ["frobnicate"], ["acquire", "x", "--sample", "s", "--scans", "0"],
    ] {
      let outcome = try Program.gauger(arguments)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(outcome.errors.contains("code: usage"))
    }
  }

  @Test func instrumentsAreListedAsJSONWithoutBeingOpened() throws {
    let outcome = try Program.emulating(["hr4000,usb2000"], ["instruments", "--json"])
    #expect(outcome.status == 0)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let rows = try #require((object as? [String: Any])?["instruments"] as? [[String: Any]])
    #expect(rows.map { $0["model"] as? String } == ["ocean-optics/hr4000", "ocean-optics/usb2000"])
    #expect(rows.map { $0["state"] as? String } == ["ready", "ready"])
    #expect(rows.map { $0["serial_number"] as? String } == ["EMU00042", "EMU00043"])
  }

  @Test func anInterruptedRunKeepsItsScansAndExits8() throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    // The interrupt goes to `timeout`'s child alone, as a service manager would send it.
    let outcome = try Program.run([
      gauger, "emulate", "usb2000plus", "--", "/usr/bin/timeout", "--preserve-status", "-s", "INT",
      "3", gauger, "acquire", "usb2000plus", "--sample", "s", "--duration", "1h",
      "--set", "integration_us=20000", "--home", home.path,
    ])
    #expect(outcome.status == 8, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    #expect(run.record["ended_by"] as? String == "person")
    #expect(run.record["complete"] as? Bool == false)
    #expect(run.record["safe"] as? String == "safe")
    let scans = try #require(run.counts["scans"])
    #expect(scans > 10)
    #expect(run.counts["durable"] == scans + (run.counts["stale"] ?? 0))
    let head = String(
      decoding: try Data(
        contentsOf: URL(
          fileURLWithPath: run.path + "/files/spectrum.jdx")
      ).prefix(300), as: UTF8.self)
    #expect(head.contains("INCOMPLETE"))
  }

  @Test func aLongExposureIsInterruptedAtOnce() throws {
    let home = try TemporaryFolder()
    let gauger = try #require(Program.path)
    let outcome = try Program.run(
      [
        gauger, "emulate", "usb2000plus", "--", "/usr/bin/timeout", "--preserve-status", "-s",
        "INT", "2", gauger, "acquire", "usb2000plus", "--sample", "s", "--scans", "2",
        "--set", "integration_us=600000000", "--home", home.path,
      ], seconds: 20)
    #expect(outcome.status == 8, "\(outcome.errors)")
  }

  @Test func verifyFindsAFlippedByteAndAnAlteredFile() throws {
    let home = try TemporaryFolder()
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "3", "--home", home.path])
    #expect(taken.status == 0, "\(taken.errors)")
    let run = try RunFolder(only: home.path)
    let verify = ["runs", "verify", "last", "--home", home.path]
    #expect(try Program.gauger(verify).status == 0)
    for file in ["raw.journal", "files/spectrum.csv", "files/spectrum.jdx", "plot.svg"] {
      let url = URL(fileURLWithPath: run.path + "/" + file)
      let original = try Data(contentsOf: url)
      var altered = original
      altered[altered.count - 200] ^= 0x01
      try altered.write(to: url)
      let outcome = try Program.gauger(verify)
      #expect(outcome.status == 10, "\(file)")
      #expect(outcome.output.contains("FAIL"))
      try original.write(to: url)
    }
    #expect(try Program.gauger(verify).status == 0)
  }

  @Test func aDestinationThatIsNotThereLeavesTheDeliveryInTheSpoolAndRetryMendsIt() throws {
    let home = try TemporaryFolder()
    let lims = home.path + "/lims"
    try FileManager.default.createDirectory(
      atPath: home.path, withIntermediateDirectories: true)
    try Data(
      "destinations:\n  - name: lims\n    folder: \(lims)\n    emulated: accept\n".utf8
    ).write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--home", home.path])
    #expect(taken.status == 12, "\(taken.errors)")
    let waiting = try Program.gauger(["deliver", "retry", "--home", home.path])
    #expect(waiting.status == 12)
    try FileManager.default.createDirectory(atPath: lims, withIntermediateDirectories: false)
    // An empty folder may be the mount point of a share that is not mounted.
    let empty = try Program.gauger(["deliver", "retry", "--home", home.path])
    #expect(empty.status == 12)
    #expect(empty.errors.contains("code: destination-not-prepared"))
    #expect(try Program.gauger(["deliver", "prepare", "lims", "--home", home.path]).status == 0)
    #expect(try Program.gauger(["deliver", "retry", "--home", home.path]).status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: lims + "/out")
    #expect(names.filter { $0.hasSuffix(".ready") }.count == 1)
    #expect(
      try RunFolder(only: home.path).record["deliveries"] as? [String: String]
        == ["lims": "handed_over"])
  }

  @Test func aRealLIMSThatDoesNotAcceptEmulatedDataGetsNone() throws {
    let home = try TemporaryFolder()
    let lims = home.path + "/lims"
    try FileManager.default.createDirectory(atPath: lims, withIntermediateDirectories: true)
    try Data("destinations:\n  - name: lims\n    folder: \(lims)\n".utf8)
      .write(to: URL(fileURLWithPath: home.path + "/bench.yaml"))
    let taken = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--home", home.path])
    #expect(taken.status == 15, "\(taken.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: lims).isEmpty)
  }
}
