import Foundation
import Testing

/// What people mistype, and what they get told before an instrument is touched.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct WrongInputTests {
  static let acquire = ["acquire", "usb2000plus", "--scans", "1"]

  @Test(arguments: [
    ["--sample", "a\nb"], ["--sample", "tab\there"], ["--sample", "\u{1B}[31mred"],
    ["--sample", "   "], ["--sample", ""], ["--sample", String(repeating: "x", count: 10_000)],
    ["--sample", "a\u{2028}b"], ["--sample", "s", "--operator", "x\ny"],
    ["--sample", "s", "--operator", ""], ["--sample", "s", "--position", "x\ny"],
  ])
  func textsThatCouldNotBeDeliveredAreRefusedBeforeTheRun(_ texts: [String]) throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb2000plus", "--speed", "100"], Self.acquire + texts + ["--home", home.path])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("code: usage"))
    #expect(!FileManager.default.fileExists(atPath: home.path + "/runs"))
  }

  @Test(arguments: ["../x", "q\"uo'te", "Ümläut-ß", "=1+1", "日本"])
  func sampleIdsOfAnyScriptAreKeptAsTyped(_ id: String) throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb2000plus", "--speed", "100"],
      Self.acquire + ["--sample", id, "--home", home.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let run = try RunFolder(only: home.path)
    #expect((run.record["sample"] as? [String: Any])?["id"] as? String == id)
    #expect(outcome.errors.contains("1 scan kept (and 1 stale), all 2 frames durable"))
  }

  @Test(arguments: [
    ("integration_us", "name=number"), ("=5", "name=number"), ("laser_nm=785,1", "no comma"),
    ("integration_us=", "not a number"), ("integration_us=nan", "not a number"),
    ("integration_us=0x10", "not a number"), ("integration_us=1e400", "not a number"),
    ("integration_us=100 000", "not a number"),
  ])
  func aSettingThatIsNoNumberSaysHowToWriteIt(_ setting: String, _ why: String) throws {
    let outcome = try Program.gauger(["acquire", "x", "--sample", "s", "--set", setting])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("code: setting-malformed"))
    #expect(outcome.errors.contains(why), "\(outcome.errors)")
    #expect(outcome.errors.contains("integration_us=100000"), "it shows a right one")
  }

  @Test(arguments: [
    ["acquire", "x", "--sample", "s", "--scans", "-1"],
    ["acquire", "x", "--sample", "s", "--scans", "99999999999999999999"],
    ["acquire", "x", "--sample", "s", "--scans", "2", "--average", "3"],
    ["acquire", "x", "--sample", "s", "--dark-scans", "3"],
    ["acquire", "x", "--sample", "s", "--duration", "10"],
    ["acquire", "x", "--sample", "s", "--duration", "0s"],
    ["live", "x", "--frames", "0"], ["capture", "x", "--output", "y", "--scans", "0"],
    ["emulate", "", "--", "true"], ["runs", "list", "--home", ""],
    ["instruments", "--watch", "--identify"], ["live", "x", "--json"],
  ])
  func wordsWithoutAMeaningExit2(_ arguments: [String]) throws {
    let outcome = try Program.gauger(arguments, seconds: 20)
    #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
    #expect(outcome.errors.contains("code: usage"))
  }

  @Test(arguments: [
    (["acquire", "serial:/dev/ttyUSB0", "--sample", "s"], 3, "code: instrument-not-found"),
    (["acquire", "", "--sample", "s"], 3, "There is no instrument \"\""),
    (["runs", "show", "../../etc"], 3, "code: run-not-found"),
    (["profiles", "show", "nope"], 3, "code: model-not-found"),
    (["deliver", "prepare", "nope"], 3, "code: destination-unknown"),
    (["instruments", "--profiles", "/nonexistent"], 1, "code: profile-unreadable"),
    (["capture", "x", "--output", "/nonexistent/c.jsonl"], 3, "There is no folder /nonexistent"),
  ])
  func whatIsNotThereIsNamed(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let home = try TemporaryFolder()
    let outcome = try Program.gauger(arguments + ["--home", home.path])
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func aFileThatIsNoRecordingIsNotPlayed() throws {
    let outcome = try Program.gauger(["emulate", "usb2000plus", "--play", #filePath, "--", "true"])
    #expect(outcome.status == 10)
    #expect(outcome.errors.contains("code: recording-damaged"))
  }

  @Test func anAddressCannotSteerTheTerminal() throws {
    let outcome = try Program.gauger(["acquire", "a\u{1B}[31m", "--sample", "s"])
    #expect(outcome.status == 3)
    #expect(!outcome.errors.contains("\u{1B}"))
  }

  @Test func aHomeThatCannotBeMadeSaysWhyInPlainWords() throws {
    let file = try TemporaryFolder()
    let blocked = file.path + "/file"
    try Data().write(to: URL(fileURLWithPath: blocked))
    let outcome = try Program.emulating(
      ["usb2000plus"], Self.acquire + ["--sample", "s", "--home", blocked + "/home"])
    #expect(outcome.status == 4)
    #expect(outcome.errors.contains("code: home-not-writable"))
    #expect(
      outcome.errors.contains("\(blocked) is a file where a folder must be."), "\(outcome.errors)")
    #expect(!outcome.errors.contains("NSCocoa"))
    let doctor = try Program.gauger(["doctor", "--home", blocked + "/home"])
    #expect(doctor.status == 1)
    #expect(doctor.output.contains("is not a folder"))
  }

  @Test func theDoctorMakesNothing() throws {
    let folder = try TemporaryFolder()
    let home = folder.path + "/not-yet"
    let outcome = try Program.gauger(["doctor", "--home", home])
    #expect(outcome.output.contains("made with the first run"), "\(outcome.output)")
    #expect(!FileManager.default.fileExists(atPath: home))
  }
}
