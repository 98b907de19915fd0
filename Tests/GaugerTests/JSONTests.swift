import Foundation
import Testing

/// What programs read: every line of a command with `--json` is one object with a version.
@Suite(.enabled(if: Outside.canEmulate, "umockdev is not installed"))
struct JSONTests {
  private func objects(_ outcome: Program.Outcome) throws -> [[String: Any]] {
    if let whole = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) {
      return [try #require(whole as? [String: Any])]
    }
    return try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func everyCommandThatOffersJSONGivesNothingElse() throws {
    let home = try TemporaryFolder()
    let at = ["--json", "--home", home.path]
    let emulation = ["usb2000plus", "--speed", "100"]
    let taken = try Program.emulating(
      emulation, ["acquire", "usb2000plus", "--sample", "s", "--scans", "2", "--plot"] + at)
    let events = try objects(taken)
    #expect(events.first?["event"] as? String == "started")
    #expect(events.last?["event"] as? String == "finished")
    #expect(events.last?["exit_code"] as? Int == 0)
    let commands = [
      ["runs", "list"], ["runs", "show", "last"], ["runs", "verify", "last"],
      ["runs", "process", "last"], ["profiles", "list"], ["profiles", "show", "usb4000"],
      ["profiles", "check"], ["deliver", "status"], ["deliver", "retry"], ["doctor"],
      ["instruments"],
    ]
    for command in commands {
      let answers = try objects(try Program.gauger(command + at))
      #expect(answers.count == 1, "\(command)")
      #expect(answers.first?["schema"] as? Int == 1, "\(command)")
    }
    let verified = try objects(try Program.gauger(["runs", "verify", "last"] + at))
    #expect(verified.first?["passed"] as? Bool == true)
    let settings = try objects(try Program.gauger(["profiles", "show", "usb4000"] + at))
    let names = (settings.first?["settings"] as? [[String: Any]])?.map { $0["name"] as? String }
    #expect(names?.contains("integration_us") == true)
    for event in events { #expect(event["schema"] as? Int == 1) }
  }

  @Test(arguments: [
    (["acquire", "nope", "--sample", "s"], "instrument-not-found"),
    (["acquire", "nope", "--sample", "s", "--set", "x"], "setting-malformed"),
    (["runs", "show", "nope"], "run-not-found"), (["profiles", "show", "nope"], "model-not-found"),
  ])
  func aFailureIsAnObjectToo(_ command: [String], _ code: String) throws {
    let home = try TemporaryFolder()
    let outcome = try Program.gauger(command + ["--json", "--home", home.path])
    let last = try #require(try objects(outcome).last)
    let failure = try #require(last["failure"] as? [String: Any])
    #expect(failure["code"] as? String == code)
    #expect(failure["exit_code"] as? Int == Int(outcome.status))
  }

  @Test func identifyingAsksTheInstrumentsThemselves() throws {
    let home = try TemporaryFolder()
    let outcome = try Program.emulating(
      ["usb2000plus,usb2000"], ["instruments", "--identify", "--json", "--home", home.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = try #require(try objects(outcome).first?["instruments"] as? [[String: Any]])
    #expect(rows.map { $0["serial_number"] as? String } == ["EMU00042", "EMU00043"])
    // Only an opened instrument tells its firmware; the USB2000 tells none.
    #expect(rows.map { $0["firmware"] as? String } == ["2.0.5", nil])
  }
}
